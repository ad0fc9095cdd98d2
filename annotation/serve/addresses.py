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
    names = [_joined(name, port) for name in ("127.0.0.1", "localhost", "::1")]
    hosts, origins = set(names), {f"http://{name}" for name in names}
    if public_url is None:
        return Addresses(host, port, f"http://{_joined(host, port)}", frozenset(hosts), frozenset(origins))
    scheme, name, own_port, path = _parsed(public_url)
    forms = {name if own_port == _DEFAULT_PORTS[scheme] else _joined(name, own_port), _joined(name, own_port)}
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


def _joined(name: str, port: int) -> str:
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
