"""What reviewers decided about pairs: a JSON-lines file, read and applied.

Each line is an object with `pair_id` (16 hex digits), `decision` (keep or drop), `reason` (a word or sentence) and
`reviewer` (a pseudonym: no spaces, no @). Of two lines for one pair the later one counts.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.records.corpus import PAIR_DROPPED, PAIR_KEPT, Pair
from pipeline.records.errors import InputError

KEEP, DROP = "keep", "drop"
_KEYS = ("pair_id", "decision", "reason", "reviewer")
_PAIR_ID = re.compile(r"[0-9a-f]{16}")
_PSEUDONYM = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the decisions file."""

    pair_id: str
    decision: str
    reason: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class Applied:
    """Pairs after review; `unused` are decisions about pairs that are not there, by pair id."""

    pairs: list[Pair]
    unused: tuple[str, ...]


def read_decisions(path: Path) -> dict[str, Decision]:
    """Decisions by pair id; empty lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is none of the described form; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the decisions file {path} cannot be read: {error}") from error
    found: dict[str, Decision] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            decision = _read(line, f"{path}, line {number}")
            found[decision.pair_id] = decision
    return found


def _read(line: str, place: str) -> Decision:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: no JSON: {error}") from error
    values = _texts(value, place)
    if not _PAIR_ID.fullmatch(values["pair_id"]):
        raise InputError(f"{place}: pair_id must be 16 hex digits, not {values['pair_id']!r}")
    if values["decision"] not in (KEEP, DROP):
        raise InputError(f"{place}: decision must be keep or drop, not {values['decision']!r}")
    if not values["reason"].strip():
        raise InputError(f"{place}: the reason is empty")
    if not _PSEUDONYM.fullmatch(values["reviewer"]):
        raise InputError(f"{place}: reviewer must be a pseudonym of letters, digits, '.', '-' and '_'")
    return Decision(**values)


def _texts(value: Any, place: str) -> dict[str, str]:  # noqa: ANN401 - whatever the line holds
    if not isinstance(value, dict) or set(value) != set(_KEYS) or not all(isinstance(value[k], str) for k in _KEYS):
        raise InputError(f"{place}: must be an object of the texts {', '.join(_KEYS)}")
    return {key: value[key] for key in _KEYS}


def apply_decisions(pairs: Iterable[Pair], decisions: Mapping[str, Decision]) -> Applied:
    """Pairs in their order with the status that was decided; the rules' reasons stay, the decision's is added.

    A pair that stands twice in one article has one id; a `keep` is not applied to its dropped copy.
    """
    done = []
    met: set[str] = set()
    for pair in pairs:
        decision = decisions.get(pair.pair_id)
        if decision is None or (decision.decision == KEEP and "duplicate_pair" in pair.reasons):
            done.append(pair)
            continue
        met.add(pair.pair_id)
        status = PAIR_KEPT if decision.decision == KEEP else PAIR_DROPPED
        done.append(replace(pair, status=status, reasons=(*pair.reasons, f"decided:{decision.reason}")))
    return Applied(done, tuple(sorted(set(decisions) - met)))
