"""Broken dumps end in one clear sentence, and lose nothing that was finished."""

import bz2
import gzip
import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pipeline.records import schemas
from pipeline.records.manifest import open_artifact
from tests.support.commands import run_command, run_here
from tests.support.world import DATE, WIKI, build_command, page_files, shard_digests, whole_xml

FLAGS = ("--range-bytes", "1", "--keep-red-links")


@pytest.fixture(scope="module")
def digests(red_world_kb: Path) -> dict[str, str]:
    return shard_digests(red_world_kb)


@pytest.fixture
def dump(world_dir: Path, tmp_path: Path) -> Path:
    """A copy of the world, to be broken."""
    return Path(shutil.copytree(world_dir, tmp_path / "world"))


def build(world: Path, out: Path, *flags: str, files: tuple[Path, ...] | None = None) -> CompletedProcess[str]:
    return run_here(build_command(world, out, *FLAGS, *flags, files=files))


def assert_one_sentence(result: CompletedProcess[str], *words: str) -> None:
    """Exit code 1, one error that holds the words, no traceback; after a missing dump the way to get it may follow."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, result.stderr
    after = result.stderr.splitlines()[result.stderr.splitlines().index(errors[0]) + 1 :]
    assert not after or after[-1] == "With --contact MAIL it is downloaded", result.stderr
    for word in words:
        assert word in errors[0], errors[0]


def finished_units(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in out.glob(".staging/extract-*/_units/[!.]*.json")}


def stream_starts(path: Path) -> list[int]:
    return [match.start() for match in re.finditer(rb"BZh91AY&SY", path.read_bytes())]


def test_truncated_in_a_stream(dump: Path, world_dir: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    broken = page_files(dump)[-1]
    data = broken.read_bytes()
    broken.write_bytes(data[: stream_starts(broken)[-2] + 500])
    result = build(dump, tmp_path / "kb")
    assert_one_sentence(result, str(broken))
    before = finished_units(tmp_path / "kb")
    assert len(before) >= 2
    again = build(dump, tmp_path / "kb")
    assert again.stderr.splitlines()[-1] == result.stderr.splitlines()[-1]
    after = finished_units(tmp_path / "kb")
    assert {name: after[name] for name in before} == before
    broken.write_bytes(data)
    assert build(dump, tmp_path / "kb").returncode == 0
    assert shard_digests(tmp_path / "kb") == digests
    assert page_files(world_dir)[-1].read_bytes() == data


def test_truncated_between_streams(dump: Path, tmp_path: Path) -> None:
    """What is left is sound bz2; only the closing tag tells."""
    broken = page_files(dump)[-1]
    broken.write_bytes(broken.read_bytes()[: stream_starts(broken)[-1]])
    assert_one_sentence(build(dump, tmp_path / "kb"), str(broken), "cut off")


def corrupt(path: Path) -> None:
    """Turn some bits of the third stream."""
    data = bytearray(path.read_bytes())
    middle = stream_starts(path)[2] + 300
    data[middle : middle + 8] = bytes(byte ^ 0xFF for byte in data[middle : middle + 8])
    path.write_bytes(data)


def test_corrupted_stream(dump: Path, tmp_path: Path) -> None:
    broken = page_files(dump)[0]
    corrupt(broken)
    assert_one_sentence(build(dump, tmp_path / "kb"), str(broken))
    assert len(finished_units(tmp_path / "kb")) >= 1


def test_corrupted_stream_with_two_workers(dump: Path, tmp_path: Path) -> None:
    broken = page_files(dump)[0]
    corrupt(broken)
    result = run_command(build_command(dump, tmp_path / "kb", *FLAGS, "--workers", "2"))
    assert_one_sentence(result, str(broken))


def test_truncated_gzip(dump: Path, tmp_path: Path) -> None:
    path = dump / "enwiki-20210101-pages-articles.xml.gz"
    data = gzip.compress(whole_xml(dump))
    path.write_bytes(data[: len(data) * 2 // 3])
    assert_one_sentence(build(dump, tmp_path / "kb", files=(path,)), str(path))


@pytest.mark.parametrize("name", ["empty.xml", "empty.xml.bz2", "empty.xml.gz"])
def test_empty_file(dump: Path, tmp_path: Path, name: str) -> None:
    path = dump / name
    path.write_bytes(b"")
    assert_one_sentence(build(dump, tmp_path / "kb", files=(path,)), str(path), "empty")


HTML = b"<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head><body><page>gone</page></body></html>\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("dump.xml", HTML),
        ("dump.xml.bz2", HTML),
        ("packed.xml.bz2", bz2.compress(HTML)),
        ("noise.xml.bz2", b"\x00\x01" * 99),
    ],
)
def test_something_else_than_a_dump(dump: Path, tmp_path: Path, name: str, data: bytes) -> None:
    path = dump / name
    path.write_bytes(data)
    assert_one_sentence(build(dump, tmp_path / "kb", files=(path,)), str(path))


def test_missing_file(dump: Path, tmp_path: Path) -> None:
    path = dump / "nowhere.xml.bz2"
    assert_one_sentence(build(dump, tmp_path / "kb", files=(path,)), str(path))


def test_pages_in_two_files(dump: Path, tmp_path: Path) -> None:
    first = page_files(dump)[0]
    twice = (first, Path(shutil.copy(first, dump / "again.xml.bz2")))
    result = build(dump, tmp_path / "kb", files=twice)
    assert_one_sentence(result, "occurs twice")
    assert len(finished_units(tmp_path / "kb")) > 2


def test_files_of_two_wikis(dump: Path, tmp_path: Path) -> None:
    other = dump / "other.xml"
    other.write_bytes(whole_xml(dump).replace(b"<dbname>enwiki<", b"<dbname>dewiki<"))
    result = build(dump, tmp_path / "kb", files=(page_files(dump)[0], other))
    assert_one_sentence(result, "dewiki", "enwiki")


def test_other_encoding_is_noticed(dump: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    path = dump / "wide.xml.bz2"
    path.write_bytes(bz2.compress(("\ufeff" + whole_xml(dump).decode()).encode("utf-16-le")))
    result = build(dump, tmp_path / "kb", files=(path,))
    assert result.returncode == 0, result.stderr
    assert shard_digests(tmp_path / "kb") == digests


def test_page_that_is_no_utf8(dump: Path, tmp_path: Path) -> None:
    """One page in some hundred dies: too many for the default, a dead letter with its title otherwise."""
    xml = whole_xml(dump)
    broken = xml.replace("'''Łódź'''".encode(), b"'''\xa3\xf3d\xbc'''")
    assert broken != xml
    path = dump / "latin.xml"
    path.write_bytes(broken)
    assert_one_sentence(build(dump, tmp_path / "kb", files=(path,)), "--max-error-rate")
    result = build(dump, tmp_path / "kb", "--max-error-rate", "0.1", files=(path,))
    assert result.returncode == 0, result.stderr
    (letter,) = open_artifact(tmp_path / "kb" / "errors", schemas.ERRORS).table().to_pylist()
    assert letter["title"] == "Łódź"
    assert letter["message"]


def test_page_without_id(dump: Path, tmp_path: Path) -> None:
    xml = whole_xml(dump)
    start = xml.index(b"<title>Lion</title>")
    end = xml.index(b"</id>", start) + len(b"</id>")
    path = dump / "no-id.xml"
    path.write_bytes(xml[:start] + b"<title>Lion</title><ns>0</ns>" + xml[end:])
    result = build(dump, tmp_path / "kb", "--max-error-rate", "0.1", files=(path,))
    assert result.returncode == 0, result.stderr
    (letter,) = open_artifact(tmp_path / "kb" / "errors", schemas.ERRORS).table().to_pylist()
    assert letter["title"] == "Lion"


def test_two_pages_with_one_title(dump: Path, tmp_path: Path) -> None:
    """The older page id keeps the title."""
    xml = whole_xml(dump)
    start = xml.rindex(b"  <page>", 0, xml.index(b"<title>Lion</title>"))
    page = xml[start : xml.index(b"</page>\n", start) + len(b"</page>\n")]
    old_id = int(re.search(rb"<id>(\d+)</id>", page)[1])
    copy = page.replace(b"<id>%d</id>" % old_id, b"<id>999999</id>", 1)
    path = dump / "twice.xml"
    path.write_bytes(xml.replace(b"</mediawiki>", copy + b"</mediawiki>"))
    result = build(dump, tmp_path / "kb", files=(path,))
    assert result.returncode == 0, result.stderr
    titles = open_artifact(tmp_path / "kb" / "titles", schemas.TITLES).table().to_pylist()
    assert [row["page_id"] for row in titles if row["title_key"] == "Lion"] == [old_id]


def test_broken_page_props(dump: Path, tmp_path: Path) -> None:
    table = dump / f"{WIKI}-{DATE}-page_props.sql.gz"
    data = gzip.decompress(table.read_bytes())
    table.write_bytes(gzip.compress(data[: len(data) // 2]))
    assert_one_sentence(build(dump, tmp_path / "kb"), str(table))


def from_dump_dir(dump: Path, out: Path, *flags: str) -> CompletedProcess[str]:
    command = build_command(dump, out, *FLAGS, *flags)
    start = command.index("--file")
    end = command.index("--page-props")
    del command[start : end + 2]
    return run_here([*command, "--dump", DATE, "--wiki", WIKI, "--dump-dir", str(dump)])


def test_dump_by_date(dump: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    result = from_dump_dir(dump, tmp_path / "kb")
    assert result.returncode == 0, result.stderr
    assert shard_digests(tmp_path / "kb") == digests


def test_missing_index_is_found_by_scanning(dump: Path, tmp_path: Path, digests: dict[str, str]) -> None:
    for path in dump.glob("*index*"):
        path.unlink()
    (dump / "dumpstatus.json").unlink()
    result = from_dump_dir(dump, tmp_path / "kb")
    assert result.returncode == 0, result.stderr
    assert shard_digests(tmp_path / "kb") == digests


@pytest.mark.parametrize("damage", [b"no index at all", b"12:9:Lion\n999999999:10:Tiger\n", b"7:9:Lion\n8:10:Tiger\n"])
def test_wrong_index_does_no_harm(dump: Path, tmp_path: Path, digests: dict[str, str], damage: bytes) -> None:
    for path in dump.glob("*index*"):
        path.write_bytes(bz2.compress(damage))
    (dump / "dumpstatus.json").unlink()
    result = from_dump_dir(dump, tmp_path / "kb")
    assert result.returncode == 0, result.stderr
    assert shard_digests(tmp_path / "kb") == digests


def test_missing_part_is_noticed(dump: Path, tmp_path: Path) -> None:
    page_files(dump)[0].unlink()
    assert_one_sentence(from_dump_dir(dump, tmp_path / "kb"), "missing")


def test_changed_file_is_noticed(dump: Path, tmp_path: Path) -> None:
    path = page_files(dump)[1]
    path.write_bytes(path.read_bytes()[:-100])
    assert_one_sentence(from_dump_dir(dump, tmp_path / "kb"), str(path), "dumpstatus.json")


def test_unfinished_dump_is_refused(dump: Path, tmp_path: Path) -> None:
    status = dump / "dumpstatus.json"
    status.write_text(status.read_text(encoding="utf-8").replace('"done"', '"in-progress"'), encoding="utf-8")
    assert_one_sentence(from_dump_dir(dump, tmp_path / "kb"), "in-progress")


def test_unknown_date(dump: Path, tmp_path: Path) -> None:
    result = run_here(
        [*build_command(dump, tmp_path / "kb")[:2], "--out", str(tmp_path / "kb"), "--dump", "20200101", "--wiki", WIKI,
         "--dump-dir", str(dump)]
    )  # fmt: skip
    assert_one_sentence(result, "20200101")


def test_without_page_props_the_templates_decide(world_dir: Path, world_kb: Path, tmp_path: Path) -> None:
    result = run_here(
        [*build_command(world_dir, tmp_path / "kb")[:2], "--out", str(tmp_path / "kb"), "--file",
         *map(str, page_files(world_dir))]
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "no page_props" in result.stderr
    kinds = [open_artifact(kb / "titles", schemas.TITLES).table() for kb in (tmp_path / "kb", world_kb)]
    assert kinds[0].equals(kinds[1])
    entities = open_artifact(tmp_path / "kb" / "entities", schemas.ENTITIES).table()
    assert entities["qid"].null_count == entities["page_image"].null_count == entities.num_rows
