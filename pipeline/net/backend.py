"""Sockets with a deadline, which can refuse private addresses."""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore

from pipeline.net.errors import FetchError, FetchReason
from pipeline.net.hosts import addresses_of, is_public

DEADLINE: ContextVar[float] = ContextVar("deadline", default=float("inf"))
"""Monotonic time at which the request of this thread must be over, headers included."""


def left_s(timeout: float | None) -> float | None:
    """The timeout of one socket call, shortened to what the deadline leaves.

    Raises:
        ReadTimeout: nothing is left.
    """
    left = DEADLINE.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole request is over")
    if left == float("inf"):
        return timeout
    return left if timeout is None else min(timeout, left)


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections; with `public_only` none to a private address, whatever a name resolves to.

    The address that was looked at is the one that is connected to, so a name that changes in between gains nothing.
    """

    def __init__(self, *, public_only: bool) -> None:
        self.public_only = public_only
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        error: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._plain.connect_tcp(address, port, left_s(timeout), local_address, socket_options)
                return _Stream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        """Where to connect, after the check.

        Raises:
            FetchError: one of the addresses is private and private ones are refused.
        """
        try:
            found = addresses_of(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known: {error}") from error
        private = [address for address in found if not is_public(address)]
        if self.public_only and private:
            raise FetchError(
                FetchReason.PRIVATE_ADDRESS, f"a redirect leads to {host}, whose address {private[0]} is private"
            )
        return found


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write ends at the deadline."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left_s(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left_s(timeout)))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's own
        return self._stream.get_extra_info(info)
