"""What an answer must be, and names for its failures."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx

from pipeline.net.backend import DEADLINE
from pipeline.net.errors import FetchError, FetchReason
from pipeline.net.hosts import addresses_of, is_public, port_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REASONS = {404: FetchReason.NOT_FOUND, 410: FetchReason.NOT_FOUND, 401: FetchReason.REFUSED, 403: FetchReason.REFUSED}
_BUSY = {408, 425, 429, 500, 502, 503, 504}
_UNKNOWN_NAME_TRIES = 2
"""A resolver may fail once; a name that is not known stays so."""
_LOST = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError)


def failure(response: httpx.Response) -> FetchReason | None:
    """What a status means; None for 2xx, and for 416 where a range was asked for."""
    code = response.status_code
    if 200 <= code < 300 or (code == 416 and "range" in response.request.headers):
        return None
    return FetchReason.BUSY if code in _BUSY else _REASONS.get(code, FetchReason.STATUS)


def parse_url(url: str) -> httpx.URL:
    """The URL in its parts.

    Raises:
        FetchError: it is none.
    """
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise FetchError(FetchReason.FOREIGN_HOST, f"{url!r} is no URL: {error}", [url]) from error


def check_type(response: httpx.Response, url: str, types: tuple[str, ...] = ()) -> str:
    """The content type; by default anything but a web page, which is what portals and error pages are.

    Raises:
        FetchError: it is of another type.
    """
    kind = str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    if (types and not kind.startswith(types)) or (not types and kind == "text/html"):
        wanted = " or ".join(types) or "a file"
        raise FetchError(FetchReason.CONTENT_TYPE, f"{url} is {kind or 'of no type'}, not {wanted}", [url])
    return kind


def check_names(url: httpx.URL) -> None:
    """What can be known of a redirect's address when a proxy does the resolving."""
    try:
        found = addresses_of(url.host, port_of(url))
    except OSError:
        return
    private = [address for address in found if not is_public(address)]
    if private:
        raise FetchError(
            FetchReason.PRIVATE_ADDRESS, f"a redirect leads to {url}, whose address {private[0]} is private"
        )


@contextmanager
def time_left(whole_s: float | None) -> Iterator[None]:
    """Set the deadline of this thread's sockets."""
    token = DEADLINE.set(float("inf") if whole_s is None else time.monotonic() + whole_s)
    try:
        yield
    finally:
        DEADLINE.reset(token)


@contextmanager
def named_errors(url: str) -> Iterator[None]:
    """Turn what sockets raise into errors with a reason and the URL."""
    try:
        yield
    except FetchError as error:
        if error.urls:
            raise
        raise FetchError(error.reason, f"{url}: {error}", [url]) from error
    except httpx.RemoteProtocolError as error:  # httpx reads the Location header, even if it need not follow
        raise FetchError(FetchReason.REDIRECTS, f"{url} redirects to no URL: {error}", [url]) from error
    except _LOST as error:
        text = str(error) or type(error).__name__
        if isinstance(error, httpcore.TimeoutException):
            raise FetchError(FetchReason.TIMEOUT, f"{url} does not answer in time: {text}", [url]) from error
        if "without sending complete" in text or "incomplete chunked" in text:
            raise FetchError(FetchReason.TRUNCATED, f"{url} breaks off: {text}", [url]) from error
        tries = _UNKNOWN_NAME_TRIES if _is_unknown_name(error) else None
        raise FetchError(FetchReason.CONNECTION, f"{url} cannot be reached: {text}", [url], most_tries=tries) from error


def _is_unknown_name(error: BaseException | None) -> bool:
    """Whether a host name could not be resolved."""
    while error is not None:
        if isinstance(error, socket.gaierror):
            return True
        error = error.__cause__ or error.__context__
    return False
