"""Which hosts may be talked to, and which addresses are private."""

import ipaddress
import re
import socket
from collections.abc import Iterable

import httpx

from pipeline.net.errors import FetchError, FetchReason
from pipeline.records.errors import UsageError

PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAME = re.compile(r"(?:\*\.)?[\w.-]+|[0-9a-f:.]+")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class HostRules:
    """The configured hosts: `dumps.wikimedia.org`, `*.archive.org` (any host below it), `127.0.0.1:8080`.

    A pattern without a port means the port of the scheme.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Check the patterns.

        Raises:
            UsageError: one is no host name, or a star stands elsewhere than before a domain of two labels.
        """
        self._patterns = tuple(_pattern(text) for text in patterns)

    def check(self, url: httpx.URL, asked: str) -> None:
        """Refuse a URL whose host is not configured; `asked` is the URL that led to it.

        Raises:
            FetchError: it is not http(s), holds a password, or its host is foreign.
        """
        if url.scheme not in PORTS or not url.host or url.userinfo:
            raise FetchError(FetchReason.FOREIGN_HOST, f"{url} is no plain http or https address", [asked])
        if not any(_matches(pattern, url) for pattern in self._patterns):
            led = "" if str(url) == asked else f", to which {asked} redirects,"
            raise FetchError(
                FetchReason.FOREIGN_HOST, f"the host of {url}{led} is not among the configured ones", [asked]
            )


def host_pattern(url: str) -> str:
    """The pattern that allows the host and port of `url`.

    Raises:
        UsageError: it is no http(s) URL with a host.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise UsageError(f"{url!r} is no URL: {error}") from error
    if parsed.scheme not in PORTS or not parsed.host:
        raise UsageError(f"{url!r} must begin with http:// or https:// and a host name")
    host = f"[{parsed.host}]" if ":" in parsed.host else parsed.host
    pattern = host if parsed.port is None else f"{host}:{parsed.port}"
    _pattern(pattern)
    return pattern


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port."""
    return url.scheme, url.host.lower(), port_of(url)


def port_of(url: httpx.URL) -> int:
    """The port, by the scheme where none is written."""
    return url.port or PORTS.get(url.scheme, 0)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    try:
        found: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        found = _embedded(found)
    return found.is_global and not found.is_multicast


def addresses_of(host: str, port: int) -> list[str]:
    """IP addresses of a host, in the system's order.

    Raises:
        OSError: the name is not known.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _embedded(address: ipaddress.IPv6Address) -> Address:
    """The IPv4 address that an IPv6 one carries, else itself."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _pattern(text: str) -> tuple[str, int | None]:
    """Host (with `*.` where it was) and port."""
    try:
        url = httpx.URL(f"http://{text.replace('*.', 'star-.', 1) if text.startswith('*.') else text}/")
    except httpx.InvalidURL as error:
        raise UsageError(f"{text!r} is no host name: {error}") from error
    host = url.host.lower()
    if host.startswith("star-."):
        host = "*." + host.removeprefix("star-.")
    is_plain = _NAME.fullmatch(host) is not None and url.raw_path == b"/" and not url.userinfo
    if not is_plain or (host.startswith("*.") and host.count(".") < 2):
        raise UsageError(f"{text!r} is no host name such as dumps.wikimedia.org, *.archive.org or 127.0.0.1:8080")
    port = url.port
    return host, 80 if port is None and text.endswith(":80") else port


def _matches(pattern: tuple[str, int | None], url: httpx.URL) -> bool:
    host, port = pattern
    if port_of(url) != (PORTS[url.scheme] if port is None else port):
        return False
    name = url.host.lower().removesuffix(".")
    return name.endswith(host[1:]) if host.startswith("*.") else name == host
