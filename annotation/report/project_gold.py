"""A project's gold labels as the agreement report needs them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from annotation.agreement.figures import Sampling
from annotation.agreement_report import Material
from annotation.checks.precision import Precision, precision_of_checks
from annotation.checks.registry import CHECKS, run_checks
from annotation.checks.scene import Campaign, Knowledge, Scene, TitlePolicy
from annotation.gold import GOLD, gold_answers, read_gold
from annotation.project import Project, open_project
from annotation.records import Answer
from annotation.report.against_gold import Accuracy, against_gold
from pipeline.records.digest import file_digest


def accuracy_of(folder: Path, material: Material, sampling: Sampling, kb: Path | None) -> Accuracy | None:
    """The compared answers against gold.jsonl; None where the project has none yet.

    Raises:
        InputError: gold.jsonl holds something else.
        ArtifactError: `kb` holds no finished store.
    """
    if not (folder / GOLD).is_file():
        return None
    project, gold = open_project(folder), gold_answers(read_gold(folder))
    answers = [one for one in material.answers if one.batch in material.batches]
    items = {item.pair_id: item for item in project.items}
    checks = _precision(project, answers, gold, _knowledge(kb))
    return against_gold(answers, items, gold, (material.rules, sampling), checks)


def with_gold_digest(folder: Path, material: Material) -> Material:
    """The material that names gold.jsonl among its files, where there is one."""
    path = folder / GOLD
    if not path.is_file():
        return material
    return replace(material, digests={**material.digests, GOLD: file_digest(path)[:32]})


def _precision(
    project: Project, answers: Sequence[Answer], gold: Mapping[str, Answer], knowledge: Knowledge | None
) -> list[Precision]:
    """How often the checks that may be wrong were right."""
    checks = [one for one in CHECKS if one.is_heuristic]
    items = {item.pair_id: item for item in project.items}
    campaign, policy = Campaign(items, answers), TitlePolicy(project.settings.title_policy)
    findings = [
        finding
        for one in answers
        if one.pair_id in gold
        for finding in run_checks(Scene(items[one.pair_id], one, policy, knowledge, campaign), checks)
    ]
    return precision_of_checks(findings, answers, gold)


def _knowledge(kb: Path | None) -> Knowledge | None:
    if kb is None:
        return None
    from annotation.checks.knowledge import StoreKnowledge  # noqa: PLC0415 - the store is read only when asked for
    from pipeline.kb.store import MentionStore  # noqa: PLC0415

    return StoreKnowledge(MentionStore.open(kb))
