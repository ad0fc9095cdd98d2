"""The web application: routes and what they need of a request."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from annotation.project import Project
from annotation.serve.addresses import Addresses
from annotation.serve.guard import Guard
from annotation.serve.office import Office
from annotation.serve.pages import Pages
from annotation.serve.requests import Work, answered, read_json, refuse
from annotation.serve.routes import Routes

Endpoint = Callable[[Request], Awaitable[Response]]
NAME_HEADER = "X-Annotator"
"""Says for whom a tab works: another person who enters in the same browser must not inherit its changes."""
_NOT_ENTERED = "you have not entered, or your link has been replaced: open it again"
_DAYS_S = 30 * 86_400


class Application:
    """Answers requests; everything that takes time runs in threads."""

    def __init__(self, office: Office, addresses: Addresses) -> None:
        self._office = office
        self._addresses = addresses
        self._pages = Pages()
        self._cookie = cookie_name(office.project)

    def asgi(self) -> ASGIApp:
        """The application behind its guard."""
        routes = [
            Route("/", self._home, methods=["GET"]),
            Route("/enter", self._enter_page, methods=["GET"]),
            Route("/static/{name}", self._static, methods=["GET"]),
            Route("/api/enter", self._enter, methods=["POST"]),
            Route("/api/leave", self._leave, methods=["POST"]),
            Route("/api/who", self._whoami, methods=["GET"]),
            *(
                Route(path, self._for(work, is_file=is_file), methods=[method])
                for path, method, work, is_file in Routes(self._office).table()
            ),
        ]
        inner = Starlette(routes=routes)
        inner.router.redirect_slashes = False  # it would lead from https to what the proxy speaks to us
        inner.add_exception_handler(HTTPException, refuse)
        return Guard(inner, self._addresses)

    # Pages and the way in.

    async def _home(self, request: Request) -> Response:
        name = self._who(request)
        if name is None:
            return self._pages.response("enter.html", request, status=401)
        is_expert = name in self._office.assignment.experts
        return self._pages.response("expert.html" if is_expert else "annotate.html", request)

    async def _enter_page(self, request: Request) -> Response:
        return self._pages.response("enter.html", request)

    async def _static(self, request: Request) -> Response:
        return self._pages.response(request.path_params["name"], request)

    async def _enter(self, request: Request) -> Response:
        token = (await read_json(request)).get("token")
        found = self._office.doors.enter(token) if isinstance(token, str) else None
        if found is None or not self._is_known(found[0]):
            raise HTTPException(403, "this link is not valid, or not any more; ask the person who sent it")
        response = JSONResponse({"name": found[0]})
        response.set_cookie(
            self._cookie, found[1], max_age=_DAYS_S, path=self._addresses.path, httponly=True, samesite="strict",
            secure=self._addresses.is_secure,
        )  # fmt: skip
        return response

    async def _leave(self, request: Request) -> Response:
        del request
        response = JSONResponse({})
        response.delete_cookie(
            self._cookie, path=self._addresses.path, httponly=True, samesite="strict", secure=self._addresses.is_secure
        )
        return response

    async def _whoami(self, request: Request) -> Response:
        name = self._who(request)
        if name is None:
            raise HTTPException(401, _NOT_ENTERED)
        return JSONResponse({"name": name})

    # Between requests and the office.

    def _for(self, work: Work, *, is_file: bool = False) -> Endpoint:
        """An endpoint for people who have entered; `work` runs in a thread."""

        async def endpoint(request: Request) -> Response:
            name = self._who(request)
            if name is None:
                raise HTTPException(401, _NOT_ENTERED)
            if not is_file and request.headers.get(NAME_HEADER) != name:
                raise HTTPException(403, "somebody else has entered in this browser; reload this tab")
            if request.method not in ("GET", "HEAD"):
                request.state.value = await read_json(request)
            return await run_in_threadpool(answered, work, request, name)

        return endpoint

    def _who(self, request: Request) -> str | None:
        name = self._office.doors.who(request.cookies.get(self._cookie, ""))
        return name if name is not None and self._is_known(name) else None

    def _is_known(self, name: str) -> bool:
        assignment = self._office.assignment
        return name in assignment.tasks or name in assignment.experts


def cookie_name(project: Project) -> str:
    """Cookies of two projects on one host do not meet."""
    return f"annotate_{project.source['sha256'][:12]}"
