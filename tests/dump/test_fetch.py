"""A dump from local servers: sources in order, verified, found."""

import pytest

from pipeline.dump.fetch import fetch_dump, find_or_fetch, plan_dump
from pipeline.dump.layout import find_dump
from pipeline.dump.sources import make_sources
from pipeline.net.errors import FetchError, FetchReason
from pipeline.records.errors import InputError, UsageError
from tests.support.dump_server import (
    BODIES,
    INDEXES,
    LINKS,
    LISTS,
    PAGES,
    PROPS,
    SITEINFO,
    STEM,
    WANTED,
    WHOLE,
    about,
    ask,
    serve,
    status,
)
from tests.support.http_server import Answer, local_server


def there(tmp_path):
    return {path.name for path in (tmp_path / "dumps/testwiki/20210101").iterdir()}


def test_all_that_is_needed_comes_once(server, tmp_path):
    serve(server)
    result = fetch_dump(ask(tmp_path, server))
    assert there(tmp_path) == WANTED | LISTS
    assert result.received_bytes == sum(len(BODIES[name]) for name in WANTED) == result.plan.size_bytes
    assert result.n_fetched == len(WANTED)
    assert [path.name for path in result.files.pages] == PAGES
    assert [path.name for path in result.files.indexes.values()] == INDEXES
    assert (result.files.page_props.name, result.files.siteinfo.name) == (PROPS, SITEINFO)
    for name in WANTED:
        assert (tmp_path / "dumps/testwiki/20210101" / name).read_bytes() == BODIES[name]
    find_dump(tmp_path / "dumps", "testwiki", "20210101", verify=True)
    assert server.most_at_once <= 2


def test_a_rerun_asks_nobody(server, tmp_path):
    serve(server)
    fetch_dump(ask(tmp_path, server))
    n_seen = len(server.seen)
    again = fetch_dump(ask(tmp_path, server, contact=""))
    assert (again.n_fetched, again.received_bytes, len(server.seen)) == (0, 0, n_seen)
    assert plan_dump(ask(tmp_path, server, contact="")).missing == ()
    assert [path.name for path in find_or_fetch(ask(tmp_path, server, contact="")).pages] == PAGES


def test_only_what_is_missing_comes(server, tmp_path):
    serve(server)
    fetch_dump(ask(tmp_path, server))
    (tmp_path / "dumps/testwiki/20210101" / PAGES[1]).unlink()
    assert fetch_dump(ask(tmp_path, server, tables=("page_props", "langlinks"))).received_bytes == len(
        BODIES[PAGES[1]] + BODIES[LINKS]
    )
    assert server.sent(f"/testwiki/20210101/{PAGES[0]}") == len(BODIES[PAGES[0]])


@pytest.mark.parametrize("place", ["", "testwiki", STEM])
def test_files_that_lie_elsewhere_are_completed_there(server, tmp_path, place):
    serve(server)
    folder = tmp_path / "dumps" / place
    folder.mkdir(parents=True)
    (folder / WHOLE).write_bytes(BODIES[WHOLE])
    result = fetch_dump(ask(tmp_path, server))
    assert [path.name for path in result.files.pages] == [WHOLE]  # no need for the parts then
    assert {path.name for path in folder.iterdir()} >= {WHOLE, PROPS, SITEINFO, f"{STEM}-sha1sums.txt"}
    assert server.asked(f"/testwiki/20210101/{PAGES[0]}") == []
    n_seen = len(server.seen)
    fetch_dump(ask(tmp_path, server))
    assert len(server.seen) == n_seen


def test_the_sources_are_asked_in_order(server, archive, tmp_path):
    serve(archive)
    result = fetch_dump(ask(tmp_path, server, archive))
    assert result.plan.source.template.startswith(archive.url())
    assert {seen.status for seen in server.seen} == {404}
    assert all(name in {seen.path.rpartition("/")[2] for seen in archive.seen} for name in WANTED)


