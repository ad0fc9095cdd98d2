"""The KB job: from a Wikipedia dump to entities and P(e|m)."""

import json
import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.beamx.deadletters import check_error_rate
from pipeline.beamx.lock import LOCK, OutputLock
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.kb_options import KbOptions
from pipeline.jobs.kb_parse import compact_stage, extract_stage, forget_ranges
from pipeline.jobs.kb_plan import FORMAT, KbPlan, dump_date, plan_kb
from pipeline.jobs.kb_priors import priors_stage, store_stage
from pipeline.jobs.kb_resolve import count_stage, resolve_stage
from pipeline.jobs.licences import write_licences
from pipeline.jobs.stages import Stage, StageReport, Workspace, run_stages
from pipeline.records import schemas
from pipeline.records.artifacts import KB_ARTIFACTS
from pipeline.records.errors import MelError, UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, open_artifact, write_json

RUN = "_run.json"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KbResult:
    """A finished KB: where it is, how its stages ended, and what it holds.

    Attributes:
        counts: name for a person -> number, in the order in which to show them.
    """

    out: Path
    reports: tuple[StageReport, ...]
    counts: dict[str, int]
    warnings: tuple[str, ...]


def build_kb(options: KbOptions) -> KbResult:
    """Build a KB, or go on where an earlier run with the same options stopped.

    Raises:
        MelError: one sentence on what is wrong; everything finished stays for the next run.
    """
    workspace = Workspace(options.out.resolve())
    if options.out.exists() and not options.out.is_dir():
        raise UsageError(f"--out {options.out} is a file; give a folder")
    try:
        return _build(options, workspace)
    finally:
        with suppress(OSError):  # a folder that holds nothing was made for a run that never began
            options.out.rmdir()


def _build(options: KbOptions, workspace: Workspace) -> KbResult:
    with OutputLock(workspace.out):
        _check_place(workspace)
        plan = _plan(options, workspace)
        _check_same_wiki(plan, options.out)
        for warning in plan.warnings:
            _LOGGER.warning("%s", warning)
        context = KbContext(plan, workspace)
        reports = run_stages(kb_stages(context), workspace)
        forget_ranges(context)
        shutil.rmtree(workspace.staging / "shuffle", ignore_errors=True)
        return _finish(context, reports)


def kb_stages(context: KbContext) -> list[Stage]:
    """The chain of stages."""
    compact = compact_stage(context)
    return [
        extract_stage(context, compact),
        compact,
        count_stage(context),
        resolve_stage(context),
        priors_stage(context),
        store_stage(context),
    ]


def _plan(options: KbOptions, workspace: Workspace) -> KbPlan:
    """The plan; a folder that was made for a plan that fails does not stay."""
    is_new = not workspace.staging.exists()
    try:
        return plan_kb(options, workspace.staging / "cache")
    except MelError:
        if is_new:
            shutil.rmtree(workspace.staging, ignore_errors=True)
        raise


def _check_same_wiki(plan: KbPlan, out: Path) -> None:
    """Refuse to put the KB of one wiki in the place of another's."""
    if not (out / MANIFEST).is_file():
        return
    try:
        there = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except ValueError:
        return  # damaged: the run makes it anew
    known, new = (there.get("wiki"), there.get("date")), (plan.siteinfo.wiki, dump_date(plan))
    if known != new:
        raise UsageError(
            f"--out {out} holds the KB of {_called(*known)}, and this is {_called(*new)}; "
            "give another folder, or delete that one first"
        )


def _called(wiki: str | None, date: str | None) -> str:
    return f"{wiki or 'an unnamed wiki'}, {date or 'date unknown'}"


def _check_place(workspace: Workspace) -> None:
    """Refuse a folder that holds something else."""
    out = workspace.out
    is_ours = workspace.staging.is_dir() or (out / MANIFEST).is_file()
    if not is_ours and any(path.name != LOCK for path in out.iterdir()):
        raise UsageError(f"--out {out} holds files that are no KB; give a new or empty folder")


def _finish(context: KbContext, reports: Sequence[StageReport]) -> KbResult:
    """Write what stands at the top of the KB, `_SUCCESS` last."""
    plan, out = context.plan, context.workspace.out
    figures = {report.name: report.figures for report in reports}
    extracted = figures["extract"]
    check_error_rate(extracted["dead"], extracted["in"], plan.options.max_error_rate)
    counts = _counts(figures)
    write_licences(out, plan.siteinfo, counts_date=_newest(context))
    write_json(out / MANIFEST, _manifest(context, counts))
    run = {
        "version": version("mel-toolkit"),
        "seconds": round(sum(report.seconds for report in reports if not report.was_done), 3),
        "engine": {"workers": plan.options.engine.workers, "shuffle": plan.options.engine.shuffle},
        "siteinfo_source": plan.siteinfo_source,
        "warnings": list(plan.warnings),
        "stages": {
            report.name: {"figures": report.figures, "seconds": report.seconds, "was_done": report.was_done}
            for report in reports
        },
    }
    write_json(out / RUN, run)
    (out / SUCCESS).touch()
    return KbResult(plan.options.out, tuple(reports), counts, plan.warnings)


def _manifest(context: KbContext, counts: dict[str, int]) -> dict[str, Any]:
    plan = context.plan
    artifacts = {}
    for artifact in KB_ARTIFACTS:
        if not artifact.staging:
            reader = open_artifact(context.workspace.place(artifact), artifact.schema)
            artifacts[artifact.name] = {"rows": reader.rows, "shards": len(reader.shards)}
    return {
        "kind": "kb",
        "format": FORMAT,
        "wiki": plan.siteinfo.wiki,
        "date": dump_date(plan),
        "inputs": list(plan.inputs),
        "siteinfo": plan.siteinfo.to_json(),
        "siteinfo_digest": plan.siteinfo.digest(),
        "options": {
            "namespaces": sorted(set(plan.options.namespaces)),
            "lead": plan.options.lead,
            "limit_pages": plan.options.limit_pages,
            "keep_red_links": plan.options.keep_red_links,
            "prior": plan.options.prior.as_json(),
        },
        "stages": plan.ids,
        "written_by": {name: version(name) for name in ("mel-toolkit", "pyarrow")},
        "artifacts": artifacts,
        "counts": counts,
    }


def _counts(figures: dict[str, dict[str, Any]]) -> dict[str, int]:
    rows = figures["resolve"]["rows"]
    return {
        "pages read": figures["extract"]["in"],
        "pages kept": figures["extract"]["out"],
        "dead letters": figures["extract"]["dead"],
        "entities (articles)": rows["entities"],
        "red entities": figures["priors"]["red_entities"],
        "titles": rows["titles"],
        "links": figures["extract"]["links"],
        "links that end at an entity": figures["resolve"]["out"],
        "surfaces": figures["priors"]["surfaces"],
        "P(e|m) rows": figures["priors"]["rows"]["mentions"],
    }


def _newest(context: KbContext) -> str:
    """Date of the newest revision, '' when none is known."""
    newest = [pc.max(table["timestamp"]).as_py() for table in context.open(schemas.PAGES).tables(["timestamp"])]
    known = [time for time in newest if time is not None]
    return max(known).date().isoformat() if known else ""
