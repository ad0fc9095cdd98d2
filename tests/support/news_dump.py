"""A small news dump written by hand, and the corpus job run over it."""

import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import ROOT
from tests.support.dumps import SITEINFO, dump_head, page_xml, write_multistream
from tests.support.shared import built_once

NEWS_SITEINFO = SITEINFO.replace("testwiki", "enwikinews").replace(
    '<namespace key="14"', '<namespace key="6" case="first-letter">File</namespace>\n      <namespace key="14"'
)
_MILL = (
    "{{date|June 3, 2011}}\n"
    "[[File:Mill fire.jpg|thumb|The mill at {{w|otterton (town)|Otterton}} burns.<br>Photo: Sam Roe]]\n"
    "[[Image:Mill fire.jpg|left|The mill at {{w|Otterton}} burns.]]\n"
    "[[File:LocationOtterland.svg|thumb|Map of Otterland here]]\n"
    "[[File:B.jpg|thumb|The {{odd thing|old}} wheel]]\n"
    "{{publish}}\n[[Category:Disasters and accidents]]\n[[Category:Otterland]]"
)
_MAYOR = (
    "{{date|May 1, 2007}}\n[[File:Mayor.ogg|thumb|The speech of the mayor]]\n[[File:C.jpg|thumb|Ann Dee]]\n"
    "[[File:D.jpg|thumb|They found a corpse there]]\n"
    "<gallery>\nFile:E one.png|The [[w:de:ottern|otters]] at play\n</gallery>\n"
    "[[Category:published]] [[Category:Politics and conflicts]]"
)
_EARLY = (
    "{{Date|March 4, 2005}}\n[[File:G.jpg|thumb|The old town hall]]\n"
    "[[File:Mill fire.jpg|thumb|The mill at [[w:Otterton|Otterton]] burns.]]\n{{Publish}}"
)
_LATER = (
    "{{date|April 5, 2012}}\n[[File:Mill fire.jpg|thumb|The mill at {{w|Otterton}} burns.]]\n"
    "[[File:H.jpg|thumb|A race in the {{odd thing|new}} town {{strange}}]]\n{{publish}}\n[[Category:Sports]]"
)
ARTICLES = {
    3: ("Mill burns", _MILL),
    4: ("Mayor speaks", _MAYOR),
    5: ("Draft story", "{{date|May 2, 2009}}\n[[File:F.jpg|thumb|A picture of nothing]]\n{{develop}}"),
    6: ("Early news", _EARLY),
    20000: ("Later story", _LATER),
}
"""Page id -> title and wikitext; 20000 lies in another shard."""


def news_pages() -> list[tuple[int, str, str]]:
    """All pages of the dump in order: articles, a redirect, a local file, a talk page, a script, a broken page."""
    pages = {number: (title, page_xml(number, title, text)) for number, (title, text) in ARTICLES.items()}
    pages[7] = ("Old mill", page_xml(7, "Old mill", "#REDIRECT [[Mill burns]]", redirect="Mill burns"))
    pages[8] = ("File:G.jpg", page_xml(8, "File:G.jpg", "{{fairuse}}", namespace=6))
    pages[9] = ("Talk:Mill burns", page_xml(9, "Talk:Mill burns", "[[File:Z.jpg|thumb|Not an article]]", namespace=1))
    pages[10] = ("Script", page_xml(10, "Script", "x = 1", model="javascript"))
    return [(number, *pages[number]) for number in sorted(pages)]


def many_news_pages(copies: int) -> list[tuple[int, str, str]]:
    """So many copies of the articles, each with an id and captions of its own: a run that lasts a while."""
    pages = []
    for copy in range(copies):
        for number, (title, text) in sorted(ARTICLES.items()):
            page_id = 100 * copy + number % 100
            own = text.replace("Otterton", f"Otterton {copy}") + f"\n{'The mill is old. ' * 60}"
            pages.append((page_id, f"{title} {copy}", page_xml(page_id, f"{title} {copy}", own)))
    return sorted(pages)


def write_news_dump(folder: Path, pages: list[tuple[int, str, str]] | None = None, *, pages_a_stream: int = 2) -> Path:
    """A multistream dump."""
    path = folder / "enwikinews-20210101-pages-articles-multistream.xml.bz2"
    head = dump_head(siteinfo=NEWS_SITEINFO)
    write_multistream(path, news_pages() if pages is None else pages, pages_a_stream=pages_a_stream, head=head)
    return path


def run_corpus(news: Path, out: Path, **options: Any) -> Any:
    """Build the corpus of a dump with small ranges; `options` are those of CorpusOptions."""
    from pipeline.jobs.corpus import build_corpus
    from pipeline.jobs.corpus_options import CorpusOptions

    return build_corpus(CorpusOptions(out=out, **{"files": (news,), "range_bytes": 1, **options}))


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small news dump, to be read only."""
    return next(built_once(tmp_path_factory, "news", write_news_dump).iterdir())


@pytest.fixture(scope="session")
def built_corpus(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus of the small news dump, to be read only."""
    return built_once(tmp_path_factory, "corpus", lambda folder: run_corpus(dump, folder / "corpus")) / "corpus"


@pytest.fixture
def corpus(built_corpus: Path, tmp_path: Path) -> Path:
    """A copy of that corpus, for a test that changes it."""
    return Path(shutil.copytree(built_corpus, tmp_path / "corpus"))


def corpus_command(dump: Path, out: Path, *flags: str) -> list[str]:
    """The command line that does what `run_corpus` does."""
    runner = str(ROOT / "runners" / "build_corpus.py")
    return [sys.executable, runner, "--file", str(dump), "--out", str(out), "--range-bytes", "1", *flags]


def corpus_digests(corpus: Path) -> dict[str, str]:
    """Relative path -> sha256 of everything that readers get: shards, funnel, queue, licences."""
    named = ("funnel.json", "funnel.html", "review/queue.jsonl", "ATTRIBUTION", "LICENSES")
    files = [*corpus.glob("[!.]*/*.parquet"), *(corpus / name for name in named)]
    return {
        str(path.relative_to(corpus)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
        if path.is_file()
    }
