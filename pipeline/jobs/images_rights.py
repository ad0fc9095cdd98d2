"""Rights of wanted files: from an API's answers or file pages."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.console.progress import Progress
from pipeline.images.rights import Rights
from pipeline.jobs.context import reckoning
from pipeline.jobs.file_rights import RightsKey, rights_from_dump
from pipeline.jobs.images_api import ApiBook
from pipeline.jobs.images_files import FetchRecord
from pipeline.jobs.images_shards import RIGHTS_COLUMNS
from pipeline.jobs.images_urls import repos_of
from pipeline.jobs.stages import Stage, Workspace
from pipeline.records.code import code_digest
from pipeline.records.digest import options_digest
from pipeline.records.errors import InputError, PageError
from pipeline.records.images import WantedImage
from pipeline.records.manifest import write_json
from pipeline.titles.file_urls import COMMONS

_CODE = (
    "images/rights.py",
    "images/licence_names.py",
    "images/plain_text.py",
    "wikitext",
    "jobs/file_rights.py",
    "jobs/images_rights.py",
)
_FILE = "rights.json"


def rights_stage(
    upstream: Stage, dumps: Sequence[Path], images: Callable[[], Sequence[WantedImage]], workspace: Workspace
) -> Stage:
    """Read the rights of all wanted files from dumps that hold their pages.

    Raises:
        InputError: a dump is not there.
    """
    for path in dumps:
        if not path.is_file():
            raise InputError(f"--commons-dump {path}: no such file")
    # A dump of Commons takes longer to add up than to look into: its size and time stand for its content.
    files = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in dumps]
    stage_id = options_digest({"upstream": upstream.stage_id, "dumps": files, "code": code_digest(_CODE)})

    def run(work: Path) -> dict[str, Any]:
        titles = sorted({image.file_title for image in images()})
        with Progress("file pages", total=None, unit="bytes") as progress:
            found = rights_from_dump(
                dumps,
                titles,
                cache_dir=workspace.staging / "cache" / "streams",
                on_bytes=lambda done, total: progress.update(done, total=total),
            )
        write_json(work / _FILE, [[repo, title, asdict(one)] for (repo, title), one in found.items()])
        n_found = len({title for _, title in found})
        return reckoning(len(titles), n_found, {"no_page": len(titles) - n_found})

    def is_there() -> bool:
        return (stage.work(workspace) / _FILE).is_file()

    stage = Stage("rights", stage_id, (), run, is_done=is_there)
    return stage


def read_rights(stage: Stage, workspace: Workspace) -> dict[RightsKey, Rights]:
    """What the stage found."""
    values = json.loads((stage.work(workspace) / _FILE).read_text(encoding="utf-8"))
    return {(repo, title): _rights(value) for repo, title, value in values}


def gather_rights(
    images: Iterable[WantedImage],
    records: Mapping[str, FetchRecord],
    book: ApiBook,
    of_pages: Mapping[RightsKey, Rights],
) -> dict[str, Rights]:
    """Image id -> rights of the file whose bytes were read.

    Two repositories may have different files of one name: only what is said of the repository that the bytes came
    from counts, an API before a file page. Where that is not known (a file that lies flat in a folder) a page that
    forbids wins, else the wiki's own file, which shadows that of Commons.
    """
    found: dict[str, Rights] = {}
    for image in images:
        said = list(_said(image, records[image.image_id].repo, book, of_pages))
        rights = next((one for one in said if not one.is_silent), said[0] if said else Rights())
        if rights != Rights():
            found[image.image_id] = rights
    return found


def _said(image: WantedImage, repo: str, book: ApiBook, of_pages: Mapping[RightsKey, Rights]) -> Iterator[Rights]:
    """All that is said of a file of the repository, or of any that may be meant; what counts most first."""
    answer = book.answer(image)
    repos = [repo] if repo else _repos(image)
    said = [_rights(answer.rights)] if answer and answer.info and (not repo or answer.info.repo == repo) else []
    said += [of_pages[one, image.file_title] for one in repos if (one, image.file_title) in of_pages]
    if not repo:
        said.sort(key=lambda one: one.redistributable is not False)  # stable: the order above stays
    yield from said


def _repos(image: WantedImage) -> list[str]:
    """Repositories that the wiki shows files of, its own first."""
    try:
        repos = repos_of(image)
    except PageError:
        return []
    return sorted(repos, key=lambda repo: repo == COMMONS)


def rights_digest(rights: Mapping[str, Rights]) -> str:
    """Digest of what rows hold of the rights, for the id of the stage that adds them."""
    return options_digest({key: [getattr(one, name) for name in RIGHTS_COLUMNS] for key, one in rights.items()})


def _rights(value: Mapping[str, Any]) -> Rights:
    """Back from JSON."""
    return Rights(**{**value, "restrictions": tuple(value.get("restrictions", ()))})
