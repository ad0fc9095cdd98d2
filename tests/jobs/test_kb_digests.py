"""The same bytes whatever the engine, the worker count and the packing of the dump."""

import bz2
import gzip
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.beamx.engine import Engine
from tests.support.world import build_world_kb, page_files, shard_digests, whole_xml

ENGINES = {
    "2 threads": Engine(workers=2, worker_mode="thread"),
    "2 processes": Engine(workers=2, worker_mode="process"),
    "inline": Engine(shuffle="inline"),
    "inline, 2 processes": Engine(workers=2, worker_mode="process", shuffle="inline"),
}


@pytest.fixture(scope="module")
def digests(red_world_kb: Path) -> dict[str, str]:
    """Digests of the plain run: one worker, spill."""
    found = shard_digests(red_world_kb)
    assert any(name.startswith("store/") for name in found)
    assert sum(name.startswith("mentions/") for name in found) > 10
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ENGINES)
def test_engines_give_the_same_bytes(world_dir: Path, tmp_path: Path, digests: dict[str, str], name: str) -> None:
    build_world_kb(world_dir, tmp_path / "kb", keep_red_links=True, engine=ENGINES[name])
    assert shard_digests(tmp_path / "kb") == digests


def test_two_runs_give_the_same_bytes(world_dir: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    build_world_kb(world_dir, tmp_path / "kb", keep_red_links=True)
    assert shard_digests(tmp_path / "kb") == digests


@pytest.mark.parametrize("range_bytes", [1, 1 << 30])
def test_ranges_do_not_show(world_dir: Path, tmp_path: Path, digests: dict[str, str], range_bytes: int) -> None:
    build_world_kb(world_dir, tmp_path / "kb", keep_red_links=True, range_bytes=range_bytes)
    assert shard_digests(tmp_path / "kb") == digests


def _as_xml(world: Path, folder: Path) -> list[Path]:
    path = folder / "enwiki-20210101-pages-articles.xml"
    path.write_bytes(whole_xml(world))
    return [path]


def _as_gzip(world: Path, folder: Path) -> list[Path]:
    path = folder / "enwiki-20210101-pages-articles.xml.gz"
    path.write_bytes(gzip.compress(whole_xml(world)))
    return [path]


def _as_single_stream(world: Path, folder: Path) -> list[Path]:
    path = folder / "enwiki-20210101-pages-articles.xml.bz2"
    path.write_bytes(bz2.compress(whole_xml(world)))
    return [path]


def _as_multistream(world: Path, folder: Path) -> list[Path]:
    """Streams of seven pages, no index."""
    xml = whole_xml(world)
    starts = [match.start() for match in re.finditer(rb"  <page>\n", xml)]
    cuts = [0, *starts[::7], xml.rindex(b"</mediawiki>"), len(xml)]
    path = folder / "enwiki-20210101-pages-articles-multistream.xml.bz2"
    path.write_bytes(b"".join(bz2.compress(xml[a:b]) for a, b in itertools.pairwise(cuts)))
    return [path]


def _as_three_parts(world: Path, folder: Path) -> list[Path]:
    xml = whole_xml(world)
    starts = [match.start() for match in re.finditer(rb"  <page>\n", xml)]
    end = xml.rindex(b"</mediawiki>")
    cuts = [starts[0], starts[100], starts[300], end]
    paths = []
    for number, (a, b) in enumerate(itertools.pairwise(cuts), 1):
        path = folder / f"enwiki-20210101-pages-articles{number}.xml{'.bz2' if number < 3 else ''}"
        data = xml[: starts[0]] + xml[a:b] + b"</mediawiki>\n"
        path.write_bytes(bz2.compress(data) if number < 3 else data)
        paths.append(path)
    return paths


@pytest.mark.parametrize("pack", [_as_xml, _as_gzip, _as_single_stream, _as_multistream, _as_three_parts])
def test_packing_does_not_show(
    world_dir: Path, tmp_path: Path, digests: dict[str, str], pack: Callable[[Path, Path], list[Path]]
) -> None:
    (tmp_path / "dump").mkdir()
    files = tuple(pack(world_dir, tmp_path / "dump"))
    build_world_kb(world_dir, tmp_path / "kb", keep_red_links=True, files=files)
    assert shard_digests(tmp_path / "kb") == digests


def test_order_of_parts_does_not_show(world_dir: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    build_world_kb(world_dir, tmp_path / "kb", keep_red_links=True, files=page_files(world_dir)[::-1])
    assert shard_digests(tmp_path / "kb") == digests


def test_other_options_do_show(world_kb: Path, digests: dict[str, str]) -> None:
    found = shard_digests(world_kb)
    assert found["links/part-00000.parquet"] == digests["links/part-00000.parquet"]
    assert found != digests
