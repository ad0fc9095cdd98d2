"""`build_kb --dump` with a dump that is not there: downloaded, planned, or explained."""

import re
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.commands import ROOT, run_here
from tests.support.http_fixtures import no_proxy, server
from tests.support.http_server import LocalServer
from tests.support.world import DATE, WIKI, page_files, page_props, shard_digests

__all__ = ["no_proxy", "server"]
CONTACT = ("--contact", "tests@example.org")
FOLDER = f"/{WIKI}/{DATE}/"
BUILD = ("--range-bytes", "16384")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables wide enough for any name of a temporary folder."""
    monkeypatch.setenv("COLUMNS", "250")


def build(dumps: Path, out: Path, *flags: str) -> CompletedProcess[str]:
    runner = str(ROOT / "runners" / "build_kb.py")
    return run_here(
        [sys.executable, runner, "--dump", DATE, "--dump-dir", str(dumps), "--out", str(out), *BUILD, *flags]
    )


def published(world: Path) -> list[Path]:
    """What the dump site has of a world."""
    return sorted(path for path in world.iterdir() if path.is_file())


def serve_world(server: LocalServer, world: Path) -> tuple[str, ...]:
    """Publish the dump of a world; the flag that names the server."""
    for path in published(world):
        server.put(FOLDER + path.name, path.read_bytes())
    return "--source", server.url("/{wiki}/{date}/")


def asked_pages(server: LocalServer) -> list[str]:
    return [seen.path for seen in server.seen if ".xml" in seen.path]


@pytest.fixture(scope="module")
def local(world_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The KB of local files."""
    out = tmp_path_factory.mktemp("local") / "kb"
    result = build(world_dir, out)
    assert result.returncode == 0, result.stderr
    return out


def test_a_downloaded_dump_gives_the_same_kb(server: LocalServer, world_dir: Path, local: Path, tmp_path: Path) -> None:
    source = serve_world(server, world_dir)
    result = build(tmp_path / "dumps", tmp_path / "kb", *source, *CONTACT)
    assert result.returncode == 0, result.stderr
    assert f"no dump {WIKI}-{DATE} was found; it is fetched now\n" in result.stderr
    assert shard_digests(tmp_path / "kb") == shard_digests(local)
    there = tmp_path / "dumps" / WIKI / DATE
    for path in (*page_files(world_dir), page_props(world_dir)):
        assert (there / path.name).read_bytes() == path.read_bytes()
    n_seen = len(server.seen)
    again = build(tmp_path / "dumps", tmp_path / "kb")
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("done before") == 6
    assert len(server.seen) == n_seen


def dry_run(world: Path, out: Path, *flags: str) -> dict[str, str]:
    """Rows of the summary of a dry run."""
    result = build(world, out, "--dry-run", *flags)
    assert (result.returncode, result.stderr) == (0, "")
    rows = [re.split(r" {2,}", line.strip(), maxsplit=1) for line in result.stdout.splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def test_the_dry_run_tells_finished_stages(world_dir: Path, local: Path, tmp_path: Path) -> None:
    first = dry_run(world_dir, tmp_path / "kb")
    assert first["stages done before"] == "none"
    assert first["stages to run"] == "extract, compact, count, resolve, priors, store"
    assert {"to read", "parsing, 1 worker(s)", "staging on disk"} <= set(first)
    assert list(tmp_path.iterdir()) == []
    again = dry_run(world_dir, local)
    assert again["stages done before"] == "extract, compact, count, resolve, priors, store"
    assert again["stages to run"] == "none: all is there"
    assert "to read" not in again
    changed = dry_run(world_dir, local, "--weight-title", "2")
    assert changed["stages done before"] == "extract, compact, count, resolve"
    assert changed["stages to run"] == "priors, store"
    assert dry_run(world_dir, local)["stages to run"] == "none: all is there"


def test_without_a_contact_it_says_what_to_do(server: LocalServer, world_dir: Path, tmp_path: Path) -> None:
    source = serve_world(server, world_dir)
    for flags in ((), ("--dry-run",)):
        result = build(tmp_path / "dumps", tmp_path / "kb", *source, *flags)
        assert (result.returncode, result.stdout) == (1, "")
        lines = result.stderr.splitlines()
        assert lines[0] == f"error: no dump {WIKI}-{DATE} was found; looked in"
        for folder in (f"{WIKI}/{DATE}", f"{WIKI}-{DATE}", WIKI):
            assert f"  {tmp_path / 'dumps' / folder}" in lines
        place = lines.index("To do it by hand, download")
        assert lines[place + 1].startswith(f"  {WIKI}-{DATE}-pages-articles-multistream.xml.bz2 with its index")
        assert lines[-1] == "With --contact MAIL it is downloaded"
    assert server.seen == []
    assert list(tmp_path.iterdir()) == []


def test_the_dry_run_downloads_nothing(server: LocalServer, world_dir: Path, tmp_path: Path) -> None:
    source = serve_world(server, world_dir)
    result = build(tmp_path / "dumps", tmp_path / "kb", *source, *CONTACT, "--max-rate", "0.01", "--dry-run")
    assert (result.returncode, result.stderr) == (0, "")
    parts = [path for path in published(world_dir) if re.search("multistream|page_props", path.name)]
    size = sum(path.stat().st_size for path in parts)
    assert all(path.name.removeprefix(f"{WIKI}-{DATE}-") in result.stdout for path in parts)
    assert f"{len(parts)}, {len(parts)} of them to come" in result.stdout
    assert re.search(rf"disk needed +{size / 1000:.0f} kB", result.stdout)
    assert re.search(rf"time +about {size / 10_000:.0f}[. ]", result.stdout)
    assert str(tmp_path / "kb") in result.stdout
    assert asked_pages(server) == []
    assert list(tmp_path.iterdir()) == []


def test_a_source_without_the_dump_is_named(server: LocalServer, tmp_path: Path) -> None:
    result = build(tmp_path / "dumps", tmp_path / "kb", "--source", server.url("/{wiki}/{date}/"), *CONTACT)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    place = lines.index(f"error: no source has the dump {WIKI}-{DATE}:")
    assert lines[place + 1].startswith(f"  {server.url(FOLDER)}dumpstatus.json")
    assert "To do it by hand, download" in lines
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "kb").exists()


def test_a_file_that_cannot_be_had_is_named_and_the_rest_stays(
    server: LocalServer, world_dir: Path, local: Path, tmp_path: Path
) -> None:
    source = serve_world(server, world_dir)
    missing = FOLDER + page_files(world_dir)[1].name
    body, kind = server.files.pop(missing)
    result = build(tmp_path / "dumps", tmp_path / "kb", *source, *CONTACT)
    assert result.returncode == 1
    assert f"{missing} answers 404" in result.stderr
    server.put(missing, body, kind=kind)
    assert build(tmp_path / "dumps", tmp_path / "kb", *source, *CONTACT).returncode == 0
    assert shard_digests(tmp_path / "kb") == shard_digests(local)
    assert len([path for path in asked_pages(server) if path != missing]) == 1


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--source", "ftp://example.org/"), "'ftp://example.org/' must begin with http:// or https://"),
        (("--max-rate", "0"), "argument --max-rate: '0' is no number of megabytes"),
        (("--max-rate", "fast"), "argument --max-rate: 'fast' is no number of megabytes"),
    ],
)
def test_wrong_flags_are_refused(tmp_path: Path, flags: tuple[str, ...], message: str) -> None:
    result = build(tmp_path / "dumps", tmp_path / "kb", *CONTACT, *flags)
    assert result.returncode == 2
    assert message in result.stderr.splitlines()[0]
