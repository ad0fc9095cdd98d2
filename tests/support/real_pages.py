"""Pages of real dumps for tests, read the plain way."""

import bz2
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from pipeline.titles.siteinfo import read_siteinfo_api
from pipeline.titles.wiki import Wiki

ORACLE = Path("oracle/enwiki-sample")
SAMPLE = Path("dumps/enwiki-20160501-sample-pages-articles.xml.bz2")


@dataclass(frozen=True)
class RealPage:
    """One page as the dump has it."""

    namespace: int
    title: str
    redirect: str | None
    text: str


def real_pages(path: Path) -> Iterator[RealPage]:
    """All pages of a dump, whatever its export version."""
    openers = {".bz2": bz2.open, ".gz": gzip.open}
    with openers.get(path.suffix, open)(path, "rb") as file:
        root = ET.fromstring(file.read())
    for page in root.iter():
        if _name(page) == "page":
            found = {_name(element): element for element in page.iter()}
            redirect = found["redirect"].get("title", "") if "redirect" in found else None
            namespace = int(found["ns"].text or 0) if "ns" in found else 0
            yield RealPage(namespace, found["title"].text or "", redirect, found["text"].text or "")


def oracle_wiki(data_dir: Path) -> Wiki:
    """The wiki that MediaWiki was set up as for the oracle."""
    value = json.loads((data_dir / ORACLE / "siteinfo.json").read_text(encoding="utf-8"))
    return Wiki.for_siteinfo(read_siteinfo_api(value, "enwiki"))


def oracle_rows(data_dir: Path, name: str) -> list[tuple[str, ...]]:
    """Rows of one oracle table without its header."""
    lines = (data_dir / ORACLE / name).read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.split("\t")) for line in lines if line]


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
