"""httpx over our own sockets; proxies of the environment are used."""

import ssl
import urllib.request
from collections.abc import Iterator

import httpcore
import httpx

from pipeline.net.backend import GuardedBackend

KEPT_CONNECTIONS = 8


class GuardedTransport(httpx.BaseTransport):
    """Sends requests through a `GuardedBackend`, straight or through one proxy."""

    def __init__(self, context: ssl.SSLContext, *, public_only: bool, proxy: str | None = None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=None if proxy is None else _proxy(proxy),
            max_connections=None,  # the gate counts, host by host
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=GuardedBackend(public_only=public_only and proxy is None),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; errors are httpcore's."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        found = self._pool.handle_request(
            httpcore.Request(request.method, url, headers=request.headers.raw, extensions=request.extensions)
        )
        return httpx.Response(found.status, headers=found.headers, stream=_Body(found), extensions=found.extensions)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """A body, read as it comes."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for a URL (https_proxy, no_proxy and so on)."""
    found = urllib.request.getproxies()
    proxy = found.get(url.scheme) or found.get("all")
    if not proxy or urllib.request.proxy_bypass(url.netloc.decode("ascii")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _proxy(text: str) -> httpcore.Proxy:
    """A proxy with its user and password, if it has them."""
    url = httpx.URL(text)
    login = (url.username, url.password) if url.username else None
    return httpcore.Proxy(str(url.copy_with(username=None, password=None)), auth=login)
