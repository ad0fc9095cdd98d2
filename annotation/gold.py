"""Gold labels: agreed spans and experts' decisions, each with its provenance."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.decisions import Decision, Verdicts
from annotation.disputes import Merged
from annotation.files import json_line, write_text
from annotation.pairs import ProjectPair
from annotation.records import Annotation, Answer, answer_json, read_answer
from pipeline.formats.json_input import read_lines
from pipeline.records.errors import InputError, UsageError

GOLD = "gold.jsonl"
VERSION = 1
AGREED, DECIDED = "agreed", "decided"


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A gold mention.

    Attributes:
        annotation: Span, type, entity.
        source: agreed or decided.
        annotators: Who marked it just so.
        expert: Who decided; None where all agreed.
        reason: Why; None where all agreed.
    """

    annotation: Annotation
    source: str
    annotators: tuple[str, ...]
    expert: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class GoldPair:
    """A pair with its gold mentions.

    Attributes:
        pair_id: The pair.
        spans: By place.
        layers: Who annotated it.
        decisions: Stretch -> (choice, reason, expert) of all disputes, those that ended in no mention too.
        ambiguity: Class of ambiguity that all who chose one chose; None where there is none.
    """

    pair_id: str
    spans: tuple[GoldSpan, ...]
    layers: tuple[str, ...]
    decisions: tuple[tuple[str, str, str, str], ...] = ()
    ambiguity: str | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """What could be made gold, and what could not.

    Attributes:
        pairs: Complete pairs, in the project's order.
        open: Pair id -> disputes without a decision.
        single: Pairs that too few people answered.
        unanswered: Pairs that nobody answered.
    """

    pairs: tuple[GoldPair, ...]
    open: Mapping[str, int]
    single: tuple[str, ...]
    unanswered: tuple[str, ...]

    def counts(self) -> Counter[str]:
        """Mentions by source, and pairs by state."""
        counts = Counter({"pairs": len(self.pairs), AGREED: 0, DECIDED: 0})
        counts.update(span.source for pair in self.pairs for span in pair.spans)
        counts.update({"mentions": sum(len(pair.spans) for pair in self.pairs), "open pairs": len(self.open)})
        counts.update({"open disputes": sum(self.open.values()), "too few answers": len(self.single)})
        counts["without an answer"] = len(self.unanswered)
        return counts


def make_gold(
    pair_ids: Iterable[str], merged: Mapping[str, Merged], found: Verdicts, *, fewest: int = 2, incomplete: bool = False
) -> Gold:
    """Put agreed spans and decisions together.

    Args:
        pair_ids: All pairs in order.
        merged: Answers by pair.
        found: Decisions that hold.
        fewest: Answers that a pair needs.
        incomplete: Leave open pairs out instead of refusing.

    Raises:
        UsageError: disputes are open and `incomplete` is not said, or no pair is complete.
    """
    pairs, still_open, single, unanswered = [], {}, [], []
    for pair_id in pair_ids:
        one = merged.get(pair_id)
        if one is None:
            unanswered.append(pair_id)
        elif len(one.annotators) < fewest:
            single.append(pair_id)
        elif undecided := sum((pair_id, dispute.dispute_id) not in found.valid for dispute in one.disputes):
            still_open[pair_id] = undecided
        else:
            pairs.append(_gold_pair(one, found.valid))
    if still_open and not incomplete:
        raise UsageError(
            f"{sum(still_open.values()):,} disputes in {len(still_open):,} pairs are not decided: "
            "annotation adjudicate them, or leave those pairs out with --incomplete"
        )
    if not pairs:
        raise UsageError(
            f"no pair can be gold yet: {len(unanswered):,} have no answer, {len(single):,} fewer than {fewest}, "
            f"{len(still_open):,} open disputes"
        )
    return Gold(tuple(pairs), still_open, tuple(single), tuple(unanswered))


def write_gold(gold: Gold, pairs: Mapping[str, ProjectPair], folder: Path) -> Path:
    """Write gold.jsonl; equal gold gives equal bytes."""
    lines = []
    for one in gold.pairs:
        spans = answer_json(Answer(one.pair_id, "gold", tuple(span.annotation for span in one.spans)))
        rows = spans.get("annotations", [])
        for row, span in zip(rows, one.spans, strict=True):
            row["source"], row["annotators"] = span.source, list(span.annotators)
            if span.expert is not None:
                row["expert"], row["reason"] = span.expert, span.reason
        lines.append(
            json_line(
                {
                    "version": VERSION,
                    "pair_id": one.pair_id,
                    "caption": pairs[one.pair_id].caption,
                    "layers": list(one.layers),
                    "annotations": rows,
                    "decisions": [list(told) for told in one.decisions],
                    **({"ambiguity": one.ambiguity} if one.ambiguity else {}),
                }
            )
        )
    write_text(folder / GOLD, "".join(lines))
    return folder / GOLD


def read_gold(folder: Path) -> list[GoldPair]:
    """The gold of a project.

    Raises:
        UsageError: there is none yet.
        InputError: the file holds something else.
    """
    path = folder / GOLD
    if not path.is_file():
        raise UsageError(f"{folder} has no {GOLD}: annotation gold makes it")
    if not path.stat().st_size:
        return []
    return [_read(record.value, f"{path}: record {record.number}") for record in read_lines(path)]


def gold_answers(gold: Iterable[GoldPair]) -> dict[str, Answer]:
    """Pair id -> gold as an answer, to compare annotators with."""
    return {
        one.pair_id: Answer(one.pair_id, "gold", tuple(span.annotation for span in one.spans), ambiguity=one.ambiguity)
        for one in gold
    }


def _gold_pair(one: Merged, valid: Mapping[tuple[str, str], Decision]) -> GoldPair:
    spans = [GoldSpan(span, AGREED, one.annotators) for span in one.agreed]
    told = []
    for dispute in one.disputes:
        decision = valid[one.pair_id, dispute.dispute_id]
        told.append((dispute.dispute_id, decision.choice, decision.reason, decision.expert))
        for span in decision.spans:
            voices = sorted({name for option in dispute.options if span in option.spans for name in option.annotators})
            spans.append(GoldSpan(span, DECIDED, tuple(voices), decision.expert, decision.reason))
    spans.sort(key=lambda span: span.annotation.span)
    return GoldPair(one.pair_id, tuple(spans), one.annotators, tuple(told), one.ambiguity)


def _read(value: Mapping[str, Any], place: str) -> GoldPair:
    try:
        if value["version"] != VERSION:
            raise InputError(f"{place}: gold of version {value['version']!r} cannot be read, only {VERSION}")
        told = ("source", "annotators", "expert", "reason")
        rows = [{name: one for name, one in row.items() if name not in told} for row in value["annotations"]]
        answer = read_answer(
            {"version": 1, "pair_id": value["pair_id"], "annotator": "gold", "annotations": rows}, place
        )
        spans = tuple(
            GoldSpan(span, row["source"], tuple(row["annotators"]), row.get("expert"), row.get("reason"))
            for span, row in zip(answer.annotations, value["annotations"], strict=True)
        )
        decisions = tuple((str(a), str(b), str(c), str(d)) for a, b, c, d in value["decisions"])
        return GoldPair(answer.pair_id, spans, tuple(value["layers"]), decisions, value.get("ambiguity"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{place}: is no gold pair: {error!r}") from error
