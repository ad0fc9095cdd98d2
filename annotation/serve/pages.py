"""The page's files, read and rendered once; no request becomes a path."""

import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
_FRAME = "frame.html"  # what annotators' and experts' pages share, no page by itself
_KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}  # fmt: skip


class Pages:
    """Files by name."""

    def __init__(self, folder: Path = STATIC) -> None:
        templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            keep_trailing_newline=True,
        )  # fmt: skip
        self._files = {
            path.name: templates.get_template(path.name).render().encode()
            if path.suffix == ".html"
            else path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.suffix in _KINDS and path.name != _FRAME
        }
        self._marks = {
            name: f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"' for name, content in self._files.items()
        }

    def response(self, name: str, request: Request, status: int = 200) -> Response:
        """The file as answer, or that the browser has it already.

        Raises:
            HTTPException: there is no such file.
        """
        content = self._files.get(name)
        if content is None:
            raise HTTPException(404, "there is no such page")
        kind = Path(name).suffix
        headers = {"Cache-Control": "no-store" if kind == ".html" else "no-cache", "ETag": self._marks[name]}
        if status == 200 and request.headers.get("if-none-match") == self._marks[name]:
            return Response(status_code=304, headers=headers)
        return Response(content, status, headers, _KINDS[kind])
