"""One file to disk: resumed, verified, never twice, never half."""

import hashlib
import json
import random
import shutil
import time

import pytest

from pipeline.net import download
from pipeline.net.download import Expected, bytes_missing, check_space, download_file
from pipeline.net.errors import FetchError, FetchReason
from pipeline.net.retries import Retries
from pipeline.records.errors import LockedError
from tests.support.http_server import Answer

BODY = random.Random(5).randbytes(100_000)
OTHER = random.Random(6).randbytes(100_000)
KNOWN = Expected(len(BODY), hashlib.sha1(BODY).hexdigest())


@pytest.fixture
def target(tmp_path):
    return tmp_path / "folder" / "file.bz2"


def left(target):
    return sorted(path.name for path in target.parent.iterdir())


def fails(client, url, target, reason, match=None, *, expected=KNOWN):
    with pytest.raises(FetchError, match=match) as caught:
        download_file(client, url, target, expected)
    assert caught.value.reason is reason
    assert caught.value.urls == (url,)
    assert not target.exists()


def begin(target, n_bytes, body=BODY, **about):
    target.parent.mkdir(exist_ok=True)
    target.with_name("file.bz2.part").write_bytes(body[:n_bytes])
    if about:
        target.with_name("file.bz2.part.json").write_text(json.dumps(about), encoding="utf-8")


def test_a_file_lies_there_in_full_or_not_at_all(server, client, target):
    heard = []
    assert download_file(client, server.put("/x", BODY), target, KNOWN, heard.append) == len(BODY)
    assert target.read_bytes() == BODY
    assert left(target) == ["file.bz2"]
    assert heard[-1] == len(BODY)
    assert heard == sorted(heard)
    assert download_file(client, server.url("/x"), target, KNOWN) == 0
    assert len(server.seen) == 1


def test_nothing_need_be_known(server, client, target):
    for body in (BODY, b""):
        download_file(client, server.put("/x", body, always=Answer(no_length=True)), target)
        assert target.read_bytes() == body
        target.unlink()


@pytest.mark.parametrize("fault", [Answer(cut_at=40_000), Answer(stall_at=40_000), Answer(cut_at=40_000, etag="")])
@pytest.mark.parametrize("expected", [KNOWN, Expected(len(BODY), KNOWN.sha1)], ids=["known", "again"])
def test_a_break_is_resumed_where_it_was(server, client, target, fault, expected):
    assert download_file(client, server.put("/x", BODY, fault), target, expected) == len(BODY)
    assert target.read_bytes() == BODY
    assert [(seen.status, seen.start) for seen in server.seen] == [(200, 0), (206, 40_000)]
    assert server.sent("/x") == len(BODY)


def test_if_range_is_sent(server, client, target):
    download_file(client, server.put("/x", BODY, Answer(cut_at=10), Answer(cut_at=20)), target)
    first, second, third = server.seen
    assert "if-range" not in first.headers
    assert second.headers["if-range"] == third.headers["if-range"] == f'"{len(BODY)}-{BODY[:8].hex()}"'
    assert (second.headers["range"], third.headers["range"]) == ("bytes=10-", "bytes=30-")


