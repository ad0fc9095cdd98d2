"""The annotations of a project: saved for good, never lost, never mixed."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from annotation.events import ConflictError, Draft, History, State, event_row, read_event
from annotation.journal import TORN, Journal
from annotation.records import BATCHES, MENTIONS, Answer, is_pseudonym
from pipeline.records.errors import InputError, MelError, UsageError

ANNOTATIONS, TIMES = "annotations", "times"
Clock = Callable[[], datetime]
_LONGEST_NOTE = 2_000
_log = logging.getLogger(__name__)

__all__ = ["AnnotatorLog", "ConflictError", "Store"]


class AnnotatorLog:
    """One annotator's annotations in one layer.

    A save is on the disk when the call returns. Every process sees what others wrote; a change that was made on an
    older version than the one that stands is refused. Times go into a file of their own, which is never published.
    """

    def __init__(self, folder: Path, annotator: str, layer: str = MENTIONS, clock: Clock | None = None) -> None:
        """`folder` is the project's.

        Raises:
            UsageError: `annotator` is no pseudonym, or `layer` no name.
            InputError: the file was changed by anything but appending.
        """
        if not is_pseudonym(annotator) or not is_pseudonym(layer):
            raise UsageError(f"{annotator!r} or {layer!r} is no name that a file may have")
        self._clock = clock or _now
        self._journal = Journal(folder / ANNOTATIONS / layer / f"{annotator}.jsonl")
        self._times_path = folder / TIMES / layer / f"{annotator}.jsonl"
        self._times: Journal | None = None
        self.history = History(annotator, layer)
        self._catch_up()

    @property
    def last_hash(self) -> str:
        """Hash over all events; '' where there is none."""
        return self._journal.last_hash

    @property
    def path(self) -> Path:
        """The file of events."""
        return self._journal.path

    def refresh(self) -> None:
        """Take in what other processes wrote."""
        self._journal.refresh()
        self._catch_up()

    def current(self, pair_id: str, batch: str) -> State:
        """What stands of a pair as far as this process knows."""
        return self.history.current(pair_id, batch)

    def save(self, draft: Draft) -> State:
        """Save one pair.

        Raises:
            ConflictError: another version was saved in between.
            InputError: the draft cannot be saved as it is.
            LockedError: another process keeps the file.
        """
        return self.save_many([draft])[0]

    def save_many(self, drafts: Sequence[Draft], saved_at: Sequence[datetime] | None = None) -> list[State]:
        """Save pairs, all or none; a draft may be based on one before it."""
        for draft in drafts:
            _check(draft)

        def make() -> list[State]:
            trial = _Trial(self.history)
            return [trial.saving(draft) for draft in drafts]

        return self._write(make, saved_at)

    def undo(self, pair_id: str, batch: str, base: int) -> State | None:
        """Go back to what stood before the last save that is not undone; None where there is none.

        Raises:
            ConflictError: `base` is not what stands.
        """

        def make() -> list[State]:
            state = self.history.undoing(pair_id, batch, base)
            return [] if state is None else [state]

        states = self._write(make, None)
        return states[0] if states else None

    def answers(self, *, with_times: bool = False, with_drafts: bool = False) -> list[Answer]:
        """What stands of every finished pair, in order of work."""
        found = self.history.answers(with_drafts=with_drafts)
        if not with_times:
            return found
        spent = self.seconds()
        return [replace(one, duration_s=spent.get((one.pair_id, one.batch))) for one in found]

    def seconds(self) -> dict[tuple[str, str], float]:
        """(pair, batch) -> seconds over all saves, where they were measured."""
        total: Counter[tuple[str, str]] = Counter()
        for row in self._opened_times().rows:
            if row.get("duration_s") is not None:
                total[row["pair_id"], row["batch"]] += row["duration_s"]
        return dict(total)

    def _write(self, make: Callable[[], list[State]], saved_at: Sequence[datetime] | None) -> list[State]:
        states: list[State] = []

        def rows() -> list[dict[str, object]]:
            self._catch_up()
            states.extend(make())
            return [event_row(state, self.history) for state in states]

        try:
            self._journal.append(rows)
        finally:
            self._catch_up()
        self._note_times(states, saved_at)
        return states

    def _catch_up(self) -> None:
        """Bring the history up to what the journal knows."""
        rows = self._journal.rows
        if len(rows) < self.history.n_events:
            self.history = History(self.history.annotator, self.history.layer)
        for number in range(self.history.n_events, len(rows)):
            place = f"{self._journal.path}, line {number + 1}"
            self.history.add(read_event(rows[number], self.history, place))

    def _opened_times(self) -> Journal:
        if self._times is None:
            self._times = Journal(self._times_path)
        else:
            self._times.refresh()
        return self._times

    def _note_times(self, states: Sequence[State], saved_at: Sequence[datetime] | None) -> None:
        """Keep the times; a failure is told and loses nothing else."""
        if not states:
            return
        moments = saved_at or [self._clock()] * len(states)
        rows = [
            {
                "seq": state.seq,
                "pair_id": state.draft.pair_id,
                "batch": state.draft.batch,
                "saved_at": moment.astimezone(UTC).isoformat(timespec="seconds"),
                "duration_s": None if state.action == "undo" else state.draft.duration_s,
            }
            for state, moment in zip(states, moments, strict=True)
        ]
        try:
            self._opened_times().append(lambda: rows)
        except (OSError, MelError) as error:
            _log.warning("the time of a save could not be kept: %s", error)


class Store:
    """All annotations of a project."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self._clock = clock

    def log(self, annotator: str, layer: str = MENTIONS) -> AnnotatorLog:
        """The file of one annotator and layer."""
        return AnnotatorLog(self.folder, annotator, layer, self._clock)

    def annotators(self, layer: str = MENTIONS) -> list[str]:
        """Pseudonyms that have saved something, sorted."""
        names = (path.stem for path in (self.folder / ANNOTATIONS / layer).glob("*.jsonl"))
        return sorted(name for name in names if is_pseudonym(name))

    def logs(self, layer: str = MENTIONS) -> list[AnnotatorLog]:
        """All files of a layer, by pseudonym."""
        return [self.log(name, layer) for name in self.annotators(layer)]

    def answers(
        self, layer: str = MENTIONS, *, batches: Iterable[str] = BATCHES, with_times: bool = False
    ) -> list[Answer]:
        """What stands of all finished pairs, by annotator, each in order of work."""
        wanted = set(batches)
        return [one for log in self.logs(layer) for one in log.answers(with_times=with_times) if one.batch in wanted]

    def digests(self) -> dict[str, str]:
        """File below the project's folder -> hash over all its events."""
        layers = sorted(path.name for path in (self.folder / ANNOTATIONS).glob("*") if path.is_dir())
        return {
            log.path.relative_to(self.folder).as_posix(): log.last_hash for layer in layers for log in self.logs(layer)
        }

    def forget(self, annotator: str) -> list[Path]:
        """Remove everything that one person annotated, times included; what was removed."""
        if not is_pseudonym(annotator):
            raise UsageError(f"{annotator!r} is no pseudonym")
        removed = []
        for part in (ANNOTATIONS, TIMES):
            for ending in (".jsonl", ".jsonl" + TORN):
                for path in sorted((self.folder / part).glob(f"*/{annotator}{ending}")):
                    path.unlink()
                    removed.append(path)
        return removed


