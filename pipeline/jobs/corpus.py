"""The corpus job: from a news wiki's dump to image-caption pairs."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.beamx.deadletters import check_error_rate
from pipeline.jobs.corpus_clean import clean_stage
from pipeline.jobs.corpus_context import CorpusContext
from pipeline.jobs.corpus_licences import write_licences
from pipeline.jobs.corpus_options import CorpusOptions
from pipeline.jobs.corpus_plan import FORMAT, CorpusPlan, plan_corpus
from pipeline.jobs.corpus_report import read_funnel, report_stage
from pipeline.jobs.corpus_review import kept_files
from pipeline.jobs.dump_units import plan_units
from pipeline.jobs.output import RUN, check_same_wiki, dump_manifest, output_folder, planned, run_record
from pipeline.jobs.read_dump import DumpReading, forget_ranges, reading_stages
from pipeline.jobs.stages import Stage, StageReport, run_stages
from pipeline.records.funnel import Funnel
from pipeline.records.manifest import MANIFEST, SUCCESS, write_json
from pipeline.transforms.extract_news_range import ARTIFACTS, NewsExtractor, NewsOptions
from pipeline.wikinews.decisions import read_decisions

CALLED = "corpus"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorpusResult:
    """A finished corpus: where it is, how its stages ended, and what it holds.

    Attributes:
        counts: name for a person -> number, in the order in which to show them.
        warnings: sentences for the user; decisions that met no pair among them.
    """

    out: Path
    reports: tuple[StageReport, ...]
    counts: dict[str, int]
    funnel: Funnel
    warnings: tuple[str, ...]


def build_corpus(options: CorpusOptions) -> CorpusResult:
    """Build a corpus, or go on where an earlier run with the same options stopped.

    Raises:
        MelError: one sentence on what is wrong; everything finished stays for the next run.
    """
    with output_folder(options.out, CALLED) as workspace:
        plan = planned(workspace, lambda: plan_corpus(options, workspace.staging / "cache"))
        check_same_wiki(options.out, CALLED, plan.siteinfo.wiki, plan.inputs.date)
        for warning in plan.warnings:
            _LOGGER.warning("%s", warning)
        context = CorpusContext.of(plan, workspace)
        reports = run_stages(corpus_stages(context), workspace)
        forget_ranges(context)
        return _finish(context, reports)


def corpus_stages(context: CorpusContext) -> list[Stage]:
    """The chain of stages."""
    plan = context.plan
    reading = DumpReading(
        units=lambda: plan_units(plan.inputs.ranges, plan.inputs.headers, plan.options.limit_pages),
        reader=lambda work: partial(NewsExtractor, news_options(plan, work)),
        schemas=ARTIFACTS,
        max_error_rate=plan.options.max_error_rate,
        tallies=("outcomes", "unknown_templates"),
    )
    return [*reading_stages(context, reading), clean_stage(context), report_stage(context)]


def news_options(plan: CorpusPlan, folder: Path) -> NewsOptions:
    """What readers of ranges need to know."""
    return NewsOptions(str(folder), plan.siteinfo, plan.wikipedia, plan.inputs.headers)


def _finish(context: CorpusContext, reports: Sequence[StageReport]) -> CorpusResult:
    """Write what stands at the top of the corpus, `_SUCCESS` last."""
    plan, out = context.plan, context.workspace.out
    figures = {report.name: report.figures for report in reports}
    extracted = figures["extract"]
    check_error_rate(extracted["dead"], extracted["in"], plan.options.max_error_rate)
    warnings = (*plan.warnings, *_late_warnings(context, figures["clean"]))
    for warning in warnings[len(plan.warnings) :]:
        _LOGGER.warning("%s", warning)
    counts = _counts(figures)
    write_licences(out, plan.siteinfo)
    write_json(out / MANIFEST, _manifest(context, counts))
    more = {"siteinfo_source": plan.inputs.siteinfo_source, "warnings": list(warnings)}
    write_json(out / RUN, run_record(reports, context.engine, more))
    (out / SUCCESS).touch()
    return CorpusResult(plan.options.out, tuple(reports), counts, read_funnel(out), warnings)


def _late_warnings(context: CorpusContext, clean: Mapping[str, Any]) -> Iterator[str]:
    """What the user should know that only the finished stages tell."""
    options = context.plan.options
    unused: list[str] = clean["decisions"]["unused"]
    if unused:
        yield (
            f"{len(unused):,} decisions of {options.decisions} are about pairs that are not there, "
            f"the first is {unused[0]}; {RUN} has them all"
        )
    given = {} if options.decisions is None else read_decisions(options.decisions)
    for path, n in kept_files(options.out, given):
        yield (
            f"{path} holds {n:,} filled-in lines that this run did not get; add them to the file that --decisions "
            "gives, or delete the file"
        )
    articles = clean["articles"]
    if not clean["out"] and articles["in"]:
        reasons = ", ".join(f"{name.replace('_', ' ')}: {n:,}" for name, n in articles["dropped"].items())
        yield (
            f"the corpus holds no pair: of {articles['in']:,} articles {articles['out']:,} were taken "
            f"({reasons or 'none has an image'})"
        )
    elif not articles["in"]:
        yield "the corpus holds no pair: the dump holds no article of the main namespace"


def _manifest(context: CorpusContext, counts: dict[str, int]) -> dict[str, Any]:
    plan, options = context.plan, context.plan.options
    kb = plan.kb and {name: plan.kb[name] for name in ("wiki", "date", "titles")}
    return {
        **dump_manifest(context, plan.inputs, "corpus", counts),
        "format": FORMAT,
        "wikipedia": {"wiki": plan.wikipedia.wiki, "siteinfo_digest": plan.wikipedia.digest()},
        "kb": kb,
        "decisions": plan.decisions,
        "options": {
            "years": options.years,
            "states": options.selection.states,
            "min_words": options.min_words,
            "keep": sorted(set(options.keep)),
            "redistributable_only": options.redistributable_only,
            "limit_pages": options.limit_pages,
        },
    }


def _counts(figures: dict[str, dict[str, Any]]) -> dict[str, int]:
    clean = figures["clean"]
    statuses, addresses, applied = clean["statuses"], clean["addresses"], clean["decisions"]["applied"]
    counts = {
        "pages read": figures["extract"]["in"],
        "articles": figures["extract"]["out"],
        "dead letters": figures["extract"]["dead"],
        "articles taken": clean["articles"]["out"],
        "articles taken whose topic tied": clean["topic_evidence"].get("tie", 0),
        "articles taken without a topic": clean["topic_evidence"].get("unmapped", 0),
        "pairs found": clean["in"],
        "pairs of these articles": clean["out"],
        "kept": statuses.get("kept", 0),
        "in review": statuses.get("review", 0),
        "dropped": statuses.get("dropped", 0),
        "files on Commons": addresses.get("commons", 0),
        "files of the wiki itself": addresses.get("local", 0),
        "pairs without a file": addresses.get("none", 0),
    }
    decided = {"decided to keep": applied["keep"], "decided to drop": applied["drop"]}
    unused = {"decisions without a pair": len(clean["decisions"]["unused"])}
    redirected = {"link targets behind redirects": clean["redirected_titles"]}
    return counts | {name: n for name, n in (decided | unused | redirected).items() if n}
