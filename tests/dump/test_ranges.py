"""Cutting dumps into ranges: every byte once, every page once, whatever the index says."""

import bz2
import logging
import os
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dump import streams
from pipeline.dump.header import read_header
from pipeline.dump.index import WrongIndex, index_beside, index_offsets
from pipeline.dump.pages import iter_pages
from pipeline.dump.ranges import DumpRange, plan_ranges
from pipeline.dump.scan import stream_starts
from pipeline.records.errors import InputError, UsageError
from tests.support.dumps import (
    FOOT,
    dump_head,
    dump_xml,
    page_xml,
    write_bz2,
    write_gzip,
    write_multistream,
    write_plain,
    write_streams,
)

NAME = "testwiki-20210101-pages-articles-multistream.xml.bz2"
INDEX = "testwiki-20210101-pages-articles-multistream-index.txt.bz2"


def some_pages(n):
    return [(i, f"T:{i}", page_xml(i, f"T:{i}", f"text {i} " * (i % 40))) for i in range(1, n + 1)]


def titles(ranges):
    found = []
    for part in ranges:
        header = read_header(Path(part.path))
        found += [page.title for page in iter_pages(part, header, keep=lambda _: True)]
    return found


def assert_covers(ranges, path):
    assert [part.ordinal for part in ranges] == list(range(len(ranges)))
    assert (ranges[0].start, ranges[-1].end) == (0, path.stat().st_size)
    assert all(a.end == b.start for a, b in pairwise(ranges))
    assert all(part.size_bytes > 0 for part in ranges)


def test_multistream_by_its_index(tmp_path):
    path, pages = tmp_path / NAME, some_pages(95)
    offsets = write_multistream(path, pages, pages_a_stream=10, index=tmp_path / INDEX)
    ranges = plan_ranges([path], range_bytes=1)
    assert [part.start for part in ranges] == offsets[:-1]  # the closing tag has no range of its own
    assert_covers(ranges, path)
    assert titles(ranges) == [title for _, title, _ in pages]


def test_multistream_by_a_scan(tmp_path):
    path, pages = tmp_path / NAME, some_pages(95)
    offsets = write_multistream(path, pages, pages_a_stream=10)
    ranges = plan_ranges([path], range_bytes=1)
    assert [part.start for part in ranges] == offsets[:-1]
    assert titles(ranges) == [title for _, title, _ in pages]


def test_ranges_hold_at_least_the_wanted_bytes(tmp_path):
    path = tmp_path / NAME
    write_multistream(path, some_pages(300), pages_a_stream=5)
    ranges = plan_ranges([path], range_bytes=2000)
    assert_covers(ranges, path)
    assert len(ranges) > 3
    assert all(2000 <= part.size_bytes < 4000 for part in ranges[:-1])
    assert not any(part.whole_file for part in ranges)


@pytest.mark.parametrize("write", [write_plain, write_bz2, write_gzip])
def test_other_files_are_one_range(tmp_path, write):
    path = write(tmp_path / "dump", dump_xml([xml for _, _, xml in some_pages(50)]))
    (part,) = plan_ranges([path], range_bytes=1)
    assert part == DumpRange(str(path), 0, path.stat().st_size, 0, whole_file=True)
    assert len(titles([part])) == 50


def test_other_encodings_are_not_cut(tmp_path):
    path = tmp_path / "dump.bz2"
    xml = dump_xml([xml for _, _, xml in some_pages(50)]).encode("utf-16")
    write_streams(path, [xml[:5001], xml[5001:]])
    (part,) = plan_ranges([path], range_bytes=1)
    assert len(titles([part])) == 50


def test_several_files_in_the_order_given(tmp_path):
    paths = []
    for n in (1, 2):
        paths.append(tmp_path / f"part{n}.bz2")
        write_multistream(paths[-1], [(n, f"P{n}", page_xml(n, f"P{n}"))] * 4, pages_a_stream=2)
    ranges = plan_ranges([paths[1], paths[0]], range_bytes=1)
    assert titles(ranges) == ["P2"] * 4 + ["P1"] * 4
    assert [part.unit for part in ranges][:2] == ["00000-000000000000", f"00001-{ranges[1].start:012d}"]
    assert len({part.unit for part in ranges}) == len(ranges)