class _Trial:
    """A history with saves that are not written yet."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._copy = History(history.annotator, history.layer)
        self._copy.states = dict(history.states)
        self._copy.n_events = history.n_events

    def saving(self, draft: Draft) -> State:
        state = self._copy.saving(draft)
        self._copy.states[draft.key] = [*self._copy.states.get(draft.key, []), state]
        self._copy.n_events += 1
        return state


def _check(draft: Draft) -> None:
    """Refuse what could not be read again.

    Raises:
        InputError: a text is too long or no Unicode, or the batch is none.
    """
    texts = [draft.pair_id, draft.note, draft.origin, draft.ambiguity]
    for one in draft.annotations:
        texts += [one.surface, one.type or "", one.entity or "", *one.flags, *(one.visual_clues or ())]
    try:
        is_long = any(len(text.encode()) > 4 * _LONGEST_NOTE for text in texts)
    except (UnicodeEncodeError, AttributeError) as error:
        raise InputError("an annotation should hold texts only, in Unicode") from error
    if is_long or draft.batch not in BATCHES:
        raise InputError(f"an annotation holds a text of more than {_LONGEST_NOTE:,} characters, or is of no batch")
    spans = [one.span for one in draft.annotations]
    if spans != sorted(spans) or any(type(at) is not int for span in spans for at in span):
        raise InputError("the spans of a pair should be whole numbers, sorted by place")


def _now() -> datetime:
    return datetime.now(UTC)
