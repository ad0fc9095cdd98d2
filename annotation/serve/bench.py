"""One expert's work: disputes of own pairs, decisions with reasons."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from annotation.assignment import Assignment
from annotation.campaign import COUNTED, Campaign, read_campaign
from annotation.decisions import REASONS, Decision, add_decisions, decide, read_decisions
from annotation.disputes import Dispute, Merged, queue
from annotation.files import json_line
from annotation.pairs import ProjectPair
from annotation.records import MENTIONS
from annotation.serve.drafts import DraftError, read_span, span_json
from annotation.serve.fresh import stamps
from annotation.store import ANNOTATIONS, Store
from annotation.tokens import token_spans
from pipeline.records.errors import InputError, MelError

_LONGEST_NOTE = 2_000


class OutdatedError(MelError):
    """The dispute or its decision is not what the expert saw."""


@dataclass(frozen=True, slots=True)
class Round:
    """The disputes of one state of all annotations."""

    merged: Mapping[str, Merged]
    notes: Mapping[str, tuple[str, ...]]


class Bench:
    """What all experts decide on; its methods may be called from any thread.

    A pair comes here only when everybody who is assigned to it has finished it: until then no layer is shown to anyone.
    """

    def __init__(self, folder: Path, kb: Path | None) -> None:
        self._folder = folder
        self._kb = kb
        self._lock = RLock()
        self._round: Round | None = None
        self._stamp: object = None

    def pairs(self, expert: str, assignment: Assignment, groups: Mapping[str, str]) -> list[str]:
        """Pairs with disputes that this expert decides, the costliest first; `groups`: pair -> group."""
        merged = self._now(assignment, groups).merged
        own = [one for id_, one in merged.items() if assignment.adjudicators.get(groups[id_]) == expert]
        return [one.pair_id for one in queue(own)]

    def states(self, expert: str, ids: list[str]) -> dict[str, str]:
        """Pair -> done, draft or '' (nothing decided)."""
        with self._lock:
            valid = self._valid(expert)
            states = {}
            for id_ in ids:
                disputes = self._merged(id_).disputes
                n = sum((id_, one.dispute_id, one.basis) in valid for one in disputes)
                states[id_] = "done" if n == len(disputes) else "draft" if n else ""
            return states

    def show(self, expert: str, pair_id: str, caption: str) -> dict[str, Any]:
        """The readings of a pair, nobody's name with them."""
        with self._lock:
            merged = self._merged(pair_id)
            decided = {one.key: one for one in read_decisions(self._folder) if one.expert == expert}
            return {
                "caption": caption,
                "tokens": token_spans(caption),
                "voices": len(merged.annotators),
                "agreed": [span_json(one) for one in merged.agreed],
                "notes": self._round.notes.get(pair_id, ()) if self._round else (),
                "disputes": [_dispute(one, decided.get((pair_id, one.dispute_id))) for one in merged.disputes],
            }

    def decide(self, expert: str, pair: ProjectPair, value: Mapping[str, Any]) -> None:
        """Save a decision.

        Raises:
            OutdatedError: an annotator has changed the pair since, or the decision was changed elsewhere.
            DraftError: the decision is not complete.
        """
        texts = {name: value.get(name) for name in ("dispute", "basis", "before", "choice", "reason", "note")}
        spans = value.get("spans", [])
        if not all(isinstance(text, str) for text in texts.values()) or not isinstance(spans, list):
            raise DraftError("a decision has dispute, basis, before, choice, reason, note and spans")
        told: dict[str, str] = {name: str(text) for name, text in texts.items()}
        if told["reason"] not in REASONS or (told["reason"] == "other" and not told["note"].strip()):
            raise DraftError("a decision needs one of the reasons, and the reason other a note")
        if len(told["note"]) > _LONGEST_NOTE:
            raise DraftError(f"a note holds {_LONGEST_NOTE:,} characters at most")
        new = [read_span(one, pair.caption) for one in spans]
        with self._lock:
            merged = self._merged(pair.pair_id)
            dispute = next((one for one in merged.disputes if one.dispute_id == told["dispute"]), None)
            if dispute is None or dispute.basis != told["basis"]:
                raise OutdatedError("an annotator has changed this item since")
            key = (pair.pair_id, dispute.dispute_id)
            now = next((one for one in read_decisions(self._folder) if one.expert == expert and one.key == key), None)
            try:
                choice = (dispute.dispute_id, told["choice"])
                made = decide(pair, merged, choice, (expert, told["reason"], told["note"].strip()), new)
            except InputError as error:
                raise DraftError(str(error)) from error
            if now == made:
                return
            if _mark(now) != told["before"]:
                raise OutdatedError("this was decided in another tab or on another machine since")
            add_decisions(self._folder, expert, [made])

    def _now(self, assignment: Assignment, groups: Mapping[str, str]) -> Round:
        """The disputes of now; read again when an annotator has saved something."""
        with self._lock:
            paths = sorted((self._folder / ANNOTATIONS / MENTIONS).glob("*.jsonl"))
            stamp = (id(assignment), tuple(stamps(paths)))
            if self._round is None or self._stamp != stamp:
                campaign = read_campaign(self._folder, self._kb)
                ready = _ready(campaign, assignment)
                merged = {id_: one for id_, one in campaign.merged.items() if id_ in ready and id_ in groups}
                self._round, self._stamp = Round(merged, _notes(self._folder, merged)), stamp
            return self._round

    def _merged(self, pair_id: str) -> Merged:
        found = self._round.merged.get(pair_id) if self._round else None
        if found is None:
            raise OutdatedError("an annotator is at work on this item again")
        return found

    def _valid(self, expert: str) -> set[tuple[str, str, str]]:
        return {(*one.key, one.basis) for one in read_decisions(self._folder) if one.expert == expert}


