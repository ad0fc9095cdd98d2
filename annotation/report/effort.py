"""How long annotators took, and where they were very fast."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.records import Answer

FAST_S = 2.0
"""As check P001: nobody reads a caption and looks at an image in less."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds of one person, or of all.

    Attributes:
        name: Pseudonym, or all.
        n_answers: Answers.
        n_timed: Answers whose time is known.
        median_s: Median; low and high hold four fifths of the times.
        low_s: 10th percentile.
        high_s: 90th percentile.
        hours: All known times together.
        n_fast: Answers in less than two seconds.
    """

    name: str
    n_answers: int
    n_timed: int
    median_s: float
    low_s: float
    high_s: float
    hours: float
    n_fast: int


ALL = "all"


def effort(answers: Iterable[Answer]) -> tuple[Effort, ...]:
    """One row a person with known times, then all; empty where no times are known."""
    of_person: dict[str, list[Answer]] = {}
    for one in answers:
        of_person.setdefault(one.annotator, []).append(one)
    rows = [_row(name, of_person[name]) for name in sorted(of_person)]
    timed = [row for row in rows if row is not None]
    whole = _row(ALL, [one for theirs in of_person.values() for one in theirs])
    return (*timed, whole) if whole is not None else ()


def _row(name: str, answers: Sequence[Answer]) -> Effort | None:
    times = np.array([one.duration_s for one in answers if one.duration_s is not None], dtype=np.float64)
    if not len(times):
        return None
    low, median, high = (float(value) for value in np.percentile(times, (10, 50, 90)))
    n_fast = int((times < FAST_S).sum())
    return Effort(name, len(answers), len(times), median, low, high, float(times.sum()) / 3600, n_fast)
