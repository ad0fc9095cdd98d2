"""The image job: from file titles to clean pictures in Parquet."""

import logging
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.console.progress import Progress
from pipeline.images.backends import backend_versions
from pipeline.jobs.coverage import Coverage, read_coverage
from pipeline.jobs.images_coverage import COLUMNS as COVERAGE_COLUMNS
from pipeline.jobs.images_coverage import count_images
from pipeline.jobs.images_licences import COLUMNS as LICENCE_COLUMNS
from pipeline.jobs.images_licences import write_licences
from pipeline.jobs.images_normalize import BATCHES, forget_scratch
from pipeline.jobs.images_options import ImagesOptions
from pipeline.jobs.images_sheet import sheet_cells
from pipeline.jobs.images_stages import FORMAT, ImageStages
from pipeline.jobs.output import RUN, check_same_source, output_folder, planned, run_record, written_by
from pipeline.jobs.stages import StageReport, Workspace, run_stages
from pipeline.records.artifacts import PICTURES
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import MANIFEST, SUCCESS, Reader, open_artifact, write_json
from pipeline.report.contact_sheet import SheetCell, write_contact_sheet

COVERAGE, REPORT = "coverage.json", "report.html"
KIND = "images"
_PAGE = re.compile(r"report(-\d{3,})?\.html")
"""Names of the contact sheet's pages."""
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ImagesResult:
    """A finished folder of images: how its stages ended and what it holds.

    Attributes:
        coverage: what coverage.json holds.
        is_settled: nothing is left that the same command, run again, might still get.
        of_entities: how many entities have a picture; None for pairs.
    """

    out: Path
    reports: tuple[StageReport, ...]
    coverage: dict[str, Any]
    warnings: tuple[str, ...]
    is_settled: bool
    of_entities: Coverage | None

    @property
    def is_empty(self) -> bool:
        """Whether files were wanted and none gave a picture."""
        return bool(self.coverage["wanted"]) and not self.coverage["ok"]


def build_images(options: ImagesOptions) -> ImagesResult:
    """Get and normalise the wanted files, or go on where an earlier run with the same options stopped.

    Raises:
        MelError: one sentence on what is wrong; everything finished stays for the next run.
    """
    options.check_source()
    with output_folder(options.out, "images") as workspace:
        return _build(options, workspace)


def _build(options: ImagesOptions, workspace: Workspace) -> ImagesResult:
    stages = planned(workspace, lambda: ImageStages(options, workspace))
    listing = planned(workspace, stages.listing)
    check_same_source(options.out, *_source(options))
    reports = run_stages([listing], workspace)
    warnings = stages.frame_warnings()
    if options.commons_dump:
        reading = stages.reading_rights(listing)
        reports += run_stages([reading], workspace)
        stages.take_rights(reading)
    reports += run_stages([stages.fetching(listing)], workspace)
    normalizing = stages.normalizing()
    reports += run_stages([normalizing, stages.reviewing(normalizing)], workspace)
    if not stages.is_settled:
        warnings.append("some files failed in ways that may pass; the same command tries them again")
    _clean(stages, options)
    return _finish(stages, options, reports, warnings)


def _clean(stages: ImageStages, options: ImagesOptions) -> None:
    """Remove what the shards hold now; fetched files stay while some are still to be had."""
    staging = stages.workspace.staging
    for folder in staging.glob(f"{BATCHES}-*"):
        forget_scratch(folder)
        shutil.rmtree(folder)
    if stages.is_settled and not options.keep_files:
        shutil.rmtree(stages.store.folder, ignore_errors=True)


