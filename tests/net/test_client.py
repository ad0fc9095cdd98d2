"""The client against a real server: statuses, retries, limits, redirects, connections."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline.net.client import PoliteClient
from pipeline.net.errors import FetchError, FetchReason
from pipeline.net.retries import Retries
from pipeline.records.errors import UsageError
from tests.support.http_server import Answer, local_server

BODY = bytes(range(256)) * 40


def refused(client, url, reason, match=None, **options):
    with pytest.raises(FetchError, match=match) as caught:
        client.get(url, **options)
    assert caught.value.reason is reason
    assert caught.value.urls == (url,)
    return caught.value


def test_a_file_comes_as_it_is(server, client):
    fetched = client.get(server.put("/a b.bin".replace(" ", "%20"), BODY))
    assert (fetched.content, fetched.content_type) == (BODY, "application/octet-stream")
    assert client.meter.size_bytes == len(BODY)
    (seen,) = server.seen
    assert re.fullmatch(r"mel-toolkit/\S+ \(tests@example\.org\) httpx/\S+", seen.headers["user-agent"])
    assert seen.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "contact", ["", " ", "me", "me@example", "a b@example.org", "http://", "x@y.org)\r\nHost: evil", "é@x.org"]
)
def test_no_contact_no_client(contact):
    with pytest.raises(UsageError, match="--contact must be a mail address or URL"):
        PoliteClient(contact, ["example.org"])


@pytest.mark.parametrize("contact", ["me@example.org", "https://example.org/bot"])
def test_a_contact_may_be_mail_or_web(server, contact):
    client = PoliteClient(contact, [server.host])
    client.get(server.put("/x", BODY))
    client.close()
    assert f" ({contact}) " in server.seen[0].headers["user-agent"]


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "not_found"), (410, "not_found"), (403, "refused"), (418, "status")]
)
def test_what_no_retry_heals_is_asked_once(server, client, status, reason):
    url = server.put("/x", BODY, always=Answer(status=status))
    refused(client, url, FetchReason(reason), f"{re.escape(url)} answers {status}")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server, client, status):
    url = server.put("/x", BODY, Answer(status=status), Answer(status=500))
    assert client.get(url).content == BODY
    assert [seen.status for seen in server.seen] == [status, 500, 200]


def test_tries_are_bounded(server, client):
    url = server.put("/x", BODY, always=Answer(status=503))
    refused(client, url, FetchReason.BUSY, "answers 503 .*tried 3 times")
    assert len(server.seen) == 3


def test_retry_after_in_seconds(server, client):
    url = server.put("/x", BODY, Answer(status=429, headers={"Retry-After": "1"}))
    begun = time.monotonic()
    assert client.get(url).content == BODY
    assert 1.0 <= time.monotonic() - begun < 2.0


def test_retry_after_as_a_date_is_capped(server, make_client):
    client = make_client(retries=Retries(tries=2, first_s=0.01, retry_after_longest_s=0.3))
    date = format_datetime(datetime.now(UTC) + timedelta(hours=3), usegmt=True)
    url = server.put("/x", BODY, Answer(status=503, headers={"Retry-After": date}))
    begun = time.monotonic()
    assert client.get(url).content == BODY
    assert 0.3 <= time.monotonic() - begun < 1.5


def test_a_pause_holds_for_other_threads_too(server, client):
    busy = server.put("/busy", BODY, Answer(status=429, headers={"Retry-After": "1"}))
    other = server.put("/other", BODY)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(client.get, busy)
        while not server.asked("/busy") or not server.asked("/busy")[0].status:
            time.sleep(0.01)
        time.sleep(0.1)
        begun = time.monotonic()
        client.get(other)
        waited_s = time.monotonic() - begun
        first.result()
    assert waited_s > 0.6


def test_a_stalled_body_is_a_timeout(server, client):
    url = server.put("/x", BODY, always=Answer(stall_at=100))
    refused(client, url, FetchReason.TIMEOUT, "does not answer in time")


def test_a_dripping_body_ends_with_the_whole_time(server, make_client):
    client = make_client(retries=Retries(tries=1), whole_s=0.5, window_s=60)
    url = server.put("/x", BODY, always=Answer(bytes_per_s=200, piece=10))
    begun = time.monotonic()
    refused(client, url, FetchReason.TIMEOUT, "does not answer in time")
    assert time.monotonic() - begun < 1.5


def test_dripping_headers_end_with_the_whole_time(server, make_client):
    client = make_client(retries=Retries(tries=1), whole_s=0.5, window_s=60)
    url = server.put("/x", BODY, always=Answer(slow_headers=True))
    begun = time.monotonic()
    refused(client, url, FetchReason.TIMEOUT, "does not answer in time")
    assert time.monotonic() - begun < 1.5


def test_a_body_that_breaks_off_is_fetched_again(server, client):
    url = server.put("/x", BODY, Answer(cut_at=5000))
    assert client.get(url).content == BODY
    server.put("/x", BODY, always=Answer(cut_at=5000))
    refused(client, url, FetchReason.TRUNCATED, "breaks off")


@pytest.mark.parametrize("answer", [Answer(), Answer(no_length=True)])
def test_an_oversized_body_is_not_read_to_its_end(server, make_client, answer):
    url = server.put("/x", BODY, always=answer)
    refused(make_client(), url, FetchReason.TOO_LARGE, "larger than 5,000 bytes", max_bytes=5000)
    assert make_client().get(url, max_bytes=len(BODY)).content == BODY


def test_the_content_type_must_fit(server, client):
    url = server.put("/x", b"<html>", kind="text/html; charset=utf-8")
    refused(client, url, FetchReason.CONTENT_TYPE, "is text/html, not a file")
    refused(client, url, FetchReason.CONTENT_TYPE, "not image/ or video/", types=("image/", "video/"))
    assert client.get(url, types=("text/html",)).content == b"<html>"
    packed = server.put("/packed", b"x", always=Answer(headers={"Content-Encoding": "gzip"}))
    refused(client, packed, FetchReason.CONTENT_TYPE, "comes packed")


def test_a_server_that_is_gone(make_client):
    with local_server() as gone:
        url = gone.url("/x")
    refused(make_client(url.split("/")[2]), url, FetchReason.CONNECTION, "cannot be reached")


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "ftp://127.0.0.1/x", "http://127.0.0.1:1/x", "file:///etc/passwd", "http://[", "x"]
)
def test_only_configured_hosts(client, server, url):
    refused(client, url, FetchReason.FOREIGN_HOST)
    assert server.seen == []


def test_a_password_in_a_url_is_refused(client, server):
    refused(client, server.url("/x").replace("127", "me:secret@127", 1), FetchReason.FOREIGN_HOST)


def test_a_redirect_on_the_same_server_is_followed(server, client):
    server.put("/new", BODY)
    url = server.put("/old", b"", always=Answer(status=302, headers={"Location": "/new"}))
    assert client.get(url).url == server.url("/new")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_refused_even_when_configured(server, make_client, status):
    with local_server() as inner:
        inner.put("/secret", b"secret")
        for host in (inner.host, f"localhost:{inner.port}"):
            client = make_client(server.host, host)
            place = {"Location": f"http://{host}/secret"}
            url = server.put("/x", b"", always=Answer(status=status, headers=place))
            refused(client, url, FetchReason.PRIVATE_ADDRESS, "address (127.0.0.1|::1) is private")
            assert client.get(f"http://{host}/secret").content == b"secret"  # asked for by its own name it may
        assert [seen.path for seen in inner.seen] == ["/secret", "/secret"]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "foreign_host"),
        ("https://example.com/x", "foreign_host"),
        ("file:///etc/passwd", "foreign_host"),
        ("http://[", "foreign_host"),
        ("http://a:b/", "redirects"),
        ("", "redirects"),
        ("/x", "redirects"),
    ],
)
def test_other_redirects_that_are_refused(server, client, place, reason):
    url = server.put("/x", b"", always=Answer(status=302, headers={"Location": place}))
    refused(client, url, FetchReason(reason))
    assert len(server.seen) <= 6


def test_a_configured_star_gives_no_way_to_private_addresses(server, make_client):
    client = make_client(server.host, "10.0.0.1", "[::ffff:192.168.0.1]", "localhost")
    for place in ("http://10.0.0.1/", "http://[::ffff:192.168.0.1]/", "http://localhost/"):
        url = server.put("/x", b"", always=Answer(status=302, headers={"Location": place}))
        refused(client, url, FetchReason.PRIVATE_ADDRESS)


def test_never_more_than_two_connections_a_host(server, client):
    urls = [server.put(f"/{n}", BODY, always=Answer(wait_s=0.05)) for n in range(12)]
    with ThreadPoolExecutor(8) as pool:
        assert all(fetched.content == BODY for fetched in pool.map(client.get, urls))
    assert server.most_at_once == 2


def test_waiting_for_a_connection_is_no_timeout(server, make_client):
    client = make_client(connections=1, whole_s=0.4, retries=Retries(tries=1))
    urls = [server.put(f"/{n}", BODY, always=Answer(wait_s=0.15)) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert all(fetched.content == BODY for fetched in pool.map(client.get, urls))


def test_closing_ends_waits_and_downloads(server, make_client):
    client = make_client(retries=Retries(tries=9, first_s=60))
    url = server.put("/x", BODY, always=Answer(status=500))
    errors = []

    def ask():
        try:
            client.get(url)
        except FetchError as error:
            errors.append(error.reason)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    client.close()
    thread.join(2)
    assert errors == [FetchReason.STOPPED]


def test_the_rate_can_be_bounded(server, make_client):
    client = make_client(rate=20_000)
    begun = time.monotonic()
    assert client.get(server.put("/x", BODY)).content == BODY
    assert time.monotonic() - begun > 0.4


def test_the_size_by_head(server, client):
    assert client.size(server.put("/x", BODY)) == len(BODY)
    assert client.size(server.put("/y", BODY, always=Answer(no_length=True))) is None
    assert [seen.method for seen in server.seen] == ["HEAD", "HEAD"]


def test_a_proxy_of_the_environment_is_used(server, make_client, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url())
    server.put("/x", BODY)
    client = make_client("dumps.example", server.host)
    assert client.get("http://dumps.example/x").content == BODY
    assert server.seen[0].headers["host"] == "dumps.example"
    server.put("/y", b"", always=Answer(status=302, headers={"Location": server.url("/x")}))
    refused(client, "http://dumps.example/y", FetchReason.PRIVATE_ADDRESS)
    assert len(server.seen) == 2
