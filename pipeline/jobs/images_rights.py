"""Rights of wanted files: from an API's answers or file pages."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.console.progress import Progress
from pipeline.images.rights import Rights
from pipeline.jobs.context import reckoning
from pipeline.jobs.file_rights import rights_from_dump
from pipeline.jobs.images_api import ApiBook
from pipeline.jobs.stages import Stage, Workspace
from pipeline.records.code import code_digest
from pipeline.records.digest import options_digest
from pipeline.records.errors import InputError
from pipeline.records.images import WantedImage
from pipeline.records.manifest import write_json

_CODE = ("images/rights.py", "images/licence_names.py", "images/plain_text.py", "wikitext", "jobs/file_rights.py")
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
        write_json(work / _FILE, {title: asdict(one) for title, one in found.items()})
        return reckoning(len(titles), len(found), {"no_page": len(titles) - len(found)})

    def is_there() -> bool:
        return (stage.work(workspace) / _FILE).is_file()

    stage = Stage("rights", stage_id, (), run, is_done=is_there)
    return stage


def read_rights(stage: Stage, workspace: Workspace) -> dict[str, Rights]:
    """What the stage found: title -> rights."""
    values = json.loads((stage.work(workspace) / _FILE).read_text(encoding="utf-8"))
    return {title: _rights(value) for title, value in values.items()}


def gather_rights(images: Iterable[WantedImage], book: ApiBook, of_pages: Mapping[str, Rights]) -> dict[str, Rights]:
    """Image id -> rights; what an API said goes before what was read from a file page (by title)."""
    found: dict[str, Rights] = {}
    for image in images:
        answer = book.answer(image)
        said = _rights(answer.rights) if answer else Rights()
        rights = of_pages.get(image.file_title, said) if said.is_silent else said
        if rights != Rights():
            found[image.image_id] = rights
    return found


def rights_digest(rights: Mapping[str, Rights]) -> str:
    """Digest of all rights, for the id of the stage that adds them."""
    return options_digest({image_id: asdict(one) for image_id, one in rights.items()})


def _rights(value: Mapping[str, Any]) -> Rights:
    return Rights(**{**value, "restrictions": tuple(value.get("restrictions", ()))})
