"""Bold, italics and tags taken off."""

import re

_QUOTES = re.compile(r"''+")
_TAG_NAMES = (
    "abbr b bdi bdo big blockquote br caption center cite code data dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i"
    " img ins kbd li link mark meta ol p pre q rb rbc rp rt rtc ruby s samp small span strike strong sub sup table"
    " tbody td tfoot th thead time tr tt u ul var wbr"
    " ref references gallery poem section indicator imagemap nowiki noinclude onlyinclude includeonly"
    " math chem ce source syntaxhighlight score timeline graph templatedata mapframe maplink hiero inputbox"
    " categorytree charinsert templatestyles"
)
_TAG = re.compile(
    rf"</?(?:(br|p|div|li|hr|td|tr|th|dd|dt)|{_TAG_NAMES.replace(' ', '|')})(?=[\s/>])[^<>]*+>", re.IGNORECASE
)


def strip_tags(text: str) -> str:
    """Text without HTML and extension tags; those that break a line leave a space. Other `<` stay."""
    return _TAG.sub(lambda tag: " " if tag[1] else "", text)


def strip_quotes(text: str) -> str:
    """Text without the quotes that mean bold and italics, and with those that are apostrophes.

    After MediaWiki's Parser::doQuotes: of four quotes the first is an apostrophe, of more than five all but five;
    where both bold and italics are left open, one of three was an apostrophe.
    """
    return "\n".join(_strip_line(line) if "''" in line else line for line in text.split("\n"))


def _strip_line(line: str) -> str:
    parts: list[str] = []  # text and kept apostrophes, in turn: a run stands between parts[2 * i] and parts[2 * i + 2]
    sizes: list[int] = []
    place = 0
    for run in _QUOTES.finditer(line):
        size = run.end() - run.start()
        kept = 1 if size == 4 else max(0, size - 5)
        parts += (line[place : run.start()], "'" * kept)
        sizes.append(size - kept)
        place = run.end()
    parts.append(line[place:])
    bold, italic = sum(size != 2 for size in sizes), sum(size != 3 for size in sizes)
    if bold % 2 and italic % 2 and (index := _apostrophe(parts, sizes)) >= 0:
        parts[2 * index + 1] += "'"
    return "".join(parts)


def _apostrophe(parts: list[str], sizes: list[int]) -> int:
    """Index of the run of three whose first quote is an apostrophe, -1 when there is none.

    The first after a one-letter word, else the first after a longer word, else the first after a space.
    """
    longer = after_space = -1
    for index, size in enumerate(sizes):
        if size != 3:
            continue
        before = parts[2 * index] + parts[2 * index + 1]
        last, last_but_one = before[-1:], before[-2:-1]
        if last == " ":
            after_space = index if after_space < 0 else after_space
        elif last_but_one == " ":
            return index
        else:
            longer = index if longer < 0 else longer
    return longer if longer >= 0 else after_space
