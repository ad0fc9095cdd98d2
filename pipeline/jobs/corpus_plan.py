"""The plan of the corpus job: its dump, its Wikipedia, stage ids."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.jobs.corpus_options import CorpusOptions
from pipeline.jobs.corpus_review import check_place
from pipeline.jobs.dump_inputs import DUMP_DIR, DumpInputs, read_inputs
from pipeline.jobs.sources import foreign_kb, read_finished
from pipeline.records.artifacts import CORPUS_ARTIFACTS
from pipeline.records.code import code_digest
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import ArtifactError, InputError
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import TITLES
from pipeline.titles.siteinfo import SiteInfo, load_siteinfo
from pipeline.wikinews.decisions import read_decisions

FORMAT = 1
"""Raised when the same options give other rows than before, so that older stages are not taken for new ones."""
_READING = (
    "dump/blocks.py", "dump/careful.py", "dump/header.py", "dump/page.py", "dump/pages.py", "dump/quick.py",
    "dump/ranges.py", "dump/streams.py", "dump/text.py", "wikitext", "titles", "transforms/read_range.py",
    "transforms/extract_news_range.py",
)  # fmt: skip
_ARTICLES = tuple(
    f"wikinews/{name}"
    for name in (
        "article.py", "captions.py", "credit_labels.py", "credit_names.py", "credits.py", "dates.py", "languages.json",
        "marks.py", "months.json", "news_page.py", "quantities.py", "rendering.py", "site.py", "templates.json",
        "topics.json", "topics.py", "units.json",
    )
)  # fmt: skip
"""The code and tables that decide what is read out of an article."""
_CLEANING = (
    "wikinews/cleaning.py", "wikinews/terms.py", "wikinews/review_terms.json", "wikinews/decisions.py",
    "wikinews/selection.py", "wikinews/targets.py", "jobs/corpus_clean.py", "jobs/corpus_targets.py",
    "records/corpus_rows.py", "titles", "wikinews/topics.py", "wikinews/topics.json",
)  # fmt: skip
_REPORTING = (
    "wikinews/funnel.py", "wikinews/funnel_tally.py", "wikinews/decisions.py", "jobs/corpus_review.py", "report",
    "records/funnel.py",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """Everything that is known before the first page.

    Attributes:
        inputs: the dump.
        wikipedia: rules of the Wikipedia that captions link to.
        kb: what the KB's manifest says of itself, None without a KB.
        decisions: name, bytes and sha256 of the decisions file, None without one.
        warnings: sentences for the user, those of the inputs first.
        ids: stage name -> stage id.
    """

    options: CorpusOptions
    inputs: DumpInputs
    wikipedia: SiteInfo
    kb: dict[str, Any] | None
    decisions: dict[str, Any] | None
    warnings: tuple[str, ...]
    ids: dict[str, str]

    @property
    def siteinfo(self) -> SiteInfo:
        """What describes the news wiki."""
        return self.inputs.siteinfo


def plan_corpus(options: CorpusOptions, cache_dir: Path) -> CorpusPlan:
    """Find the inputs, read their heads, cut them into ranges.

    Raises:
        InputError: an input is missing, damaged, or of another wiki than the others.
        ArtifactError: the KB is none, or not finished.
    """
    decisions = None
    if options.decisions is not None:
        check_place(options.decisions, options.out)
        decisions = _fingerprint(options.decisions)
        read_decisions(options.decisions)  # a bad line is named before the dump is read
    kb = None if options.kb is None else read_kb(options.kb)
    inputs = read_inputs(options.dump_request, cache_dir)
    warnings = list(inputs.warnings)
    language = inputs.siteinfo.lang or "en"
    cache = (options.dump_dir or DUMP_DIR) / "siteinfo"
    wikipedia, _ = load_siteinfo(f"{language.replace('-', '_')}wiki", cache_dir=cache)
    if not inputs.wiki.endswith("wikinews"):
        warnings.append(
            f"{inputs.wiki or 'this wiki'} is no Wikinews by its name: dates, states and topics are read as on Wikinews"
        )
    if kb is not None and kb["wiki"] != wikipedia.wiki:
        warnings.append(foreign_kb(wikipedia.wiki, kb["wiki"]))
    ids = _stage_ids(options, inputs, wikipedia, kb, decisions)
    return CorpusPlan(options, inputs, wikipedia, kb, decisions, tuple(warnings), ids)


def read_kb(folder: Path) -> dict[str, Any]:
    """Wiki, date, siteinfo and stage id of titles/ of a finished KB.

    Raises:
        UsageError: the folder is missing or holds something else.
        ArtifactError: it is unfinished or damaged.
    """
    there = read_finished(folder, "kb")
    try:
        found = {name: there[name] for name in ("kind", "wiki", "date", "siteinfo")}
    except KeyError as error:
        raise ArtifactError(f"--kb {folder}: its manifest is damaged: {error!r}") from error
    return {**found, "titles": open_artifact(folder / TITLES.name, TITLES).stage_id}


def _fingerprint(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"--decisions {path}: no such file")
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": file_digest(path)}


def _stage_ids(
    options: CorpusOptions,
    inputs: DumpInputs,
    wikipedia: SiteInfo,
    kb: dict[str, Any] | None,
    decisions: dict[str, Any] | None,
) -> dict[str, str]:
    """Each id is the digest of the upstream id and of the stage's own options."""
    staged = (artifact for artifact in CORPUS_ARTIFACTS if artifact.writer == "compact")
    extract = {
        "format": FORMAT,
        "code": code_digest((*_READING, *_ARTICLES)),
        "schemas": {artifact.name: artifact.schema.version for artifact in staged},
        "inputs": inputs.contents,
        "siteinfo": inputs.siteinfo.digest(),
        "wikipedia": wikipedia.digest(),
        "limit_pages": options.limit_pages,
    }
    clean = {
        "code": code_digest(_CLEANING),
        "schema": PAIRS.version,
        "selection": asdict(options.selection),
        "min_words": options.min_words,
        "off": sorted(set(options.keep)),
        "kb": kb and kb["titles"],
        "decisions": decisions and decisions["sha256"],
    }
    report = {"code": code_digest(_REPORTING), "date": inputs.date}
    ids: dict[str, str] = {}
    upstream = ""
    for name, own in (("extract", extract), ("compact", {}), ("clean", clean), ("report", report)):
        upstream = options_digest({"stage": name, "upstream": upstream, "options": own})
        ids[name] = upstream
    return ids
