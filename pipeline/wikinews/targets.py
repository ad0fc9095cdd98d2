"""Targets of caption links, by the rules of their wiki."""

from collections.abc import Mapping
from dataclasses import replace

from pipeline.records.corpus import CaptionLink
from pipeline.titles.wiki import Wiki


class LinkTargets:
    """Title keys of linked pages, redirects followed where a KB knows them.

    Args:
        wikis: Rules of each wiki that has its own; titles of others stay as they were read.
    """

    def __init__(self, wikis: Mapping[str, Wiki]) -> None:
        self._wikis = wikis
        self._redirects: Mapping[str, str] = {}
        self._wiki = ""
        self._known: dict[tuple[str, str], str] = {}

    def follow(self, wiki: str, redirects: Mapping[str, str]) -> None:
        """Send title keys of `wiki` to the titles of the pages where their redirects end."""
        self._wiki, self._redirects = wiki, redirects
        self._known.clear()

    @property
    def n_redirects(self) -> int:
        """How many title keys are sent elsewhere."""
        return len(self._redirects)

    def resolve(self, links: tuple[CaptionLink, ...]) -> tuple[CaptionLink, ...]:
        """The same links with the targets that they end at."""
        if not links:
            return links
        return tuple(replace(link, target=self._target(link.wiki, link.target)) for link in links)

    def key(self, wiki: str, title: str) -> str:
        """Title key of `title` by the rules of `wiki`; a title that is none there stays."""
        rules = self._wikis.get(wiki)
        if rules is None:
            return title
        found = rules.titles.parse(title)
        is_page = found.key and found.problem is None and not found.interwiki and not found.namespace
        return found.key if is_page else title

    def _target(self, wiki: str, title: str) -> str:
        known = self._known.get((wiki, title))
        if known is None:
            known = self.key(wiki, title)
            if wiki == self._wiki:
                known = self._redirects.get(known, known)
            self._known[wiki, title] = known
        return known
