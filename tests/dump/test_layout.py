"""Finding a dated dump on disk, and telling what is wrong with it."""

import gzip
import hashlib
import json

import pytest

from pipeline.dump.checks import read_dumpstatus, read_sha1sums
from pipeline.dump.layout import find_dump
from pipeline.records.errors import InputError, UsageError

STEM = "testwiki-20210101"
MULTI = f"{STEM}-pages-articles-multistream"
PARTS = ["1.xml-p1p100.bz2", "2.xml-p101p900.bz2", "10.xml-p2001p3000.bz2", "3.xml-p901p2000.bz2"]


def put(folder, *names, content=b"x"):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(content)


def names(files):
    return [path.name for path in files.pages]


def status(folder, files, *, job="articlesmultistreamdump", state="done", **other):
    jobs = {job: {"status": state, "updated": "x", "files": files}, **other}
    (folder / "dumpstatus.json").write_text(json.dumps({"version": "0.8", "jobs": jobs}), encoding="utf-8")


@pytest.mark.parametrize("folder", ["testwiki/20210101", STEM, "testwiki", "."])
def test_accepted_folders(tmp_path, folder):
    put(tmp_path / folder, f"{STEM}-pages-articles.xml.bz2", f"{STEM}-page_props.sql.gz")
    status(tmp_path / folder, {})
    files = find_dump(tmp_path, "testwiki", "20210101")
    assert names(files) == [f"{STEM}-pages-articles.xml.bz2"]
    assert files.page_props == tmp_path / folder / f"{STEM}-page_props.sql.gz"
    assert (files.siteinfo, files.warnings, files.indexes) == (None, (), {})


def test_order_of_preference(tmp_path):
    kinds = [
        "pages-meta-current.xml",
        "pages-articles1.xml-p1p5.bz2",
        "pages-articles.xml.gz",
        "pages-articles.xml.bz2",
    ]
    kinds += ["pages-articles-multistream1.xml-p1p5.bz2", "pages-articles-multistream.xml.bz2"]
    for kind in kinds:
        put(tmp_path, f"{STEM}-{kind}")
        assert names(find_dump(tmp_path, "testwiki", "20210101")) == [f"{STEM}-{kind}"]


def test_other_wikis_and_dates_are_left_alone(tmp_path):
    put(tmp_path, "xtestwiki-20210101-pages-articles.xml.bz2", "testwiki-20210120-pages-articles.xml.bz2")
    with pytest.raises(InputError, match=f"no dump {STEM} was found"):
        find_dump(tmp_path, "testwiki", "20210101")


def parts_on_disk(tmp_path, parts=("1.xml-p1p100.bz2", "2.xml-p101p900.bz2", "3.xml-p901p2000.bz2")):
    put(tmp_path, *(f"{MULTI}{part}" for part in parts))
    return [f"{MULTI}{part}" for part in parts]


def test_parts_in_numeric_order_with_their_indexes(tmp_path):
    parts = [f"{n}.xml-p{n * 10 - 9}p{n * 10}.bz2" for n in range(1, 13)]
    parts_on_disk(tmp_path, parts)
    put(tmp_path, f"{MULTI}-index2.txt-p11p20.bz2")
    files = find_dump(tmp_path, "testwiki", "20210101")
    assert names(files) == [f"{MULTI}{part}" for part in parts]
    assert files.indexes == {tmp_path / f"{MULTI}{parts[1]}": tmp_path / f"{MULTI}-index2.txt-p11p20.bz2"}


def test_several_files_of_one_part(tmp_path):
    listed = parts_on_disk(tmp_path, ("1.xml-p1p5.bz2", "2.xml-p6p10.bz2", "2.xml-p11p200.bz2"))
    assert names(find_dump(tmp_path, "testwiki", "20210101")) == listed


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (["1.xml-p1p100.bz2", "3.xml-p901p2000.bz2"], "part 2 of the dump is missing: there is"),
        (["2.xml-p101p900.bz2"], "part 1 of the dump is missing: there is"),
        (["1.xml-p1p100.bz2", "2.xml-p151p900.bz2"], "the part with the pages from 101 on is missing before"),
        (["1.xml-p1p100.bz2", "1.xml-p200p300.bz2"], "the part with the pages from 101 on is missing before"),
    ],
)
def test_holes_between_parts_are_named(tmp_path, parts, message):
    parts_on_disk(tmp_path, parts)
    with pytest.raises(InputError, match=message):
        find_dump(tmp_path, "testwiki", "20210101")


