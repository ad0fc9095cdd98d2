"""A real annotation server in a thread, a small KB, and clients that behave like the page."""

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from annotation.assign import Plan, assign
from annotation.assignment import write_assignment
from annotation.pairs import ProjectPair
from annotation.project import Project
from annotation.serve.addresses import addresses
from annotation.serve.app import NAME_HEADER, Application
from annotation.serve.doors import make_tokens, tokens_of
from annotation.serve.office import open_office
from annotation.serve.server import Server, listen
from pipeline.records.corpus import CaptionLink
from pipeline.records.digest import image_id
from pipeline.records.images_schemas import IMAGES
from tests.support.projects import small_project, write_artifact
from tests.support.stores import SmallKB

SCRIPT = "<script>window.hit = 1</script><img src=x onerror=window.hit=1>"
LIONS = "Lions and Tigers fans 😀 in Zoe\u0301s Cape Town"
CAPTIONS = (
    LIONS,
    "President Barack Obama speaks",
    f"A caption with {SCRIPT} inside",
    "Workers at the site",
    "French President Nicolas Sarkozy in Berlin",
    "The Lions versus the Packers",
)
ENTITIES = {
    1: ("Detroit Lions", 40), 2: ("Lion", 90), 3: ("Cape Town", 30), 4: ("Barack Obama", 70), 5: ("Berlin", 60),
    6: ("Green Bay Packers", 35), 7: (f"Evil {SCRIPT}", 5), 8: ("Nicolas Sarkozy", 20),
}  # fmt: skip
MENTIONS = {
    "Lions": {1: (60, 0, 1, 0, 0), 2: (30, 0, 1, 0, 0)},
    "Tigers": {2: (1, 0, 0, 0, 0)},
    "Cape Town": {3: (30, 0, 0, 1, 0)},
    "Barack Obama": {4: (50, 0, 0, 1, 0)},
    "Obama": {4: (20, 1, 0, 0, 0)},
    "Berlin": {5: (50, 0, 0, 1, 0)},
    "Packers": {6: (30, 0, 0, 0, 0)},
    "site": {7: (3, 0, 0, 0, 0)},
    "Nicolas Sarkozy": {8: (20, 0, 0, 1, 0)},
}
REDIRECTS = {"Obama": 4, "Barack H. Obama": 4, "Mother City": 3}


def small_kb(folder: Path) -> Path:
    """A KB of eight entities; one has a title that would run if it could."""
    kb = SmallKB(MENTIONS, ENTITIES, REDIRECTS)
    kb.store(folder, wiki="enwiki", lang="en")
    return folder


def picture(colour: str = "teal") -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def image_row(id_: str, title: str, content: bytes | None) -> dict[str, Any]:
    """A row of an images artifact."""
    row: dict[str, Any] = dict.fromkeys(IMAGES.names, "")
    numbers = ("original_width_px", "original_height_px", "source_size_bytes", "width_px", "height_px", "size_bytes")
    row |= dict.fromkeys(numbers, 1) | dict.fromkeys(("is_video", "is_override"), False)
    row |= dict.fromkeys(("frame_index", "frame_time_s", "background", "licence", "author", "description_url"))
    outcome = "ok" if content else "missing"
    return row | {
        "image_id": id_, "file_title": title, "outcome": outcome, "image_bytes": content, "redistributable": None,
    }  # fmt: skip


def small_images(folder: Path) -> Path:
    """Pictures of all pairs but the last."""
    rows = [image_row(f"{n + 100:016x}", f"File {n}.jpg", picture()) for n in range(len(CAPTIONS) - 1)]
    rows.append(image_row(image_id("enwiki", "Lions.jpg"), "Lions.jpg", picture("red")))
    write_artifact(folder / "images", IMAGES, sorted(rows, key=lambda row: row["image_id"]))
    return folder


def pairs() -> list[ProjectPair]:
    """One pair a caption, each of an article of its own."""
    link = CaptionLink(LIONS.index("Cape"), LIONS.index("Cape") + 9, "Cape Town", "Mother City", "enwiki")
    return [
        ProjectPair(
            f"{n:016x}", caption, n, f"Article {n}", "2010-05-01", "Sports", 0, f"{n + 100:016x}",
            caption_links=(link,) if n == 0 else (),
        )
        for n, caption in enumerate(CAPTIONS)
    ]  # fmt: skip


def campaign(
    folder: Path, *, annotators: int = 2, experts: int = 1, retest: float = 0.0, pilot: int = 0, of: Sequence[ProjectPair] = (),
    **settings: Any,
) -> Project:  # fmt: skip
    """A project that is assigned, with tokens."""
    project = small_project(folder, of or pairs(), **settings)
    made = assign(project.groups(), Plan(annotators, min(2, annotators), experts, pilot, retest))
    write_assignment(made, folder)
    make_tokens(folder, (*made.annotators, *made.experts))
    return project


@dataclass
class Running:
    """A server that answers.

    Attributes:
        url: Its address.
        project: What it serves.
    """

    url: str
    project: Project

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def token(self, name: str) -> str:
        return tokens_of(self.project.folder)[name]

    def link(self, name: str) -> str:
        return f"{self.url}/enter#{self.token(name)}"

    def stranger(self, **headers: str) -> httpx.Client:
        """A client that has not entered."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url, **headers}, timeout=10, trust_env=False)

    def client(self, name: str) -> "PageClient":
        """A client that has entered, as the page of `name` would."""
        http = self.stranger()
        answer = http.post("/api/enter", json={"token": self.token(name)})
        assert answer.status_code == 200, answer.text
        http.headers[NAME_HEADER] = name
        return PageClient(http)


class PageClient:
    """What the page's scripts ask."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str) -> Any:
        answer = self.http.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/api/session")["items"]
        return found

    def shown(self) -> dict[str, dict[str, Any]]:
        """Caption -> item, of all items."""
        found = [self.get(f"/api/items/{one['key']}") for one in self.items()]
        return {one["caption"]: one for one in found}

    def save(
        self, item: dict[str, Any], *spans: dict[str, Any], base: int | None = None, **more: Any
    ) -> httpx.Response:
        body = {
            "base": item["version"] if base is None else base, "done": False, "note": "", "ambiguity": "",
            "origin": item.get("origin", ""), "annotations": list(spans), "duration_s": 3.5, **more,
        }  # fmt: skip
        return self.http.put(f"/api/items/{item['key']}", json=body)


def mention(
    caption: str, surface: str, type_: str | None = "Organization", entity: str | None = "NIL", **more: Any
) -> dict[str, Any]:
    """A mention as the page sends it."""
    start = caption.index(surface)
    return {
        "start": start, "end": start + len(surface), "surface": surface, "type": type_, "entity": entity, "flags": [],
        "clues": None, **more,
    }  # fmt: skip


@contextmanager
def serving(
    project: Project, kb: Path | None = None, images: Sequence[Path] = (), *, preannotate: str = "none"
) -> Iterator[Running]:
    """Serve a project on a free port of this machine."""
    office = open_office(project, kb, images, preannotate=preannotate)
    bound = listen("127.0.0.1", 0)
    told = addresses("127.0.0.1", bound.getsockname()[1], None)
    ready = threading.Event()
    server = Server(Application(office, told).asgi(), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert ready.wait(10), "the server did not start"
    try:
        yield Running(told.public_url, project)
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
