"""A sample encyclopedia and news wiki of which everything is known.

Example: python samples/make_world.py --out samples/world --entities 200 --seed 1
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TextIO

from mediagen.commons import write_commons
from mediagen.wikipedia import ArticleImages
from newsgen.plan import plan_news
from newsgen.write import NEWS_WIKI, write_news
from worldgen.dumpfiles import DumpedPage, PartWriter, part_names
from worldgen.page import Page
from worldgen.plan import compose, plan_world
from worldgen.sidefiles import PagePropsWriter, write_checksums

COMPRESSORS = 2
DRAWING = {"Pillow": "PIL", "imageio-ffmpeg": "imageio_ffmpeg"}


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
    news: int
    unseen: int
    aliases: int
    no_media: bool

    @property
    def stem(self) -> str:
        """How every published file name begins."""
        return f"{self.wiki}-{self.date}"


def make_world(options: WorldOptions) -> dict[str, int]:
    """Write the dumps, the files and their truth; returns counts for the summary."""
    folder = options.out
    truth = folder / "truth"
    _clear(options)
    truth.mkdir(parents=True)
    seen = ArticleImages()
    news = plan_news(options.news, options.seed, options.date, options.unseen, options.aliases)
    counts = _write_encyclopedia(options, news.redirects, seen)
    write_news(news, folder / NEWS_WIKI / options.date, truth, options.date)
    pictures = list({**seen.pictures, **news.library.pictures}.values())
    write_commons(pictures, folder / "commons", options.date)
    about = {
        "wiki": options.wiki, "date": options.date, "seed": options.seed, "pages": sum(counts.values()),
        "kinds": counts, "news_pages": len(news.pages),
    }  # fmt: skip
    if not options.no_media:
        from mediagen.write import write_media  # noqa: PLC0415 - needs Pillow

        about["media_bytes"] = write_media(pictures, {**seen.kinds, **news.kinds}, folder / "media", truth)
    (truth / "world.json").write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return {**counts, "news": len(news.pages), "media": 0 if options.no_media else len(pictures)}


def _clear(options: WorldOptions) -> None:
    """Remove an older world; folders that no world wrote stay."""
    folder = options.out
    if (folder / "truth" / "world.json").is_file():
        for name in ("truth", "media", "commons", f"{NEWS_WIKI}/{options.date}"):
            shutil.rmtree(folder / name, ignore_errors=True)
    shutil.rmtree(folder / "truth", ignore_errors=True)
    for old in folder.glob(f"{options.stem}-*"):
        old.unlink()


def _write_encyclopedia(options: WorldOptions, redirects: dict[str, str], seen: ArticleImages) -> dict[str, int]:
    """The Wikipedia part, with redirects for the news; `seen` hears of the images of its articles."""
    rng = Random(options.seed)
    planned = plan_world(options.entities, options.pages, rng, redirects)
    folder = options.out
    props_name = f"{options.stem}-page_props.sql.gz"
    props = PagePropsWriter(folder / props_name, options.wiki, options.date)
    counts: dict[str, int] = {}
    pages = _shown(compose(planned, rng, options.date), seen)
    with (
        (folder / "truth" / "pages.jsonl").open("w", encoding="utf-8") as truth,
        ThreadPoolExecutor(COMPRESSORS) as pool,
    ):
        noted = _noted(pages, props, truth, counts)
        names = _write_parts(noted, len(planned), options, pool)
    props.finish()
    jobs = {"articlesmultistreamdump": names, "pagepropstable": [props_name]}
    write_checksums(folder, options.stem, jobs)
    return counts


def _shown(pages: Iterator[tuple[DumpedPage, Page]], seen: ArticleImages) -> Iterator[tuple[DumpedPage, Page]]:
    for dumped, page in pages:
        seen.see(page)
        yield dumped, page


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
    parser.add_argument("--news", type=int, default=80, help="news articles (at least those made by hand)")
    parser.add_argument(
        "--unseen", type=int, default=0, metavar="PERCENT", help="mentions by a name that the encyclopedia lacks"
    )
    parser.add_argument(
        "--aliases", type=int, default=0, metavar="PERCENT", help="mentions by a name that only a redirect knows"
    )
    parser.add_argument("--no-media", action="store_true", help="write no images")
    flags = parser.parse_args(argv)
    if flags.parts < 1 or len(flags.date) != 8 or not flags.date.isdigit():
        parser.error("--parts must be at least 1 and --date eight digits")
    for name in ("unseen", "aliases"):
        if not 0 <= getattr(flags, name) <= 100:
            parser.error(f"--{name} is {getattr(flags, name)}; it is a percentage from 0 to 100")
    return WorldOptions(**vars(flags))


def main() -> int:
    """Run the command."""
    options = read_flags()
    missing = [] if options.no_media else [name for name, module in DRAWING.items() if find_spec(module) is None]
    if missing:
        print(
            f"{' and '.join(missing)} draw the images and films, and are not installed: "
            "pip install 'mel-toolkit[images]', or pass --no-media",
            file=sys.stderr,
        )
        return 1
    counts = make_world(options)
    pages = sum(n for kind, n in counts.items() if kind not in ("news", "media"))
    print(f"{options.out}: {pages} pages: {', '.join(f'{n} {kind}' for kind, n in sorted(counts.items()))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
