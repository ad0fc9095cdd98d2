"""TREC run and qrels files: lists that other tools can score."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from pipeline.records.errors import InputError, UsageError

_FIELDS = 6


def write_run(path: Path, mentions: Sequence[Mention], ranking: Ranking, tag: str) -> None:
    """One line a candidate: mention id, Q0, entity id, rank from 1, score, tag.

    Scores are written so that reading gives the same float32. trec_eval orders equal scores by document name, from Z to
    A, not by our rule.

    Raises:
        UsageError: the tag or a mention id holds white space.
    """
    _check_words([tag, *(one.mention_id for one in mentions)])
    with path.open("w", encoding="utf-8") as file:
        for number, mention in enumerate(mentions):
            for rank, (id_, score) in enumerate(ranking.row(number), 1):
                file.write(f"{mention.mention_id} Q0 {id_} {rank} {score:.9g} {tag}\n")


def write_qrels(path: Path, mentions: Sequence[Mention]) -> None:
    """One line a mention with gold in the catalog: mention id, 0, entity id, 1."""
    _check_words(one.mention_id for one in mentions)
    lines = (f"{one.mention_id} 0 {one.entity_id} 1\n" for one in mentions if one.entity_id is not None)
    path.write_text("".join(lines), encoding="utf-8")


def read_run(path: Path, mentions: Sequence[Mention], k: int, known: Iterable[str] = ()) -> Ranking:
    """The lists of `mentions` in a run file; those that it lacks are empty.

    They are sorted by (-score, entity id), whatever the file's ranks say.

    Args:
        path: the file.
        mentions: those wanted.
        k: candidates of each to keep.
        known: further mention ids that the file may hold, such as those of other splits.

    Raises:
        InputError: a line is no run line, an entity comes twice, or a mention is unknown; names the line.
    """
    lists: dict[str, dict[int, float]] = {one.mention_id: {} for one in mentions}
    others = set(known)
    with path.open(encoding="utf-8", errors="replace") as file:  # no text at all is no run line either
        for number, line in enumerate(file, 1):
            if line.strip():
                mention_id, entity_id, score = _parse(path, number, line)
                if mention_id in lists:
                    if entity_id in lists[mention_id]:
                        raise InputError(f"{path}:{number}: entity {entity_id} comes twice for {mention_id}")
                    lists[mention_id][entity_id] = score
                elif mention_id not in others:
                    raise InputError(f"{path}:{number}: the data set has no mention {mention_id}")
    return ranking_of([lists[one.mention_id].items() for one in mentions], k)


def _parse(path: Path, number: int, line: str) -> tuple[str, int, float]:
    fields = line.split()
    fault = InputError(
        f"{path}:{number}: no run line (mention id, Q0, entity id, rank, score, tag): {line.strip()[:80]!r}"
    )
    if len(fields) != _FIELDS:
        raise fault
    try:
        mention_id, entity_id, score = fields[0], int(fields[2]), float(fields[4])
    except ValueError:
        raise fault from None
    if not math.isfinite(score):
        raise fault
    return mention_id, entity_id, score


def _check_words(words: Iterable[str]) -> None:
    for word in words:
        if not word or word.split() != [word]:
            raise UsageError(f"{word!r} cannot stand in a TREC file: it is empty or holds white space")
