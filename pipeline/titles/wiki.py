"""One wiki's rules, ready for reading its wikitext."""

import re

from pipeline.titles.parsing import TitleParser
from pipeline.titles.site import SiteInfo
from pipeline.titles.templates import TemplateTables, template_tables
from pipeline.titles.trails import compile_trail


class Wiki:
    """Everything the wikitext functions need of one wiki; built once per process.

    Pickles as its SiteInfo alone. `trail` matches at any position and gives the letters that join the link before
    it, perhaps ''.
    """

    __slots__ = ("siteinfo", "templates", "titles", "trail")

    def __init__(self, siteinfo: SiteInfo) -> None:
        self.siteinfo = siteinfo
        self.titles = TitleParser(siteinfo)
        self.templates: TemplateTables = template_tables(siteinfo.wiki, siteinfo.lang)
        self.trail: re.Pattern[str] = compile_trail(siteinfo.link_trail)

    @classmethod
    def for_siteinfo(cls, siteinfo: SiteInfo) -> "Wiki":
        """The wiki of these rules."""
        return cls(siteinfo)

    def __reduce__(self) -> tuple[type["Wiki"], tuple[SiteInfo]]:
        return Wiki, (self.siteinfo,)
