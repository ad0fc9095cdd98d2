"""Where the server listens, and which addresses it answers to."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.records.errors import UsageError

LOOPBACK = "127.0.0.1"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Addresses:
    """What the server is called.

    Attributes:
        host: Address it listens on.
        port: Port it listens on.
        public_url: What people open, without a slash at the end.
        hosts: Values of the Host header that are answered, lower case.
        origins: Values of the Origin header from which changes are taken.
    """

    host: str
    port: int
    public_url: str
    hosts: frozenset[str]
    origins: frozenset[str]

    @property
    def path(self) -> str:
        """Path of the public address, for the cookie: `/` or what a proxy takes off."""
        return urlsplit(self.public_url).path or "/"

    @property
    def is_secure(self) -> bool:
        """Whether people reach it by TLS."""
        return self.public_url.startswith("https:")

    @property
    def is_exposed(self) -> bool:
        """Whether tokens travel through a network unencrypted."""
        return not self.is_secure and not is_loopback(urlsplit(self.public_url).hostname or "")


def addresses(host: str, port: int, public_url: str | None) -> Addresses:
    """The addresses of a server on `host` and `port`.

    Raises:
        UsageError: another host than loopback goes without a public URL, or that URL is none.
    """
    if public_url is None and not is_loopback(host):
        raise UsageError(
            f"--host {host} lets others in: say --public-url https://… too, the address that they open; TLS ends "
            "before this server"
        )
    hosts = {form for name in ("127.0.0.1", "localhost", "::1") for form in _forms("http", name, port)}
    origins = {f"http://{form}" for form in hosts}
    if public_url is None:
        shown = min(_forms("http", host, port), key=len)
        return Addresses(host, port, f"http://{shown}", frozenset(hosts), frozenset(origins))
    scheme, name, own_port, path = _parsed(public_url)
    forms = _forms(scheme, name, own_port)
    shown = min(forms, key=len)
    return Addresses(
        host, port, f"{scheme}://{shown}{path}", frozenset(hosts | forms), frozenset({*origins, f"{scheme}://{shown}"})
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parsed(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path without a last slash."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"--public-url {url!r} is no address: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not name or parts.query or parts.fragment or parts.username is not None:
        raise UsageError(f"--public-url {url!r} should look like https://annotate.example.org")
    return parts.scheme, name, port or _DEFAULT_PORTS[parts.scheme], parts.path.rstrip("/")


def _forms(scheme: str, name: str, port: int) -> set[str]:
    """How browsers write a host: the port of the scheme is left out, proxies may say it."""
    shown = f"[{name}]" if ":" in name else name
    return {f"{shown}:{port}", shown} if port == _DEFAULT_PORTS[scheme] else {f"{shown}:{port}"}
