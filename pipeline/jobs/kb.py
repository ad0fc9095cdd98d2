"""The KB job: from a Wikipedia dump to entities and P(e|m)."""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.beamx.deadletters import check_error_rate
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.kb_options import KbOptions
from pipeline.jobs.kb_parse import parse_stages
from pipeline.jobs.kb_plan import FORMAT, plan_kb
from pipeline.jobs.kb_priors import priors_stage, store_stage
from pipeline.jobs.kb_resolve import count_stage, resolve_stage
from pipeline.jobs.licences import write_licences
from pipeline.jobs.output import RUN, check_same_wiki, dump_manifest, output_folder, planned, run_record
from pipeline.jobs.read_dump import forget_ranges
from pipeline.jobs.stages import Stage, StageReport, run_stages
from pipeline.records import schemas
from pipeline.records.manifest import MANIFEST, SUCCESS, write_json

CALLED = "KB"
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
    with output_folder(options.out, CALLED) as workspace:
        plan = planned(workspace, lambda: plan_kb(options, workspace.staging / "cache"))
        check_same_wiki(options.out, CALLED, plan.siteinfo.wiki, plan.inputs.date)
        for warning in plan.warnings:
            _LOGGER.warning("%s", warning)
        context = KbContext.of(plan, workspace)
        reports = run_stages(kb_stages(context), workspace)
        forget_ranges(context)
        shutil.rmtree(workspace.staging / "shuffle", ignore_errors=True)
        return _finish(context, reports)


def kb_stages(context: KbContext) -> list[Stage]:
    """The chain of stages."""
    return [
        *parse_stages(context),
        count_stage(context),
        resolve_stage(context),
        priors_stage(context),
        store_stage(context),
    ]


def _finish(context: KbContext, reports: Sequence[StageReport]) -> KbResult:
    """Write what stands at the top of the KB, `_SUCCESS` last."""
    plan, out = context.plan, context.workspace.out
    figures = {report.name: report.figures for report in reports}
    extracted = figures["extract"]
    check_error_rate(extracted["dead"], extracted["in"], plan.options.max_error_rate)
    counts = _counts(figures)
    write_licences(out, plan.siteinfo, counts_date=_newest(context))
    write_json(out / MANIFEST, _manifest(context, counts))
    more = {"siteinfo_source": plan.inputs.siteinfo_source, "warnings": list(plan.warnings)}
    write_json(out / RUN, run_record(reports, context.engine, more))
    (out / SUCCESS).touch()
    return KbResult(plan.options.out, tuple(reports), counts, plan.warnings)


def _manifest(context: KbContext, counts: dict[str, int]) -> dict[str, Any]:
    plan = context.plan
    return {
        **dump_manifest(context, plan.inputs, "kb", counts),
        "format": FORMAT,
        "options": {
            "namespaces": sorted(set(plan.options.namespaces)),
            "lead": plan.options.lead,
            "limit_pages": plan.options.limit_pages,
            "keep_red_links": plan.options.keep_red_links,
            "prior": plan.options.prior.as_json(),
        },
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
