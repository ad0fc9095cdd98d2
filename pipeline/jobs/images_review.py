"""Scores of pictures by plug-ins, for a person to look at."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import pyarrow.compute as pc

from pipeline.console.progress import Progress
from pipeline.images.scoring import ImageScores, Scorer, ScoringOutcome, Thresholds, load_scorers, score_images
from pipeline.records.images import ImageOutcome
from pipeline.records.manifest import SUCCESS, read_groups

REVIEW = "review"
UNSAFE = "unsafe.jsonl"
_COLUMNS = ("image_id", "file_title", "outcome", "image_bytes")


def review_digest(names: Sequence[str], thresholds: Sequence[str]) -> dict[str, Any]:
    """What decides the queue: scorers with versions, and thresholds.

    Raises:
        UsageError: there is no such scorer, or a threshold is no number.
    """
    scorers = [[scorer.name, scorer.version] for scorer in load_scorers(names)]
    return {"stage": "review", "scorers": scorers, "thresholds": Thresholds.parse(thresholds).to_json()}


def write_review(
    folder: Path, shards: Sequence[Path], names: Sequence[str], thresholds: Sequence[str]
) -> dict[str, Any]:
    """Score every picture; those that reach a threshold, and those that could not be scored, go to the queue.

    One line a picture and scorer, as JSON, in the order of image ids. Without scorers the queue is empty.
    """
    scorers, limits = load_scorers(names), Thresholds.parse(thresholds)
    counts: Counter[str] = Counter()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / UNSAFE).open("w", encoding="utf-8", newline="\n") as file:
        if scorers:
            with Progress("review", total=len(shards), unit="shards") as progress:
                for number, shard in enumerate(shards, 1):
                    for group in _pictures(shard):
                        _score(group, scorers, limits, file, counts)
                    progress.update(number, **counts)
    (folder / SUCCESS).touch()
    return {"in": counts["pictures"], "flagged": counts["flagged"], "not_scored": counts["not_scored"]}


def _pictures(shard: Path) -> Iterator[list[dict[str, Any]]]:
    for table in read_groups(shard, _COLUMNS):
        rows = table.filter(pc.equal(table["outcome"], str(ImageOutcome.OK))).to_pylist()
        if rows:
            yield rows


def _score(
    rows: list[dict[str, Any]], scorers: Sequence[Scorer], limits: Thresholds, file: TextIO, counts: Counter[str]
) -> None:
    """Add the lines of some pictures."""
    images = [row["image_bytes"] for row in rows]
    outcomes = [score_images(scorer, images) for scorer in scorers]
    counts["pictures"] += len(rows)
    for place, row in enumerate(rows):
        for of_scorer in outcomes:
            line = _line(of_scorer[place], limits)
            if line is not None:
                counts["flagged" if "scores" in line else "not_scored"] += 1
                told = {"image_id": row["image_id"], "file_title": row["file_title"], **line}
                file.write(json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n")


def _line(outcome: ScoringOutcome, limits: Thresholds) -> dict[str, Any] | None:
    if not isinstance(outcome, ImageScores):
        return {"scorer": outcome.scorer, "reason": str(outcome.reason), "message": outcome.message}
    reached = limits.reached(outcome.scores)
    if not reached:
        return None
    scores = [{"label": one.label, "score": one.score} for one in reached]
    return {"scorer": outcome.scorer, "version": outcome.version, "scores": scores}
