"""How often a check was right, judged by adjudicated gold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from annotation.checks.findings import Finding
from annotation.checks.registry import CHECKS
from annotation.records import Annotation, Answer


@dataclass(frozen=True, slots=True)
class Precision:
    """Findings of one check on adjudicated items.

    Attributes:
        check: Its id.
        n: Findings.
        n_confirmed: Those where gold has something else than the annotator had.
    """

    check: str
    n: int
    n_confirmed: int

    @property
    def value(self) -> float | None:
        """From 0 to 1; None without findings."""
        return self.n_confirmed / self.n if self.n else None


def precision_of_checks(
    findings: Iterable[Finding], answers: Iterable[Answer], gold: Mapping[str, Answer]
) -> list[Precision]:
    """Precision of the heuristic checks, in the order of the registry; items without gold do not count.

    A finding at an annotation is confirmed when gold does not have that annotation as it stands; one at a bare span
    when gold marks something there.
    """
    given = {(one.pair_id, one.annotator): one for one in answers}
    counts = {check.id: [0, 0] for check in CHECKS if check.is_heuristic}
    for finding in findings:
        answer = given.get((finding.pair_id, finding.annotator))
        if finding.code not in counts or answer is None or finding.pair_id not in gold:
            continue
        counts[finding.code][0] += 1
        counts[finding.code][1] += _is_confirmed(finding, answer, gold[finding.pair_id].annotations)
    return [Precision(id_, n, n_confirmed) for id_, (n, n_confirmed) in counts.items()]


def _is_confirmed(finding: Finding, answer: Answer, gold: tuple[Annotation, ...]) -> bool:
    if finding.place is not None:
        one = answer.annotations[finding.place]
        return (one.span, one.type, one.entity) not in {(other.span, other.type, other.entity) for other in gold}
    if finding.span is None:
        return False
    start, end = finding.span
    return any(other.start < end and start < other.end for other in gold)
