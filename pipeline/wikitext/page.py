"""One page of wikitext to everything that the knowledge base keeps."""

from dataclasses import dataclass, field

from pipeline.records.names import PageKind
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.categories import page_categories
from pipeline.wikitext.disambiguation import Item, page_items
from pipeline.wikitext.hatnotes import HatnotePair, page_hatnotes
from pipeline.wikitext.images import ImageUse, page_images
from pipeline.wikitext.infobox import infobox_type
from pipeline.wikitext.kinds import page_kind
from pipeline.wikitext.lead import lead_text
from pipeline.wikitext.lead_parser import lead_text_mwparserfromhell
from pipeline.wikitext.link_rows import NO_LINKS, LinkRows
from pipeline.wikitext.links import page_link_rows
from pipeline.wikitext.mask import mask
from pipeline.wikitext.redirects import RedirectTarget, parse_redirect
from pipeline.wikitext.references import shorten_references
from pipeline.wikitext.structure import Structure, read_structure

LEAD_FAST, LEAD_PARSER = "fast", "mwparserfromhell"


@dataclass(slots=True)
class PageContent:
    """What one page holds.

    Attributes:
        links: links to the main namespace, equal ones added up.
        outcomes: link occurrences that are no rows, and outcomes of the lead cleaner, by name.
    """

    kind: PageKind
    redirect: RedirectTarget | None = None
    links: LinkRows = NO_LINKS
    items: list[Item] = field(default_factory=list)
    hatnotes: list[HatnotePair] = field(default_factory=list)
    images: list[ImageUse] = field(default_factory=list)
    lead: str = ""
    categories: list[str] = field(default_factory=list)
    infobox_type: str | None = None
    outcomes: dict[str, int] = field(default_factory=dict)


def page_structure(text: str, wiki: Wiki) -> Structure:
    """The structure of a page as typed, comments and references without links out."""
    return read_structure(shorten_references(mask(text)), wiki)


def read_page(
    title: str, text: str, xml_redirect: str | None, wiki: Wiki, *, flag: bool | None = None, lead: str = LEAD_FAST
) -> PageContent:
    """Read a page; `flag` is the disambiguation flag of page_props, None where that table is missing."""
    redirect = parse_redirect(text, xml_redirect, wiki)
    if redirect is not None:
        return PageContent(PageKind.REDIRECT, redirect)
    structure = page_structure(text, wiki)
    page = PageContent(page_kind(title, structure, wiki, flag))
    page.links = page_link_rows(structure, title, wiki, page.outcomes)
    page.hatnotes = page_hatnotes(structure, title, wiki)
    if page.kind != PageKind.ARTICLE:
        page.items = page_items(structure, title, wiki)
        return page
    page.images = page_images(structure, wiki)
    page.categories = page_categories(structure, wiki)
    page.infobox_type = infobox_type(structure, wiki)
    page.lead = _lead(structure, wiki, lead, page.outcomes)
    return page


def _lead(structure: Structure, wiki: Wiki, lead: str, outcomes: dict[str, int]) -> str:
    if lead == LEAD_FAST:
        return lead_text(structure, wiki)
    text, outcome = lead_text_mwparserfromhell(structure, wiki)
    outcomes[f"lead:{outcome}"] = outcomes.get(f"lead:{outcome}", 0) + 1
    return text
