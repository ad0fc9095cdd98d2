"""Inputs of the KB job: files, siteinfo, ranges, stage ids."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.console.progress import Progress
from pipeline.dump.header import DumpHeader, read_header
from pipeline.dump.layout import find_dump
from pipeline.dump.pages import iter_pages
from pipeline.dump.ranges import DumpRange, plan_ranges
from pipeline.jobs.kb_options import KbOptions
from pipeline.records.artifacts import KB_ARTIFACTS
from pipeline.records.code import code_digest
from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import InputError
from pipeline.titles.siteinfo import DumpNames, SiteInfo, load_siteinfo
from pipeline.titles.wiki import Wiki
from pipeline.transforms.extract_range import ExtractUnit

FORMAT = 1
"""Raised when the same options give other rows than before, so that older stages are not taken for new ones."""
_PARSING = (
    "dump/blocks.py", "dump/careful.py", "dump/header.py", "dump/page.py", "dump/pages.py", "dump/quick.py",
    "dump/ranges.py", "dump/streams.py", "dump/text.py", "dump/page_props.py", "dump/sql.py", "dump/sql_tokens.py",
    "wikitext", "titles", "transforms/extract_range.py",
)  # fmt: skip
"""The code that decides what is read out of a page."""
_COUNTING = ("kb", "transforms", "records/hashing.py", "records/shards.py", "jobs/kb_naming.py")
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KbPlan:
    """Everything that is known before the first page.

    Attributes:
        inputs: name, bytes and sha1 of each input file, in order.
        ids: stage name -> stage id.
    """

    options: KbOptions
    headers: dict[str, DumpHeader]
    siteinfo: SiteInfo
    siteinfo_source: str
    ranges: tuple[DumpRange, ...]
    page_props: Path | None
    inputs: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    ids: dict[str, str]


def plan_kb(options: KbOptions, cache_dir: Path) -> KbPlan:
    """Find the inputs, read their heads, cut them into ranges.

    Raises:
        InputError: an input is missing, damaged, or of another wiki than the others.
    """
    files, indexes, page_props, warnings = _files(options)
    headers = {str(path): read_header(path) for path in files}
    wiki = _wiki(options, headers, warnings)
    first = headers[str(files[0])]
    names = DumpNames(wiki=wiki, lang=first.lang, case=first.case, namespaces=dict(first.namespaces))
    siteinfo, source = load_siteinfo(
        wiki, file=options.siteinfo, cache_dir=_dump_dir(options) / "siteinfo", dump_header=names
    )
    ranges = plan_ranges(files, cache_dir=cache_dir / "streams", range_bytes=options.range_bytes, indexes=indexes)
    inputs = _fingerprints([*files, *([page_props] if page_props else [])])
    if page_props is None:
        warnings.append(
            "no page_props table: Wikidata ids and page images stay empty, disambiguation pages are known by their "
            "templates and titles only (--page-props FILE)"
        )
    if not Wiki.for_siteinfo(siteinfo).templates.has_table:
        warnings.append(
            f"no table of templates for {wiki or 'this wiki'}: hatnotes and infobox types stay empty, list pages are "
            "known by page_props and titles only"
        )
    ids = _stage_ids(options, siteinfo, inputs)
    return KbPlan(options, headers, siteinfo, source, tuple(ranges), page_props, tuple(inputs), tuple(warnings), ids)


def plan_units(plan: KbPlan) -> list[ExtractUnit]:
    """The ranges to read; with `--limit-pages`, those that hold the first pages of the dump."""
    limit = plan.options.limit_pages
    if limit is None:
        return [ExtractUnit(dump_range) for dump_range in plan.ranges]
    units: list[ExtractUnit] = []
    left = limit
    for dump_range in plan.ranges:
        n_pages = _count_pages(dump_range, plan.headers[dump_range.path], left)
        units.append(ExtractUnit(dump_range, left if n_pages >= left else None))
        left -= n_pages
        if left <= 0:
            break
    return units


def dump_date(plan: KbPlan) -> str | None:
    """Date of the dump: as asked for, else as the first file's name has it."""
    if plan.options.dump:
        return plan.options.dump
    parts = Path(plan.ranges[0].path).name.split("-")
    return next((part for part in parts if len(part) == 8 and part.isdigit()), None)


def _dump_dir(options: KbOptions) -> Path:
    return options.dump_dir or Path("data/dumps")


def _files(options: KbOptions) -> tuple[list[Path], dict[Path, Path], Path | None, list[str]]:
    if options.page_props is not None and not options.page_props.is_file():
        raise InputError(f"--page-props {options.page_props}: no such file")
    if options.dump is None:
        for path in options.files:
            if path.is_dir():
                raise InputError(f"{path} is a folder; name the dump files in it, or use --dump DATE --dump-dir {path}")
            if not path.is_file():
                raise InputError(f"no such file: {path}")
        return [path.resolve() for path in options.files], {}, options.page_props, []
    found = find_dump(_dump_dir(options).resolve(), options.wiki or "enwiki", options.dump)
    return list(found.pages), dict(found.indexes), options.page_props or found.page_props, list(found.warnings)


def _wiki(options: KbOptions, headers: dict[str, DumpHeader], warnings: list[str]) -> str:
    """The wiki's database name: `--wiki`, else what the dump says (some old exports say another one)."""
    found = sorted({header.wiki for header in headers.values() if header.wiki})
    if len(found) > 1:
        raise InputError(f"the dump files are of different wikis: {', '.join(found)}")
    if found and options.wiki and found[0] != options.wiki:
        warnings.append(f"the dump says that it is of {found[0]}; it is read as {options.wiki}, as --wiki asks")
    return options.wiki or (found[0] if found else "")


def _fingerprints(paths: Iterable[Path]) -> list[dict[str, Any]]:
    paths = list(paths)
    total = sum(path.stat().st_size for path in paths)
    done = 0
    with Progress("checksums", total=total, unit="bytes") as progress:

        def on_bytes(n: int) -> None:
            nonlocal done
            done += n
            progress.update(done)

        return [
            {"name": path.name, "bytes": path.stat().st_size, "sha1": file_digest(path, "sha1", on_bytes)}
            for path in paths
        ]


def _stage_ids(options: KbOptions, siteinfo: SiteInfo, inputs: list[dict[str, Any]]) -> dict[str, str]:
    """Each id is the digest of the upstream id and of the stage's own options."""
    own: list[tuple[str, Callable[[], Any]]] = [
        (
            "extract",
            lambda: {
                "format": FORMAT,
                "code": code_digest(_PARSING),
                "schemas": {artifact.name: artifact.schema.version for artifact in KB_ARTIFACTS},
                "inputs": [{"bytes": value["bytes"], "sha1": value["sha1"]} for value in inputs],
                "siteinfo": siteinfo.digest(),
                "namespaces": sorted(set(options.namespaces)),
                "lead": options.lead,
                "limit_pages": options.limit_pages,
            },
        ),
        ("compact", dict),
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


def _count_pages(dump_range: DumpRange, header: DumpHeader, at_most: int) -> int:
    pages = iter_pages(dump_range, header, namespace_of=header.namespace_of, keep=lambda _: False)
    return sum(1 for _ in zip(range(at_most), pages, strict=False))
