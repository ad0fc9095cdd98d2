"""Character references decoded as MediaWiki decodes them in titles."""

import re
from html.entities import html5

_REFERENCE = re.compile(r"&(?:#[xX](?P<hex>[0-9A-Fa-f]+)|#(?P<decimal>[0-9]+)|(?P<name>[A-Za-z0-9\x80-\U0010ffff]+));")
_ALIASES = {"רלמ": "rlm", "رلم": "rlm"}
_REPLACEMENT = "\ufffd"
_MAX_DIGITS = 7


def decode_entities(text: str) -> str:
    """Replace character references that end in a semicolon; unknown names stay, bad numbers give U+FFFD.

    Laxer decoders also take `&amp` without its semicolon; MediaWiki does not (Sanitizer::decodeCharReferences).
    """
    if "&" not in text:
        return text
    return _REFERENCE.sub(_decode, text)


def _decode(match: re.Match[str]) -> str:
    name = match["name"]
    if name is not None:
        return html5.get(_ALIASES.get(name, name) + ";", match[0])
    digits, base = (match["hex"], 16) if match["hex"] is not None else (match["decimal"], 10)
    digits = digits.lstrip("0")
    if not digits or len(digits) > _MAX_DIGITS:
        return _REPLACEMENT
    return _character(int(digits, base))


def _character(code: int) -> str:
    """The character of a code point that HTML and XML both allow, else U+FFFD."""
    is_allowed = (
        code in {0x9, 0xA}
        or 0x20 <= code <= 0x7E
        or 0xA0 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )
    return chr(code) if is_allowed else _REPLACEMENT