def test_a_weak_tag_is_no_validator_but_a_date_is(server, client, target):
    date = {"ETag": 'W/"1"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
    answers = [Answer(cut_at=10, headers=date, etag=""), Answer(etag=date["Last-Modified"])]
    download_file(client, server.put("/x", BODY, *answers), target)
    assert server.seen[1].headers["if-range"] == date["Last-Modified"]
    assert target.read_bytes() == BODY


def test_a_file_that_changed_is_begun_anew(server, client, target):
    url = server.put("/x", BODY)
    begin(target, 30_000, OTHER, url=url, validator='"old"')
    download_file(client, url, target, Expected(len(BODY)))
    assert target.read_bytes() == BODY
    assert [(seen.status, seen.start) for seen in server.seen] == [(200, 0)]


def test_a_server_that_resumes_another_file_is_seen_through(server, client, target):
    url = server.put("/x", BODY, Answer(etag='"new"', headers={"ETag": '"newer"'}))
    begin(target, 30_000, OTHER, url=url, validator='"new"')
    download_file(client, url, target, Expected(len(BODY)))
    assert target.read_bytes() == BODY
    assert [seen.status for seen in server.seen] == [206, 200]


def test_without_a_validator_and_a_digest_nothing_is_resumed(server, client, target):
    begin(target, 30_000, OTHER)
    download_file(client, server.put("/x", BODY), target, Expected(len(BODY)))
    assert target.read_bytes() == BODY
    assert "range" not in server.seen[0].headers


@pytest.mark.parametrize("answer", [Answer(ignore_range=True), Answer(shift=7), Answer(status=416)])
def test_a_server_that_cannot_resume(server, client, target, answer):
    url = server.put("/x", BODY, answer)
    begin(target, 30_000, url=url, validator=f'"{len(BODY)}-{BODY[:8].hex()}"')
    download_file(client, url, target, KNOWN)
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("expected", [KNOWN, Expected()])
def test_a_part_that_is_complete_is_not_fetched(server, client, target, expected):
    url = server.put("/x", BODY)
    begin(target, len(BODY), url=url, validator=f'"{len(BODY)}-{BODY[:8].hex()}"')
    assert download_file(client, url, target, expected) == 0
    assert target.read_bytes() == BODY
    assert server.sent("/x") == 0


def test_a_part_that_is_too_long_is_begun_anew(server, client, target):
    begin(target, len(BODY), OTHER)
    download_file(client, server.put("/x", BODY[:500]), target, Expected(500))
    assert target.read_bytes() == BODY[:500]


def test_a_wrong_digest_is_fetched_once_more(server, client, target):
    url = server.put("/x", BODY, Answer(body=OTHER))
    assert download_file(client, url, target, KNOWN) == 2 * len(BODY)
    assert target.read_bytes() == BODY


def test_a_digest_that_is_wrong_twice_is_an_error(server, client, target):
    url = server.put("/x", OTHER)
    fails(client, url, target, FetchReason.CHECKSUM, "was published.*fetched twice")
    assert server.sent("/x") == 2 * len(OTHER)
    assert left(target) == []


def test_a_damaged_part_is_found_and_fetched_once_more(server, client, target):
    begin(target, 30_000, OTHER)
    download_file(client, server.put("/x", BODY), target, KNOWN)
    assert target.read_bytes() == BODY
    assert [seen.start for seen in server.seen] == [30_000, 0]


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x"])
def test_another_size_is_an_error(server, client, target, body):
    fails(client, server.put("/x", body), target, FetchReason.SIZE, "100,000 were published.*fetched twice")
    fails(client, server.put("/y", BODY + b"x", always=Answer(no_length=True)), target, FetchReason.TOO_LARGE)
    assert left(target) == []


def test_a_short_body_of_unknown_length_is_refused(server, client, target):
    fails(client, server.put("/x", BODY[:-1], always=Answer(no_length=True)), target, FetchReason.SIZE)
    assert server.sent("/x") == 2 * (len(BODY) - 1)
    assert left(target) == []


def test_an_endless_body_is_cut(server, make_client, target):
    client = make_client(max_file_bytes=50_000)
    url = server.put("/x", BODY, always=Answer(no_length=True))
    fails(client, url, target, FetchReason.TOO_LARGE, "larger than 50,000 bytes", expected=Expected())


def test_a_web_page_is_no_file(server, client, target):
    url = server.put("/x", BODY, kind="text/html")
    fails(client, url, target, FetchReason.CONTENT_TYPE)
    assert left(target) == []


def test_a_missing_file_leaves_nothing(server, client, target):
    fails(client, server.url("/none"), target, FetchReason.NOT_FOUND, "answers 404")
    assert left(target) == []


def test_a_drip_is_a_timeout_that_keeps_what_came(server, make_client, target):
    client = make_client(window_s=0.3, min_bytes_per_s=50_000, retries=Retries(tries=1))
    url = server.put("/x", BODY, Answer(bytes_per_s=10_000, piece=500))
    begun = time.monotonic()
    fails(client, url, target, FetchReason.TIMEOUT, "fewer bytes a second")
    assert time.monotonic() - begun < 2
    kept = target.with_name("file.bz2.part").stat().st_size
    assert kept > 0
    assert bytes_missing(target, KNOWN) == len(BODY) - kept
    download_file(client, url, target, KNOWN)
    assert server.seen[1].start == kept


def test_a_download_may_last_but_not_its_headers(server, make_client, target):
    client = make_client(whole_s=0.5, retries=Retries(tries=1))
    download_file(client, server.put("/x", BODY, Answer(bytes_per_s=100_000)), target, KNOWN)
    assert target.read_bytes() == BODY
    begun = time.monotonic()
    fails(client, server.put("/y", BODY, Answer(slow_headers=True)), target.with_name("other"), FetchReason.TIMEOUT)
    assert time.monotonic() - begun < 1.5


def test_progress_earns_new_tries(server, make_client, target):
    client = make_client(retries=Retries(tries=2, first_s=0.01, progress_bytes=10_000))
    url = server.put("/x", BODY, *[Answer(cut_at=20_000)] * 4)
    assert download_file(client, url, target, KNOWN) == len(BODY)
    url = server.put("/y", BODY, *[Answer(cut_at=5_000)] * 4)
    fails(client, url, target.with_name("other"), FetchReason.TRUNCATED, "tried 2 times")


def test_two_runs_do_not_write_one_file(server, client, target):
    begin(target, 10)
    with download._locked(target), pytest.raises(LockedError, match="fetched by another run"):
        download_file(client, server.put("/x", BODY), target, KNOWN)


def test_a_full_disk_is_seen_before(server, make_client, target, tmp_path):
    client = make_client(max_file_bytes=10**18)
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(FetchError, match=f"has room for .* bytes, but {free:,} are to come"):
        check_space(target.parent, free)
    check_space(target.parent, 1)
    endless = Answer(headers={"Content-Length": str(10**17)}, no_length=True)
    url = server.put("/x", BODY, always=endless)
    fails(client, url, target, FetchReason.DISK_FULL, expected=Expected(10**17))
    assert left(target) == []
    assert len(server.seen) == 1