def wrong_indexes(tmp_path):
    """An index with one fault each, and what the warning says."""
    path = tmp_path / NAME
    offsets = write_multistream(path, some_pages(95), pages_a_stream=10, index=tmp_path / INDEX)
    size = path.stat().st_size
    good = bz2.decompress((tmp_path / INDEX).read_bytes()).decode()
    moved = good.replace(f"\n{offsets[4]}:", f"\n{offsets[4] + 1}:")
    return {
        "moved": (moved, f"names the offset {offsets[4] + 1:,}, where no bz2 stream begins"),
        "past": (good + f"{size}:5:X\n", f"names the offset {size:,}, past the end of the dump ({size:,} bytes)"),
        "text": (good + "hello\n", "has a line that is no offset:page_id:title"),
        "empty": ("\n", "has a line that is no offset:page_id:title"),
    }


@pytest.mark.parametrize("fault", ["moved", "past", "text", "empty"])
def test_wrong_index_is_noticed_and_the_file_scanned(tmp_path, caplog, fault):
    text, message = wrong_indexes(tmp_path)[fault]
    (tmp_path / INDEX).write_bytes(bz2.compress(text.encode()))
    with caplog.at_level(logging.WARNING):
        ranges = plan_ranges([tmp_path / NAME], range_bytes=1)
    assert titles(ranges) == [title for _, title, _ in some_pages(95)]
    (record,) = caplog.records
    assert message in record.getMessage()
    assert "the index is not used" in record.getMessage()
    assert INDEX in record.getMessage()


def test_truncated_index_is_noticed(tmp_path):
    wrong_indexes(tmp_path)
    index = tmp_path / INDEX
    index.write_bytes(index.read_bytes()[:-20])
    with pytest.raises(WrongIndex, match=r"cannot be read: the file ends inside a bz2 stream"):
        index_offsets(index, 1 << 40)
    index.write_bytes(b"")
    with pytest.raises(WrongIndex, match="is empty"):
        index_offsets(index, 1 << 40)


def test_index_that_stops_too_early_is_noticed(tmp_path, caplog, monkeypatch):
    path, pages = tmp_path / NAME, [(i, str(i), page_xml(i, str(i), os.urandom(3000).hex())) for i in range(400)]
    offsets = write_multistream(path, pages, pages_a_stream=10, index=tmp_path / INDEX)
    text = bz2.decompress((tmp_path / INDEX).read_bytes()).decode().splitlines(keepends=True)
    (tmp_path / INDEX).write_bytes(bz2.compress("".join(text[:20]).encode()))
    monkeypatch.setattr("pipeline.dump.ranges._LONGEST_GAP", 10_000)
    ranges = plan_ranges([path], range_bytes=1)
    assert len(ranges) == len(offsets) - 1
    assert "names no stream in the" in caplog.text


def test_index_offsets_are_split_at_the_first_colon(tmp_path):
    index = tmp_path / "i.txt"
    index.write_text("500:10:A: B:C\n500:11:D\n90:2:E:12:F", encoding="utf-8")
    assert index_offsets(index, 1000) == [0, 90, 500]


def test_names_of_index_files(tmp_path):
    names = {
        "enwiki-20210101-pages-articles-multistream.xml.bz2": "enwiki-20210101-pages-articles-multistream-index.txt.bz2",
        "e-1-pages-articles-multistream2.xml-p41243p151573.bz2": "e-1-pages-articles-multistream-index2.txt-p41243p151573.bz2",
        "plain-multistream.xml.bz2": "plain-multistream-index.txt",
    }
    for name, index in names.items():
        assert index_beside(tmp_path / name) is None
        (tmp_path / index).touch()
        assert index_beside(tmp_path / name) == tmp_path / index
    assert index_beside(tmp_path / "enwiki-20210101-pages-articles.xml.bz2") is None


def test_index_given_by_name(tmp_path):
    path, pages = tmp_path / "any.bz2", some_pages(30)
    write_multistream(path, pages, pages_a_stream=10, index=tmp_path / "other.txt.bz2")
    ranges = plan_ranges([path], range_bytes=1, indexes={path: tmp_path / "other.txt.bz2"})
    assert len(ranges) == 4
    assert titles(ranges) == [title for _, title, _ in pages]


def test_scan_is_kept_until_the_file_changes(tmp_path):
    path, cache = tmp_path / NAME, tmp_path / "cache"
    write_multistream(path, some_pages(40), pages_a_stream=10)
    read = []
    first = stream_starts(path, cache, read.append)
    assert sum(read) == path.stat().st_size
    assert stream_starts(path, cache, read.append) == first
    assert sum(read) == path.stat().st_size  # not read again
    (kept,) = cache.iterdir()
    kept.write_text("{", encoding="utf-8")
    assert stream_starts(path, cache) == first
    write_multistream(path, some_pages(40), pages_a_stream=20)
    assert len(stream_starts(path, cache)) == 4


