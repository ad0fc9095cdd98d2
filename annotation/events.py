"""What an annotator's file holds: every state of every pair."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotation.records import MAIN, Annotation, Answer, answer_json, read_answer
from pipeline.records.errors import InputError, MelError

VERSION = 1
SAVE, UNDO = "save", "undo"
_TOLD = ("pair_id", "batch")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to save of one pair.

    Attributes:
        pair_id: The pair.
        annotations: All spans of the pair, not only the changed ones.
        batch: main, pilot, retest or expert.
        base: Version that the annotator saw; 0 for a pair without any.
        is_done: Finished; False while it is a draft that saves itself.
        note: Free words of the annotator.
        origin: What stood there before the annotator began: '' or caption_links.
        duration_s: Seconds since the item was shown or last saved; None where nobody measured.
        ambiguity: Why the pair is hard, one of the project's classes; '' where not asked.
    """

    pair_id: str
    annotations: tuple[Annotation, ...] = ()
    batch: str = MAIN
    base: int = 0
    is_done: bool = True
    note: str = ""
    origin: str = ""
    duration_s: float | None = None
    ambiguity: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Pair and batch: what versions are counted for."""
        return self.pair_id, self.batch


@dataclass(frozen=True, slots=True)
class State:
    """One version of a pair.

    Attributes:
        draft: Its content.
        version: From 1; 0 = nothing was ever saved.
        number: Pairs that the annotator had saved before this one for the first time.
        shows: Version whose content this is: its own, or an older one after an undo.
        seq: Number of the event in the file.
        action: save or undo.
    """

    draft: Draft
    version: int = 0
    number: int = 0
    shows: int = 0
    seq: int = -1
    action: str = SAVE


class ConflictError(MelError):
    """Somebody saved another version in between; `current` is what stands now."""

    def __init__(self, current: State, base: int) -> None:
        pair_id = current.draft.pair_id
        super().__init__(
            f"{pair_id} is at version {current.version}, the change was made on version {base}: reload before saving"
        )
        self.current = current


@dataclass
class History:
    """All states of an annotator's pairs in one layer, in memory."""

    annotator: str
    layer: str
    states: dict[tuple[str, str], list[State]] = field(default_factory=dict)
    n_events: int = 0

    def current(self, pair_id: str, batch: str = MAIN) -> State:
        """What stands; version 0 where nothing was saved."""
        found = self.states.get((pair_id, batch))
        return found[-1] if found else State(Draft(pair_id, batch=batch, is_done=False))

    def saving(self, draft: Draft) -> State:
        """The state that saving `draft` makes.

        Raises:
            ConflictError: its base is not what stands.
        """
        now = self.current(*draft.key)
        if now.version != draft.base:
            raise ConflictError(now, draft.base)
        version = now.version + 1
        return State(draft, version, self._number(draft.key), version, self.n_events)

    def undoing(self, pair_id: str, batch: str, base: int) -> State | None:
        """The state that undoing makes; None where there is nothing to undo.

        Raises:
            ConflictError: `base` is not what stands.
        """
        now = self.current(pair_id, batch)
        if now.version != base:
            raise ConflictError(now, base)
        if now.shows == 0:
            return None
        states = self.states[pair_id, batch]
        before = states[now.shows - 1].draft.base
        shows = states[before - 1].shows if before else 0
        old = states[shows - 1].draft if shows else Draft(pair_id, batch=batch, is_done=False)
        draft = replace(old, base=base, duration_s=None)
        return State(draft, now.version + 1, now.number, shows, self.n_events, UNDO)

    def add(self, state: State) -> None:
        """Take in a state that is on the disk."""
        self.states.setdefault(state.draft.key, []).append(state)
        self.n_events += 1

    def answers(self, *, with_drafts: bool = False) -> list[Answer]:
        """What stands of every finished pair, in order of work."""
        latest = (states[-1] for states in self.states.values())
        return [
            Answer(
                one.draft.pair_id, self.annotator, one.draft.annotations, self.layer, one.draft.batch, one.number,
                ambiguity=one.draft.ambiguity or None,
            )
            for one in sorted(latest, key=lambda one: one.number)
            if one.draft.is_done or (with_drafts and one.shows)
        ]  # fmt: skip

    def _number(self, key: tuple[str, str]) -> int:
        found = self.states.get(key)
        return found[0].number if found else len(self.states)


def event_row(state: State, history: History) -> dict[str, Any]:
    """A state as the row of a journal; durations and clock times are not in it."""
    draft = state.draft
    answer = Answer(draft.pair_id, history.annotator, draft.annotations, history.layer, draft.batch)
    row: dict[str, Any] = {
        "event": VERSION,
        "seq": state.seq,
        "pair_id": draft.pair_id,
        "batch": draft.batch,
        "base": draft.base,
        "version": state.version,
        "action": state.action,
        "shows": state.shows,
        "done": draft.is_done,
        "annotations": answer_json(answer).get("annotations", []),
    }
    told = {"note": draft.note, "origin": draft.origin, "ambiguity": draft.ambiguity}
    return row | {name: text for name, text in told.items() if text}


def read_event(row: Mapping[str, Any], history: History, place: str) -> State:
    """The state of a journal's row.

    Raises:
        InputError: it is of another version, malformed, or does not follow what was before.
    """
    try:
        if row["event"] != VERSION:
            raise InputError(f"{place}: events of version {row['event']!r} cannot be read, only {VERSION}")
        told = {"version": 1, "annotator": history.annotator, "annotations": row["annotations"]}
        answer = read_answer(told | {name: row[name] for name in _TOLD}, place)
        draft = Draft(
            answer.pair_id, answer.annotations, answer.batch, row["base"], row["done"], row.get("note", ""),
            row.get("origin", ""), None, row.get("ambiguity", ""),
        )  # fmt: skip
        now = history.current(*draft.key)
        if (row["version"], row["base"], row["seq"]) != (now.version + 1, now.version, history.n_events):
            raise InputError(f"{place}: does not follow the event before it")
        number = history.states[draft.key][0].number if now.version else len(history.states)
        return State(draft, row["version"], number, row["shows"], row["seq"], row["action"])
    except (KeyError, TypeError) as error:
        raise InputError(f"{place}: is no event of an annotation: {error!r}") from error
