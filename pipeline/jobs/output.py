"""The output folder of a job: whose it is, and its record."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from pipeline.beamx.engine import Engine
from pipeline.beamx.lock import LOCK, OutputLock
from pipeline.jobs.context import JobContext
from pipeline.jobs.dump_inputs import DumpInputs
from pipeline.jobs.stages import STAGING, StageReport, Workspace
from pipeline.records.errors import MelError, UsageError
from pipeline.records.manifest import MANIFEST, heal, open_artifact, write_json

RUN = "_run.json"
BEGUN = "_begun.json"
"""Whose result a folder is to hold, noted in its staging: what tells of a run that did not end."""
_CALLED = {"kb": "a KB", "corpus": "a corpus", "images": "images"}
"""The kinds of result that manifests name, in words."""
Plan = TypeVar("Plan")


@contextmanager
def output_folder(out: Path, called: str) -> Iterator[Workspace]:
    """The locked folder of a job that makes a `called`: KB, corpus or images; its manifest says so as `kind`.

    Raises:
        UsageError: it is a file, or holds something else, such as another job's result.
        LockedError: another run writes there.
    """
    workspace = Workspace(out.resolve())
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file; give a folder")
    try:
        with OutputLock(workspace.out):
            check_kind(workspace.out, called)
            is_ours = workspace.staging.is_dir() or (workspace.out / MANIFEST).is_file()
            if not is_ours and any(path.name != LOCK for path in workspace.out.iterdir()):
                raise UsageError(f"--out {workspace.out} holds files that are no {called}; give a new or empty folder")
            for folder in (workspace.out, workspace.artifacts):
                heal(folder)
            yield workspace
    finally:
        with suppress(OSError):  # a folder that holds nothing was made for a run that never began
            out.rmdir()


def planned(workspace: Workspace, plan: Callable[[], Plan]) -> Plan:
    """What `plan` gives; a folder that was made for a plan that fails does not stay."""
    is_new = not workspace.staging.exists()
    try:
        return plan()
    except MelError:
        if is_new:
            shutil.rmtree(workspace.staging, ignore_errors=True)
        raise


def check_kind(out: Path, called: str) -> None:
    """Refuse a folder that holds the result of another job, or what such a job has begun.

    Raises:
        UsageError: the folder is of another kind; the message says which.
    """
    there = _known(out)
    if there is not None and there.get("kind") != called.lower():
        kind = there.get("kind")
        found = _CALLED.get(str(kind), f"a {kind}" if kind else "one part of a result")
        raise UsageError(f"--out {out} holds {found}, and this makes {_CALLED[called.lower()]}; give another folder")


def check_same_wiki(out: Path, called: str, wiki: str, date: str | None) -> None:
    """Refuse to put what is made of one dump in the place of another's; note whose the folder is from now on.

    Raises:
        UsageError: the folder is of another wiki or date.
    """
    there = _known(out)
    new = (wiki, date)
    known = new if there is None else (there.get("wiki"), there.get("date"))
    if known != new:
        raise UsageError(
            f"--out {out} holds the {called} of {_named(*known)}, and this is {_named(*new)}; "
            "give another folder, or delete that one first"
        )
    _note_begin(out, {"kind": called.lower(), "wiki": wiki, "date": date})


def check_same_source(out: Path, of: str, source: Path) -> dict[str, Any]:
    """Refuse to put the images of one corpus or KB in the place of another's, as `check_same_wiki` does.

    Args:
        out: folder of the images.
        of: "pairs" or "entities".
        source: folder of the corpus or KB.

    Returns:
        What the source says of itself.

    Raises:
        UsageError: the folder is of another source.
    """
    about = read_manifest(source) or {}
    new = {"of": of, "wiki": about.get("wiki"), "date": about.get("date")}
    there = _known(out)
    if there is not None and any(there.get(name, value) != value for name, value in new.items()):
        known = f"the {there.get('of')} of {_named(there.get('wiki'), there.get('date'))}"
        raise UsageError(
            f"--out {out} holds images of {known}, and these are of the {of} of {_named(new['wiki'], new['date'])}; "
            "give another folder, or delete that one first"
        )
    _note_begin(out, {"kind": "images", **new})
    return new


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest says; None where there is none, or a damaged one that a run makes anew."""
    return _read_object(folder / MANIFEST)


def _known(out: Path) -> dict[str, Any] | None:
    """What the manifest says, else what the run noted that began here; None for a new folder."""
    return read_manifest(out) or _read_object(out / STAGING / BEGUN)


def _note_begin(out: Path, about: Mapping[str, Any]) -> None:
    (out / STAGING).mkdir(parents=True, exist_ok=True)
    write_json(out / STAGING / BEGUN, dict(about))


def _read_object(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _named(wiki: str | None, date: str | None) -> str:
    return f"{wiki or 'an unnamed wiki'}, {date or 'date unknown'}"


def run_record(reports: Sequence[StageReport], engine: Engine, more: Mapping[str, Any]) -> dict[str, Any]:
    """What `_run.json` says of a run."""
    return {
        "version": version("mel-toolkit"),
        "seconds": round(sum(report.seconds for report in reports if not report.was_done), 3),
        "engine": {"workers": engine.workers, "shuffle": engine.shuffle},
        **more,
        "stages": {
            report.name: {"figures": report.figures, "seconds": report.seconds, "was_done": report.was_done}
            for report in reports
        },
    }


def dump_manifest(context: JobContext, inputs: DumpInputs, kind: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """What the manifests of all jobs that read a dump say."""
    return {
        "kind": kind,
        "wiki": inputs.siteinfo.wiki,
        "date": inputs.date,
        "inputs": list(inputs.fingerprints),
        "siteinfo": inputs.siteinfo.to_json(),
        "siteinfo_digest": inputs.siteinfo.digest(),
        "stages": context.ids,
        "written_by": written_by(),
        "artifacts": published_artifacts(context),
        "counts": counts,
    }


def published_artifacts(context: JobContext) -> dict[str, dict[str, int]]:
    """Rows and shards of every artifact that readers see."""
    found = {}
    for artifact in context.artifacts:
        if not artifact.staging:
            reader = open_artifact(context.workspace.place(artifact), artifact.schema)
            found[artifact.name] = {"rows": reader.rows, "shards": len(reader.shards)}
    return found


def written_by() -> dict[str, str]:
    """Versions that decide the bytes of shards."""
    return {name: version(name) for name in ("mel-toolkit", "pyarrow")}
