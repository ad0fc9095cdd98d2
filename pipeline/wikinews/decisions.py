"""What reviewers decided about pairs: the queue, read back and applied.

Each line is a JSON object with `pair_id` (16 hex digits), `decision` (keep or drop), `reason` (a word or sentence) and
`reviewer` (a pseudonym: no spaces, no @); what the queue says of the pair beside them may stay. A line whose decision
is empty is not decided yet. Of two decided lines for one pair the later one counts.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.records.corpus import PAIR_DROPPED, PAIR_KEPT, PAIR_REVIEW, Pair
from pipeline.records.errors import InputError

KEEP, DROP = "keep", "drop"
_KEYS = ("pair_id", "decision", "reason", "reviewer")
_TOLD = frozenset(("article_title", "caption", "file_title", "credit", "reasons", "matched"))
"""What the queue tells of a pair, for the reader's eyes."""
_PAIR_ID = re.compile(r"[0-9a-f]{16}")
_PSEUDONYM = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the decisions file."""

    pair_id: str
    decision: str
    reason: str
    reviewer: str


def read_decisions(path: Path) -> dict[str, Decision]:
    """Decisions by pair id; empty lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is none of the described form; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the decisions file {path} cannot be read: {error}") from error
    found: dict[str, Decision] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            decision = _read(line, f"{path}, line {number}")
            if decision is not None:
                found[decision.pair_id] = decision
    return found


def lost_lines(path: Path, given: Mapping[str, Decision]) -> int:
    """Lines of a queue in which a person has written, those left out whose decision stands in `given`.

    A line that cannot be read is a person's: a queue is written without such.
    """
    lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    return sum(_is_lost(line, given) for line in lines if line.strip())


def _is_lost(line: str, given: Mapping[str, Decision]) -> bool:
    try:
        value = json.loads(line)
        written = [str(value[key]).strip() for key in _KEYS]
    except (ValueError, RecursionError, KeyError, TypeError):
        return True
    if not any(written[1:]):
        return False
    decision = given.get(written[0])
    return decision is None or decision.decision != written[1]


def _read(line: str, place: str) -> Decision | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: no JSON: {error}") from error
    values = _texts(value, place)
    if not _PAIR_ID.fullmatch(values["pair_id"]):
        raise InputError(f"{place}: pair_id must be 16 hex digits, not {values['pair_id']!r}")
    if not values["decision"].strip():
        return None
    if values["decision"] not in (KEEP, DROP):
        raise InputError(f"{place}: decision must be keep or drop, not {values['decision']!r}")
    if not values["reason"].strip():
        raise InputError(f"{place}: the reason is empty")
    if not _PSEUDONYM.fullmatch(values["reviewer"]):
        raise InputError(f"{place}: reviewer must be a pseudonym of letters, digits, '.', '-' and '_'")
    return Decision(**values)


def _texts(value: Any, place: str) -> dict[str, str]:  # noqa: ANN401 - whatever the line holds
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in _KEYS):
        raise InputError(f"{place}: must be an object of the texts {', '.join(_KEYS)}")
    foreign = sorted(set(value) - set(_KEYS) - _TOLD)
    if foreign:
        raise InputError(f"{place}: must be an object of the texts {', '.join(_KEYS)}; what is {foreign[0]!r}?")
    return {key: value[key] for key in _KEYS}


class Review:
    """Decisions while pairs pass by in their order; `unused` are those about pairs that never came, by pair id."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self._decisions = decisions
        self._met: set[str] = set()
        self.applied = {KEEP: 0, DROP: 0}

    def apply(self, pair: Pair) -> Pair:
        """The pair with the status that was decided; the rules' reasons stay, the decision's is added.

        A pair that stands twice in one article has one id: a `keep` is for the first of them only.
        """
        decision = self._decisions.get(pair.pair_id)
        if decision is None or (decision.decision == KEEP and pair.pair_id in self._met):
            return pair
        self._met.add(pair.pair_id)
        self.applied[decision.decision] += 1
        status = PAIR_KEPT if decision.decision == KEEP else PAIR_DROPPED
        return replace(pair, status=status, reasons=(*pair.reasons, f"decided:{decision.reason}"))

    @property
    def unused(self) -> tuple[str, ...]:
        """Decisions that met no pair so far."""
        return tuple(sorted(set(self._decisions) - self._met))


def queue_lines(pairs: Iterable[Pair]) -> Iterator[str]:
    """Pairs in review as lines to fill in: `read_decisions` reads them back."""
    for pair in pairs:
        if pair.status == PAIR_REVIEW:
            matched = [reason.split(":", 2)[2] for reason in pair.reasons if reason.startswith("term:")]
            line = {
                "pair_id": pair.pair_id,
                "decision": "",
                "reason": "",
                "reviewer": "",
                "article_title": pair.article_title,
                "file_title": pair.file_title,
                "caption": pair.caption,
                "credit": pair.credit,
                "reasons": list(pair.reasons),
                "matched": matched,
            }
            yield json.dumps(line, ensure_ascii=False)