def test_the_lists_of_the_internet_archive(server, tmp_path):
    serve(server, lists=())
    entries = "".join(
        f'<file name="{name}" source="original"><size>{about(name)["size"]}</size><sha1>{about(name)["sha1"]}</sha1></file>'
        for name in [*BODIES]
    )
    listed = (
        f'<?xml version="1.0"?><files>{entries}<file name="../../evil-{STEM}"/><file name="{STEM}_meta.xml"/></files>'
    )
    server.put(f"/testwiki/20210101/{STEM}_files.xml", listed.encode(), kind="text/xml")
    result = fetch_dump(ask(tmp_path, server))
    assert there(tmp_path) == WANTED | {f"{STEM}_files.xml"}
    assert result.plan.size_bytes == sum(len(BODIES[name]) for name in WANTED)
    server.put(f"/testwiki/20210101/{PAGES[0]}", b"x" * len(BODIES[PAGES[0]]))
    (tmp_path / "dumps/testwiki/20210101" / PAGES[0]).unlink()
    with pytest.raises(FetchError, match="was published"):
        fetch_dump(ask(tmp_path, server))


def test_sums_alone_are_enough(server, tmp_path):
    serve(server, lists=("sums",))
    plan = plan_dump(ask(tmp_path, server))
    assert plan.size_bytes == plan.missing_bytes == sum(len(BODIES[name]) for name in WANTED)
    assert not (tmp_path / "dumps").exists()
    fetch_dump(ask(tmp_path, server))
    assert there(tmp_path) == WANTED | {f"{STEM}-sha1sums.txt"}
    n_seen = len(server.seen)
    fetch_dump(ask(tmp_path, server))
    assert len(server.seen) == n_seen


def test_a_file_that_one_source_lacks_comes_from_the_next(server, archive, tmp_path):
    serve(server, names=[name for name in BODIES if name != PROPS])
    serve(archive)
    server.put(f"/testwiki/20210101/{PAGES[0]}", BODIES[PAGES[0]], always=Answer(body=b"z" * len(BODIES[PAGES[0]])))
    fetch_dump(ask(tmp_path, server, archive))
    assert sorted(seen.path.rpartition("/")[2] for seen in archive.seen) == sorted([PROPS, PAGES[0]])
    find_dump(tmp_path / "dumps", "testwiki", "20210101", verify=True)


def test_what_nobody_has_names_every_url(server, archive, tmp_path):
    serve(server, names=[name for name in BODIES if name not in (PROPS, PAGES[2])])
    with pytest.raises(FetchError) as caught:
        fetch_dump(ask(tmp_path, server, archive))
    urls = [f"{one.url('/testwiki/20210101/')}{name}" for name in (PROPS, PAGES[2]) for one in (server, archive)]
    assert caught.value.urls == tuple(urls)
    assert caught.value.reason is FetchReason.NOT_FOUND
    text = str(caught.value)
    assert all(url in text for url in urls)
    assert "2 of the 8 missing files could not be fetched" in text
    assert f"\nTo do it by hand, download\n  {STEM}-pages-articles-multistream*.bz2\n" in text
    assert f"\ninto\n  {tmp_path / 'dumps/testwiki/20210101'}\n" in text
    assert max(len(line) for line in text.splitlines() if str(tmp_path) not in line) < 300
    assert there(tmp_path) == (WANTED - {PROPS, PAGES[2]}) | LISTS


def test_a_dump_that_nobody_has_names_every_url(server, archive, tmp_path):
    with pytest.raises(FetchError, match=f"no source has the dump {STEM}") as caught:
        plan_dump(ask(tmp_path, server, archive))
    names = ["dumpstatus.json", f"{STEM}-dumpstatus.json", f"{STEM}-sha1sums.txt", f"{STEM}_files.xml"]
    assert caught.value.urls == tuple(
        f"{one.url('/testwiki/20210101/')}{name}" for one in (server, archive) for name in names
    )
    lines = str(caught.value).splitlines()
    assert lines[0] == f"no source has the dump {STEM}:"
    assert "To do it by hand, download" in lines
    assert [f"  {one.url('/testwiki/20210101/')}" in lines for one in (server, archive)] == [True, True]
    assert f"  {STEM}-page_props.sql.gz" in lines
    with pytest.raises(FetchError) as caught:
        plan_dump(ask(tmp_path, server, tables=()))
    assert "page_props" not in str(caught.value)


