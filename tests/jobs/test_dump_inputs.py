"""What a job knows of its dump before the first page."""

import shutil
from pathlib import Path

import pytest

from pipeline.dump.fetch_settings import FetchSettings
from pipeline.dump.sources import DEFAULT_SOURCES
from pipeline.jobs.dump_inputs import DumpRequest, plan_download, read_inputs
from pipeline.records.digest import file_digest
from pipeline.records.errors import InputError, UsageError
from tests.support.world import DATE, WIKI, page_files, page_props


def test_a_dated_dump(world_dir: Path, tmp_path: Path) -> None:
    request = DumpRequest(dump=DATE, dump_dir=world_dir, range_bytes=1)
    inputs = read_inputs(request, tmp_path)
    pages, props = page_files(world_dir), page_props(world_dir)
    assert (inputs.files, inputs.page_props) == (pages, props)
    assert (inputs.wiki, inputs.siteinfo.wiki, inputs.date, inputs.warnings) == (WIKI, WIKI, DATE, ())
    assert list(inputs.headers) == [str(path) for path in pages]
    assert {dump_range.path for dump_range in inputs.ranges} == set(inputs.headers)
    assert len(inputs.ranges) > len(read_inputs(DumpRequest(dump=DATE, dump_dir=world_dir), tmp_path).ranges)
    assert [value["name"] for value in inputs.fingerprints] == [path.name for path in (*pages, props)]
    assert inputs.contents == [
        {"bytes": path.stat().st_size, "sha1": file_digest(path, "sha1")} for path in (*pages, props)
    ]
    assert plan_download(request) is None


def test_a_table_that_is_not_wanted_is_left_out(world_dir: Path, tmp_path: Path) -> None:
    inputs = read_inputs(DumpRequest(dump=DATE, dump_dir=world_dir, tables=()), tmp_path)
    assert inputs.page_props is None
    assert len(inputs.fingerprints) == len(inputs.files)


def test_files_by_name(world_dir: Path, tmp_path: Path) -> None:
    pages = page_files(world_dir)
    inputs = read_inputs(DumpRequest(files=pages, default_wiki="enwikinews"), tmp_path)
    assert (inputs.files, inputs.page_props, inputs.wiki, inputs.date) == (pages, None, WIKI, DATE)
    bare = tmp_path / "export.xml.bz2"
    shutil.copy(pages[0], bare)
    moved = read_inputs(DumpRequest(files=(bare,)), tmp_path)
    assert moved.date is None
    assert moved.contents == inputs.contents[:1]
    (warning,) = read_inputs(DumpRequest(files=(bare,), wiki="dewiki"), tmp_path).warnings
    assert warning == f"the dump says that it is of {WIKI}; it is read as dewiki, as --wiki asks"
    own = read_inputs(DumpRequest(files=(bare,), page_props=page_props(world_dir)), tmp_path)
    assert own.page_props == page_props(world_dir)


def test_the_wiki_that_a_command_is_for_is_looked_for(tmp_path: Path) -> None:
    request = DumpRequest(dump=DATE, dump_dir=tmp_path, default_wiki="enwikinews", tables=())
    for ask in (plan_download, lambda asked: read_inputs(asked, tmp_path)):
        with pytest.raises(InputError, match=f"(?s)no dump enwikinews-{DATE} was found.*With --contact MAIL"):
            ask(request)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (DumpRequest(files=(Path("/nowhere.xml"),)), "no such file: /nowhere.xml"),
        (DumpRequest(files=(Path("/"),)), "/ is a folder; name the dump files in it, or use --dump DATE --dump-dir /"),
        (DumpRequest(dump=DATE, page_props=Path("/nowhere.sql")), "--page-props /nowhere.sql: no such file"),
    ],
)
def test_files_that_are_not_there(request_: DumpRequest, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_inputs(request_, tmp_path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("enwiki-20210101-pages-articles-multistream-index1.txt-p1p680.bz2", " is the index of a dump: leave it out"),
        ("enwiki-20210101-page_props.sql.gz", " is an SQL table; --file wants pages (.xml), --page-props that one"),
    ],
)
def test_files_that_lie_beside_a_dump_are_told_apart(name: str, message: str, world_dir: Path, tmp_path: Path) -> None:
    beside = tmp_path / name
    beside.touch()
    with pytest.raises(InputError) as caught:
        read_inputs(DumpRequest(files=(*page_files(world_dir), beside)), tmp_path)
    assert message in str(caught.value)


def test_settings_make_a_request(tmp_path: Path) -> None:
    plain = FetchSettings().request(tmp_path, "enwiki", DATE, ("page_props",))
    assert [source.template for source in plain.sources] == list(DEFAULT_SOURCES)
    assert (plain.contact, plain.hosts, plain.max_bytes_per_s) == ("", ("*.archive.org",), None)
    own = FetchSettings("me@example.org", ("http://x.org/{wiki}",), ("y.org",), 5.0)
    made = DumpRequest(dump=DATE, default_wiki="aawiki", dump_dir=tmp_path, tables=("x",), fetch=own).fetch_request()
    assert (made.wiki, made.date, made.dump_dir, made.tables) == ("aawiki", DATE, tmp_path.resolve(), ("x",))
    assert [source.template for source in made.sources] == ["http://x.org/{wiki}/"]
    assert (made.contact, made.hosts, made.max_bytes_per_s) == ("me@example.org", ("*.archive.org", "y.org"), 5.0)
    with pytest.raises(UsageError):
        FetchSettings(sources=("ftp://x.org/",)).request(tmp_path, "enwiki", DATE, ())
