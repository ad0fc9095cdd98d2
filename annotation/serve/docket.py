"""Disputes of finished pairs, kept up while annotators go on saving."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from annotation.agreement.pairing import Rules
from annotation.assignment import Assignment
from annotation.campaign import COUNTED
from annotation.disputes import Merged, merge_answers
from annotation.records import Answer
from annotation.serve.fresh import stamps
from annotation.store import AnnotatorLog, Store

Resolve = Callable[[str], str | None]
"""Title of the article that a title stands for."""


@dataclass(frozen=True, slots=True)
class Case:
    """A finished pair about which annotators differ.

    Attributes:
        merged: Its answers, put together.
        bases: Stretch -> digest of its options.
    """

    merged: Merged
    bases: Mapping[str, str]


class Docket:
    """The cases of now. A save of one pair costs the work of that pair, not of the campaign.

    Not safe for threads. The same cases come out as when everything is read anew.

    Attributes:
        n_merged: Pairs that were put together so far: what the work is counted by.
    """

    def __init__(self, folder: Path, guideline: str, resolve: Resolve | None) -> None:
        """With `resolve` entities count as equal behind redirects."""
        self.n_merged = 0
        self._store = Store(folder)
        self._readers: dict[str, _Reader] = {}
        self._resolve = resolve
        self._redirects: dict[str, str] = {}
        self._rules = Rules(redirects=self._redirects, guideline=guideline)
        self._assignment: Assignment | None = None
        self._assigned: dict[str, set[str]] = {}
        self._groups: Mapping[str, str] = {}
        self._cases: dict[str, Case] = {}
        self._queues: dict[str, list[tuple[int, str]]] = {}
        self._changed: set[str] = set()

    def refresh(self, assignment: Assignment, groups: Mapping[str, str]) -> None:
        """Take in what was saved since; `groups`: pair -> group.

        Raises:
            InputError: a file of annotations was changed by anything but appending.
        """
        self._read()
        if assignment is not self._assignment or groups is not self._groups:
            self._assignment, self._groups = assignment, groups
            self._assigned = _assigned(assignment)
            self._cases.clear()
            self._queues.clear()
            self._changed = {pair_id for reader in self._readers.values() for pair_id in reader.pairs()}
        for pair_id in sorted(self._changed):
            self._put(pair_id, assignment)
            self._changed.discard(pair_id)

    def case(self, pair_id: str) -> Case | None:
        """The case of a pair; None where nobody differs, or somebody is still at work."""
        return self._cases.get(pair_id)

    def queue(self, expert: str) -> list[str]:
        """Pairs that an expert decides, the costliest first."""
        return [pair_id for _, pair_id in self._queues.get(expert, ())]

    def notes(self, pair_id: str) -> tuple[str, ...]:
        """What annotators noted at a pair, without their names."""
        drafts = [reader.log.current(pair_id, batch).draft for reader in self._readers.values() for batch in COUNTED]
        return tuple(sorted(draft.note.strip() for draft in drafts if draft.note.strip()))

    def _read(self) -> None:
        """Read what is new, and note of which pairs something was saved or removed."""
        names = self._store.annotators()
        for name in self._readers.keys() - set(names):
            self._changed |= self._readers.pop(name).pairs()
        for name in names:
            if name in self._readers and not self._readers[name].is_same_file():
                self._changed |= self._readers.pop(name).pairs()
            if name in self._readers:
                self._changed |= self._readers[name].refresh()
            else:
                self._readers[name] = _Reader(self._store.log(name))
                self._changed |= self._readers[name].pairs()

    def _put(self, pair_id: str, assignment: Assignment) -> None:
        """Put the answers to a pair together and in their place."""
        old = self._cases.pop(pair_id, None)
        if pair_id not in self._groups:
            return
        queue = self._queues.setdefault(assignment.adjudicators.get(self._groups[pair_id], ""), [])
        if old is not None:
            del queue[bisect_left(queue, (-old.merged.cost, pair_id))]
        answers = [answer for _, reader in sorted(self._readers.items()) for answer in reader.answers(pair_id)]
        names = {one.annotator for one in answers}
        if len(names) < assignment.per_pair or not self._assigned.get(pair_id, set()) <= names:
            return
        merged = self._merge(pair_id, answers)
        if merged.disputes:
            self._cases[pair_id] = Case(merged, {one.dispute_id: one.basis for one in merged.disputes})
            insort(queue, (-merged.cost, pair_id))

    def _merge(self, pair_id: str, answers: list[Answer]) -> Merged:
        self.n_merged += 1
        titles = {span.entity for answer in answers for span in answer.annotations if span.entity and not span.is_nil}
        if self._resolve is not None:
            for title in titles - self._redirects.keys():
                self._redirects[title] = self._resolve(title) or title
        return merge_answers(answers, self._rules)[pair_id]


class _Reader:
    """One annotator's file, read as it grows."""

    def __init__(self, log: AnnotatorLog) -> None:
        self.log = log
        self._stamp = self._now()
        log.refresh()  # what came between reading and looking at the stamp

    def is_same_file(self) -> bool:
        """Whether nobody has put another file in its place."""
        return self._now()[-1:] == self._stamp[-1:]

    def pairs(self) -> set[str]:
        """All pairs in it."""
        return {pair_id for pair_id, _ in self.log.history.states}

    def refresh(self) -> set[str]:
        """Read what is new; the pairs of it."""
        stamp = self._now()
        if stamp == self._stamp:
            return set()
        history, seen = self.log.history, self.log.history.n_events
        before = self.pairs()
        self.log.refresh()
        self._stamp = stamp
        if self.log.history is not history:
            return before | self.pairs()
        return {pair_id for (pair_id, _), states in history.states.items() if states[-1].seq >= seen}

    def answers(self, pair_id: str) -> list[Answer]:
        """The finished answers to a pair, in order of work."""
        states = [self.log.current(pair_id, batch) for batch in COUNTED]
        done = sorted((one for one in states if one.version and one.draft.is_done), key=lambda one: one.number)
        name, layer = self.log.history.annotator, self.log.history.layer
        return [Answer(pair_id, name, one.draft.annotations, layer, one.draft.batch, one.number) for one in done]

    def _now(self) -> tuple[int, ...]:
        return stamps([self.log.path])[0]


def _assigned(assignment: Assignment) -> dict[str, set[str]]:
    """Pair -> who has to answer it."""
    assigned: dict[str, set[str]] = defaultdict(set)
    for name, tasks in assignment.tasks.items():
        for task in tasks:
            if task.batch in COUNTED:
                assigned[task.pair_id].add(name)
    return assigned