def test_a_host_that_is_away_is_asked_for_one_list_only(archive, tmp_path):
    with local_server() as gone:
        pass
    serve(archive)
    assert fetch_dump(ask(tmp_path, gone, archive)).n_fetched == len(WANTED)


@pytest.mark.parametrize("body", [b"{}", b"<html>"])
def test_lists_that_cannot_be_read_are_passed_over(server, archive, tmp_path, body):
    server.put("/testwiki/20210101/dumpstatus.json", body)
    serve(archive)
    assert fetch_dump(ask(tmp_path, server, archive)).plan.source.template.startswith(archive.url())
    with pytest.raises(FetchError, match=r"cannot be read: .*is no dumpstatus\.json"):
        plan_dump(ask(tmp_path / "other", server))


def test_a_dump_that_is_not_finished(server, tmp_path):
    late = {"articlesmultistreamdump": "in-progress", "articlesmultistreamdumprecombine": "waiting"}
    serve(server, **late)
    with pytest.raises(InputError, match=r"not finished: articlesmultistreamdump is 'in-progress', .*'waiting'"):
        fetch_dump(ask(tmp_path, server))
    assert not (tmp_path / "dumps").exists()


def test_tables(server, tmp_path):
    serve(server, langlinkstable="waiting", pagepropstable="waiting")
    with pytest.raises(InputError, match=f"{LINKS} is not finished: langlinkstable is 'waiting'"):
        plan_dump(ask(tmp_path, server, tables=("langlinks",)))
    assert PROPS not in {file.path.name for file in plan_dump(ask(tmp_path, server)).files}
    serve(server)
    with pytest.raises(UsageError, match=r"--tables: .* no table 'lang_links'; did you mean langlinks"):
        plan_dump(ask(tmp_path, server, tables=("lang_links",)))


def test_a_contact_is_needed_only_for_the_net(server, tmp_path):
    serve(server)
    with pytest.raises(UsageError, match="--contact must be"):
        fetch_dump(ask(tmp_path, server, contact=""))
    with pytest.raises(
        InputError, match=r"(?s)no dump testwiki-20210101 was found.*With --contact MAIL it is downloaded"
    ):
        find_or_fetch(ask(tmp_path, server, contact=""))
    assert server.seen == []
    assert [path.name for path in find_or_fetch(ask(tmp_path, server)).pages] == PAGES


@pytest.mark.parametrize(("wiki", "date"), [("../etc", "20210101"), ("testwiki", "latest"), ("", "20210101")])
def test_names_that_are_none(server, tmp_path, wiki, date):
    with pytest.raises(UsageError):
        fetch_dump(ask(tmp_path, server, wiki=wiki, date=date))
    assert server.seen == []


@pytest.mark.parametrize("template", ["dumps.example.org", "ftp://x.org/", "http://x.org/{lang}/", "http://x.org/?a=b"])
def test_sources_that_are_none(template):
    with pytest.raises(UsageError):
        make_sources([template])


def test_a_source_that_redirects_inwards_is_refused(server, archive, tmp_path):
    serve(archive)
    place = {"Location": archive.url("/testwiki/20210101/dumpstatus.json")}
    server.put("/testwiki/20210101/dumpstatus.json", b"", always=Answer(status=302, headers=place))
    with pytest.raises(FetchError, match="is not among the configured ones"):
        plan_dump(ask(tmp_path, server))
    with pytest.raises(FetchError, match="is private"):
        plan_dump(ask(tmp_path, server, hosts=(archive.host,)))
    assert archive.seen == []


def test_faults_in_the_middle_are_healed(server, tmp_path):
    serve(server)
    folder = "/testwiki/20210101/"
    faults = [Answer(status=503), Answer(cut_at=700, piece=100), Answer(status=500), Answer(body=b"?" * 2000)]
    for name, fault in zip(PAGES + INDEXES, faults, strict=False):
        server.put(folder + name, BODIES[name], fault)
    server.put(f"{folder}dumpstatus.json", status(), Answer(status=429, headers={"Retry-After": "0"}))
    fetch_dump(ask(tmp_path, server))
    assert server.sent(folder + PAGES[1]) == len(BODIES[PAGES[1]])
    find_dump(tmp_path / "dumps", "testwiki", "20210101", verify=True)
