"""The folder of an index: staged, renamed, described by a manifest."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modeling.data.entities import EntityCatalog
from modeling.retrieval.base import IndexReport
from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.locks import held
from pipeline.records.manifest import MANIFEST, SUCCESS, is_finished, publish, write_json

FORMAT = 1
KIND = "index"
WORK = "_work"
"""Folder inside a staged index for what only a rerun needs: it goes before the index takes its place."""
_PLAN = "plan.json"
_LOCK = ".lock"


@contextmanager
def staged_index(folder: Path, *, plan: str | None = None) -> Iterator[Path]:
    """A folder to write an index into; it takes its place when the block ends without an error.

    `plan`, a digest of all that the index depends on, keeps what a killed run of the same plan left there.

    Raises:
        LockedError: another process builds this index.
    """
    staged = folder.with_name(f".{folder.name}.part")
    staged.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.with_name(f".{folder.name}{_LOCK}")
    with held(lock, f"{folder} is being built by another process; wait for it, or choose another folder"):
        _begin(staged, plan)
        yield staged
        _forget_work(staged)
        (staged / SUCCESS).touch()
        publish(staged, folder)


def write_index_manifest(
    staged: Path, retriever: str, entities: EntityCatalog, options: Mapping[str, Any], report: IndexReport
) -> IndexReport:
    """Describe a staged index; gives the report back with the bytes on disk filled in."""
    files = sorted(path for path in staged.rglob("*") if path.is_file() and _is_part(path.relative_to(staged)))
    size = sum(path.stat().st_size for path in files)
    value = {
        "kind": KIND,
        "format": FORMAT,
        "retriever": retriever,
        "catalog": {"digest": entities.digest, "date": entities.date, "entities": len(entities)},
        "options": dict(options),
        "n_entities": report.n_entities,
        "n_absent": report.n_absent,
        "facts": dict(report.facts),
        "files": {path.relative_to(staged).as_posix(): _describe(path) for path in files},
    }
    write_json(staged / MANIFEST, value)
    return IndexReport(report.n_entities, report.n_absent, size, report.facts)


def open_index(folder: Path, retriever: str, entities: EntityCatalog, *, any_catalog: bool = False) -> dict[str, Any]:
    """The manifest of a finished index, its files there and of the right size.

    Args:
        folder: the index.
        retriever: name of the retriever that wants it.
        entities: the catalog in use.
        any_catalog: also take an index of another catalog (another dump date).

    Raises:
        ArtifactError: it is missing, unfinished, damaged, of another retriever or another catalog.
    """
    manifest = _read(folder)
    if manifest["retriever"] != retriever:
        raise ArtifactError(f"{folder} is an index of {manifest['retriever']}, not of {retriever}")
    built = manifest["catalog"]
    if not any_catalog and built["digest"] != entities.digest:
        dates = f" (dump {built['date'] or 'without date'}, in use: {entities.date or 'without date'})"
        raise ArtifactError(
            f"{folder} was built from other entities than those in use{dates}; build it again, or give --any-catalog"
        )
    for name, file in manifest["files"].items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else None
        if size != file["size_bytes"]:
            raise ArtifactError(f"{path} has {size or 'no'} bytes, not {file['size_bytes']}; build the index again")
    return manifest


def verify_index(folder: Path) -> None:
    """Compare every byte of an index with its manifest's digests; opening checks sizes only.

    Raises:
        ArtifactError: a file is damaged.
    """
    for name, file in _read(folder)["files"].items():
        if file_digest(folder / name) != file["sha256"]:
            raise ArtifactError(f"{folder / name} is damaged: its sha256 is not the manifest's; build the index again")


def _begin(staged: Path, plan: str | None) -> None:
    if plan is None or _read_plan(staged) != plan:
        shutil.rmtree(staged, ignore_errors=True)
    (staged / WORK).mkdir(parents=True, exist_ok=True)
    write_json(staged / WORK / _PLAN, plan)


def _read_plan(staged: Path) -> str | None:
    try:
        return str(json.loads((staged / WORK / _PLAN).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _forget_work(staged: Path) -> None:
    """The plan goes last: while it is there, a rerun keeps what is finished."""
    for half in [*staged.rglob(".*.part"), *staged.rglob(f".*{_LOCK}")]:  # of killed writers; of indexes within
        if half.is_file():
            half.unlink()
    for path in (staged / WORK).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
    shutil.rmtree(staged / WORK)


def _is_part(name: Path) -> bool:
    """Whether a file of a staged index belongs to the finished one."""
    is_left = name.name in {MANIFEST, SUCCESS} or name.parts[0] == WORK
    return not is_left and not (name.name.startswith(".") and name.suffix in {".part", _LOCK})


def _describe(path: Path) -> dict[str, Any]:
    return {"size_bytes": path.stat().st_size, "sha256": file_digest(path)}


def _read(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ArtifactError(f"{folder} does not exist; it should hold an index (python -m modeling.retrieve builds it)")
    if not is_finished(folder):
        raise ArtifactError(f"{folder} has no {SUCCESS}: the run that wrote it did not end")
    try:
        manifest = dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        found = (manifest["kind"], manifest["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is no manifest of an index: {error!r}") from error
    if found != (KIND, FORMAT):
        raise ArtifactError(f"{folder} holds {found[0]} of format {found[1]}, not {KIND} of format {FORMAT}")
    return manifest
