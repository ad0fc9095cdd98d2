"""Refuses what no annotation page asks, and gives every answer its headers."""

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotation.serve.addresses import Addresses

MAX_BODY_BYTES = 256 * 1024
_READING = frozenset({"GET", "HEAD"})
_METHODS = _READING | {"POST", "PUT"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Only our own files; no inline script or style, no frame, and no text becomes HTML."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """The outermost layer: Host, Origin, method and size of every request.

    Requests for another host (DNS rebinding) and changes from another origin never reach the application.
    """

    def __init__(self, app: ASGIApp, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no page of ours opens a socket
            await send({"type": "websocket.close", "code": 1008})
            return
        sending = _with_headers(send)
        fault = self._fault(scope["method"], Headers(scope=scope))
        if fault is not None:
            await PlainTextResponse(fault[1], fault[0])(scope, receive, sending)
            return
        await self._app(scope, _limited(receive), sending)

    def _fault(self, method: str, headers: Headers) -> tuple[int, str] | None:
        """Status and sentence for a request that is refused."""
        if not _is_one_of(headers.getlist("host"), self._addresses.hosts):
            return 421, "this server is not known by that name"
        if method not in _METHODS:
            return 405, "only GET, POST and PUT"
        origins = headers.getlist("origin")
        if (origins or method not in _READING) and not _is_one_of(origins, self._addresses.origins):
            return 403, "changes are taken from the page of this server only"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none") and not _is_visit(method, headers):
            return 403, "other sites may link here, nothing else"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return 413, f"a request holds {MAX_BODY_BYTES} bytes at most"
        return None


def _is_one_of(values: Iterable[str], allowed: frozenset[str]) -> bool:
    """Whether exactly one value is given, and it is allowed."""
    given = list(values)
    return len(given) == 1 and given[0].lower() in allowed


def _is_visit(method: str, headers: Headers) -> bool:
    """Whether somebody followed a link from another site to a page."""
    return (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


def _limited(receive: Receive) -> Receive:
    """A body that says no length is cut off at the limit."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            raise HTTPException(413, f"a request holds {MAX_BODY_BYTES} bytes at most")
        return message

    return receiving


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
