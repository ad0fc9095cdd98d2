"""Local servers in place of the dump site and of the Internet Archive."""

from tests.support.http_fixtures import archive, no_proxy, server

__all__ = ["archive", "no_proxy", "server"]
