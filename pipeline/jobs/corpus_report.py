"""Stage `report`: the funnel and the queue for reviewers."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.jobs.corpus_context import CorpusContext
from pipeline.jobs.corpus_review import APPLIED, QUEUE, REVIEW, carry_over, copy_applied
from pipeline.jobs.stages import Stage
from pipeline.records.corpus import PAIR_REVIEW
from pipeline.records.corpus_rows import read_pairs
from pipeline.records.corpus_schemas import NEWS_ARTICLES, PAIRS
from pipeline.records.errors import ArtifactError
from pipeline.records.funnel import Funnel
from pipeline.records.manifest import SUCCESS, write_json
from pipeline.report.funnel_page import funnel_html
from pipeline.wikinews.decisions import queue_lines, read_decisions
from pipeline.wikinews.funnel import make_funnel

FUNNEL, PAGE = "funnel.json", "funnel.html"


def report_stage(context: CorpusContext) -> Stage:
    """Reckon the funnel, write it as data and as a page, list the pairs in review beside what was decided."""
    out, plan = context.workspace.out, context.plan

    def run(work: Path) -> dict[str, Any]:
        funnel = _funnel(context)
        n_waiting = _write_review(context, work / REVIEW)
        write_json(work / FUNNEL, funnel.to_json())
        (work / PAGE).write_text(funnel_html(funnel), encoding="utf-8")
        for name in (FUNNEL, PAGE):
            os.replace(work / name, out / name)
        return {"in_review": n_waiting}

    def is_whole() -> bool:
        files = [FUNNEL, PAGE, f"{REVIEW}/{QUEUE}", *([f"{REVIEW}/{APPLIED}"] if plan.decisions else [])]
        return all((out / name).is_file() for name in files)

    return Stage("report", context.ids["report"], (), run, folders=(REVIEW,), is_done=is_whole)


def read_funnel(corpus: Path) -> Funnel:
    """The funnel of a finished corpus.

    Raises:
        ArtifactError: it is missing or damaged.
    """
    try:
        return Funnel.from_json(json.loads((corpus / FUNNEL).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{corpus / FUNNEL} cannot be read: {error}") from error


def _funnel(context: CorpusContext) -> Funnel:
    figures = {name: context.figures(name) for name in ("extract", "clean")}
    return make_funnel(
        context.open(PAIRS).tables(),
        context.open(NEWS_ARTICLES).tables(("date", "date_evidence", "topic")),
        wiki=context.plan.siteinfo.wiki,
        date=context.plan.inputs.date or "",
        article_drops=figures["clean"]["articles"]["dropped"],
        unknown_templates=figures["extract"]["unknown_templates"],
    )


def _write_review(context: CorpusContext, folder: Path) -> int:
    """The queue, the decisions that were applied, and what people left in the folder; length of the queue."""
    shutil.rmtree(folder, ignore_errors=True)  # half of a killed run's
    folder.mkdir(parents=True)
    plan = context.plan
    path = plan.options.decisions
    carry_over(context.workspace.out / REVIEW, folder, {} if path is None else read_decisions(path))
    if path is not None and plan.decisions is not None:
        copy_applied(path, folder, plan.decisions["sha256"])
    n_waiting = _write_queue(context, folder)
    (folder / SUCCESS).touch()
    return n_waiting


def _write_queue(context: CorpusContext, folder: Path) -> int:
    """One line for each pair in review; how many there are."""
    n = 0
    with (folder / QUEUE).open("w", encoding="utf-8") as file:
        for table in context.open(PAIRS).tables():
            for line in queue_lines(read_pairs(table.filter(pc.equal(table["status"], PAIR_REVIEW)))):
                file.write(f"{line}\n")
                n += 1
    return n
