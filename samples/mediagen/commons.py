"""Writes a small dump of Commons: the pages of the files."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from newsgen.library import Picture
from worldgen.dumpfiles import DumpedPage, PartWriter
from worldgen.sidefiles import write_checksums

from mediagen.rights import rights_of

COMMONS = "commonswiki"


def write_commons(pictures: Sequence[Picture], folder: Path, date: str) -> None:
    """`commonswiki-<date>-pages-articles.xml.bz2` with a page for every file that lies there, and two others."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{COMMONS}-{date}"
    name = f"{stem}-pages-articles.xml.bz2"
    stamp = f"{date[:4]}-{date[4:6]}-{date[6:]}T00:00:07Z"
    pages = [
        DumpedPage(11, 0, "Main Page", "Welcome to the sample pictures.", revision_id=11, timestamp=stamp),
        DumpedPage(12, 14, "Category:Sample pictures", "Pictures.", revision_id=12, timestamp=stamp),
    ]
    kept = [one for one in pictures if not one.local and one.fate != "missing"]
    for number, picture in enumerate(kept, 20):
        text = rights_of(picture).text
        pages.append(DumpedPage(number, 6, f"File:{picture.file_title}", text, revision_id=number * 3, timestamp=stamp))
    with ThreadPoolExecutor(1) as pool:
        writer = PartWriter(folder / name, COMMONS, pool)
        for page in pages:
            writer.add(page)
        writer.finish(folder / "index.tmp")
    (folder / "index.tmp").unlink()
    write_checksums(folder, stem, {"articlesdump": [name]})
