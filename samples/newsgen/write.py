"""Writes the news wiki's dump and its truth."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from worldgen.dumpfiles import PartWriter, part_names
from worldgen.sidefiles import write_checksums

from newsgen.plan import NewsWorld
from newsgen.truth import mention_rows, news_rows, passages

NEWS_WIKI = "enwikinews"
COMPRESSORS = 2


def write_news(world: NewsWorld, folder: Path, truth: Path, date: str) -> None:
    """`folder` gets the dump as it is published, `truth` what its pages say."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{NEWS_WIKI}-{date}"
    [(pages, index)] = part_names(stem, [(1, 1)])
    with ThreadPoolExecutor(COMPRESSORS) as pool:
        writer = PartWriter(folder / pages, NEWS_WIKI, pool)
        for page, _ in world.pages:
            writer.add(page)
        writer.finish(folder / index)
    write_checksums(folder, stem, {"articlesmultistreamdump": [pages, index]})
    rows = list(news_rows(world))
    dropped = {(row["article_id"], row["position"]) for row in rows if row.get("status") == "dropped"}
    write_lines(truth / "news.jsonl", rows)
    mentions = list(mention_rows(world, dropped))
    write_lines(truth / "mentions.jsonl", mentions)
    taken = [row for row in rows if row["row"] == "pair" and row["status"] != "dropped"]
    text = json.dumps(passages(taken, mentions), ensure_ascii=False, indent=0)
    (truth / "captions.json").write_text(text + "\n", encoding="utf-8")


def write_lines(path: Path, rows: Iterable[dict]) -> None:
    """One JSON object a line."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with path.open("w", encoding="utf-8") as file:
        file.writelines(encode(row) + "\n" for row in rows)
