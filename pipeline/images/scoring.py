"""Scorers of images (unsafe, violent …): plug-ins, found by name.

The toolkit ships no model. A package offers one under the entry point group `mel_toolkit.image_scorers`
(docs/plugins.md); what it finds goes to the review queue and drops nothing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, Self

from pipeline.images.damage import describe
from pipeline.records.errors import UsageError

GROUP = "mel_toolkit.image_scorers"
DEFAULT_BATCH = 16
MAX_BATCH = 4096


@dataclass(frozen=True, slots=True)
class Score:
    """How sure a scorer is of one label, from 0 to 1."""

    label: str
    score: float


class Scorer(Protocol):
    """What a plug-in offers; `name` and `version` belong to the id of the job.

    `version` must change whenever scores could: with the weights, not with the code alone. A scorer that wants
    other batches than of 16 images says so by an attribute `batch_size`.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - told by the class
    @property
    def version(self) -> str: ...  # noqa: D102 - the same

    def score(self, images: Sequence[bytes]) -> Sequence[Sequence[Score]]:
        """The scores of each image, in order; an image is a whole RGB jpg or png file."""
        ...


class ScoringReason(StrEnum):
    """Why an image has no scores."""

    SCORER_FAILED = "scorer_failed"
    """The scorer raised an error on this very image."""
    BAD_ANSWER = "bad_answer"
    """It gave something that is no list of scores from 0 to 1."""


@dataclass(frozen=True, slots=True)
class ScoringFailure:
    """An image that a scorer could not score, with one sentence for the reader."""

    scorer: str
    reason: ScoringReason
    message: str


@dataclass(frozen=True, slots=True)
class ImageScores:
    """What one scorer says of one image, labels in the scorer's order."""

    scorer: str
    version: str
    scores: tuple[Score, ...]


ScoringOutcome = ImageScores | ScoringFailure


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score on a label sends an image to review.

    `by_label` holds the labels that have a threshold of their own; `default` is for all others, and None leaves
    them out.
    """

    default: float | None = 0.5
    by_label: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Sequence[str]) -> Self:
        """Read flags: `0.7` for all labels, `LABEL=0.7` for one; with labels alone, the others are left out.

        Raises:
            UsageError: no number from 0 to 1, or a label named twice.
        """
        by_label: dict[str, float] = {}
        default = None if texts else 0.5
        for text in texts:
            label, equals, number = text.rpartition("=")
            if not equals:
                default = _number(text, text)
            elif label in by_label:
                raise UsageError(f"the label {label!r} has two thresholds")
            else:
                by_label[label] = _number(number, text)
        return cls(default, by_label)

    def reached(self, scores: Sequence[Score]) -> tuple[Score, ...]:
        """The scores that are worth a look, highest first."""
        worth = [one for one in scores if one.score >= self._of(one.label)]
        return tuple(sorted(worth, key=lambda one: (-one.score, one.label)))

    def to_json(self) -> dict[str, object]:
        """For the job digest."""
        return {"default": self.default, "by_label": dict(sorted(self.by_label.items()))}

    def _of(self, label: str) -> float:
        default = math.inf if self.default is None else self.default
        return self.by_label.get(label, default)


def installed_scorers() -> tuple[str, ...]:
    """Names of the scorers that installed packages offer, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load_scorers(names: Sequence[str]) -> list[Scorer]:
    """The scorers with these names, made and ready, in the order given.

    Raises:
        UsageError: unknown, named twice, offered by two packages, or its package fails to load.
    """
    if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise UsageError(f"the scorer {twice!r} is named twice")
    return [_made(_found(name)) for name in names]


def score_images(scorer: Scorer, images: Sequence[bytes]) -> list[ScoringOutcome]:
    """One outcome an image, in order; batches of `scorer.batch_size`.

    A batch on which the scorer raises an error is given again image by image, so that one bad image costs itself alone.
    """
    size = min(max(1, int(getattr(scorer, "batch_size", DEFAULT_BATCH))), MAX_BATCH)
    outcomes: list[ScoringOutcome] = []
    for start in range(0, len(images), size):
        outcomes += _batch(scorer, images[start : start + size])
    return outcomes


def _batch(scorer: Scorer, images: Sequence[bytes]) -> list[ScoringOutcome]:
    try:
        answers = list(scorer.score(list(images)))
        if len(answers) != len(images):
            raise ValueError(f"{len(answers)} answers for {len(images)} images")  # noqa: TRY301 - ends where others do
    except Exception as error:  # noqa: BLE001 - a stranger's code: any error of it is this image's outcome
        if len(images) == 1:
            return [ScoringFailure(scorer.name, ScoringReason.SCORER_FAILED, describe(error))]
        return [outcome for image in images for outcome in _batch(scorer, [image])]
    return [_outcome(scorer, answer) for answer in answers]


def _outcome(scorer: Scorer, answer: object) -> ScoringOutcome:
    scores = _scores(answer)
    if isinstance(scores, str):
        return ScoringFailure(scorer.name, ScoringReason.BAD_ANSWER, scores)
    return ImageScores(scorer.name, scorer.version, scores)


def _scores(answer: object) -> tuple[Score, ...] | str:
    """The scores of one image, or what is wrong with them."""
    if not isinstance(answer, Sequence) or isinstance(answer, str | bytes):
        return f"{type(answer).__name__} instead of a sequence of scores"
    found: dict[str, Score] = {}
    for one in answer:
        label, value = getattr(one, "label", None), getattr(one, "score", math.nan)
        if not isinstance(label, str) or not label:
            return f"{type(one).__name__} without a label"
        try:
            number = float(value)  # one of NumPy or torch is a number, too
        except (TypeError, ValueError, OverflowError):
            return f"the score of {label!r} is no number"
        if not 0 <= number <= 1:
            return f"the score of {label!r} is {number}; allowed is 0 to 1"
        if label in found:
            return f"two scores for {label!r}"
        found[label] = Score(label, number)
    return tuple(found.values())


def _found(name: str) -> EntryPoint:
    points = [point for point in entry_points(group=GROUP) if point.name == name]
    if not points:
        known = installed_scorers()
        offer = f"installed are {', '.join(known)}" if known else "no installed package offers any"
        raise UsageError(f"there is no image scorer {name!r}; {offer} (docs/plugins.md tells how to add one)")
    if len({point.value for point in points}) > 1:
        places = ", ".join(sorted({point.value for point in points}))
        raise UsageError(f"two packages offer an image scorer {name!r}: {places}")
    return points[0]


def _made(point: EntryPoint) -> Scorer:
    """The scorer that an entry point names: what it points at is called without arguments."""
    try:
        scorer = point.load()()
    except Exception as error:
        raise UsageError(f"the image scorer {point.name!r} ({point.value}) does not load: {describe(error)}") from error
    missing = [name for name in ("name", "version", "score") if not hasattr(scorer, name)]
    if missing:
        raise UsageError(f"the image scorer {point.name!r} ({point.value}) lacks {', '.join(missing)}")
    made: Scorer = scorer
    return made


def _number(text: str, whole: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise UsageError(f"{whole!r} is no threshold; allowed are 0.7 for all labels, or LABEL=0.7, from 0 to 1")
    return number
