"""What experts decided, with reasons: append-only, one file an expert."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.disputes import Dispute, Merged
from annotation.journal import HASH, Journal
from annotation.pairs import ProjectPair, stands_at
from annotation.records import Annotation, Answer, answer_json, is_pseudonym, read_answer
from pipeline.records.errors import InputError, UsageError

DECISIONS = "decisions"
VERSION = 1
REASONS = {
    "annotator_error": "one of them overlooked something or slipped",
    "ambiguous_text": "caption and article allow both readings",
    "guideline_gap": "the guidelines do not say, or contradict themselves",
    "edge_case": "the guidelines say, but do not fit this case",
    "knowledge_base": "the entity is missing, new, split or merged there",
    "image_decides": "only the image tells",
    "other": "see the note",
}
"""Why one reading was preferred."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How one dispute ends.

    Attributes:
        pair_id: The pair.
        dispute_id: The stretch.
        basis: Digest of the options that the expert saw.
        spans: What holds there; none = no mention.
        choice: 1, 2 … for an option, none, or new.
        reason: One of `REASONS`.
        expert: Pseudonym.
        note: Free words.
    """

    pair_id: str
    dispute_id: str
    basis: str
    spans: tuple[Annotation, ...]
    choice: str
    reason: str
    expert: str
    note: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Pair and stretch."""
        return self.pair_id, self.dispute_id


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Decisions that hold, and those that do not.

    Attributes:
        valid: (pair, stretch) -> decision.
        stale: Decisions on options that have changed since, or on places that nobody disputes any more.
        contradicting: Disputes that two experts decided differently.
    """

    valid: Mapping[tuple[str, str], Decision]
    stale: tuple[Decision, ...]
    contradicting: tuple[tuple[str, str], ...]


class DecisionLog:
    """One expert's file of decisions; what others append to it is read as it comes.

    Attributes:
        latest: (pair, stretch) -> the last decision on it.
    """

    def __init__(self, folder: Path, expert: str) -> None:
        """`folder` is the project's.

        Raises:
            InputError: the file was changed or holds something else.
        """
        self._expert = expert
        self._journal = Journal(folder / DECISIONS / f"{expert}.jsonl")
        self._n_read, self._last = 0, ""
        self.latest: dict[tuple[str, str], Decision] = {}
        self._catch_up()

    def refresh(self) -> None:
        """Take in what other processes wrote."""
        self._journal.refresh()
        self._catch_up()

    def add(self, make: Callable[[], Sequence[Decision]]) -> None:
        """Append what `make` gives, called when `latest` is what stands and nobody else may write.

        Raises:
            UsageError: the expert is no pseudonym, or a reason is none.
        """
        if not is_pseudonym(self._expert):
            raise UsageError(f"{self._expert!r} is no pseudonym")

        def rows() -> list[dict[str, Any]]:
            self._catch_up()
            made = make()
            for one in made:
                _check_reason(one)
            return [_row(one) for one in made]

        self._journal.append(rows)
        self._catch_up()

    def _catch_up(self) -> None:
        rows = self._journal.rows
        if self._n_read and (len(rows) < self._n_read or rows[self._n_read - 1][HASH] != self._last):
            self.latest, self._n_read = {}, 0
        for number in range(self._n_read, len(rows)):
            one = _read(rows[number], self._expert, f"{self._journal.path}, line {number + 1}")
            self.latest[one.key] = one
        self._n_read, self._last = len(rows), self._journal.last_hash


def add_decisions(folder: Path, expert: str, decisions: Sequence[Decision]) -> None:
    """Append decisions of one expert; on the disk when the call returns.

    Raises:
        UsageError: `expert` is no pseudonym, or a reason is none.
    """
    DecisionLog(folder, expert).add(lambda: decisions)


def read_decisions(folder: Path) -> list[Decision]:
    """The last decision of each expert on each dispute, by expert.

    Raises:
        InputError: a file was changed or holds something else.
    """
    paths = sorted((folder / DECISIONS).glob("*.jsonl"))
    return [one for path in paths for one in DecisionLog(folder, path.stem).latest.values()]


def verdicts(decisions: Iterable[Decision], merged: Mapping[str, Merged]) -> Verdicts:
    """Which decisions hold for the disputes as they are now."""
    basis = {
        (pair_id, dispute.dispute_id): dispute.basis for pair_id, one in merged.items() for dispute in one.disputes
    }
    valid: dict[tuple[str, str], Decision] = {}
    stale, contradicting = [], set()
    for one in decisions:
        if basis.get(one.key) != one.basis:
            stale.append(one)
        elif one.key in valid and valid[one.key].spans != one.spans:
            contradicting.add(one.key)
        else:
            valid.setdefault(one.key, one)
    for key in contradicting:
        del valid[key]
    return Verdicts(valid, tuple(stale), tuple(sorted(contradicting)))


def decide(
    pair: ProjectPair,
    merged: Merged,
    choice: tuple[str, str],
    told: tuple[str, str, str],
    new: Sequence[Annotation] = (),
) -> Decision:
    """A decision from what an expert chose.

    Args:
        pair: The pair.
        merged: Its answers put together.
        choice: The stretch, and the number of an option from 1, `none`, or `new`.
        told: Expert, reason and note.
        new: Spans for `new`; they may leave the stretch where nothing else stands.

    Raises:
        InputError: there is no such dispute or option, or a new span is not complete or overlaps another.
    """
    (dispute_id, chosen), (expert, reason, note) = choice, told
    place = f"{pair.pair_id} {dispute_id}"
    dispute = next((one for one in merged.disputes if one.dispute_id == dispute_id), None)
    if dispute is None:
        raise InputError(f"{place[:60]} is no dispute")
    spans: tuple[Annotation, ...] = ()
    if chosen.isdecimal() and 1 <= int(chosen) <= len(dispute.options):
        spans = dispute.options[int(chosen) - 1].spans
    elif chosen == "new" and new:
        spans = tuple(sorted(new, key=lambda one: one.span))
        _check_new(spans, pair.caption, place)
        _check_free(spans, merged, dispute)
    elif chosen != "none":
        options = ", ".join(map(str, range(1, len(dispute.options) + 1)))
        raise InputError(f"{place}: {chosen[:40]!r} is no choice; there are {options}, none, and new with spans")
    return Decision(pair.pair_id, dispute_id, dispute.basis, spans, chosen, reason, expert, note)


def _check_new(spans: Sequence[Annotation], caption: str, place: str) -> None:
    last = 0
    for one in spans:
        if not stands_at(one, caption) or one.start < last:
            raise InputError(f"{place}: {one.surface!r} does not stand at {one.start}-{one.end}, or overlaps another")
        if one.type is None or one.entity is None:
            raise InputError(f"{place}: {one.surface!r} needs a type and an entity or NIL")
        last = one.end


def _check_free(spans: Sequence[Annotation], merged: Merged, dispute: Dispute) -> None:
    taken = [one.span for one in merged.agreed]
    taken += [(one.start, one.end) for one in merged.disputes if one is not dispute]
    for one in spans:
        if any(one.start < end and start < one.end for start, end in taken):
            raise InputError(f"{merged.pair_id}: {one.surface!r} overlaps what stands elsewhere in the caption")


def _check_reason(one: Decision) -> None:
    if one.reason not in REASONS:
        raise UsageError(f"{one.reason!r} is no reason; there are {', '.join(REASONS)}")
    if one.reason == "other" and not one.note.strip():
        raise UsageError(f"{one.pair_id} {one.dispute_id}: the reason other needs a note")


def _row(one: Decision) -> dict[str, Any]:
    spans = answer_json(Answer(one.pair_id, one.expert, one.spans)).get("annotations", [])
    row = {"decision": VERSION, "pair_id": one.pair_id, "dispute": one.dispute_id, "basis": one.basis}
    told = {"choice": one.choice, "reason": one.reason, "annotations": spans}
    return row | told | ({"note": one.note} if one.note else {})


def _read(row: Mapping[str, Any], expert: str, place: str) -> Decision:
    try:
        if row["decision"] != VERSION:
            raise InputError(f"{place}: decisions of version {row['decision']!r} cannot be read, only {VERSION}")
        told = {"version": 1, "pair_id": row["pair_id"], "annotator": expert, "annotations": row["annotations"]}
        spans = read_answer(told, place).annotations
        return Decision(
            row["pair_id"], row["dispute"], row["basis"], spans, row["choice"], row["reason"], expert,
            row.get("note", ""),
        )  # fmt: skip
    except (KeyError, TypeError) as error:
        raise InputError(f"{place}: is no decision: {error!r}") from error
