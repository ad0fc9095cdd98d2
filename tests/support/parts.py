"""Wikis and page structures for the tests of page parts."""

from functools import cache

from pipeline.titles.siteinfo import load_siteinfo
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.page import page_structure
from pipeline.wikitext.structure import Structure


@cache
def shipped_wiki(name: str = "enwiki") -> Wiki:
    """The wiki of a shipped siteinfo table."""
    siteinfo, _ = load_siteinfo(name, file=None, cache_dir=None, dump_header=None)
    return Wiki.for_siteinfo(siteinfo)


def structure_of(text: str, wiki: Wiki) -> Structure:
    """The structure of raw wikitext."""
    return page_structure(text, wiki)
