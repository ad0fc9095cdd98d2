"""Link trails: MediaWiki's PHP patterns as Python ones."""

import logging
import re
import warnings

_log = logging.getLogger(__name__)
_DELIMITED = re.compile(r"(?P<mark>[/#~])\^(?P<body>.*)(?P=mark)(?P<flags>[A-Za-z]*)", re.DOTALL)
_REST = "(.*)$"
_HEX = re.compile(r"\\[xu]\{([0-9A-Fa-f]{1,6})\}")
DEFAULT_TRAIL = "[a-z]+"


def trail_letters(php: str) -> str:
    r"""Python source of the first group of a PHP trail such as `/^([a-z]+)(.*)$/sD`; '' when it takes nothing.

    `\x{0980}` escapes and the `i` flag are carried over. A pattern that cannot be read gives the English one, with
    a logged warning.
    """
    if not php:
        return ""
    match = _DELIMITED.fullmatch(php.strip())
    body = match["body"] if match else ""
    if match is None or not (body.startswith("(") and body.endswith(")" + _REST)):
        return _unreadable(php)
    letters = _HEX.sub(_escape, body[1 : -len(_REST) - 1])
    if "i" in match["flags"] and letters:
        letters = f"(?i:{letters})"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(letters)
    except re.error:
        return _unreadable(php)
    return letters


def compile_trail(letters: str) -> re.Pattern[str]:
    """Pattern that always matches at a position: the trail that stands there, perhaps ''."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(f"(?:{letters})?" if letters else "")


def _escape(match: re.Match[str]) -> str:
    return re.escape(chr(int(match[1], 16)))


def _unreadable(php: str) -> str:
    _log.warning("the link trail %r cannot be read; links take trailing a-z instead", php)
    return DEFAULT_TRAIL
