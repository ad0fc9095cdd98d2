"""One dump range to staging shards: pages, links, images, leads."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.deadletters import DeadLetters, guard
from pipeline.dump.header import DumpHeader
from pipeline.dump.page_props import PageProps, Props
from pipeline.dump.pages import DumpPage, PageProblem, iter_pages
from pipeline.dump.ranges import DumpRange
from pipeline.records import schemas
from pipeline.records.columns import Columns
from pipeline.records.digest import image_id
from pipeline.records.errors import PageError
from pipeline.records.names import DropReason, PageKind
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard
from pipeline.titles.file_kinds import is_still_image
from pipeline.titles.siteinfo import SiteInfo
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.page import PageContent, read_page

STAGE = "extract"
FLUSH_CHARS = 32 << 20
ROW_CHARS = 500
"""What a page costs beside its text: stubs and redirects fill columns too."""
WIKITEXT = "wikitext"
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


@dataclass(frozen=True, slots=True)
class ExtractUnit:
    """One range, or its first `max_pages` pages."""

    dump_range: DumpRange
    max_pages: int | None = None


class RangeExtractor:
    """Reads ranges of one dump; built once per worker."""

    def __init__(self, options: ExtractOptions) -> None:
        self.options = options
        self.wiki = Wiki.for_siteinfo(options.siteinfo)
        self.props = PageProps.open(Path(options.page_props)) if options.page_props else None

    def extract(self, unit: ExtractUnit) -> dict[str, Any]:
        """Write the staging shards of one range and return its completion record."""
        with _no_collections():
            return _RangeRun(self, unit.dump_range).run(self._pages(unit))

    def _pages(self, unit: ExtractUnit) -> Iterator[DumpPage | PageProblem]:
        header = self.options.headers[unit.dump_range.path]
        kept = frozenset(self.options.namespaces)
        pages = iter_pages(
            unit.dump_range,
            header,
            namespace_of=lambda title: self.wiki.titles.parse(title).namespace,
            keep=kept.__contains__,
        )
        for number, page in enumerate(pages):
            if number == unit.max_pages:
                return
            yield page


@contextmanager
def _no_collections() -> Iterator[None]:
    """No automatic garbage collection meanwhile: it walks over all rows so far, and pages leave next to no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _RangeRun:
    """The growing output of one range."""

    def __init__(self, extractor: RangeExtractor, dump_range: DumpRange) -> None:
        self.extractor = extractor
        self.options = extractor.options
        self.unit = dump_range.unit
        self.size_bytes = dump_range.end - dump_range.start
        self.columns = {schema.name: Columns(schema) for schema in ARTIFACTS}
        self.dropped: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.shards: list[dict[str, Any]] = []
        self.dead = DeadLetters(STAGE, self.unit)
        self.n_in = self.n_out = self.n_links = 0
        self.n_chars = 0

    def run(self, pages: Iterator[DumpPage | PageProblem]) -> dict[str, Any]:
        namespaces = frozenset(self.options.namespaces)
        for page in pages:
            self.n_in += 1
            if isinstance(page, PageProblem):
                self.dead.add(page.reason, page.message, page_id=page.page_id, title=page.title)
            elif page.namespace not in namespaces:
                self.dropped[f"{DropReason.NAMESPACE_NOT_KEPT}:{page.namespace}"] += 1
            elif page.model != WIKITEXT:
                self.dropped[f"{DropReason.NOT_WIKITEXT}:{page.model}"] += 1
            else:
                self._keep(page)
        self._flush()
        if self.dead:
            self._write(schemas.ERRORS, self.dead.table())
        return {
            "shards": self.shards,
            "in": self.n_in,
            "out": self.n_out,
            "dead": len(self.dead),
            "dropped": dict(sorted(self.dropped.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "links": self.n_links,
            "bytes": self.size_bytes,
        }

    def _keep(self, page: DumpPage) -> None:
        content = None
        with guard(self.dead, page_id=page.page_id, title=page.title):
            title, props, content = self._read(page)
        if content is None:
            return
        self.n_out += 1
        self._add(page, title, props, content)
        self.n_chars += len(page.text or "") + ROW_CHARS
        if self.n_chars >= FLUSH_CHARS:
            self._flush()

    def _read(self, page: DumpPage) -> tuple[str, Props | None, PageContent]:
        props = self.extractor.props.get(page.page_id) if self.extractor.props is not None else None
        if page.page_id < 0:
            raise PageError("bad_id", f"a page id is a number from 0, got {page.page_id}")
        if "\0" in page.title or "\0" in (page.text or ""):
            raise PageError("bad_xml", "the page holds the character U+0000, which XML forbids")
        title = self._title(page)
        flag = props.is_disambiguation if props is not None else None
        if page.text is None:
            self.outcomes["deleted_text"] += 1
        content = read_page(
            title, page.text or "", page.redirect, self.extractor.wiki, flag=flag, lead=self.options.lead
        )
        return title, props, content

    def _title(self, page: DumpPage) -> str:
        """Title key; the title as it is where today's prefixes would read it as another wiki's or namespace's."""
        parsed = self.extractor.wiki.titles.parse(page.title)
        is_own = parsed.key and not parsed.interwiki and parsed.namespace == page.namespace
        return parsed.key if is_own else page.title

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
        self._add_links(page_id, title, content.links)
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

    def _add_links(self, page_id: int, title: str, links: dict[tuple[str, str, str, str, bool], int]) -> None:
        if not links:
            return
        rows = self.columns["links"].lists
        for values, new in zip(rows[2:7], zip(*links, strict=True), strict=True):
            values.extend(new)
        rows[0].extend([page_id] * len(links))
        rows[1].extend([title] * len(links))
        rows[7].extend(links.values())
        self.n_links += sum(links.values())

    def _add_article(self, page: DumpPage, title: str, props: Props | None, content: PageContent) -> None:
        page_id, wiki = page.page_id, self.options.siteinfo.wiki
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

    def _flush(self) -> None:
        """Write the rows so far, one shard an artifact."""
        for schema in ARTIFACTS:
            if len(self.columns[schema.name]):
                self._write(schema, self.columns[schema.name].take())
        self.n_chars = 0
        gc.collect(0)

    def _write(self, schema: Schema, table: pa.Table) -> None:
        folder = Path(self.options.folder) / schema.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.unit}.{len(self.shards):04d}.parquet"
        shard = write_shard(table, path, schema, is_sorted=True)
        record = {"artifact": schema.name, **asdict(shard)}
        if schema is not schemas.ERRORS:
            ids = pc.min_max(table[schema.columns[0].name])
            record |= {"min_id": ids["min"].as_py(), "max_id": ids["max"].as_py()}
        self.shards.append(record)
