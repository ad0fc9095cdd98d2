"""Table 3: pairs, mentions and words of each split."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from annotation.statistics.readings import LabelledPair, Reading, reading
from annotation.tokens import count_words

TOTAL = "total"
_ORDER = ("train", "valid", "test")
_PAPER = {
    "train": (6_377, 2.04, 10.07),
    "valid": (796, 2.03, 10.28),
    "test": (796, 1.87, 9.92),
    TOTAL: (7_969, 2.02, 10.08),
}
"""Split -> pairs, mentions per pair, words per pair."""


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One column of Table 3.

    Attributes:
        split: Name, or total.
        n_pairs: Pairs; each pair of the total counts once.
        paper_pairs: The paper's number.
        mentions_per_pair: Mean.
        words_per_pair: Means under both readings of "word".
    """

    split: str
    n_pairs: int
    paper_pairs: int | None
    mentions_per_pair: Reading
    words_per_pair: tuple[Reading, ...]


def table_3(pairs: Sequence[LabelledPair]) -> tuple[SplitRow, ...]:
    """Sizes of the splits, train, valid and test first, then the whole."""
    found = {one.pair.split for one in pairs}
    names = [name for name in _ORDER if name in found] + sorted(found - set(_ORDER))
    rows = [_row(name, [one for one in pairs if one.pair.split == name]) for name in names]
    once = {one.pair.pair_id: one for one in pairs}
    return (*rows, _row(TOTAL, once.values()))


def _row(name: str, members: Iterable[LabelledPair]) -> SplitRow:
    pairs = list(members)
    n = len(pairs)
    paper_pairs, paper_mentions, paper_words = _PAPER.get(name, (None, None, None))
    n_words = sum(count_words(one.pair.caption) for one in pairs)
    n_runs = sum(len(one.pair.caption.split()) for one in pairs)
    n_mentions = sum(len(one.mentions) for one in pairs)
    return SplitRow(
        name,
        n,
        paper_pairs,
        reading("mentions_per_pair", "mentions of a pair", (n_mentions, n), paper_mentions),
        (
            reading("words", "runs of letters and digits", (n_words, n), paper_words),
            reading("space_separated", "runs without white space", (n_runs, n), paper_words),
        ),
    )
