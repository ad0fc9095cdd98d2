"""Offsets at the border to JavaScript: UTF-16 units and code points."""

from itertools import accumulate

_BEYOND = 0x10000


class CodeUnits:
    """The places of one text, counted both ways."""

    def __init__(self, text: str) -> None:
        """Count the units before each code point and after the last."""
        self._units = list(accumulate((2 if ord(one) >= _BEYOND else 1 for one in text), initial=0))
        self._points = {units: point for point, units in enumerate(self._units)}

    def to_units(self, point: int) -> int:
        """UTF-16 units before a code point; 0 <= point <= len(text)."""
        return self._units[point]

    def to_point(self, units: int) -> int | None:
        """Code points before a UTF-16 unit; None outside the text and inside a character of two units."""
        return self._points.get(units)
