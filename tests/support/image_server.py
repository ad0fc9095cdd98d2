"""The upload host and an API on a real local server, and the job that asks them."""

import json
from urllib.parse import quote

from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.net.client import Limits
from pipeline.net.retries import Retries
from tests.support import image_inputs as inputs
from tests.support.http_server import Answer, LocalServer

CONTACT = "tests@example.org"
QUICK = Limits(connect_s=2, read_s=0.5, whole_s=5, window_s=0.4, min_bytes_per_s=50_000)
IMPATIENT = Retries(tries=3, first_s=0.01, longest_s=0.02, retry_after_longest_s=2.0, progress_bytes=1 << 14)
API = "/w/api.php"


class ByPath(dict):
    """The server's files, whatever stands behind the `?` of the address."""

    def get(self, path, default=None):
        return super().get(path.partition("?")[0], default)

    def __contains__(self, path):
        return super().__contains__(path.partition("?")[0])


def whole(name: str, repo: str = "wikipedia/commons") -> str:
    """Path of a file itself, escaped."""
    return "/" + "/".join(quote(part, safe="") for part in inputs.upload_path(name, repo).split("/"))


def thumb(name: str, width: int, repo: str = "wikipedia/commons", ending: str = "") -> str:
    """Path of a thumbnail, escaped."""
    path = whole(name, repo).removeprefix(f"/{repo}/")
    last = quote(f"{width}px-{path.rpartition('/')[2]}{ending}".replace("%", "\0"), safe="\0").replace("\0", "%")
    return f"/{repo}/thumb/{path}/{last}"


def put(server: LocalServer, path: str, body: bytes, *answers: Answer, kind: str = "image/png", always=None) -> None:
    server.put(path, body, *answers, kind=kind, always=always)


def put_api(server: LocalServer, pages: list[dict], **query) -> None:
    """An API that says the same whatever it is asked."""
    server.files = ByPath(server.files)
    body = json.dumps({"batchcomplete": True, "query": {"pages": pages, **query}}).encode()
    server.put(API, body, kind="application/json")


def page(title: str, *, width: int = 4000, repo: str = "wikipedia/commons", **metadata: str) -> dict:
    """One page of an API's answer."""
    info = {
        "url": f"https://upload.wikimedia.org{whole(title, repo)}",
        "descriptionurl": f"https://commons.wikimedia.org/wiki/File:{quote(title.replace(' ', '_'))}",
        "width": width,
        "height": 3000,
        "extmetadata": {name: {"value": value} for name, value in metadata.items()},
    }
    return {"title": f"File:{title}", "imageinfo": [info]}


def fetch_options(server: LocalServer, **changed) -> FetchOptions:
    given = {
        "contact": CONTACT, "upload": f"http://{server.host}", "api": "none", "limits": QUICK, "retries": IMPATIENT,
        "max_bytes": 1 << 20, "max_bytes_per_s": None,
    }  # fmt: skip
    return FetchOptions(**(given | changed))


def options(server: LocalServer, tmp_path, *, titles=None, **changed) -> ImagesOptions:
    """A job that wants `titles` and asks the server; options of the fetching by their names."""
    names = {name for name in FetchOptions.__dataclass_fields__ if name in changed}
    fetch = fetch_options(server, **{name: changed.pop(name) for name in names})
    corpus = tmp_path / "corpus"
    if titles is not None:
        inputs.make_corpus(corpus, titles)
    return ImagesOptions(**({"out": tmp_path / "images", "corpus": corpus, "fetch": fetch} | changed))
