"""First letters as MediaWiki capitalises them on Wikimedia's wikis."""

# Letters that have a capital in Unicode which Wikimedia's wikis do not use for the first letter: their rule was
# frozen at an older Unicode (the wikis' first-letter exceptions, wgOverrideUcfirstCharacters).
_GEORGIAN = (0x10D0, 0x10FF)
_ROMAN_NUMERALS = (0x2170, 0x217F)
_CIRCLED_LETTERS = (0x24D0, 0x24E9)
_MEDEFAIDRIN = (0x16E60, 0x16E7F)
_FROZEN_RANGES = (_GEORGIAN, _ROMAN_NUMERALS, _CIRCLED_LETTERS, _MEDEFAIDRIN)
_FROZEN = frozenset({0x345, 0xA7B9} | {code for first, last in _FROZEN_RANGES for code in range(first, last + 1)})
# Greek vowels with iota below: one letter in title case where the full capital is two.
_GREEK_IOTA_BELOW = "ᾀᾁᾂᾃᾄᾅᾆᾇᾐᾑᾒᾓᾔᾕᾖᾗᾠᾡᾢᾣᾤᾥᾦᾧᾳῃῳ"
_TITLE_CASE = {ord(letter): letter.title() for letter in _GREEK_IOTA_BELOW}


def capital(letter: str) -> str:
    """The capital of one letter; the letter itself where MediaWiki leaves it (ß, ŉ, ﬀ, Georgian …)."""
    upper = letter.upper()
    if upper == letter or ord(letter) in _FROZEN:
        return letter
    if len(upper) > 1:
        return _TITLE_CASE.get(ord(letter), letter)
    return upper
