"""A polite HTTP client: a contact, few connections, limits, retries."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import httpx

from pipeline.net.agent import user_agent
from pipeline.net.answers import REDIRECTS, check_names, check_type, failure, named_errors, parse_url, time_left
from pipeline.net.backend import DEADLINE
from pipeline.net.errors import FetchError, FetchReason, in_short
from pipeline.net.gate import HostGate, Meter, Pacer
from pipeline.net.hosts import HostRules, origin
from pipeline.net.retries import Retries, read_retry_after
from pipeline.net.transport import GuardedTransport, proxy_for

T = TypeVar("T")
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request.

    `whole_s` bounds `get` from first to last byte. A download may last; it must bring `min_bytes_per_s` on the mean of
    every `window_s`.
    """

    connect_s: float = 20.0
    read_s: float = 30.0
    whole_s: float = 120.0
    max_bytes: int = 64 << 20
    max_file_bytes: int = 1 << 40
    min_bytes_per_s: float = 1000.0
    window_s: float = 60.0
    max_redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body held in memory, and where it came from after redirects."""

    url: str
    content: bytes
    content_type: str


class PoliteClient:
    """Fetches from configured hosts; safe to share between threads.

        with PoliteClient("me@example.org", ["dumps.wikimedia.org"]) as client:
            page = client.get("https://dumps.wikimedia.org/enwikinews/20210101/dumpstatus.json")

    A host that is configured may be local. A redirect to another server must lead to a configured host with a public
    address, never from https to http. Every failure is a `FetchError`.
    """

    def __init__(
        self,
        contact: str,
        hosts: Iterable[str],
        *,
        limits: Limits | None = None,
        retries: Retries | None = None,
        connections: int = 2,
        max_bytes_per_s: float | None = None,
    ) -> None:
        """`hosts` are patterns of `HostRules`; `connections` is per host.

        Raises:
            UsageError: the contact or a host is of no use.
        """
        self.limits = limits or Limits()
        self.retries = retries or Retries()
        self.meter = Meter()
        self.gate = HostGate(connections)
        self.pacer = Pacer(self.gate, max_bytes_per_s)
        self._agent = user_agent(contact)
        self._rules = HostRules(hosts)
        self._context = httpx.create_ssl_context()
        self._clients: dict[tuple[bool, str | None], httpx.Client] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End waits and downloads of all threads and close connections."""
        self.gate.stop.set()
        for client in list(self._clients.values()):
            client.close()

    def get(self, url: str, *, types: tuple[str, ...] = (), max_bytes: int | None = None) -> Fetched:
        """The body at `url`, with retries; `types` are the accepted beginnings of its content type.

        Raises:
            FetchError: it cannot be had, is too large or of another type.
        """
        return self.retrying(url, lambda: self.get_once(url, types=types, max_bytes=max_bytes))

    def get_once(self, url: str, *, types: tuple[str, ...] = (), max_bytes: int | None = None) -> Fetched:
        """As `get`, in a single try.

        Raises:
            FetchError: the same.
        """
        bound = self.limits.max_bytes if max_bytes is None else max_bytes
        with self.open(url, whole_s=self.limits.whole_s) as response:
            kind = check_type(response, url, types)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise FetchError(FetchReason.CONTENT_TYPE, f"{url} comes packed, which was not asked for", [url])
            content = bytearray()
            for chunk in self.chunks(response, url):
                content += chunk
                if len(content) > bound:
                    raise FetchError(FetchReason.TOO_LARGE, f"{url} is larger than {bound:,} bytes", [url])
            return Fetched(str(response.request.url), bytes(content), kind)

    def size(self, url: str) -> int | None:
        """Size of the file at `url` as a HEAD request tells it; None where the server does not.

        Raises:
            FetchError: it is not there.
        """

        def once() -> int | None:
            with self.open(url, method="HEAD", whole_s=self.limits.whole_s) as response:
                text = response.headers.get("content-length", "")
                return int(text) if text.isdigit() else None

        return self.retrying(url, once)

    def retrying(
        self, url: str, once: Callable[[], T], grown: Callable[[], int] = lambda: 0, *, level: int = logging.INFO
    ) -> T:
        """Call `once` until it succeeds, fails for good, or has failed too often in a row.

        `grown` tells how many bytes there are: enough new ones make the count of failures start anew. Each further try
        is logged at `level`.

        Raises:
            FetchError: the last failure; the message says after how many tries.
        """
        failed, mark = 0, grown()
        while True:
            try:
                return once()
            except FetchError as error:
                if not error.is_passing:
                    raise
                if grown() - mark >= self.retries.progress_bytes:
                    failed, mark = 0, grown()
                failed += 1
                tries = min(self.retries.tries, error.most_tries or self.retries.tries)
                if failed >= tries and failed == 1:
                    raise
                if failed >= tries:
                    raise FetchError(error.reason, f"{error} (tried {failed} times)", error.urls) from error
                wait_s = self.retries.delay_s(url, failed, error.retry_after_s)
                _LOGGER.log(level, "%s; next try in %.1f s (%d of %d)", in_short(error), wait_s, failed + 1, tries)
                self.gate.sleep(wait_s)

    @contextmanager
    def open(
        self, url: str, *, method: str = "GET", headers: dict[str, str] | None = None, whole_s: float | None = None
    ) -> Iterator[httpx.Response]:
        """One try: the answer at the end of the redirects, 2xx or 416, its body unread.

        With `whole_s`, each hop must be over by then, the body included; else only its head, by the limits.

        Raises:
            FetchError: anything else.
        """
        with named_errors(url):
            target = parse_url(url)
            self._rules.check(target, url)
            is_redirected = False
            for _ in range(self.limits.max_redirects + 1):
                with (
                    self.gate.slot(target.host),  # waiting for it does not count
                    time_left(self.limits.whole_s if whole_s is None else whole_s),
                    self._send(method, target, headers, is_redirected) as response,
                ):
                    if response.status_code not in REDIRECTS:
                        self._check_status(response, url)
                        if whole_s is None:  # the head is here, and the body may last
                            DEADLINE.set(float("inf"))
                        yield response
                        return
                    following = self._following(response, url)
                is_redirected = is_redirected or origin(following) != origin(target)
                target = following
        raise FetchError(FetchReason.REDIRECTS, f"{url} redirects more than {self.limits.max_redirects} times", [url])

    def chunks(self, response: httpx.Response, url: str) -> Iterator[bytes]:
        """The body as it was sent, piece by piece, at the bound of the rate and no slower than allowed.

        Raises:
            FetchError: it stalls, drips or breaks off.
        """
        host = response.request.url.host
        least = min(self.limits.min_bytes_per_s, self.pacer.bytes_per_s / 8)  # a bound on the rate is no drip
        begun, n_bytes = time.monotonic(), 0
        for chunk in response.iter_raw():
            self.gate.check()
            self.meter.add(len(chunk))
            n_bytes += len(chunk)
            yield chunk
            now = time.monotonic()
            if now - begun > self.limits.window_s:
                if n_bytes < least * (now - begun):
                    raise FetchError(FetchReason.TIMEOUT, f"{url} sends fewer bytes a second than allowed", [url])
                begun, n_bytes = now, 0
            self.pacer.spend(host, len(chunk))

    @contextmanager
    def _send(
        self, method: str, url: httpx.URL, headers: dict[str, str] | None, is_redirected: bool
    ) -> Iterator[httpx.Response]:
        """Send one request; the body is closed at the end."""
        client = self._client(url, is_redirected=is_redirected)
        request = client.build_request(method, url, headers={"Accept-Encoding": "identity", **(headers or {})})
        response = client.send(request, stream=True)
        try:
            yield response
        finally:
            response.close()

    def _client(self, url: httpx.URL, *, is_redirected: bool) -> httpx.Client:
        """Connections for configured URLs and for redirects are kept apart: only the first may be private."""
        proxy = proxy_for(url)
        if is_redirected and proxy is not None:
            check_names(url)
        key = (is_redirected, proxy)
        with self.gate.lock:
            if key not in self._clients:
                limits = self.limits
                self._clients[key] = httpx.Client(
                    transport=GuardedTransport(self._context, public_only=is_redirected, proxy=proxy),
                    headers={"User-Agent": self._agent, "Accept": "*/*"},
                    timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
                    follow_redirects=False,
                    trust_env=False,
                )
            return self._clients[key]

    def _following(self, response: httpx.Response, url: str) -> httpx.URL:
        """Where a redirect leads, if it may lead there."""
        place = response.headers.get("location", "")
        try:
            target = response.request.url.join(place) if place else None
        except httpx.InvalidURL as error:
            raise FetchError(FetchReason.REDIRECTS, f"{url} redirects to no URL: {error}", [url]) from error
        if target is None:
            raise FetchError(FetchReason.REDIRECTS, f"{url} redirects to nowhere", [url])
        self._rules.check(target, url)
        if response.request.url.scheme == "https" and target.scheme != "https":
            raise FetchError(FetchReason.REDIRECTS, f"{url} redirects from https to {target}", [url])
        return target

    def _check_status(self, response: httpx.Response, url: str) -> None:
        """Raise for a failure; a busy host is given the pause it asks for."""
        reason = failure(response)
        if reason is None:
            return
        wait_s = read_retry_after(response.headers.get("retry-after")) if reason is FetchReason.BUSY else None
        if wait_s is not None:
            wait_s = min(wait_s, self.retries.retry_after_longest_s)
            self.gate.pause(response.request.url.host, wait_s)
        said = f"{url} answers {response.status_code} {response.reason_phrase}".rstrip()
        raise FetchError(reason, said, [url], retry_after_s=wait_s)
