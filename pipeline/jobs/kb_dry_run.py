"""What a KB job would read and write, and how long."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.dump.page_props import build_page_props
from pipeline.jobs.dump_units import plan_units
from pipeline.jobs.kb import kb_stages
from pipeline.jobs.kb_context import KbContext
from pipeline.jobs.kb_options import KbOptions
from pipeline.jobs.kb_plan import KbPlan, plan_kb
from pipeline.jobs.stages import Workspace, done_stages
from pipeline.jobs.trial import TRIAL_S, Trial, try_ranges
from pipeline.transforms.extract_range import ExtractOptions, RangeExtractor

EXTRACT = "extract"
NOTHING = Trial(size_bytes=0, ranges=0, parse_s=0.0, staged_bytes=0, trial_ranges=0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dry run.

    Attributes:
        done: stages that an earlier run with these options finished; they would be skipped.
        left: stages that would run.
        trial: what some ranges tell of those to read; of none when `extract` is done.
    """

    plan: KbPlan
    done: tuple[str, ...]
    left: tuple[str, ...]
    trial: Trial


def estimate_kb(options: KbOptions, trial_s: float = TRIAL_S) -> Estimate:
    """Read ranges from the middle of the dump for some seconds, throw the result away, and extrapolate.

    When an earlier run has read the dump, nothing is read.
    """
    with tempfile.TemporaryDirectory(prefix="build-kb-") as name:
        folder = Path(name)
        plan = plan_kb(options, folder / "cache")
        workspace = Workspace(options.out.resolve())
        stages = kb_stages(KbContext.of(plan, workspace))
        done = done_stages(stages, workspace)
        left = tuple(stage.name for stage in stages if stage.name not in done)
        if EXTRACT in done:
            return Estimate(plan, done, left, NOTHING)
        return Estimate(plan, done, left, _try(plan, folder, trial_s))


def _try(plan: KbPlan, folder: Path, trial_s: float) -> Trial:
    options = plan.options
    page_props = None
    if plan.page_props is not None:
        page_props = folder / "page_props.arrow"
        build_page_props(plan.page_props, page_props)
    extractor = RangeExtractor(
        ExtractOptions(
            str(folder),
            plan.siteinfo,
            plan.headers,
            str(page_props) if page_props else None,
            options.namespaces,
            options.lead,
        )
    )
    units = plan_units(plan.ranges, plan.headers, options.limit_pages)
    return try_ranges(extractor, units, options.engine.workers, trial_s)
