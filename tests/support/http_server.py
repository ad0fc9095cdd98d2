"""A real HTTP server in a thread that resumes, throttles, breaks off, stalls and lies."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 4096


@dataclass(frozen=True)
class Answer:
    """How one request is answered; by default as a good server does."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None  # another body than the file's
    etag: str | None = None  # another ETag; "" for none
    cut_at: int | None = None  # bytes after which the connection is closed
    stall_at: int | None = None  # bytes after which nothing more comes
    bytes_per_s: float | None = None
    piece: int = PIECE
    slow_headers: bool = False  # one byte of the head every 50 ms
    no_length: bool = False
    ignore_range: bool = False
    shift: int = 0  # a 206 that begins elsewhere than was asked
    wait_s: float = 0.0


@dataclass
class Seen:
    """One request as it came, and how many bytes of body were sent."""

    method: str
    path: str
    headers: dict[str, str]
    status: int = 0
    start: int = 0
    sent: int = 0


GOOD = Answer()


class LocalServer:
    """Files by path; each path may have answers for its next requests and one for all after them."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[bytes, str]] = {}
        self.plans: dict[str, list[Answer]] = {}
        self.always: dict[str, Answer] = {}
        self.seen: list[Seen] = []
        self.now = self.most_at_once = 0
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"http://{self.host}{path}"

    def put(
        self,
        path: str,
        body: bytes,
        *answers: Answer,
        always: Answer | None = None,
        kind: str = "application/octet-stream",
    ) -> str:
        """Serve `body`; its URL."""
        self.files[path] = (body, kind)
        self.plans[path] = list(answers)
        self.always.pop(path, None)
        if always is not None:
            self.always[path] = always
        return self.url(path)

    def sent(self, path: str) -> int:
        """Bytes of body that left for `path` so far."""
        return sum(seen.sent for seen in self.seen if seen.path == path)

    def asked(self, path: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == path]

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def local_server() -> Iterator[LocalServer]:
    server = LocalServer()
    try:
        yield server
    finally:
        server.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: LocalServer

    def handle_error(self, request, client_address):
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_):
        """Say nothing."""

    def do_HEAD(self):
        self._answer()

    def do_GET(self):
        self._answer()

    def _answer(self):
        owner = self.server.owner
        path = self.path.removeprefix("http://").partition("/")[2] if "://" in self.path else self.path[1:]
        path = "/" + path
        seen = Seen(self.command, path, {name.lower(): value for name, value in self.headers.items()})
        with owner.lock:
            owner.seen.append(seen)
            owner.now += 1
            owner.most_at_once = max(owner.most_at_once, owner.now)
            plan = owner.plans.get(path) or []
            answer = plan.pop(0) if plan else owner.always.get(path, GOOD)
        try:
            self._send(owner, answer, seen)
        except OSError:
            self.close_connection = True
        finally:
            with owner.lock:
                owner.now -= 1

    def _send(self, owner, answer, seen):
        owner.closing.wait(answer.wait_s)
        body, kind = owner.files.get(seen.path, (b"nothing here\n", "text/plain"))
        status = answer.status or (200 if seen.path in owner.files else 404)
        body = body if answer.body is None else answer.body
        etag = f'"{len(body)}-{body[:8].hex()}"' if answer.etag is None else answer.etag
        headers = {"Content-Type": kind, **({"ETag": etag} if etag else {})}
        total = len(body)
        if status == 200 and not answer.ignore_range:
            status, body = self._ranged(seen, answer, body, etag)
            if status == 206:
                headers["Content-Range"] = f"bytes {seen.start}-{total - 1}/{total}"
            elif status == 416:
                headers["Content-Range"] = f"bytes */{total}"
        if not answer.no_length:
            headers["Content-Length"] = str(len(body))
        seen.status = status
        self._send_head(status, headers | answer.headers, answer)
        if self.command != "HEAD":
            self._send_body(owner, answer, seen, body)
        if answer.no_length:
            self.close_connection = True

    def _ranged(self, seen, answer, body, etag):
        wanted = seen.headers.get("range", "")
        if not wanted.startswith("bytes=") or seen.headers.get("if-range", etag) != etag:
            return 200, body
        start = int(wanted.removeprefix("bytes=").partition("-")[0])
        if start >= len(body):
            return 416, b""
        seen.start = start + answer.shift
        return 206, body[seen.start :]

    def _send_head(self, status, headers, answer):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if answer.no_length:
            self.send_header("Connection", "close")
        if answer.slow_headers:
            head = b"".join(self._headers_buffer) + b"\r\n"
            self._headers_buffer = []
            for place in range(len(head)):
                self.wfile.write(head[place : place + 1])
                self.server.owner.closing.wait(0.05)
        else:
            self.end_headers()

    def _send_body(self, owner, answer, seen, body):
        begun = time.monotonic()
        piece = len(body) or 1
        if answer.bytes_per_s or answer.cut_at is not None or answer.stall_at is not None:
            piece = answer.piece
        for place in range(0, len(body), piece):
            chunk = body[place : place + piece]
            for end in (answer.cut_at, answer.stall_at):
                chunk = chunk if end is None else chunk[: max(end - seen.sent, 0)]
            self.wfile.write(chunk)
            seen.sent += len(chunk)
            if answer.cut_at is not None and seen.sent >= answer.cut_at:
                self.close_connection = True
                return
            if answer.stall_at is not None and seen.sent >= answer.stall_at:
                owner.closing.wait(30)
                self.close_connection = True
                return
            if answer.bytes_per_s:
                owner.closing.wait(max(seen.sent / answer.bytes_per_s - (time.monotonic() - begun), 0))
