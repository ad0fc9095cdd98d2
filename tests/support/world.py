"""The sample world as a fixture, and the job run over it."""

import bz2
import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import ROOT
from tests.support.shared import built_once

WIKI, DATE, NEWS_WIKI = "enwiki", "20210101", "enwikinews"


def make_world(out: Path, *flags: str) -> Path:
    """Run `samples/make_world.py` as a user would; returns `out`."""
    command = [sys.executable, str(ROOT / "samples" / "make_world.py"), "--out", str(out), *flags]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return out


@pytest.fixture(scope="session")
def world_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small world in two parts, made once."""
    return built_once(tmp_path_factory, "world", lambda folder: make_world(folder, "--entities", "150", "--seed", "7"))


@pytest.fixture(scope="session")
def middle_world_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of 3,000 pages, for runs that must last long enough to be disturbed."""
    return built_once(
        tmp_path_factory,
        "middle-world",
        lambda folder: make_world(folder, "--pages", "3000", "--seed", "3", "--no-media"),
    )


@pytest.fixture(scope="session")
def world_kb(world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The KB of the small world, to be read only; beside it the counts of its summary, `counts.json`."""
    return built_once(tmp_path_factory, "world-kb", lambda folder: _build(world_dir, folder)) / "kb"


@pytest.fixture(scope="session")
def red_world_kb(world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with red links."""
    return (
        built_once(tmp_path_factory, "red-world-kb", lambda folder: _build(world_dir, folder, keep_red_links=True))
        / "kb"
    )


def _build(world: Path, folder: Path, **options: Any) -> None:
    counts = build_world_kb(world, folder / "kb", **options).counts
    (folder / "counts.json").write_text(json.dumps(counts), encoding="utf-8")


def news_files(world: Path) -> tuple[Path, ...]:
    """The dump of the news wiki."""
    return tuple(sorted((world / NEWS_WIKI / DATE).glob("*-pages-articles-multistream.xml.bz2")))


def commons_files(world: Path) -> tuple[Path, ...]:
    """The dump of Commons: pages of the files in `media/`."""
    return tuple(sorted((world / "commons").glob("*-pages-articles.xml.bz2")))


def page_files(world: Path) -> tuple[Path, ...]:
    """The dump parts in order."""
    return tuple(sorted(world.glob("*-pages-articles-multistream*.xml*.bz2")))


def page_props(world: Path) -> Path:
    """The page_props table."""
    return world / f"{WIKI}-{DATE}-page_props.sql.gz"


def build_world_kb(world: Path, out: Path, **options: Any) -> Any:
    """Build the KB of a world with small ranges; `options` are those of KbOptions."""
    from pipeline.jobs.kb import build_kb
    from pipeline.jobs.kb_options import KbOptions

    given = {"files": page_files(world), "page_props": page_props(world), "range_bytes": 1 << 14, **options}
    return build_kb(KbOptions(out=out, **given))


def build_command(world: Path, out: Path, *flags: str, files: Sequence[Path] | None = None) -> list[str]:
    """The command line that does what `build_world_kb` does."""
    paths = [str(path) for path in (page_files(world) if files is None else files)]
    runner = str(ROOT / "runners" / "build_kb.py")
    return [
        sys.executable, runner, "--file", *paths, "--page-props", str(page_props(world)), "--out", str(out), *flags,
    ]  # fmt: skip


def shard_digests(kb: Path) -> dict[str, str]:
    """Relative path -> sha256 of every published data file (Parquet shards and the store)."""
    files = [*kb.glob("[!.]*/*.parquet"), *(path for path in (kb / "store").rglob("*") if path.is_file())]
    return {
        str(path.relative_to(kb)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
        if not path.name.startswith("_")
    }


def whole_xml(world: Path) -> bytes:
    """All pages of all parts as one document."""
    texts = [bz2.decompress(path.read_bytes()) for path in page_files(world)]
    head = texts[0][: texts[0].index(b"  <page>")]
    bodies = [text[text.index(b"  <page>") : text.rindex(b"</mediawiki>")] for text in texts]
    return head + b"".join(bodies) + b"</mediawiki>\n"
