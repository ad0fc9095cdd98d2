"""Naming all titles in one process: memory a page, inputs included.

A table of made-up pages stands in for a wiki: three fifths redirects, ids with gaps, list pages with items, hatnotes.
One process writes it, another names it (`name_titles`, first step of stage `resolve`) and tells how far its resident
memory rose above what it was after the imports.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.beamx.sink import ShardWriter, finish_artifact
from pipeline.jobs.kb_naming import name_titles
from pipeline.kb.red_links import RedRule
from pipeline.records import schemas
from pipeline.records.manifest import open_artifact
from pipeline.transforms.compact_span import span_bits

GAP = 5
"""Page ids per page, as on the English Wikipedia."""
N_WORDS = 40_000
KINDS = ("redirect", "article", "disambiguation")
SHARES = (0.6, 0.37, 0.03)
MADE = (schemas.PAGES, schemas.RAW_REDIRECTS, schemas.RAW_DISAMBIGUATION, schemas.RAW_HATNOTES)


class Wiki:
    """Made-up pages; the same for one number of pages."""

    def __init__(self, n_pages: int) -> None:
        self.random = np.random.default_rng(1)
        letters = self.random.integers(97, 123, size=(N_WORDS, 9), dtype=np.uint8)
        lengths = self.random.integers(3, 10, size=N_WORDS)
        words = [bytes(row[:n]).decode() for row, n in zip(letters, lengths, strict=True)]
        self.words = pa.array(words)
        self.n_pages = n_pages
        self.ids = np.arange(1, n_pages + 1) * GAP
        self.kinds = self.random.choice(len(KINDS), size=n_pages, p=SHARES)
        drawn = self.random.integers(0, N_WORDS, size=(2, n_pages))
        number = pc.cast(pa.array(np.arange(n_pages)), pa.string())
        first, second = pc.utf8_capitalize(self.words.take(pa.array(drawn[0]))), self.words.take(pa.array(drawn[1]))
        name = pc.binary_join_element_wise(first, second, number, " ")
        qualified = pc.binary_join_element_wise(name, "(", second, ")", "")
        self.titles = pc.if_else(pa.array(np.arange(n_pages) % 8 == 0), qualified, name)

    def targets(self, n: int) -> pa.Array:
        """Titles of random pages, one in fifty of no page."""
        titles = self.titles.take(pa.array(self.random.integers(0, self.n_pages, size=n)))
        is_red = pa.array(self.random.random(n) < 0.02)
        return pc.if_else(is_red, pc.binary_join_element_wise(titles, "x", " "), titles)

    def tables(self, rows: slice) -> Iterator[tuple[schemas.Schema, pa.Table]]:
        """The span's rows of each artifact of `MADE`."""
        ids, titles, kinds = self.ids[rows], self.titles[rows], self.kinds[rows]
        names = pa.array(KINDS).take(pa.array(kinds))
        yield schemas.PAGES, table(schemas.PAGES, page_id=ids, title=titles, kind=names)
        of = [np.flatnonzero(kinds == number) for number in range(len(KINDS))]
        redirects, lists = of[0], np.repeat(of[2], 8)
        hatnotes = of[1][::20]
        yield schemas.RAW_REDIRECTS, table(
            schemas.RAW_REDIRECTS, page_id=ids[redirects], title=titles.take(pa.array(redirects)),
            target=self.targets(len(redirects)), status="ok",
        )  # fmt: skip
        yield schemas.RAW_DISAMBIGUATION, table(
            schemas.RAW_DISAMBIGUATION, page_id=ids[lists], page_title=titles.take(pa.array(lists)),
            surface=titles.take(pa.array(lists)), target=self.targets(len(lists)), kind="disambiguation",
            position=np.arange(len(lists), dtype=np.int32),
        )  # fmt: skip
        yield schemas.RAW_HATNOTES, table(
            schemas.RAW_HATNOTES, page_id=ids[hatnotes], surface=titles.take(pa.array(hatnotes)),
            target=self.targets(len(hatnotes)), template="For",
        )  # fmt: skip


def table(schema: schemas.Schema, **columns: object) -> pa.Table:
    """A table of the schema; columns that are not given are empty or zero."""
    rows = len(columns["page_id"])  # type: ignore[arg-type]
    arrays = []
    for column in schema.columns:
        zero = None if column.nullable else "" if pa.types.is_string(column.type) else 0
        value = columns.get(column.name, zero)
        is_one = value is None or isinstance(value, str | int)
        arrays.append(pa.repeat(pa.scalar(value, column.type), rows) if is_one else pa.array(value, column.type))
    return pa.table(arrays, schema=schema.arrow)


def make(folder: Path, n_pages: int) -> None:
    """Write the wiki's shards."""
    wiki, bits = Wiki(n_pages), span_bits(n_pages * GAP)
    for number in range((int(wiki.ids[-1]) >> bits) + 1):
        first, last = np.searchsorted(wiki.ids, (number << bits, (number + 1) << bits)).tolist()
        for schema, rows in wiki.tables(slice(first, last)):
            ShardWriter(str(folder / schema.name), schema).write(number, rows)
    for schema in MADE:
        finish_artifact(folder / schema.name, schema, "made")


def measure(folder: Path, n_pages: int) -> None:
    """Name the wiki's titles and print the figures."""
    before, begun = peak_bytes(), time.monotonic()
    name_titles(
        lambda schema: open_artifact(folder / schema.name, schema),
        folder / "work",
        span_bits=span_bits(n_pages * GAP),
        red=RedRule(keep=False, disambiguation=""),
    )
    seconds = time.monotonic() - begun
    print(f"{n_pages:,} pages: {seconds:.1f} s, {(peak_bytes() - before) / 1e6:,.0f} MB above {before / 1e6:,.0f} MB")
    print(f"figure: naming_bytes_per_page {(peak_bytes() - before) / n_pages:.1f}")


def peak_bytes() -> int:
    """The most memory that this process ever had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000_000)
    parser.add_argument("--step", choices=("make", "measure"), help="used by the script itself")
    parser.add_argument("--folder", type=Path, help="used by the script itself")
    values = parser.parse_args()
    if values.step == "make":
        make(values.folder, values.pages)
    elif values.step == "measure":
        measure(values.folder, values.pages)
    else:
        with tempfile.TemporaryDirectory() as folder:
            for step in ("make", "measure"):
                command = [sys.executable, __file__, "--pages", str(values.pages), "--step", step, "--folder", folder]
                subprocess.run(command, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
