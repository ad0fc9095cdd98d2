"""A sample Wikipedia dump whose every link and image is known.

Example: python samples/make_world.py --out samples/world --entities 200 --seed 1
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TextIO

from worldgen.dumpfiles import DumpedPage, PartWriter, part_names
from worldgen.page import Page
from worldgen.plan import compose, plan_world
from worldgen.sidefiles import PagePropsWriter, write_checksums

COMPRESSORS = 2


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What the flags say."""

    out: Path
    entities: int
    pages: int | None
    seed: int
    date: str
    wiki: str
    parts: int

    @property
    def stem(self) -> str:
        """How every published file name begins."""
        return f"{self.wiki}-{self.date}"


def make_world(options: WorldOptions) -> dict[str, int]:
    """Write the dump and its truth; returns counts for the summary."""
    rng = Random(options.seed)
    planned = plan_world(options.entities, options.pages, rng)
    folder = options.out
    shutil.rmtree(folder / "truth", ignore_errors=True)
    for old in folder.glob(f"{options.stem}-*"):
        old.unlink()
    (folder / "truth").mkdir(parents=True)
    props_name = f"{options.stem}-page_props.sql.gz"
    props = PagePropsWriter(folder / props_name, options.wiki, options.date)
    counts: dict[str, int] = {}
    pages = compose(planned, rng, options.date)
    with (
        (folder / "truth" / "pages.jsonl").open("w", encoding="utf-8") as truth,
        ThreadPoolExecutor(COMPRESSORS) as pool,
    ):
        noted = _noted(pages, props, truth, counts)
        names = _write_parts(noted, len(planned), options, pool)
    props.finish()
    jobs = {"articlesmultistreamdump": names, "pagepropstable": [props_name]}
    write_checksums(folder, options.stem, jobs)
    about = {"wiki": options.wiki, "date": options.date, "seed": options.seed, "pages": len(planned), "kinds": counts}
    (folder / "truth" / "world.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return counts


def _noted(
    pages: Iterator[tuple[DumpedPage, Page]],
    props: PagePropsWriter,
    truth: TextIO,
    counts: dict[str, int],
) -> Iterator[DumpedPage]:
    """Pass pages on, noting properties and truth of each."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    for dumped, page in pages:
        known = page_properties(dumped, page)
        for name, value in known.items():
            props.add(dumped.page_id, name, value)
        counts[page.kind] = counts.get(page.kind, 0) + 1
        truth.write(encode(truth_row(dumped, page, known)) + "\n")
        yield dumped


def page_properties(dumped: DumpedPage, page: Page) -> dict[str, str]:
    """Rows of page_props: what MediaWiki would know of the page."""
    known: dict[str, str] = {}
    if page.fields.get("flag"):
        known["disambiguation"] = ""
    if dumped.namespace == 0 and page.kind in {"article", "disambiguation"} and dumped.page_id % 8:
        known["wikibase_item"] = f"Q{dumped.page_id * 37 % 9_999_991 + 1}"
    if page.kind == "article" and page.images and dumped.page_id % 3:
        known["page_image_free"] = page.images[-1][0].replace(" ", "_")
    if "'" in page.title:
        known["displaytitle"] = f"<i>{page.title}</i>\n\\"
    return known


def truth_row(dumped: DumpedPage, page: Page, known: dict[str, str]) -> dict:
    """One line of truth/pages.jsonl."""
    image = known.get("page_image_free")
    return {
        "page_id": dumped.page_id,
        "namespace": dumped.namespace,
        "title": dumped.title,
        "kind": page.kind,
        "model": dumped.model,
        "state": dumped.state,
        "revision_id": dumped.revision_id,
        "timestamp": dumped.timestamp,
        "n_bytes": len(dumped.text.encode()),
        "qid": known.get("wikibase_item"),
        "page_image": image and image.replace("_", " "),
        "redirect": page.fields.get("redirect"),
        **page.truth(),
    }


def _write_parts(pages: Iterator[DumpedPage], total: int, options: WorldOptions, pool: ThreadPoolExecutor) -> list[str]:
    """Write the parts under temporary names, then under the names that tell their page ids."""
    spans: list[tuple[int, int]] = []
    for number in range(options.parts):
        size = total * (number + 1) // options.parts - total * number // options.parts
        writer = PartWriter(options.out / f"part{number}.tmp", options.wiki, pool)
        ids = [_added(writer, next(pages)) for _ in range(size)]
        writer.finish(options.out / f"index{number}.tmp")
        first = 1 if not spans else spans[-1][1] + 1
        spans.append((first, ids[-1] if ids else first))
    names: list[str] = []
    for number, (pages_name, index_name) in enumerate(part_names(options.stem, spans)):
        (options.out / f"part{number}.tmp").rename(options.out / pages_name)
        (options.out / f"index{number}.tmp").rename(options.out / index_name)
        names += [pages_name, index_name]
    return names


def _added(writer: PartWriter, page: DumpedPage) -> int:
    writer.add(page)
    return page.page_id


def read_flags(argv: list[str] | None = None) -> WorldOptions:
    """The command line as options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--entities", type=int, default=200, help="articles with names (at least those made by hand)")
    parser.add_argument("--pages", type=int, help="total pages; overrides --entities")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", default="20210101", help="YYYYMMDD in the file names")
    parser.add_argument("--wiki", default="enwiki")
    parser.add_argument("--parts", type=int, default=2, help="dump files")
    flags = parser.parse_args(argv)
    if flags.parts < 1 or len(flags.date) != 8 or not flags.date.isdigit():
        parser.error("--parts must be at least 1 and --date eight digits")
    return WorldOptions(**vars(flags))


def main() -> int:
    """Run the command."""
    options = read_flags()
    counts = make_world(options)
    print(
        f"{options.out}: {sum(counts.values())} pages: {', '.join(f'{n} {kind}' for kind, n in sorted(counts.items()))}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
