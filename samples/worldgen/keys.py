"""The few name rules that the sample world itself needs."""

import re

_QUALIFIER = re.compile(r"^(.*\S) \([^()]*\)$")


def bare_form(title: str) -> str:
    """`title` without a trailing " (qualifier)"."""
    match = _QUALIFIER.match(title)
    return match.group(1) if match else title


def first_upper(title: str) -> str:
    """`title` with its first letter as MediaWiki writes it (one letter stays one letter)."""
    head = title[:1]
    upper = head.upper()
    if len(upper) != 1 or "ა" <= head <= "ჿ":
        return title
    return upper + title[1:]
