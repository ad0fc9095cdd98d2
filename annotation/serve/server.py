"""Runs the application on a socket."""

import logging
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from pipeline.records.errors import UsageError

_BACKLOG = 128
_MOST_HEADER_BYTES = 32 * 1024
_IDLE_S = 20
_STOP_S = 5
_log = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free.

    Raises:
        UsageError: the address is taken, not allowed or not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise UsageError(f"--host {host} is no address of this machine: {error.strerror}") from error
    # asyncio sends at once (TCP_NODELAY) only on sockets whose protocol is said; else every answer waits 40 ms.
    made = socket.socket(found[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(found[4])
        made.listen(_BACKLOG)
    except OSError as error:
        made.close()
        raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror}; choose another --port") from error
    return made


class Server(uvicorn.Server):
    """A uvicorn server that tells when it is ready and logs no requests: their addresses are nobody's business."""

    def __init__(self, app: ASGIApp, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app, access_log=False, log_config=None, log_level=logging.WARNING, server_header=False,
                proxy_headers=False, ws="none", lifespan="off", h11_max_incomplete_event_size=_MOST_HEADER_BYTES,
                timeout_keep_alive=_IDLE_S, timeout_graceful_shutdown=_STOP_S, loop="asyncio", http="h11",
            )
        )  # fmt: skip
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def run(app: ASGIApp, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; answers that are under way are finished first."""
    server = Server(app, ready)
    try:
        server.run(sockets=[bound])
    except KeyboardInterrupt:
        _log.debug("stopped")
    finally:
        bound.close()
