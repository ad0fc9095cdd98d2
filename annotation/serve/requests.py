"""Between requests and work: bodies, queries, errors as answers."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from annotation.events import ConflictError
from annotation.serve.bench import OutdatedError
from annotation.serve.drafts import DraftError
from pipeline.records.errors import MelError
from pipeline.report.thumbnails import picture_type

Work = Callable[[Request, str], Response]
"""Answers a request of the person of that pseudonym; may take time."""
_LONGEST_QUERY = 300
_BROKEN = 503
_log = logging.getLogger(__name__)
_KEEP_PICTURE = {"Cache-Control": "private, max-age=86400", "Vary": "Cookie"}
"""The browser keeps a picture for the person who saw it, nobody on the way does."""


def answered(work: Work, request: Request, name: str) -> Response:
    """The answer, or the error as one."""
    try:
        return work(request, name)
    except (MelError, OSError) as error:
        status, told = _told(error)
        if status == _BROKEN:
            _log.error("%s %s: %s", request.method, work.__name__, error)
        return JSONResponse(told, status)


def _told(error: MelError | OSError) -> tuple[int, dict[str, Any]]:
    """Status and content of an error."""
    text = str(error)
    if isinstance(error, ConflictError):
        return 409, {"error": text, "version": error.current.version}
    if isinstance(error, OutdatedError):
        return 409, {"error": text}
    if isinstance(error, DraftError):
        return 422, {"error": text}
    # Names of files are nobody's business but the lead's.
    return _BROKEN, {"error": "the server cannot read or write its files now; if it lasts, tell the person who runs it"}


async def refuse(request: Request, error: Exception) -> Response:
    """What is refused, as JSON; only for `HTTPException`."""
    del request
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code)


async def read_json(request: Request) -> Mapping[str, Any]:
    """The JSON object in the body.

    Raises:
        HTTPException: there is none, or it is said to be something else.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "changes are sent as JSON")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "that is no JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "that is no JSON object")
    return value


def query(request: Request, name: str) -> str:
    """A text of the address, not too long."""
    text = request.query_params.get(name, "")
    if len(text) > _LONGEST_QUERY:
        raise DraftError(f"{name} holds {_LONGEST_QUERY} characters at most")
    return text


def picture_response(content: bytes | None) -> Response:
    """A picture by what its bytes are."""
    if not content:
        raise HTTPException(404, "there is no picture")
    return Response(content, media_type=picture_type(content), headers=_KEEP_PICTURE)