def _finish(
    stages: ImageStages, options: ImagesOptions, reports: Sequence[StageReport], warnings: Sequence[str]
) -> ImagesResult:
    """Write what stands at the top of the folder, `_SUCCESS` last."""
    out = stages.workspace.out
    reader = open_artifact(stages.workspace.place(PICTURES), IMAGES)
    coverage = count_images(reader.tables(COVERAGE_COLUMNS))
    of_entities = None
    if options.kb is not None and options.entities is not None:
        of_entities = read_coverage(options.kb, options.entities, out, options.per_entity)
        coverage["entities"] = of_entities.to_json()
    if coverage["wanted"] and not coverage["ok"]:
        warnings = [*warnings, _nothing(coverage)]
    for warning in warnings:
        _LOGGER.warning("%s", warning)
    write_licences(out, reader.tables(LICENCE_COLUMNS))
    write_json(out / COVERAGE, coverage)
    _write_sheet(stages, options, reader)
    write_json(out / MANIFEST, _manifest(stages, options, reader, reports))
    run = run_record(reports, options.engine, {"warnings": list(warnings)})
    write_json(out / RUN, run)
    (out / SUCCESS).touch()
    return ImagesResult(options.out, tuple(reports), coverage, tuple(warnings), stages.is_settled, of_entities)


def _nothing(coverage: dict[str, Any]) -> str:
    """That there is no picture at all, and why."""
    reasons = sorted(coverage["by_reason"].items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{name.replace('_', ' ')} ({n:,})" for name, n in reasons)
    return f"none of the {coverage['wanted']:,} wanted files gave a picture: {told}"


def _write_sheet(stages: ImageStages, options: ImagesOptions, reader: Reader) -> None:
    out = stages.workspace.out
    if not options.report:
        _forget_pages(out)  # of an earlier run: they may show what is no longer so
        return
    wanted = {image.image_id: image for image in stages.images}
    source = options.corpus or options.kb
    title = f"Images of {source.name}" if source else "Images"
    with Progress("report", total=reader.rows, unit="images") as progress:
        cells = _counted(sheet_cells(reader.paths, wanted), progress)
        _forget_pages(out, but=write_contact_sheet(out / REPORT, title, cells))


def _forget_pages(out: Path, but: Sequence[Path] = ()) -> None:
    """Remove pages that a run wrote; whatever else has a similar name belongs to the user."""
    for path in out.glob("report*.html"):
        if _PAGE.fullmatch(path.name) and path not in but:
            path.unlink()


def _counted(cells: Iterable[SheetCell], progress: Progress) -> Iterator[SheetCell]:
    for number, cell in enumerate(cells, 1):
        yield cell
        progress.update(number)


def _manifest(
    stages: ImageStages, options: ImagesOptions, reader: Reader, reports: Sequence[StageReport]
) -> dict[str, Any]:
    return {
        "kind": KIND,
        "format": FORMAT,
        **check_same_source(options.out, *_source(options)),
        "options": {
            "originals": options.fetch.originals,
            "thumb_px": None if options.fetch.originals else options.thumb_px,
            "images_per_entity": None if options.corpus is not None else options.per_entity,
            "redistributable_only": options.redistributable_only,
            "normalize": stages.recipe.normalize.to_json(),
            "limits": {
                "seconds": stages.recipe.limits.seconds,
                "memory_bytes": stages.recipe.limits.memory_bytes,
            },
            "scorers": list(options.scorers),
        },
        "backends": backend_versions(options.svg_backend),
        "stages": _stage_ids(stages.workspace, reports),
        "written_by": written_by(),
        "artifacts": {IMAGES.name: {"rows": reader.rows, "shards": len(reader.shards)}},
        "counts": _counts(reports),
    }


def _source(options: ImagesOptions) -> tuple[str, Path]:
    """What the images are of, and its folder."""
    if options.corpus is not None:
        return "pairs", options.corpus
    assert options.kb is not None  # the options hold one of the two
    return "entities", options.kb


def _stage_ids(workspace: Workspace, reports: Sequence[StageReport]) -> dict[str, str]:
    records = {report.name: workspace.log.record(report.name) for report in reports}
    return {name: record["id"] for name, record in records.items() if record is not None}


def _counts(reports: Sequence[StageReport]) -> dict[str, int]:
    """The reckoning in words, in the order in which to show it."""
    figures = {report.name: report.figures for report in reports}
    return {
        "uses": figures["list"]["in"],
        "files wanted": figures["list"]["out"],
        "files read": figures["fetch"]["out"],
        "pictures": figures["normalize"]["out"],
    }
