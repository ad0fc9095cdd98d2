"""The files that the articles of the encyclopedia show."""

import re
from dataclasses import dataclass, field
from random import Random

from newsgen.library import Picture
from worldgen.articles import INFOBOXES
from worldgen.catalog import read_catalog
from worldgen.keys import first_upper
from worldgen.page import Page

MAX_OTHERS = 500
"""Files beside those of entities made by hand: large worlds have no more."""
_OF_ENTITY = re.compile(r"(.+) \d{4}\.jpg")
_KINDS = {box: kind for kind, box in INFOBOXES.items()}


@dataclass(slots=True)
class ArticleImages:
    """Collects pictures from pages while they are composed."""

    pictures: dict[str, Picture] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=lambda: {one.image: one.title for one in read_catalog()})
    others: int = 0

    def see(self, page: Page) -> None:
        """Note the images of one page."""
        if page.kind != "article":
            return
        for file_title, *_ in page.images:
            self._note(first_upper(file_title), page)

    def _note(self, file_title: str, page: Page) -> None:
        if file_title in self.pictures:
            return
        if file_title in self.by_hand:
            name = self.by_hand[file_title]
            self.pictures[file_title] = Picture(file_title, (name,), is_portrait=True)
            return
        if self.others >= MAX_OTHERS:
            return
        self.others += 1
        match = _OF_ENTITY.fullmatch(file_title)
        if match is not None:
            self.kinds[page.title] = _KINDS.get(page.infobox_type or "", "")
            self.pictures[file_title] = Picture(file_title, (page.title,), is_portrait=True)
        else:
            roll = Random(f"fate of {file_title}").random()
            fate = "missing" if roll < 0.04 else "broken" if roll < 0.07 else "ok"
            self.pictures[file_title] = Picture(file_title, fate=fate)
