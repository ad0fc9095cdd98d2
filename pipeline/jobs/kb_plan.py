"""The plan of the KB job: its dump, warnings, stage ids."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.dump.header import DumpHeader
from pipeline.dump.ranges import DumpRange
from pipeline.jobs.dump_inputs import DumpInputs, read_inputs
from pipeline.jobs.kb_options import KbOptions
from pipeline.records.artifacts import KB_ARTIFACTS
from pipeline.records.code import code_digest
from pipeline.records.digest import options_digest
from pipeline.titles.siteinfo import SiteInfo
from pipeline.titles.wiki import Wiki

FORMAT = 1
"""Raised when the same options give other rows than before, so that older stages are not taken for new ones."""
_PARSING = (
    "dump/blocks.py", "dump/careful.py", "dump/header.py", "dump/page.py", "dump/pages.py", "dump/quick.py",
    "dump/ranges.py", "dump/streams.py", "dump/text.py", "dump/page_props.py", "dump/sql.py", "dump/sql_tokens.py",
    "wikitext", "titles", "transforms/extract_range.py", "transforms/link_columns.py",
    "transforms/read_range.py",
)  # fmt: skip
"""The code that decides what is read out of a page."""
_COMPACTING = ("transforms/compact.py", "transforms/compact_span.py", "records/shards.py")
_COUNTING = ("kb", "transforms", "records/hashing.py", "records/shards.py", "jobs/kb_naming.py")


@dataclass(frozen=True, slots=True)
class KbPlan:
    """Everything that is known before the first page.

    Attributes:
        inputs: the dump.
        warnings: sentences for the user, those of the inputs first.
        ids: stage name -> stage id.
    """

    options: KbOptions
    inputs: DumpInputs
    warnings: tuple[str, ...]
    ids: dict[str, str]

    @property
    def headers(self) -> dict[str, DumpHeader]:
        """Headers of the dump files."""
        return self.inputs.headers

    @property
    def ranges(self) -> tuple[DumpRange, ...]:
        """The pieces of the dump files."""
        return self.inputs.ranges

    @property
    def siteinfo(self) -> SiteInfo:
        """What describes the wiki."""
        return self.inputs.siteinfo

    @property
    def page_props(self) -> Path | None:
        """The SQL table of page properties."""
        return self.inputs.page_props


def plan_kb(options: KbOptions, cache_dir: Path) -> KbPlan:
    """Find the inputs, read their heads, cut them into ranges.

    Raises:
        InputError: an input is missing, damaged, or of another wiki than the others.
    """
    inputs = read_inputs(options.dump_request, cache_dir)
    warnings = list(inputs.warnings)
    if inputs.page_props is None:
        warnings.append(
            "no page_props table: Wikidata ids and page images stay empty, disambiguation pages are known by their "
            "templates and titles only (--page-props FILE)"
        )
    if not Wiki.for_siteinfo(inputs.siteinfo).templates.has_table:
        warnings.append(
            f"no table of templates for {inputs.wiki or 'this wiki'}: hatnotes and infobox types stay empty, list "
            "pages are known by page_props and titles only"
        )
    return KbPlan(options, inputs, tuple(warnings), _stage_ids(options, inputs))


def _stage_ids(options: KbOptions, inputs: DumpInputs) -> dict[str, str]:
    """Each id is the digest of the upstream id and of the stage's own options."""
    own: list[tuple[str, Callable[[], Any]]] = [
        (
            "extract",
            lambda: {
                "format": FORMAT,
                "code": code_digest(_PARSING),
                "schemas": {artifact.name: artifact.schema.version for artifact in KB_ARTIFACTS},
                "inputs": inputs.contents,
                "siteinfo": inputs.siteinfo.digest(),
                "namespaces": sorted(set(options.namespaces)),
                "lead": options.lead,
                "limit_pages": options.limit_pages,
            },
        ),
        ("compact", lambda: {"code": code_digest(_COMPACTING)}),
        ("count", lambda: {"code": code_digest(_COUNTING)}),
        ("resolve", lambda: {"keep_red_links": options.keep_red_links}),
        ("priors", options.prior.as_json),
        ("store", dict),
    ]
    ids: dict[str, str] = {}
    upstream = ""
    for name, stage_options in own:
        upstream = options_digest({"stage": name, "upstream": upstream, "options": stage_options()})
        ids[name] = upstream
    return ids
