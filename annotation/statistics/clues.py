"""Table 7: which visual clues mentions have."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.records import CLUES
from annotation.statistics.readings import LabelledPair, Reading, reading

_PAPER = {"object": 0.4540, "scene": 0.1896, "property": 0.2622, "other": 0.1480}
_PAPER_MENTIONS, _PAPER_PAIRS = 0.6054, 0.8156


@dataclass(frozen=True, slots=True)
class ClueRow:
    """One row of Table 7 under both denominators: the paper's shares sum to 105.4 %, so clues overlap."""

    clue: str
    of_all: Reading
    of_helped: Reading


@dataclass(frozen=True, slots=True)
class Clues:
    """Table 7 and the two shares of section 6.3.

    Attributes:
        rows: One for each kind of clue, then kinds that the paper does not have.
        helped_mentions: Labelled mentions with a clue.
        helped_pairs: Pairs with such a mention, of those with a labelled one.
        n_unlabelled: Mentions that nobody asked about.
    """

    rows: tuple[ClueRow, ...]
    helped_mentions: Reading
    helped_pairs: Reading
    n_unlabelled: int


def table_7(pairs: Sequence[LabelledPair]) -> Clues:
    """Visual clues of all mentions that were labelled for them."""
    labelled = [[one.visual_clues for one in pair.mentions if one.visual_clues is not None] for pair in pairs]
    mentions = [set(clues) for pair in labelled for clues in pair]
    helped = [clues for clues in mentions if clues]
    others = sorted({clue for clues in mentions for clue in clues} - set(CLUES))
    asked = [pair for pair in labelled if pair]
    return Clues(
        rows=tuple(_row(clue, mentions, len(helped)) for clue in (*CLUES, *others)),
        helped_mentions=reading(
            "helped_mentions", "mentions with a clue", (len(helped), len(mentions)), _PAPER_MENTIONS
        ),
        helped_pairs=reading(
            "helped_pairs",
            "pairs with such a mention",
            (sum(any(clues for clues in pair) for pair in asked), len(asked)),
            _PAPER_PAIRS,
        ),
        n_unlabelled=sum(len(pair.mentions) for pair in pairs) - len(mentions),
    )


def _row(clue: str, mentions: Sequence[set[str]], n_helped: int) -> ClueRow:
    n, paper = sum(clue in clues for clues in mentions), _PAPER.get(clue)
    return ClueRow(
        clue,
        reading(f"{clue}_of_all", "of all labelled mentions", (n, len(mentions)), paper),
        reading(f"{clue}_of_helped", "of mentions with a clue", (n, n_helped), paper),
    )
