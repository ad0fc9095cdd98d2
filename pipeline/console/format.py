"""Numbers, sizes and times as people read them."""

import unicodedata

_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_BYTE_STEP = 1000
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86_400
_UNSAFE = {"Cc", "Cf", "Cs"}


def format_count(count: int) -> str:
    """A whole number with commas: 1,234,567."""
    return f"{count:,}"


def format_bytes(size_bytes: float) -> str:
    """A size in decimal units: 999 B, 1.5 kB, 12 MB."""
    size = float(size_bytes)
    for unit in _BYTE_UNITS[:-1]:
        if abs(size) < _BYTE_STEP - (0.5 if abs(size) >= 10 else 0.05):
            return f"{size:.1f} {unit}" if unit != "B" and abs(size) < 9.95 else f"{size:.0f} {unit}"
        size /= _BYTE_STEP
    return f"{size:,.1f} {_BYTE_UNITS[-1]}"


def format_duration(seconds: float) -> str:
    """A span of time in its two largest units: 0.42 s, 12.3 s, 4 min 05 s, 3 h 20 min."""
    if seconds < 1:
        return f"{max(seconds, 0):.2f} s"
    if seconds < _MINUTE_S - 0.05:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S:02d} s"
    if whole < _DAY_S:
        return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S:02d} min"
    return f"{whole // _DAY_S} d {whole % _DAY_S // _HOUR_S:02d} h"


def format_share(share: float) -> str:
    """A part of one as a percentage: 15.3 %."""
    return f"{share * 100:.1f} %"


def format_value(value: object) -> str:
    """A figure for a table or a progress line, by its type."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return format_count(value)
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return printable(str(value))


def printable(text: str) -> str:
    """`text` without characters that could move a terminal's cursor or hide other text.

    Titles and captions are hostile input: escape codes and direction marks become U+FFFD, line ends a space.
    """
    if text.isprintable():
        return text
    return "".join(
        " " if char in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _UNSAFE else char
        for char in text
    )
