"""What a KB job would read and write, and how long."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.dump.page_props import build_page_props
from pipeline.jobs.kb_options import KbOptions
from pipeline.jobs.kb_plan import KbPlan, plan_kb, plan_units
from pipeline.transforms.extract_range import ExtractOptions, RangeExtractor

TRIAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dry run.

    Attributes:
        parse_s: seconds that parsing would take with the asked workers, from the speed of the trial.
        staged_bytes: size of what parsing would write.
        trial_ranges: ranges that were read for the trial.
    """

    plan: KbPlan
    size_bytes: int
    ranges: int
    parse_s: float
    staged_bytes: int
    trial_ranges: int


def estimate_kb(options: KbOptions, trial_s: float = TRIAL_S) -> Estimate:
    """Read ranges from the middle of the dump for some seconds, throw the result away, and extrapolate."""
    with tempfile.TemporaryDirectory(prefix="build-kb-") as name:
        folder = Path(name)
        plan = plan_kb(options, folder / "cache")
        units = plan_units(plan)
        page_props = folder / "page_props.arrow" if plan.page_props else None
        if plan.page_props and page_props:
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
        begun = time.perf_counter()
        read = staged = trials = 0
        for unit in units[len(units) // 2 :]:
            record = extractor.extract(unit)
            read += record["bytes"]
            staged += sum(shard["size_bytes"] for shard in record["shards"])
            trials += 1
            if time.perf_counter() - begun > trial_s:
                break
        seconds = time.perf_counter() - begun
    size = sum(unit.dump_range.size_bytes for unit in units)
    share = size / max(read, 1)
    return Estimate(plan, size, len(units), seconds * share / options.engine.workers, int(staged * share), trials)
