"""Words that send a pair to review, never out.

A term matches whole words, whatever their case; `*` at its end stands for any letters. Names are none: a match inside
a name of the table, and a capitalised match beside another capitalised word ("Dick Cheney", "The Naked Chef"), unless
the whole text is in capitals. Violence is hidden only by the names of the table: "Abu Ghraib Torture photos" is one.
Terms that are surnames or first names too ("Gore", "Dick") match in lower case only, but at a sentence's begin before a
word of place or time ("Gore in the streets"); "Dick and Lynne Cheney" are none.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.wikinews.site import table

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_FUNCTION_WORDS = frozenset(
    (
        "a", "an", "the", "in", "on", "at", "of", "for", "by", "to", "from", "with", "and", "or", "but", "as", "after",
        "before", "during", "he", "she", "it", "they", "his", "her", "their", "this", "these", "those", "some", "many",
        "several", "two", "three",
    )
)  # fmt: skip

_PLACING = frozenset(("in", "on", "at", "of", "from", "by", "after", "before", "during"))
_NEVER_NAMES = frozenset(("violent",))
_SENTENCE_BEGIN = re.compile(r"(?:\A|[.!?…:][\"”’')\]]* +)[\"“‘'(\[]*\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """A matched term: profane, pornographic or violent, as written, text[start:end]."""

    kind: str
    text: str
    start: int
    end: int


def review_terms(text: str) -> list[Term]:
    """Terms of the reviewed list that are no part of a name, by start."""
    pattern, names = _patterns()
    if pattern.search(text) is None:
        return []
    is_loud = text.upper() == text
    spans = [found.span() for found in names.finditer(text)]
    found = []
    for match in pattern.finditer(text):
        start, end = match.span()
        in_name = any(first <= start and end <= last for first, last in spans)
        if not in_name and (is_loud or not _is_name(text, start, end, match.lastgroup or "")):
            found.append(Term(match.lastgroup or "", match[0], start, end))
    return found


def _is_name(text: str, start: int, end: int, kind: str) -> bool:
    """Whether a capitalised term is somebody's name, or may be part of one."""
    if not text[start].isupper():
        return False
    if text[start:end].casefold() in table("review_terms")["lower_case_only"]:
        return not _begins_sentence(text, start, end)
    return kind not in _NEVER_NAMES and _has_capital_beside(text, start, end)


def _begins_sentence(text: str, start: int, end: int) -> bool:
    """Whether a term stands first, with a word of place or time behind it."""
    if not _SENTENCE_BEGIN.search(text[max(0, start - 8) : start]):
        return False
    following = _WORD.match(text, end + 1) if text[end : end + 1] == " " else None
    return following is not None and following[0] in _PLACING


def _has_capital_beside(text: str, start: int, end: int) -> bool:
    """Whether a capitalised neighbour stands there that is no function word at a sentence's begin."""
    after = re.match(r"[ -]", text[end : end + 1])
    following = _WORD.match(text, end + 1) if after else None
    if following is not None and following[0][0].isupper():
        return True
    before = text[max(0, start - 40) : start]
    if not before.endswith((" ", "-")):
        return False
    word = re.search(r"([^\W\d_][\w'’-]*)[ -]\Z", before)
    return word is not None and word[1][0].isupper() and word[1].casefold() not in _FUNCTION_WORDS


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One pattern with a group per kind, and one of the names."""
    rows = table("review_terms")
    groups = []
    for kind, terms in rows["terms"].items():
        words = (re.escape(term).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for term in terms)
        groups.append(f"(?P<{kind}>{'|'.join(sorted(words, key=lambda word: (-len(word), word)))})")
    names = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in rows["names"])
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE),
        re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE),
    )
