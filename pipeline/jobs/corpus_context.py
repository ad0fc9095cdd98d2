"""What every stage of the corpus job works with."""

from dataclasses import dataclass

from pipeline.jobs.context import JobContext
from pipeline.jobs.corpus_plan import CorpusPlan
from pipeline.jobs.stages import Workspace
from pipeline.records.artifacts import CORPUS_ARTIFACTS


@dataclass(frozen=True, slots=True)
class CorpusContext(JobContext):
    """The same with the plan of the corpus."""

    plan: CorpusPlan

    @classmethod
    def of(cls, plan: CorpusPlan, workspace: Workspace) -> "CorpusContext":
        """The context of a plan."""
        return cls(workspace, plan.options.engine, plan.ids, CORPUS_ARTIFACTS, plan)
