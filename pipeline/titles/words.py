"""What a word of a caption is, and how many it needs."""

import re

WORD = re.compile(r"\w+")
MIN_WORDS = 3
"""The paper drops captions of fewer words (section 4.1)."""


def count_words(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in WORD.finditer(text))
