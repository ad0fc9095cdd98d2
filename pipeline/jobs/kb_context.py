"""What every stage of the KB job works with."""

from dataclasses import dataclass

from pipeline.jobs.context import JobContext
from pipeline.jobs.kb_plan import KbPlan
from pipeline.jobs.stages import Workspace
from pipeline.records.artifacts import KB_ARTIFACTS


@dataclass(frozen=True, slots=True)
class KbContext(JobContext):
    """The same with the plan of the KB."""

    plan: KbPlan

    @classmethod
    def of(cls, plan: KbPlan, workspace: Workspace) -> "KbContext":
        """The context of a plan."""
        return cls(workspace, plan.options.engine, plan.ids, KB_ARTIFACTS, plan)
