"""One dump range to staging shards: pages, links, images, leads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.dump.header import DumpHeader
from pipeline.dump.page_props import PageProps, Props
from pipeline.dump.pages import DumpPage
from pipeline.dump.ranges import DumpRange
from pipeline.records import schemas
from pipeline.records.digest import image_id
from pipeline.records.names import PageKind
from pipeline.records.schemas import Schema
from pipeline.titles.file_kinds import is_still_image
from pipeline.titles.siteinfo import SiteInfo
from pipeline.titles.wiki import Wiki
from pipeline.transforms.link_columns import LinkColumns
from pipeline.transforms.read_range import RangeReader, RangeRun, Reading
from pipeline.wikitext.page import PageContent, read_page

ARTIFACTS: tuple[Schema, ...] = (
    schemas.PAGES,
    schemas.LINKS,
    schemas.ENTITY_IMAGES,
    schemas.RAW_REDIRECTS,
    schemas.RAW_DISAMBIGUATION,
    schemas.RAW_HATNOTES,
    schemas.ARTICLES,
)


@dataclass(frozen=True, slots=True)
class ExtractOptions:
    """What a worker needs to know to read any range of a dump."""

    folder: str
    siteinfo: SiteInfo
    headers: dict[str, DumpHeader]
    page_props: str | None
    namespaces: tuple[int, ...]
    lead: str


class RangeExtractor(RangeReader):
    """Reads ranges of a Wikipedia dump."""

    def __init__(self, options: ExtractOptions) -> None:
        wiki = Wiki.for_siteinfo(options.siteinfo)
        super().__init__(Reading(options.folder, options.headers, wiki, options.namespaces))
        self.props = PageProps.open(Path(options.page_props)) if options.page_props else None
        self.lead = options.lead

    def begin(self, dump_range: DumpRange) -> "_RangeRun":
        """An empty output for one range."""
        return _RangeRun(self, dump_range)


class _Page(NamedTuple):
    """A page that was read: its title key, its page properties, its content."""

    title: str
    props: Props | None
    content: PageContent


class _RangeRun(RangeRun[_Page]):
    """The growing output of one range."""

    def __init__(self, extractor: RangeExtractor, dump_range: DumpRange) -> None:
        super().__init__(extractor.reading, dump_range, ARTIFACTS)
        self.extractor = extractor
        self.links = LinkColumns()
        self.columns[schemas.LINKS.name] = self.links
        self.n_links = 0

    def read(self, page: DumpPage) -> _Page:
        """Read the wikitext with what page_props says of the page."""
        props = self.extractor.props.get(page.page_id) if self.extractor.props is not None else None
        title = self.title(page)
        flag = props.is_disambiguation if props is not None else None
        wiki, lead = self.reading.wiki, self.extractor.lead
        content = read_page(title, page.text or "", page.redirect, wiki, flag=flag, lead=lead)
        return _Page(title, props, content)

    def figures(self) -> dict[str, Any]:
        """Links, each occurrence."""
        return {"links": self.n_links}

    def add(self, page: DumpPage, content: _Page) -> None:
        """Rows of one page."""
        self._add(page, *content)

    def _add(self, page: DumpPage, title: str, props: Props | None, content: PageContent) -> None:
        columns, page_id = self.columns, page.page_id
        columns["pages"].append((
            page_id, page.namespace, title, str(content.kind), page.revision_id, page.timestamp, page.n_bytes,
            page.model,
        ))  # fmt: skip
        for name, n in content.outcomes.items():
            self.outcomes[name] += n
        if content.redirect is not None:
            redirect = content.redirect
            row = (page_id, title, redirect.target, redirect.fragment, str(redirect.status))
            columns["raw_redirects"].append(row)
            return
        if content.links.counts:
            self.links.add_page(page_id, title, content.links)
            self.n_links += sum(content.links.counts)
        columns["raw_hatnotes"].extend(
            sorted({(page_id, pair.surface, pair.target, pair.template) for pair in content.hatnotes})
        )
        if content.kind == PageKind.ARTICLE:
            self._add_article(page, title, props, content)
        else:
            kind = str(content.kind)
            columns["raw_disambiguation"].extend(
                sorted({(page_id, title, item.surface, item.target, item.position, kind) for item in content.items})
            )

    def _add_article(self, page: DumpPage, title: str, props: Props | None, content: PageContent) -> None:
        page_id, wiki = page.page_id, self.reading.wiki.siteinfo.wiki
        for rank, image in enumerate(content.images):
            self.columns["entity_images"].append((
                page_id, image_id(wiki, image.file_title), rank, image.file_title, str(image.written_as),
                image.in_template, str(image.origin), image.caption,
            ))  # fmt: skip
        images = (image.file_title for image in content.images)
        first_image = next((title for title in images if is_still_image(title)), None)
        self.columns["articles"].append((
            page_id, title, props.qid if props is not None else None, content.lead, content.categories,
            content.infobox_type, first_image, props.page_image if props is not None else None,
            page.revision_id, page.timestamp,
        ))  # fmt: skip
