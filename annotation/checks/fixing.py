"""Applies the fixes that are certain."""

from dataclasses import replace

from annotation.checks.findings import Finding
from annotation.checks.registry import run_checks
from annotation.checks.scene import Scene
from annotation.records import Answer

_MAX_ROUNDS = 8


def fix_answer(scene: Scene) -> tuple[Answer, list[Finding]]:
    """The answer with every certain fix, and the findings that were fixed, in order.

    A fix can uncover another (a moved span has outer space), so checks run until none is left.
    """
    fixed: list[Finding] = []
    for _ in range(_MAX_ROUNDS):
        answer = scene.answer
        changed: dict[int, Finding] = {}
        for finding in run_checks(scene):
            if finding.fix is not None and finding.place is not None:
                changed.setdefault(finding.place, finding)
        if not changed:
            break
        fixed += changed.values()
        spans = [changed[at].fix or one if at in changed else one for at, one in enumerate(answer.annotations)]
        scene = replace(scene, answer=replace(answer, annotations=tuple(spans)))
    return scene.answer, fixed
