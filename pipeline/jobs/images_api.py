"""What a wiki's API says of files: where, how wide, whose."""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from pipeline.beamx.units import UnitLog
from pipeline.console.progress import Progress
from pipeline.images.rights import rights_from_imageinfo
from pipeline.jobs.images_options import API_AUTO
from pipeline.jobs.images_urls import FileInfo
from pipeline.net.client import PoliteClient
from pipeline.net.errors import FetchError, FetchReason, in_short
from pipeline.records.errors import MelError, PageError
from pipeline.records.images import WantedImage
from pipeline.titles.file_urls import COMMONS, file_name, local_repo

BATCH = 50
"""Titles that the API takes at once."""
MAX_TITLES_CHARS = 6000
"""Escaped titles in one address: servers refuse addresses of more than 8 kB."""
_MAX_ANSWER = 32 << 20
_ROUNDS = 60
_RECORD = {"api", "said"}
_FIELDS = "url|size|mime|extmetadata"
_METADATA = "LicenseShortName|License|LicenseUrl|UsageTerms|Artist|Attribution|NonFree|Restrictions|DeletionReason"


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What the API says of one title; `info` None where it says nothing of use."""

    is_missing: bool
    info: FileInfo | None
    rights: dict[str, Any]


def api_url(wiki: str, given: str) -> str:
    """Address of a wiki's API, or the one given.

    Raises:
        PageError: the wiki's name tells no address.
    """
    if given != API_AUTO:
        return given
    folder, _, lang = local_repo(wiki).partition("/")
    host = "commons.wikimedia.org" if f"{folder}/{lang}" == COMMONS else f"{lang}.{folder}.org"
    return f"https://{host}/w/api.php"


class ApiBook:
    """Answers of APIs, kept in a folder: one record for each batch of titles, so that nothing is asked twice."""

    def __init__(self, folder: Path, given: str = API_AUTO, *, asks_again: bool = False) -> None:
        """Read what APIs have said.

        Args:
            folder: of the records.
            given: `auto`, `none` or an address: only what that API said counts.
            asks_again: files that were missing are asked for once more.
        """
        self._given = given
        self._log = UnitLog(folder)
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        for record in self._log.finished().values():
            if set(record) == _RECORD:
                self._take(record["api"], record["said"])
        if asks_again:
            self._known = {key: value for key, value in self._known.items() if not value["is_missing"]}

    def _take(self, url: str, said: Mapping[str, dict[str, Any]]) -> None:
        for image_id, value in said.items():  # a file that was missing may have been found by a later run
            key = (url, image_id)
            if key not in self._known or self._known[key]["is_missing"]:
                self._known[key] = value

    def _key(self, image: WantedImage) -> tuple[str, str]:
        """Which API is asked of a file, and its id."""
        try:
            return (api_url(image.wiki, self._given), image.image_id)
        except PageError:
            return ("", image.image_id)

    def answer(self, image: WantedImage) -> ApiAnswer | None:
        """What was said of a file; None when it was not asked."""
        value = self._known.get(self._key(image))
        if value is None:
            return None
        info = value["info"]
        return ApiAnswer(value["is_missing"], FileInfo(**info) if info else None, value["rights"])

    def ask(self, client: PoliteClient, images: Iterable[WantedImage]) -> int:
        """Ask about all files that are not known yet; number of requests.

        Raises:
            MelError: the API does not answer; what was learnt stays.
        """
        batches = list(_batches(image for image in images if self._key(image) not in self._known))
        with Progress("rights", total=len(batches), unit="requests") as progress:
            for number, batch in enumerate(batches, 1):
                url = api_url(batch[0].wiki, self._given)
                try:
                    pages = _pages(client, url, batch)
                except FetchError as error:
                    raise MelError(
                        f"{url} does not tell about files ({in_short(error)}); run the command again, or with "
                        "--api none, which goes on without licences"
                    ) from error
                said = {image.image_id: _entry(pages.get(image.image_id)) for image in batch}
                self._log.finish(_unit(url, batch), {"api": url, "said": said})
                self._known |= {(url, image_id): value for image_id, value in said.items()}
                progress.update(number)
        return len(batches)


def _batches(images: Iterable[WantedImage]) -> Iterator[list[WantedImage]]:
    """At most 50 files of one wiki each, titles that no wiki takes left out."""
    by_wiki: dict[str, list[WantedImage]] = {}
    for image in images:
        if _name(image.file_title) is not None:
            by_wiki.setdefault(image.wiki, []).append(image)
    for wiki in sorted(by_wiki):
        batch: list[WantedImage] = []
        chars = 0
        for image in by_wiki[wiki]:
            more = len(quote(f"|File:{_name(image.file_title)}", safe=""))
            if len(batch) == BATCH or (batch and chars + more > MAX_TITLES_CHARS):
                yield batch
                batch, chars = [], 0
            batch.append(image)
            chars += more
        yield batch


def _pages(client: PoliteClient, url: str, batch: list[WantedImage]) -> dict[str, dict[str, Any]]:
    """Image id -> page object of the answer, redirects followed."""
    titles = {image.image_id: f"File:{_name(image.file_title)}".replace("_", " ") for image in batch}
    query = {
        "action": "query", "format": "json", "formatversion": "2", "prop": "imageinfo", "redirects": "1",
        "iiprop": _FIELDS, "iiextmetadatafilter": _METADATA, "iiextmetadatalanguage": "en", "maxlag": "5",
        "titles": "|".join(dict.fromkeys(titles.values())),
    }  # fmt: skip
    steps: dict[str, str] = {}
    found: dict[str, dict[str, Any]] = {}
    more: dict[str, str] = {}
    for _ in range(_ROUNDS):
        value = _ask(client, f"{url}?{urlencode(query | more)}")
        answer = value.get("query") or {}
        for kind in ("normalized", "redirects"):
            steps.update({str(step["from"]): str(step["to"]) for step in answer.get(kind, ())})
        for page in answer.get("pages", ()):
            found.setdefault(str(page.get("title")), {}).update(page)
        if "continue" not in value:
            break
        more = {str(name): str(text) for name, text in value["continue"].items()}
    ends = {image_id: _end(title, steps) for image_id, title in titles.items()}
    return {image_id: found[end] for image_id, end in ends.items() if end in found}


def _ask(client: PoliteClient, url: str) -> dict[str, Any]:
    def once() -> dict[str, Any]:
        content = client.get_once(url, types=("application/json",), max_bytes=_MAX_ANSWER).content
        try:
            value = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise FetchError(FetchReason.CONTENT_TYPE, f"{url} is no JSON: {error}", [url]) from error
        problem = value.get("error") if isinstance(value, dict) else {"code": "no object"}
        if problem:
            is_busy = problem.get("code") in ("maxlag", "ratelimited", "readonly")
            reason = FetchReason.BUSY if is_busy else FetchReason.REFUSED
            raise FetchError(reason, f"the API says {problem.get('code')}", [url], retry_after_s=5.0)
        return dict(value)

    return client.retrying(url, once, level=logging.WARNING)


def _end(title: str, steps: Mapping[str, str]) -> str:
    """Where a title leads by normalisation and redirects."""
    for _ in range(len(steps) + 1):
        if title not in steps:
            break
        title = steps[title]
    return title


def _entry(page: dict[str, Any] | None) -> dict[str, Any]:
    """The record of one file, as JSON."""
    infos = (page or {}).get("imageinfo") or []
    info = infos[0] if infos and isinstance(infos[0], dict) else None
    place = _file_info(info, str((page or {}).get("title", ""))) if info else None
    if info is None or place is None:
        return {"is_missing": page is not None and info is None, "info": None, "rights": {}}
    return {"is_missing": False, "info": asdict(place), "rights": asdict(rights_from_imageinfo(info))}


def _file_info(info: Mapping[str, Any], page_title: str) -> FileInfo | None:
    """Repository by the address of the file; None where that is no upload address."""
    parts = str(info.get("url", "")).partition("://")[2].split("/")
    title = page_title.partition(":")[2]
    if len(parts) < 6 or _name(title) is None:
        return None
    width = info.get("width")
    return FileInfo(f"{parts[1]}/{parts[2]}", title, width if isinstance(width, int) and width > 0 else None)


def _unit(url: str, batch: Iterable[WantedImage]) -> str:
    text = "\n".join((url, *(image.image_id for image in batch)))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _name(title: str) -> str | None:
    try:
        return file_name(title)
    except PageError:
        return None
