"""Whether words read as a name, and where its sentence ends."""

import re

_MAX_CHARS, _MAX_WORDS = 120, 12
_AROUND = " .,;:()[]\"'“”‘’»/*&-–—"
_JOINING = frozenset(
    (
        "of", "the", "and", "for", "at", "in", "on", "via", "de", "del", "della", "der", "den", "des", "du", "da", "di",
        "do", "dos", "el", "la", "le", "van", "von", "zu", "y", "e", "bin", "ibn", "al", "user", "flickr",
    )
)  # fmt: skip
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]* +(?=[\"“‘(\[]?([^\W\d_]))")
_LAST_WORD = re.compile(r"[^\s(\[\"“]*\Z")
_ABBREVIATIONS = frozenset(
    (
        "adm", "al", "bros", "capt", "cmdr", "co", "col", "corp", "cpl", "cpt", "dept", "dr", "ft", "gen", "gov", "hon",
        "inc", "jr", "lcpl", "lt", "ltd", "maj", "messrs", "mr", "mrs", "ms", "msgt", "mt", "nat", "no", "nr", "pfc",
        "phot", "prof", "pte", "pvt", "rep", "rev", "sen", "sgt", "spc", "sr", "ssgt", "st", "tsgt", "univ", "vol",
        "vs", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    )
)  # fmt: skip
_TERMS_OF_USE = re.compile(
    r"[\"“‘(\[]?(?:(?:some|all) rights\b|public domain\b|creative commons\b|cc[ -]|gfdl\b|used (?:with|by) permission\b"
    r"|licen[cs]e|released under\b)",
    re.IGNORECASE,
)


def is_name(words: str) -> bool:
    """Whether words are a name: the first is capitalised, the others are too, begin with a digit or join names."""
    if len(words) > _MAX_CHARS:
        return False
    found = [
        word for word in (one.strip(_AROUND) for one in words.split()) if word and word not in ("-", "–", "—", "&")
    ]
    while found and found[0].casefold() in ("the", "user", "flickr", "©"):
        del found[0]
    if not found or len(found) > _MAX_WORDS or found[-1].casefold() in ("of", "the", "and", "for"):
        return False
    return _is_capital(found[0]) and all(
        _is_capital(word) or word[0].isdigit() or word.casefold() in _JOINING for word in found[1:]
    )


def _is_capital(word: str) -> bool:
    return word.lstrip("@©")[:1].isupper()


def sentence_end(text: str, place: int, limit: int) -> int:
    """Where the sentence at `place` ends, its spaces left out, terms of use behind it included; at most `limit`.

    A full stop behind an initial, an abbreviation or a word with a full stop inside ends none.
    """
    for stop in _SENTENCE_END.finditer(text, place, limit):
        if stop[1].isupper() and not _is_abbreviated(text, place, stop) and not _TERMS_OF_USE.match(text, stop.end()):
            return stop.start() + len(stop[0].rstrip(" "))
    return limit


def _is_abbreviated(text: str, place: int, stop: re.Match[str]) -> bool:
    if text[stop.start()] != ".":
        return False
    found = _LAST_WORD.search(text[max(place, stop.start() - 20) : stop.start()])
    word = found[0] if found else ""
    return len(word) == 1 or "." in word or word.casefold() in _ABBREVIATIONS
