"""Every internal link of a page: target, surface, context."""

from pipeline.titles.parsing import FILE
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.file_links import FileLink, file_links
from pipeline.wikitext.link_places import CONTEXTS, link_places
from pipeline.wikitext.link_rows import LinkRows, link_rows
from pipeline.wikitext.page_tokens import PageTokens
from pipeline.wikitext.structure import Structure

__all__ = ["FileLink", "LinkKey", "category_targets", "file_link_spans", "page_link_rows", "page_links"]

LinkKey = tuple[str, str, str, str, bool]
"""Target, fragment, surface, context, in_template."""

_FILES = f"namespace:{FILE}"


def page_link_rows(structure: Structure, title: str, wiki: Wiki, drops: dict[str, int]) -> LinkRows:
    """The links of a page to the main namespace.

    What is no such link is counted in `drops`: under a DropReason, or under "namespace:<id>" for other namespaces.

    Args:
        structure: The page's structure.
        title: Title key of the page; links to it without a fragment are self links.
        wiki: Its wiki.
        drops: Gets the counts added.
    """
    found = PageTokens(structure.text, title, wiki)
    found.scan(drops)
    structure.category_targets = found.categories
    structure.file_links = file_links(structure, found.files, wiki)
    if structure.file_links:
        drops[_FILES] = drops.get(_FILES, 0) + len(structure.file_links)
    return link_rows(found.targets, found.fragments, found.surfaces, *link_places(structure, found.starts))


def page_links(structure: Structure, title: str, wiki: Wiki, drops: dict[str, int]) -> dict[LinkKey, int]:
    """The same by key: how often each link stands in the page."""
    targets, fragments, surfaces, contexts, in_template, counts = page_link_rows(structure, title, wiki, drops)
    names = (CONTEXTS[code] for code in contexts)
    return dict(zip(zip(targets, fragments, surfaces, names, map(bool, in_template), strict=True), counts, strict=True))


def category_targets(structure: Structure, wiki: Wiki) -> list[str]:
    """Targets of the links to categories as typed, in order; those with a leading colon included."""
    if structure.category_targets is None:
        page_link_rows(structure, "", wiki, {})
    return structure.category_targets or []


def file_link_spans(structure: Structure, wiki: Wiki) -> list[FileLink]:
    """The file links of a page by start, those in captions and galleries included; found once per structure."""
    if structure.file_links is None:
        page_link_rows(structure, "", wiki, {})
    return structure.file_links or []
