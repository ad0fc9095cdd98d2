"""The text of a piece of HTML as readers see it."""

import unicodedata
from html.parser import HTMLParser

MAX_HTML = 1 << 13
_VOID_NAMES = "area base br col embed hr img input link meta param source track wbr"
_VOID = frozenset(_VOID_NAMES.split())
"""Elements that have no end tag."""
_BREAK_NAMES = "br p div li tr td th ul ol table dd dt h1 h2 h3 h4 h5 h6 hr"
_BREAKS = frozenset(_BREAK_NAMES.split())
_UNSEEN = frozenset(("style", "script", "template", "noscript", "title", "head"))
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}


def html_text(html: str) -> str:
    """What a reader sees, in one line; hidden elements, styles and scripts left out, whatever is left open.

    Of a longer piece the first 8,192 characters are read: the parser is quadratic on hostile ones.
    """
    if "<" not in html and "&" not in html:
        return _line(html)
    reader = _Reader()
    reader.feed(html[:MAX_HTML])
    reader.close()
    return _line("".join(reader.parts))


def _line(text: str) -> str:
    """White space collapsed, control and format characters out."""
    kept = "".join(char for char in text if char in " \t\n\r" or unicodedata.category(char) not in _DROPPED)
    return " ".join(kept.split())


class _Reader(HTMLParser):
    """Gathers text; `hidden` is how many open elements lie inside the outermost hidden one, itself included."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append(" ")
        if tag in _VOID:
            return
        if self.hidden or tag in _UNSEEN or _is_hidden(attrs):
            self.hidden += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's
        if tag in _BREAKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKS:
            self.parts.append(" ")
        if self.hidden and tag not in _VOID:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    """`hidden`, or a style that shows nothing (Commons hides machine-readable lines so)."""
    given = {name: value or "" for name, value in attrs}
    style = given.get("style", "").replace(" ", "").casefold()
    return "hidden" in given or "display:none" in style or "visibility:hidden" in style