def test_header_bytes_alone_are_no_start(tmp_path):
    """What looks like a header must not cut where no stream ends before it and no block decodes."""
    path = tmp_path / "x.bz2"
    fake = bz2.compress(b"x")[:10]
    offsets = write_streams(path, [dump_head(), FOOT])
    path.write_bytes(path.read_bytes() + b"noise" + fake + b"noise" + fake)
    assert stream_starts(path) == offsets


def test_stream_after_noise_is_a_start(tmp_path):
    """A stream whose forerunner lost its end is found all the same: it decodes."""
    path = tmp_path / "x.bz2"
    offsets = write_streams(path, [dump_head(), page_xml(1, "A") + FOOT])
    data = path.read_bytes()
    path.write_bytes(data[: offsets[1] - 1] + b"\xff" + data[offsets[1] :])
    assert stream_starts(path) == offsets


def test_scan_over_the_border_of_its_window(tmp_path, monkeypatch):
    path = tmp_path / NAME
    offsets = write_multistream(path, some_pages(95), pages_a_stream=5)
    for size in range(16, 40):
        monkeypatch.setattr("pipeline.dump.scan._SCAN_BYTES", size)
        assert stream_starts(path) == offsets


def test_range_size_below_one_is_refused(tmp_path):
    with pytest.raises(UsageError, match="the size of a range must be at least 1 byte, not 0"):
        plan_ranges([tmp_path], range_bytes=0)


def test_a_file_named_twice_is_refused(tmp_path):
    path = write_bz2(tmp_path / "a.bz2", dump_xml([]))
    with pytest.raises(UsageError, match=r"a\.bz2 is named twice"):
        plan_ranges([path, tmp_path / "." / "a.bz2"])


def test_what_is_no_dump_is_refused_at_once(tmp_path):
    (tmp_path / "a.bz2").write_bytes(b"<html>")
    with pytest.raises(InputError, match="it is an HTML page"):
        plan_ranges([tmp_path / "a.bz2"])


@settings(deadline=None)
@given(
    cuts=st.lists(st.floats(0, 1), max_size=8),
    range_bytes=st.integers(1, 3000),
    sizes=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    chunk=st.sampled_from([3, 64, 1 << 20]),
)
def test_any_cut_into_streams_and_ranges_gives_the_same_pages(tmp_path_factory, cuts, range_bytes, sizes, chunk):
    """Streams may be cut anywhere, inside pages and tags too, as parallel compressors do."""
    xml = dump_xml([page_xml(i, f"T{i}", "ä<&" * size) for i, size in enumerate(sizes)]).encode()
    places = [0, *sorted(int(cut * len(xml)) for cut in cuts), len(xml)]
    path = tmp_path_factory.mktemp("cut") / "dump.bz2"
    write_streams(path, [xml[a:b] for a, b in pairwise(places)])
    kept, streams.CHUNK_BYTES = streams.CHUNK_BYTES, chunk
    try:
        ranges = plan_ranges([path], range_bytes=range_bytes)
        assert_covers(ranges, path)
        header = read_header(path)
        pages = [page for part in ranges for page in iter_pages(part, header, keep=lambda _: True)]
    finally:
        streams.CHUNK_BYTES = kept
    assert [(page.title, page.text) for page in pages] == [(f"T{i}", "ä<&" * size) for i, size in enumerate(sizes)]


def test_a_range_alone_gives_its_own_pages(tmp_path):
    path = tmp_path / NAME
    write_multistream(path, some_pages(30), pages_a_stream=10)
    ranges = plan_ranges([path], range_bytes=1)
    assert [len(titles([part])) for part in ranges] == [0, 10, 10, 10]
    assert len(titles([replace(ranges[1], end=ranges[2].end)])) == 20


@pytest.mark.parametrize("chunk", [64, 1 << 20])
def test_streams_cut_at_every_byte_of_a_tag(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr("pipeline.dump.streams.CHUNK_BYTES", chunk)
    path = tmp_path / "dump.bz2"
    xml = dump_xml([page_xml(i, f"T{i}", os.urandom(300).hex()) for i in range(3)]).encode()
    tag = xml.index(b"<page>", xml.index(b"<page>") + 1)
    end = xml.index(b"</page>") + 7
    for place in {*range(tag - 4, tag + 12), *range(end - 9, end + 2)}:
        write_streams(path, [xml[:place], xml[place:]])
        ranges = plan_ranges([path], range_bytes=1)
        assert [len(titles([part])) for part in ranges] == ([1, 2] if place <= tag else [2, 1])
        assert titles(ranges) == ["T0", "T1", "T2"]
