"""One expert's work: disputes of own pairs, decisions with reasons."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import Any

from annotation.assignment import Assignment
from annotation.decisions import REASONS, Decision, DecisionLog, decide
from annotation.disputes import Dispute
from annotation.files import json_line
from annotation.pairs import ProjectPair
from annotation.records import Annotation
from annotation.serve.docket import Case, Docket
from annotation.serve.drafts import DraftError, read_span, span_json
from annotation.tokens import token_spans
from pipeline.records.errors import InputError, MelError

_LONGEST_NOTE = 2_000


class OutdatedError(MelError):
    """The dispute or its decision is not what the expert saw."""


class Bench:
    """What all experts decide on; its methods may be called from any thread.

    A pair comes here only when everybody who is assigned to it has finished it: until then no layer is shown to anyone.
    """

    def __init__(self, folder: Path, docket: Docket) -> None:
        """`folder` is the project's."""
        self._folder = folder
        self._docket = docket
        self._lock = RLock()
        self._logs: dict[str, DecisionLog] = {}

    def states(self, expert: str, assignment: Assignment, groups: Mapping[str, str]) -> dict[str, str]:
        """Pair -> done, draft or '' (nothing decided) of all that an expert decides, the costliest first."""
        with self._lock:
            self._docket.refresh(assignment, groups)
            decided = self._decided(expert)
            return {id_: self._state(id_, decided) for id_ in self._docket.queue(expert)}

    def has(self, pair_id: str, assignment: Assignment, groups: Mapping[str, str]) -> bool:
        """Whether there is something to decide on a pair."""
        with self._lock:
            self._docket.refresh(assignment, groups)
            return self._docket.case(pair_id) is not None

    def show(self, expert: str, pair_id: str, caption: str) -> dict[str, Any]:
        """The readings of a pair, nobody's name with them."""
        with self._lock:
            merged = self._case(pair_id).merged
            decided = self._decided(expert)
            return {
                "caption": caption,
                "tokens": token_spans(caption),
                "voices": len(merged.annotators),
                "agreed": [span_json(one) for one in merged.agreed],
                "notes": self._docket.notes(pair_id),
                "disputes": [_dispute(one, decided.get((pair_id, one.dispute_id))) for one in merged.disputes],
            }

    def decide(self, expert: str, pair: ProjectPair, value: Mapping[str, Any]) -> None:
        """Save a decision.

        Raises:
            OutdatedError: an annotator has changed the pair since, or the decision was changed elsewhere.
            DraftError: the decision is not complete.
        """
        told, new = _read_decision(value, pair.caption)
        with self._lock:
            case = self._case(pair.pair_id)
            if case.bases.get(told["dispute"]) != told["basis"]:
                raise OutdatedError("an annotator has changed this item since")
            choice, reason = (told["dispute"], told["choice"]), (expert, told["reason"], told["note"].strip())
            try:
                made = decide(pair, case.merged, choice, reason, new)
            except InputError as error:
                raise DraftError(str(error)) from error
            log = self._log(expert)

            def unless_changed() -> list[Decision]:
                now = log.latest.get(made.key)
                if now == made:
                    return []
                if _mark(now) != told["before"]:
                    raise OutdatedError("this was decided in another tab or on another machine since")
                return [made]

            log.add(unless_changed)

    def _case(self, pair_id: str) -> Case:
        found = self._docket.case(pair_id)
        if found is None:
            raise OutdatedError("an annotator is at work on this item again")
        return found

    def _state(self, pair_id: str, decided: Mapping[tuple[str, str], Decision]) -> str:
        bases = self._case(pair_id).bases
        given = [decided.get((pair_id, place)) for place in bases]
        n = sum(one is not None and one.basis == basis for one, basis in zip(given, bases.values(), strict=True))
        return "done" if n == len(bases) else "draft" if n else ""

    def _decided(self, expert: str) -> Mapping[tuple[str, str], Decision]:
        log = self._log(expert)
        log.refresh()
        return log.latest

    def _log(self, expert: str) -> DecisionLog:
        if expert not in self._logs:
            self._logs[expert] = DecisionLog(self._folder, expert)
        return self._logs[expert]


def _read_decision(value: Mapping[str, Any], caption: str) -> tuple[dict[str, str], list[Annotation]]:
    """The texts of a decision as a page sends it, and its new spans.

    Raises:
        DraftError: something is missing, unknown or of another kind.
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
    return told, [read_span(one, caption) for one in spans]


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
