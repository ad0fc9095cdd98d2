"""A project with its answers put together and its decisions."""

from dataclasses import dataclass
from pathlib import Path

from annotation.agreement.pairing import Rules
from annotation.decisions import Verdicts, read_decisions, verdicts
from annotation.disputes import Merged, merge_answers
from annotation.project import Project, open_project
from annotation.records import MAIN, PILOT, Answer
from annotation.store import Store

COUNTED = (MAIN, PILOT)
"""Batches that gold is made of: repeats tell of persons, not of pairs."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What annotators and experts have done.

    Attributes:
        project: The project.
        answers: Finished answers of the main and the pilot batch.
        rules: How entities are compared.
        merged: Pair id -> agreed spans and disputes.
        verdicts: Decisions that hold, and those that do not.
    """

    project: Project
    answers: tuple[Answer, ...]
    rules: Rules
    merged: dict[str, Merged]
    verdicts: Verdicts

    @property
    def undecided(self) -> list[tuple[str, str]]:
        """(pair, stretch) of disputes that nobody has decided, in the order of pairs."""
        return [
            (pair_id, dispute.dispute_id)
            for pair_id, one in self.merged.items()
            for dispute in one.disputes
            if (pair_id, dispute.dispute_id) not in self.verdicts.valid
        ]


def read_campaign(folder: Path, kb: Path | None = None) -> Campaign:
    """Everything that gold depends on; with a knowledge base entities are compared behind redirects.

    Raises:
        MelError: the project cannot be read.
    """
    project = open_project(folder)
    answers = tuple(Store(folder).answers(batches=COUNTED))
    guideline = project.settings.guidelines
    if kb is None:
        rules = Rules(guideline=guideline)
    else:
        from annotation.redirects import rules_with  # noqa: PLC0415 - the store is read only when asked for

        rules = rules_with(answers, kb, guideline)
    for answer in answers:
        project.pair(answer.pair_id)
    found = merge_answers(answers, rules)
    merged = {pair_id: found[pair_id] for pair_id in project.pairs if pair_id in found}
    return Campaign(project, answers, rules, merged, verdicts(read_decisions(folder), merged))
