"""Frozen tokenizers: agreement on tokens depends on them."""

import re
from functools import lru_cache

from pipeline.records.errors import UsageError

WORDPUNCT = "wordpunct-v1"
TOKENIZERS = {
    WORDPUNCT: re.compile(r"\w+|[^\w\s]"),
    "whitespace-v1": re.compile(r"\S+"),
    "characters-v1": re.compile(r".", re.DOTALL),
}
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=1 << 16)
def token_spans(caption: str, tokenizer: str = WORDPUNCT) -> tuple[tuple[int, int], ...]:
    """Offsets of the tokens of a caption, in code points.

    Raises:
        UsageError: there is no tokenizer of that name.
    """
    pattern = TOKENIZERS.get(tokenizer)
    if pattern is None:
        raise UsageError(f"{tokenizer!r} is no tokenizer; there are {', '.join(TOKENIZERS)}")
    return tuple(found.span() for found in pattern.finditer(caption))


def words(text: str) -> list[str]:
    """Words of a text: `wordpunct-v1` without punctuation, casefolded."""
    return [word.casefold() for word in _WORD.findall(text)]


def count_words(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))
