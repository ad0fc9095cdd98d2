"""The categories of a page in document order."""

import re
from functools import lru_cache

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.prefixed import title_within
from pipeline.wikitext.structure import Structure

_CATEGORY = 14
_MAX_OPENING = 128
_MAX_LINK = 2_048


def page_categories(structure: Structure, wiki: Wiki) -> list[str]:
    """Category titles without prefix and without sort keys, each once.

    Also those written in an argument of a template: the template normally hands them on.
    """
    found: dict[str, None] = {}
    text = structure.text
    colon, opening = _patterns(wiki)
    for match in colon.finditer(text):
        place = match.end()
        start = text.rfind("[[", max(0, place - _MAX_OPENING), place) + 2
        if start < 2 or opening.fullmatch(text, start, place) is None or not (target := _target(text, start, place)):
            continue
        title = title_within(target, _CATEGORY, wiki)
        if title:
            found[title] = None
    return list(found)


def _target(text: str, start: int, colon: int) -> str:
    """The target of the link whose brackets end at `start`, '' when it is not closed on its line."""
    end = text.find("]]", colon, colon + _MAX_LINK)
    target = text[start:end].partition("|")[0] if end >= 0 else ""
    return "" if "\n" in target or "[[" in target else target


@lru_cache(maxsize=64)
def _patterns(wiki: Wiki) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A colon that may end a category prefix, and what then stands behind the brackets.

    The colon comes first: it is rarer than brackets. The title parser has the last word.
    """
    names = sorted(_names(wiki), key=lambda name: (-len(name), name))
    last = re.escape("".join(sorted({case for name in names for case in (name[-1].lower(), name[-1].upper())})))
    alternatives = "|".join(re.escape(name).replace(r"\ ", r"[\s_]+") for name in names)
    opening = re.compile(rf"[\s_]*+(?:{alternatives or '(?!)'})[\s_]*+:", re.IGNORECASE)
    return re.compile(rf":(?<=[\s_{last}]:)"), opening


def _names(wiki: Wiki) -> set[str]:
    """Every name of the category namespace: local, canonical, aliases."""
    names: set[str] = set()
    for entry in wiki.siteinfo.namespaces:
        if entry.id == _CATEGORY:
            names.update((entry.name, entry.canonical, *entry.aliases))
    return names - {""}
