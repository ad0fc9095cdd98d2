"""Damaged dumps: one clear sentence with file, place and pages read; nothing silently lost."""

import bz2
import gzip
import time

import pytest

from pipeline.dump.blocks import PageWindow
from pipeline.dump.header import read_header
from pipeline.dump.pages import iter_pages
from pipeline.dump.ranges import plan_ranges
from pipeline.dump.streams import DamagedStream, PlainSource
from pipeline.records.errors import InputError
from tests.support.dumps import dump_head, dump_xml, page_xml, write_bz2, write_gzip, write_multistream, write_plain

PAGES = [page_xml(i, f"T{i}", f"{i} " * 200) for i in range(40)]


def read(path, range_bytes=1):
    """Titles in order, and the error of the first range that fails."""
    header = read_header(path)
    found = []
    for part in plan_ranges([path], range_bytes=range_bytes):
        try:
            found.extend(page.title for page in iter_pages(part, header, keep=lambda _: True))
        except InputError as error:
            return found, str(error)
    return found, None


WRITERS = {"plain": write_plain, "bz2": write_bz2, "gzip": write_gzip}


@pytest.mark.parametrize("form", WRITERS)
def test_truncated_file_at_many_places(tmp_path, form):
    path = WRITERS[form](tmp_path / "dump", dump_xml(PAGES))
    data = path.read_bytes()
    seen = set()
    for length in sorted({*range(len(data) // 2, len(data) - 14, max(len(data) // 60, 1)), len(data) - 14}):
        path.write_bytes(data[:length])
        try:
            found, error = read(path)
        except InputError as early:  # bz2 gives nothing before a whole block
            found, error = [], str(early)
        assert error is not None, length
        assert error.startswith(str(path))
        assert found == [f"T{i}" for i in range(len(found))]
        if "pages" in error:
            assert f" {len(found):,} pages of the range were read" in error
            assert f"at byte {length:,}" in error
        seen.add(error.split("; ")[0].split(", at")[0].removeprefix(f"{path}").lstrip(": "))
    assert seen & {
        "the file ends inside a page",
        "ends without </mediawiki>",
        "the file ends inside a gzip stream",
        "cannot be read: the file ends inside a bz2 stream",
    }


def test_multistream_cut_between_streams_is_noticed(tmp_path):
    path = tmp_path / "dump.bz2"
    offsets = write_multistream(path, [(i, "", xml) for i, xml in enumerate(PAGES)], pages_a_stream=10)
    data = path.read_bytes()
    for kept in (2, 3, 4, 5):
        path.write_bytes(data[: offsets[kept]])
        found, error = read(path)
        assert len(found) == 10 * (kept - 1)
        assert f"{path} ends without </mediawiki>, at byte {offsets[kept]:,}: it is cut off" in error


@pytest.mark.parametrize(("missing", "n_pages"), [(90, 0), (7, 10)])
def test_multistream_cut_inside_a_stream_keeps_what_came_before(tmp_path, missing, n_pages):
    """A bz2 stream that lacks only its checksum gives its pages, and the error after them."""
    path = tmp_path / "dump.bz2"
    offsets = write_multistream(path, [(i, "", xml) for i, xml in enumerate(PAGES)], pages_a_stream=10)
    end = offsets[3] - missing
    path.write_bytes(path.read_bytes()[:end])
    found, error = read(path)
    assert len(found) == 10 + n_pages
    assert error == (
        f"{path}: the file ends inside a bz2 stream, at byte {end:,}; {n_pages} pages of the range were read before it"
    )


def test_corrupted_stream_is_the_end_of_its_range_alone(tmp_path):
    path = tmp_path / "dump.bz2"
    offsets = write_multistream(path, [(i, "", xml) for i, xml in enumerate(PAGES)], pages_a_stream=10)
    data = bytearray(path.read_bytes())
    data[offsets[2] + 60] ^= 0xFF
    path.write_bytes(data)
    header, outcome = read_header(path), []
    for part in plan_ranges([path], range_bytes=1):
        try:
            outcome.append(len(list(iter_pages(part, header, keep=lambda _: True))))
        except InputError as error:
            outcome.append(str(error))
    assert outcome[:2] + outcome[3:] == [0, 10, 10, 10]
    assert outcome[2] == (
        f"{path}: the bz2 data near byte {offsets[2]:,} is damaged (Invalid data stream); "
        "0 pages of the range were read before it"
    )


def test_corrupted_header_of_a_stream_loses_nothing_silently(tmp_path):
    path = tmp_path / "dump.bz2"
    offsets = write_multistream(path, [(i, "", xml) for i, xml in enumerate(PAGES)], pages_a_stream=10)
    data = bytearray(path.read_bytes())
    data[offsets[2]] ^= 0xFF
    path.write_bytes(data)
    found, error = read(path)
    assert len(found) == 10
    assert f"the bz2 data near byte {offsets[2]:,} is damaged" in error


def test_corrupted_gzip(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.dump.streams.CHUNK_BYTES", 1000)
    path = write_gzip(tmp_path / "dump.gz", dump_xml(PAGES))
    data = bytearray(path.read_bytes())
    data[-6] ^= 0xFF  # in the checksum
    path.write_bytes(data)
    found, error = read(path)
    assert found == [f"T{i}" for i in range(39)]
    assert "the gzip data near byte" in error
    assert "39 pages of the range were read before it" in error


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress])
def test_concatenated_streams_are_all_read(tmp_path, pack):
    xml = dump_xml(PAGES).encode()
    path = tmp_path / "dump"
    path.write_bytes(b"".join(pack(xml[start : start + 999]) for start in range(0, len(xml), 999)) + bytes(512))
    assert read(path, range_bytes=1 << 30) == ([f"T{i}" for i in range(40)], None)


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress])
def test_bytes_after_the_last_stream_are_an_error(tmp_path, pack):
    path = tmp_path / "dump"
    path.write_bytes(pack(dump_xml(PAGES).encode()) + b"rubbish")
    found, error = read(path, range_bytes=1 << 30)
    assert len(found) == 40
    assert "is damaged" in error