@pytest.mark.parametrize("source", ["dumpstatus", "sha1sums"])
def test_missing_last_part_is_known_from_what_is_published(tmp_path, source):
    parts = [*parts_on_disk(tmp_path), f"{MULTI}4.xml-p2001p3000.bz2", f"{MULTI}5.xml-p3001p3002.bz2"]
    if source == "dumpstatus":
        status(tmp_path, {name: {} for name in [*parts, f"{MULTI}-index4.txt-p2001p3000.bz2"]})
    else:
        (tmp_path / f"{STEM}-sha1sums.txt").write_text("".join(f"{'0' * 40}  {name}\n" for name in parts))
    with pytest.raises(InputError, match=f"2 of the 5 parts of the dump are missing in .*: {parts[3]}, {parts[4]}"):
        find_dump(tmp_path, "testwiki", "20210101")


@pytest.mark.parametrize(
    ("job", "files"),
    [("articlesmultistreamdump", {}), ("pagepropstable", {}), ("otherdump", {f"{MULTI}.xml.bz2": {"size": 1}})],
)
def test_job_that_is_not_done(tmp_path, job, files):
    put(tmp_path, f"{MULTI}.xml.bz2", f"{STEM}-page_props.sql.gz")
    status(tmp_path, files, job=job, state="in-progress")
    with pytest.raises(InputError, match=f"dumpstatus.json says that {job} is 'in-progress', not done"):
        find_dump(tmp_path, "testwiki", "20210101")


def test_jobs_of_other_files_need_not_be_done(tmp_path):
    parts_on_disk(tmp_path)
    waiting = {"status": "waiting"}
    status(tmp_path, {}, articlesmultistreamdumprecombine=waiting, pagepropstable=waiting, metahistory7zdump=waiting)
    assert len(find_dump(tmp_path, "testwiki", "20210101").pages) == 3


def test_whole_file_of_a_wiki_in_parts_needs_its_own_job(tmp_path):
    put(tmp_path, f"{MULTI}.xml.bz2")
    status(tmp_path, {}, articlesmultistreamdumprecombine={"status": "waiting"})
    with pytest.raises(InputError, match="articlesmultistreamdumprecombine is 'waiting'"):
        find_dump(tmp_path, "testwiki", "20210101")


def test_size_is_compared(tmp_path):
    put(tmp_path, f"{MULTI}.xml.bz2", content=b"12345")
    status(tmp_path, {f"{MULTI}.xml.bz2": {"size": 5, "sha1": "x"}})
    assert names(find_dump(tmp_path, "testwiki", "20210101")) == [f"{MULTI}.xml.bz2"]
    status(tmp_path, {f"{MULTI}.xml.bz2": {"size": 1234567}})
    with pytest.raises(
        InputError, match=r"has 5 bytes, but dumpstatus\.json says 1,234,567: download it again or resume"
    ):
        find_dump(tmp_path, "testwiki", "20210101")


def test_sha1_is_verified_on_demand(tmp_path):
    put(tmp_path, f"{MULTI}.xml.bz2", f"{MULTI}-index.txt.bz2", f"{STEM}-page_props.sql.gz", content=b"12345")
    good = hashlib.sha1(b"12345").hexdigest()
    sums = tmp_path / f"{STEM}-sha1sums.txt"
    sums.write_text(f"{good}  {MULTI}.xml.bz2\n{good.upper()} *{MULTI}-index.txt.bz2\n\n", encoding="utf-8")
    status(tmp_path, {})
    heard = []
    files = find_dump(tmp_path, "testwiki", "20210101", verify=True, on_bytes=heard.append)
    assert sum(heard) == 10
    assert files.warnings == (f"no sha1 is known for {tmp_path}/{STEM}-page_props.sql.gz: it was not verified",)
    sums.write_text(f"{'ab' * 20}  {MULTI}.xml.bz2\n", encoding="utf-8")
    assert find_dump(tmp_path, "testwiki", "20210101").warnings == ()
    with pytest.raises(InputError, match=f"has the sha1 {good}, but {'ab' * 20} was published: download it again"):
        find_dump(tmp_path, "testwiki", "20210101", verify=True)


