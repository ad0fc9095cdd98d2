"""Host patterns, private addresses, back-off, Retry-After."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.net.errors import FetchError
from pipeline.net.hosts import HostRules, host_pattern, is_public
from pipeline.net.retries import Retries, read_retry_after
from pipeline.records.errors import UsageError

RULES = HostRules(["dumps.wikimedia.org", "*.archive.org", "127.0.0.1:8080", "[::1]:81"])


@pytest.mark.parametrize(
    "url",
    [
        "https://dumps.wikimedia.org/x",
        "http://DUMPS.wikimedia.org:80/x",
        "https://ia800.us.archive.org/x",
        "http://127.0.0.1:8080/x",
        "http://[::1]:81/",
    ],
)
def test_allowed(url):
    RULES.check(httpx.URL(url), url)
    with pytest.raises(FetchError, match="not among the configured"):
        HostRules(["example.org", "127.0.0.1", "[::1]"]).check(httpx.URL(url), url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil-dumps.wikimedia.org/",
        "https://dumps.wikimedia.org.evil.example/",
        "https://archive.org/",
        "https://evilarchive.org/",
        "https://dumps.wikimedia.org:8443/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8081/",
    ],
)
def test_refused(url):
    with pytest.raises(FetchError, match="not among the configured"):
        RULES.check(httpx.URL(url), url)


@pytest.mark.parametrize("pattern", ["", "*", "*.org", "a.*.org", "x/y", "me@x.org", "http://x.org", "x.org:port"])
def test_patterns_that_are_none(pattern):
    with pytest.raises(UsageError, match="is no host name"):
        HostRules([pattern])


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://a.org/x/", "a.org"),
        ("http://127.0.0.1:8080/{wiki}/", "127.0.0.1:8080"),
        ("http://[::1]:81/", "[::1]:81"),
    ],
)
def test_the_pattern_of_a_url(url, pattern):
    assert host_pattern(url) == pattern
    HostRules([pattern]).check(httpx.URL(url), url)


@pytest.mark.parametrize("url", ["a.org/x", "ftp://a.org", "http://", "http://["])
def test_no_url(url):
    with pytest.raises(UsageError):
        host_pattern(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("208.80.154.224", True),
        ("2620:0:861:1::1", True),
        ("::ffff:208.80.154.224", True),
        ("64:ff9b::208.80.154.224", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:0a00:0001::", False),
        ("localhost", False),
    ],
)
def test_public_addresses(address, public):
    assert is_public(address) is public


@given(n=st.integers(1, 500), seed=st.integers(0, 99), asked=st.none() | st.floats(0, 1e6))
def test_back_off_is_bounded_and_the_same_each_time(n, seed, asked):
    retries = Retries(first_s=1, longest_s=60, retry_after_longest_s=600, seed=seed)
    delay = retries.delay_s("http://x/", n, asked)
    assert delay == retries.delay_s("http://x/", n, asked)
    assert max(min(60, 2.0 ** (n - 1)) / 2, min(asked or 0, 600)) <= delay <= max(60, 600 if asked else 60)


def test_back_off_grows_and_seeds_differ():
    delays = [Retries().delay_s("u", n) for n in range(1, 6)]
    assert delays == sorted(delays)
    assert len({Retries(seed=seed).delay_s("u", 3) for seed in range(5)}) == 5


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0),
        ("Thursday, 01-Jan-26 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after(text, seconds):
    assert read_retry_after(text, NOW) == seconds
