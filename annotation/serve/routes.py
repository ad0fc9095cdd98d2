"""What annotators and experts ask of the server."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from annotation.assignment import Task
from annotation.decisions import REASONS
from annotation.guidelines import rules
from annotation.pairs import ProjectPair
from annotation.records import CLUES
from annotation.serve.cards import MOST
from annotation.serve.drafts import DraftError
from annotation.serve.office import Office
from annotation.serve.requests import Work, picture_response, query
from annotation.statistics.ambiguity import AMBIGUITIES
from pipeline.formats.mention_types import TYPES

Table = list[tuple[str, str, Work, bool]]
"""(path, method, work, whether a browser asks for it by an address alone, as for pictures)."""


class Routes:
    """The work behind each address; called in threads."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def table(self) -> Table:
        """All addresses that want a person."""
        return [
            ("/api/session", "GET", self._session, False),
            ("/api/items/{key}", "GET", self._item, False),
            ("/api/items/{key}", "PUT", self._save, False),
            ("/api/items/{key}/undo", "POST", self._undo, False),
            ("/api/items/{key}/picture", "GET", self._picture, True),
            ("/api/disputes/{key}", "GET", self._dispute, False),
            ("/api/disputes/{key}", "PUT", self._decide, False),
            ("/api/disputes/{key}/picture", "GET", self._disputed_picture, True),
            ("/api/about", "GET", self._about, False),
            ("/api/candidates", "GET", self._candidates, False),
            ("/api/titles", "GET", self._titles, False),
            ("/api/thumbnails/{entity_id:int}", "GET", self._thumbnail, True),
        ]

    def _session(self, request: Request, name: str) -> Response:
        del request
        office = self._office
        settings = office.project.settings
        return JSONResponse(
            {
                "name": name,
                "project": office.project.folder.resolve().name,
                "types": TYPES,
                "rules": rules(settings.title_policy),
                "layers": settings.layers,
                "clues": CLUES,
                "ambiguities": AMBIGUITIES,
                "has_kb": office.library is not None,
                "reasons": REASONS,
                "items": self._items(name),
            }
        )

    def _items(self, name: str) -> list[dict[str, Any]]:
        """Key and state of everything that a person has to do."""
        office = self._office
        if name in office.assignment.tasks:
            return office.desk(name).states(office.place(name).tasks)
        return [{"key": key, "state": state, "discuss": False} for key, state in office.states(name).items()]

    def _item(self, request: Request, name: str) -> Response:
        key, task = self._task(request, name)
        pair = self._office.project.pairs[task.pair_id]
        shown = self._office.desk(name).show(task, self._office.suggested(pair))
        return JSONResponse({"key": key, "picture": self._office.pictures.has(pair.image_id), **shown})

    def _save(self, request: Request, name: str) -> Response:
        _, task = self._task(request, name)
        return JSONResponse(self._office.desk(name).save(task, request.state.value))

    def _undo(self, request: Request, name: str) -> Response:
        _, task = self._task(request, name)
        base = request.state.value.get("base")
        if type(base) is not int:
            raise DraftError("base should be the number of the version that the page shows")
        return JSONResponse(self._office.desk(name).undo(task, base))

    def _picture(self, request: Request, name: str) -> Response:
        _, task = self._task(request, name)
        return picture_response(self._office.picture(self._office.project.pairs[task.pair_id]))

    def _task(self, request: Request, name: str) -> tuple[str, Task]:
        """Key and task of an item of one's own.

        Raises:
            HTTPException: there is none of that key, or it is somebody else's: the answer is the same.
        """
        key = request.path_params["key"]
        task = self._office.place(name).tasks.get(key)
        if task is None:
            raise HTTPException(404, "you have no such item")
        return key, task

    # What an expert asks.

    def _dispute(self, request: Request, name: str) -> Response:
        key, pair = self._disputed(request, name)
        shown = self._office.bench.show(name, pair.pair_id, pair.caption)
        return JSONResponse({"key": key, "picture": self._office.pictures.has(pair.image_id), **shown})

    def _decide(self, request: Request, name: str) -> Response:
        key, pair = self._disputed(request, name)
        self._office.bench.decide(name, pair, request.state.value)
        shown = self._office.bench.show(name, pair.pair_id, pair.caption)
        return JSONResponse({"key": key, "picture": self._office.pictures.has(pair.image_id), **shown})

    def _disputed_picture(self, request: Request, name: str) -> Response:
        return picture_response(self._office.picture(self._disputed(request, name)[1]))

    def _disputed(self, request: Request, name: str) -> tuple[str, ProjectPair]:
        """Key and pair of a dispute of one's own."""
        key = request.path_params["key"]
        pair_id = self._office.disputed(name, key) if name in self._office.assignment.experts else None
        if pair_id is None:
            raise HTTPException(404, "you have no such item")
        return key, self._office.project.pairs[pair_id]

    # What the knowledge base tells.

    def _about(self, request: Request, name: str) -> Response:
        del name
        library = self._office.library
        titles = request.query_params.getlist("title")[:MOST]
        found = library.about(titles) if library is not None else []
        return JSONResponse({"cards": [one.to_json() for one in found]})

    def _candidates(self, request: Request, name: str) -> Response:
        del name
        library = self._office.library
        text = query(request, "surface")
        found = library.candidates(text, MOST) if library is not None and text.strip() else []
        return JSONResponse({"cards": [one.to_json() for one in found]})

    def _titles(self, request: Request, name: str) -> Response:
        del name
        library = self._office.library
        text = query(request, "prefix")
        found = library.titles(text, MOST) if library is not None and text.strip() else []
        return JSONResponse({"cards": [one.to_json() for one in found]})

    def _thumbnail(self, request: Request, name: str) -> Response:
        del name
        return picture_response(self._office.thumbnail(request.path_params["entity_id"]))