def test_what_is_missing_beside_the_dump_is_a_warning(tmp_path):
    put(tmp_path, f"{MULTI}.xml.bz2")
    (warning,) = find_dump(tmp_path, "testwiki", "20210101").warnings
    assert warning == f"{tmp_path} has no dumpstatus.json: whether the dump is complete cannot be told"


@pytest.mark.parametrize("wrapped", [True, False])
def test_siteinfo_of_the_api_is_taken(tmp_path, wrapped):
    put(tmp_path, f"{MULTI}.xml.bz2", f"{STEM}-page_props.sql.gz")
    status(tmp_path, {})
    value = {"general": {}, "namespaces": {"0": {}}}
    path = tmp_path / f"{STEM}-siteinfo-namespaces.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"query": value} if wrapped else value).encode()))
    assert find_dump(tmp_path, "testwiki", "20210101").siteinfo == path


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"query": 5}', b"", b'{"namespaces": {}}', b"\x1f\x8b\x08"])
def test_other_siteinfo_is_a_warning(tmp_path, content):
    put(tmp_path, f"{MULTI}.xml.bz2", f"{STEM}-page_props.sql.gz")
    status(tmp_path, {})
    put(tmp_path, f"{STEM}-siteinfo-namespaces.json", content=content)
    files = find_dump(tmp_path, "testwiki", "20210101")
    assert files.siteinfo is None
    (warning,) = files.warnings
    assert warning.endswith("is no siteinfo answer of the API and is not used")


def test_dates_that_are_there_are_told(tmp_path):
    with pytest.raises(InputError, match="Dates of testwiki that are there: none"):
        find_dump(tmp_path / "nowhere", "testwiki", "20210101")
    put(tmp_path, "testwiki-20201201-pages-articles1.xml-p1p5.bz2", "testwiki-20200101-page_props.sql.gz")
    put(tmp_path, "otherwiki-20190101-pages-articles.xml.bz2", "testwiki-19-pages-articles.xml")
    put(tmp_path / "testwiki", "testwiki-20180101-pages-meta-current.xml.gz")
    put(tmp_path / "testwiki/20210120", "testwiki-20210120-pages-articles-multistream.xml.bz2")
    put(tmp_path / "testwiki/20210201", "testwiki-20210201-pages-articles-multistream.xml.bz2.part")
    put(tmp_path / "testwiki-20170101", "testwiki-20170101-pages-articles.xml")
    with pytest.raises(
        InputError, match=r"that are there: 20170101, 20180101, 20201201, 20210120\nTo do it by hand, download\n"
    ):
        find_dump(tmp_path, "testwiki", "20210101")


def test_nothing_found_says_where_and_how(tmp_path):
    with pytest.raises(InputError) as caught:
        find_dump(tmp_path, "testwiki", "20210101")
    message = str(caught.value)
    for part in (
        f"no dump {STEM} was found", f"{tmp_path}/testwiki/20210101", f"{tmp_path}/{STEM}", f"{MULTI}.xml.bz2",
        f"{STEM}-pages-articles.xml.bz2", "https://dumps.wikimedia.org/testwiki/20210101/", "Internet Archive", "--file",
    ):  # fmt: skip
        assert part in message


@pytest.mark.parametrize("wiki", ["", "En", "en.wikipedia.org", "../x", "1wiki"])
def test_wiki_must_be_a_database_name(tmp_path, wiki):
    with pytest.raises(UsageError, match="--wiki must be a database name such as enwiki, not"):
        find_dump(tmp_path, wiki, "20210101")


@pytest.mark.parametrize("date", ["latest", "2021-01-01", "202101", "../../20210101"])
def test_date_must_have_eight_digits(tmp_path, date):
    with pytest.raises(UsageError, match="--dump must be a date of eight digits such as 20210101, not"):
        find_dump(tmp_path, "testwiki", date)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"jobs": []}', '{"jobs": {"a": {}}}', '{"jobs": {"a": {"status": 1, "files": [1]}}}']
)
def test_broken_dumpstatus(tmp_path, text):
    (tmp_path / "dumpstatus.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"dumpstatus\.json is no dumpstatus\.json: "):
        read_dumpstatus(tmp_path / "dumpstatus.json")


def test_broken_sha1sums(tmp_path):
    (tmp_path / "s.txt").write_text(f"{'0' * 40}  a\nhello\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.txt:2 is no sha1 with a file name: 'hello'"):
        read_sha1sums(tmp_path / "s.txt")