def test_bad_utf16_is_a_problem_of_its_page_or_an_end(tmp_path):
    xml = dump_xml([page_xml(1, "A", "x@y"), page_xml(2, "B", "z")]).encode("utf-16")
    path = tmp_path / "dump.xml"
    path.write_bytes(xml.replace("@".encode("utf-16-le"), b"\x00\xd8"))
    header = read_header(path)
    (part,) = plan_ranges([path])
    found, page = iter_pages(part, header, keep=lambda _: True)
    assert (found.reason, found.title, page.title) == ("bad_encoding", "A", "B")
    path.write_bytes(xml + b"\x00")
    with pytest.raises(InputError, match=r"is no utf-16-le .*; 2 pages of the range were read before it"):
        list(iter_pages(plan_ranges([path])[0], header, keep=lambda _: True))


def test_page_without_end_is_bounded(tmp_path):
    path = tmp_path / "dump.xml"
    path.write_text(dump_head() + page_xml(1, "A") + "<page>" + "x" * (12 << 20), encoding="utf-8")
    with path.open("rb") as file:
        window = PageWindow(PlainSource(file), max_page_bytes=4 << 20)
        blocks = window.blocks()
        assert next(blocks).startswith(b"<page>")
        with pytest.raises(DamagedStream, match=r"a page is longer than 4 MB, at byte [\d,]+ of the file"):
            next(blocks)
        assert window.at < 10 << 20


def test_comment_without_end_is_an_error(tmp_path):
    path = tmp_path / "dump.xml"
    path.write_text(dump_head() + page_xml(1, "A") + "<!-- x" + page_xml(2, "B") + "</mediawiki>", encoding="utf-8")
    found, error = read(path)
    assert found == ["A"]
    assert "the file ends inside a page" in error


@pytest.mark.parametrize(
    "noise", ["<page>", "<page/>", "<page x='", "<!-- -->", "<page><title>", "<![CDATA[]]>", "&", "<"]
)
def test_hostile_files_take_linear_time(tmp_path, noise):
    def seconds(n):
        path = write_plain(
            tmp_path / f"{n}.xml", dump_head() + page_xml(1, "A") + noise * n + page_xml(2, "B") + "</mediawiki>"
        )
        start = time.process_time()
        read(path)
        return time.process_time() - start

    seconds(1000)
    once = min(seconds(4000) for _ in range(2))
    assert min(seconds(16_000) for _ in range(2)) < 8 * once + 0.1


def test_pages_that_do_not_end_are_not_copied_whole(tmp_path):
    path = write_plain(tmp_path / "dump.xml", dump_head() + "<page>" * 100_000 + "</page></mediawiki>")
    with path.open("rb") as file:
        window = PageWindow(PlainSource(file))
        blocks = window.blocks()
        assert len(next(blocks)) > 600_000
        assert window.careful(b"x" * 600_007) == b"<page>"
        for n, block in enumerate(blocks):
            assert len(block) <= 13
            if n < 99_998:
                assert window.careful(block) == b"<page>"
        assert n == 99_998
