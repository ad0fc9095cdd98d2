"""What a corpus job would read and write, and how long."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.jobs.corpus import news_options
from pipeline.jobs.corpus_options import CorpusOptions
from pipeline.jobs.corpus_plan import CorpusPlan, plan_corpus
from pipeline.jobs.dump_units import plan_units
from pipeline.jobs.trial import TRIAL_S, Trial, try_ranges
from pipeline.transforms.extract_news_range import NewsExtractor


@dataclass(frozen=True, slots=True)
class CorpusEstimate:
    """A dry run: the plan, and what the trial told."""

    plan: CorpusPlan
    trial: Trial


def estimate_corpus(options: CorpusOptions, trial_s: float = TRIAL_S) -> CorpusEstimate:
    """Read ranges from the middle of the dump for some seconds, throw the result away, and extrapolate."""
    with tempfile.TemporaryDirectory(prefix="build-corpus-") as name:
        folder = Path(name)
        plan = plan_corpus(options, folder / "cache")
        units = plan_units(plan.inputs.ranges, plan.inputs.headers, options.limit_pages)
        reader = NewsExtractor(news_options(plan, folder))
        return CorpusEstimate(plan, try_ranges(reader, units, options.engine.workers, trial_s))
