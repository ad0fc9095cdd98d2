"""The same bytes whatever the engine, the ranges and the packing of the news dump."""

import bz2
from pathlib import Path

import pytest

from pipeline.beamx.engine import Engine
from tests.support.dumps import write_bz2, write_plain
from tests.support.news_dump import corpus_digests, news_pages, run_corpus

ENGINES = {
    "2 threads": Engine(workers=2, worker_mode="thread"),
    "2 processes": Engine(workers=2, worker_mode="process"),
}


@pytest.fixture(scope="module")
def digests(built_corpus: Path) -> dict[str, str]:
    """Digests of the plain run with one worker."""
    found = corpus_digests(built_corpus)
    assert {"pairs/part-00001.parquet", "funnel.json", "funnel.html", "review/queue.jsonl"} <= set(found)
    return found


@pytest.mark.parametrize("name", ENGINES)
def test_engines_give_the_same_bytes(dump: Path, tmp_path: Path, digests: dict[str, str], name: str) -> None:
    run_corpus(dump, tmp_path / "corpus", engine=ENGINES[name])
    assert corpus_digests(tmp_path / "corpus") == digests


@pytest.mark.parametrize("range_bytes", [1 << 10, 1 << 30])
def test_ranges_do_not_show(dump: Path, tmp_path: Path, digests: dict[str, str], range_bytes: int) -> None:
    run_corpus(dump, tmp_path / "corpus", range_bytes=range_bytes)
    assert corpus_digests(tmp_path / "corpus") == digests


def test_packing_and_order_do_not_show(dump: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    whole = _whole_xml(dump)
    one = write_bz2(tmp_path / "enwikinews-20210101-pages-articles.xml.bz2", whole)
    run_corpus(one, tmp_path / "one")
    assert corpus_digests(tmp_path / "one") == digests
    cut = whole.index("  <page>\n    <title>Early news")
    head, foot = whole[: whole.index("  <page>")], "</mediawiki>\n"
    first = write_plain(tmp_path / "enwikinews-20210101-pages-articles1.xml", whole[:cut] + foot)
    second = write_plain(tmp_path / "enwikinews-20210101-pages-articles2.xml", head + whole[cut:])
    run_corpus(dump, tmp_path / "two", files=(second, first))
    assert corpus_digests(tmp_path / "two") == digests


def _whole_xml(dump: Path) -> str:
    return bz2.decompress(dump.read_bytes()).decode()


def test_the_fixture_is_whole(dump: Path) -> None:
    assert _whole_xml(dump).count("<page>") == len(news_pages())


def test_other_options_do_show(dump: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    run_corpus(dump, tmp_path / "corpus", years=(2007, 2011))
    found = corpus_digests(tmp_path / "corpus")
    assert found["articles/part-00000.parquet"] == digests["articles/part-00000.parquet"]
    assert found["pairs/part-00000.parquet"] != digests["pairs/part-00000.parquet"]
