"""A news wiki and the Wikipedia its links lead to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.titles.wiki import Wiki

_HERE = Path(__file__).parent
_WIKIPEDIA_PREFIXES = frozenset(("w", "wikipedia", "wp"))
_MAX_PREFIXES = 4


@dataclass(frozen=True, slots=True)
class NewsSite:
    """The rules of a news wiki and of the Wikipedia of its language."""

    wiki: Wiki
    wikipedia: Wiki

    @property
    def language(self) -> str:
        """Language code, which begins the wiki's name."""
        return self.wiki.siteinfo.lang


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A page that a caption links: title key and the wiki that has it."""

    title: str
    wiki: str


def read_target(written: str, site: NewsSite) -> LinkTarget | None:
    """Where a link of the news wiki leads.

    A main-namespace page of a Wikipedia (`w:X`, `:w:X`, `Wikipedia:X`, `w:de:X`) or of the news wiki itself (`X`);
    None for every other place. Titles of Wikipedias in other languages are folded by the rules of the site's own.
    """
    found = site.wiki.titles.parse(written)
    if found.problem is not None or found.namespace:
        return None
    if not found.interwiki:
        return LinkTarget(found.key, site.wiki.siteinfo.wiki)
    if found.interwiki in _WIKIPEDIA_PREFIXES:
        return wikipedia_target(found.key, site)
    return None


def wikipedia_target(title: str, site: NewsSite) -> LinkTarget | None:
    """The page that `title` names on Wikipedia, a language prefix obeyed; None outside its main namespace."""
    wiki = site.wikipedia.siteinfo.wiki
    for _ in range(_MAX_PREFIXES):
        found = site.wikipedia.titles.parse(title)
        if found.problem is not None or found.namespace:
            return None
        if not found.interwiki:
            return LinkTarget(found.key, wiki)
        if found.interwiki not in _languages():
            return None
        title, wiki = found.key, f"{found.interwiki.replace('-', '_')}wiki"
    return None


@cache
def table(name: str) -> Mapping[str, Any]:
    """One of the tables that stand beside this module, by its file name without extension."""
    value: Mapping[str, Any] = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
    return value


@cache
def _languages() -> frozenset[str]:
    return frozenset(table("languages")["wikipedias"])


def fold(name: str) -> str:
    """A template or category name for look-ups: case and underscores do not matter."""
    return " ".join(name.replace("_", " ").split()).casefold()