def _ready(campaign: Campaign, assignment: Assignment) -> set[str]:
    """Pairs that everybody has finished to whom they are assigned, and enough people."""
    assigned: dict[str, set[str]] = {}
    for name, tasks in assignment.tasks.items():
        for task in tasks:
            if task.batch in COUNTED:
                assigned.setdefault(task.pair_id, set()).add(name)
    done: dict[str, set[str]] = {}
    for answer in campaign.answers:
        done.setdefault(answer.pair_id, set()).add(answer.annotator)
    return {
        id_ for id_, names in done.items() if len(names) >= assignment.per_pair and assigned.get(id_, set()) <= names
    }


def _notes(folder: Path, merged: Mapping[str, Merged]) -> dict[str, tuple[str, ...]]:
    """What annotators noted, without their names."""
    notes: dict[str, list[str]] = {}
    for log in Store(folder).logs():
        for (pair_id, batch), states in log.history.states.items():
            note = states[-1].draft.note.strip()
            if note and batch in COUNTED and pair_id in merged:
                notes.setdefault(pair_id, []).append(note)
    return {pair_id: tuple(sorted(found)) for pair_id, found in notes.items()}


def _dispute(one: Dispute, decision: Decision | None) -> dict[str, Any]:
    options = [
        {"spans": [span_json(span) for span in option.spans], "voices": len(option.annotators)}
        for option in one.options
    ]
    told = None
    if decision is not None:
        told = {
            "choice": decision.choice, "reason": decision.reason, "note": decision.note,
            "spans": [span_json(span) for span in decision.spans], "is_valid": decision.basis == one.basis,
        }  # fmt: skip
    return {
        "id": one.dispute_id, "start": one.start, "end": one.end, "basis": one.basis, "kinds": one.kinds,
        "cost": one.cost, "options": options, "decision": told, "before": _mark(decision),
    }  # fmt: skip


def _mark(decision: Decision | None) -> str:
    """Digest of a decision, '' for none: what a page has seen."""
    if decision is None:
        return ""
    spans = [span_json(span) for span in decision.spans]
    text = json_line([decision.basis, decision.choice, decision.reason, decision.note, spans])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
