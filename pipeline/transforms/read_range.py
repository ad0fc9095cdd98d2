"""Pages of one dump range to staging shards, whatever the rows."""

import gc
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.deadletters import DeadLetters, guard
from pipeline.dump.header import DumpHeader
from pipeline.dump.pages import DumpPage, PageProblem, iter_pages
from pipeline.dump.ranges import DumpRange
from pipeline.records import schemas
from pipeline.records.columns import Columns
from pipeline.records.errors import PageError
from pipeline.records.names import DropReason
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard
from pipeline.titles.wiki import Wiki

STAGE = "extract"
FLUSH_CHARS = 32 << 20
ROW_CHARS = 500
"""What a page costs beside its text: stubs and redirects fill columns too."""
WIKITEXT = "wikitext"
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class ExtractUnit:
    """One range, or its first `max_pages` pages."""

    dump_range: DumpRange
    max_pages: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What any reader of ranges needs: where to write, whose dump it is, which namespaces to read."""

    folder: str
    headers: Mapping[str, DumpHeader]
    wiki: Wiki
    namespaces: tuple[int, ...]


class RangeReader(ABC):
    """Reads ranges of one dump; built once per worker."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def extract(self, unit: ExtractUnit) -> dict[str, Any]:
        """Write the staging shards of one range and return its completion record."""
        with _no_collections():
            return self.begin(unit.dump_range).run(_pages(unit, self.reading))

    @abstractmethod
    def begin(self, dump_range: DumpRange) -> "RangeRun[Any]":
        """An empty output for one range."""


class RangeRun(ABC, Generic[Content]):
    """The growing output of one range: rows, shards, the reckoning, dead letters."""

    def __init__(self, reading: Reading, dump_range: DumpRange, artifacts: Sequence[Schema]) -> None:
        self.reading = reading
        self.artifacts = tuple(artifacts)
        self.columns = {schema.name: Columns(schema) for schema in artifacts}
        self.dropped: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self._unit = dump_range.unit
        self._size_bytes = dump_range.end - dump_range.start
        self._shards: list[dict[str, Any]] = []
        self._dead = DeadLetters(STAGE, self._unit)
        self._n_in = self._n_out = self._n_chars = 0

    @abstractmethod
    def read(self, page: DumpPage) -> Content:
        """What the page holds; whatever it raises makes a dead letter."""

    @abstractmethod
    def add(self, page: DumpPage, content: Content) -> None:
        """Put the rows of a page that could be read into `columns`."""

    def refuse(self, page: DumpPage) -> str:
        """Why a page of a kept namespace is left out, '' when it is not."""
        return "" if page.model == WIKITEXT else f"{DropReason.NOT_WIKITEXT}:{page.model}"

    def pass_over(self, page: DumpPage) -> None:
        """Hear of a page whose namespace is not kept; it has no text."""

    def figures(self) -> dict[str, Any]:
        """Further figures of the completion record."""
        return {}

    def run(self, pages: Iterator[DumpPage | PageProblem]) -> dict[str, Any]:
        """Read all pages, write the shards; the completion record."""
        namespaces = frozenset(self.reading.namespaces)
        for page in pages:
            self._n_in += 1
            if isinstance(page, PageProblem):
                self._dead.add(page.reason, page.message, page_id=page.page_id, title=page.title)
            elif page.namespace not in namespaces:
                self.dropped[f"{DropReason.NAMESPACE_NOT_KEPT}:{page.namespace}"] += 1
                self.pass_over(page)
            elif reason := self.refuse(page):
                self.dropped[reason] += 1
            else:
                self._keep(page)
        self._flush()
        if self._dead:
            self._write(schemas.ERRORS, self._dead.table())
        return {
            "shards": self._shards,
            "in": self._n_in,
            "out": self._n_out,
            "dead": len(self._dead),
            "dropped": dict(sorted(self.dropped.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "bytes": self._size_bytes,
            **self.figures(),
        }

    def _keep(self, page: DumpPage) -> None:
        content = None
        with guard(self._dead, page_id=page.page_id, title=page.title):
            _check_page(page)
            content = self.read(page)
        if content is None:
            return
        if page.text is None:
            self.outcomes["deleted_text"] += 1
        self._n_out += 1
        self.add(page, content)
        self._n_chars += len(page.text or "") + ROW_CHARS
        if self._n_chars >= FLUSH_CHARS:
            self._flush()

    def title(self, page: DumpPage) -> str:
        """Title key; the title as it is where today's prefixes would read it as another wiki's or namespace's."""
        parsed = self.reading.wiki.titles.parse(page.title)
        is_own = parsed.key and not parsed.interwiki and parsed.namespace == page.namespace
        return parsed.key if is_own else page.title

    def _flush(self) -> None:
        """Write the rows so far, one shard an artifact."""
        for schema in self.artifacts:
            if len(self.columns[schema.name]):
                self._write(schema, self.columns[schema.name].take())
        self._n_chars = 0
        gc.collect(0)

    def _write(self, schema: Schema, table: pa.Table) -> None:
        folder = Path(self.reading.folder) / schema.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._unit}.{len(self._shards):04d}.parquet"
        shard = write_shard(table, path, schema, is_sorted=True)
        record = {"artifact": schema.name, **asdict(shard)}
        if schema is not schemas.ERRORS:
            ids = pc.min_max(table[schema.columns[0].name])
            record |= {"min_id": ids["min"].as_py(), "max_id": ids["max"].as_py()}
        self._shards.append(record)


def _check_page(page: DumpPage) -> None:
    if page.page_id < 0:
        raise PageError("bad_id", f"a page id is a number from 0, got {page.page_id}")


def _pages(unit: ExtractUnit, reading: Reading) -> Iterator[DumpPage | PageProblem]:
    kept = frozenset(reading.namespaces)
    pages = iter_pages(
        unit.dump_range,
        reading.headers[unit.dump_range.path],
        namespace_of=lambda title: reading.wiki.titles.parse(title).namespace,
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
