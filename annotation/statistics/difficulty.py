"""Surfaces against their entity's title: Table 2, section 4.3."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotation.statistics.readings import Bar, LabelledPair, Reading, bars, reading
from annotation.tokens import words
from pipeline.records.dataset import DatasetMention
from pipeline.titles.surfaces import bare_form

NO, EASY, HARD = "no", "easy", "hard"
_PAPER_CLASSES = {NO: 0.01, EASY: 0.05, HARD: 0.94}
_PAPER_DIFFERENT, _PAPER_TOTALLY = 0.5131, 0.1605
_BINS = ("0", "0-0.25", "0.25-0.5", "0.5-0.75", "0.75-1", "1")
Fold = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Surfaces against titles.

    Attributes:
        different: Mentions whose surface is not the title, under each way to compare.
        totally_different: Mentions that share no word with the title, under each way.
        classes: Table 2: pairs without mention (no), with every mention equal to its title (easy), others (hard).
        similarity: Mentions by Jaccard similarity of the words of surface and title.
    """

    different: tuple[Reading, ...]
    totally_different: tuple[Reading, ...]
    classes: tuple[Bar, ...]
    similarity: tuple[Bar, ...]


def difficulty(pairs: Sequence[LabelledPair]) -> Difficulty:
    """Compare surfaces with gold titles; NIL and mentions without a title are left out."""
    linked = [one for pair in pairs for one in pair.mentions if one.entity is not None]
    return Difficulty(
        different=tuple(
            reading(id_, meaning, (sum(differs(one, fold) for one in linked), len(linked)), _PAPER_DIFFERENT)
            for id_, meaning, fold in _WAYS
        ),
        totally_different=(
            reading(
                "title", "no word of the title", (sum(_shared(one) == 0 for one in linked), len(linked)), _PAPER_TOTALLY
            ),
            reading(
                "bare_title",
                "no word of the title without its qualifier",
                (sum(_shared(one, bare_form) == 0 for one in linked), len(linked)),
                _PAPER_TOTALLY,
            ),
        ),
        classes=bars((_class(one) for one in pairs), (NO, EASY, HARD), _PAPER_CLASSES),
        similarity=bars((_bin(_shared(one)) for one in linked), _BINS),
    )


def differs(mention: DatasetMention, fold: Fold) -> bool:
    """Whether surface and title are not the same after folding."""
    return mention.entity is not None and fold(mention.surface) != fold(mention.entity)


def folded(text: str) -> str:
    """Casefolded, underscores as spaces."""
    return text.replace("_", " ").casefold()


def exact(text: str) -> str:
    """As written, underscores as spaces."""
    return text.replace("_", " ")


def bare(text: str) -> str:
    """Folded, without the qualifier in brackets at the end."""
    return folded(bare_form(text))


_WAYS: tuple[tuple[str, str, Fold], ...] = (
    ("casefold", "surface and title differ, case apart", folded),
    ("exact", "surface and title differ in a letter or its case", exact),
    ("bare", "surface and title differ, case and the title's qualifier apart", bare),
)


def _class(pair: LabelledPair) -> str:
    """No mention; every mention equals its title, case apart; else. A NIL mention equals none."""
    if not pair.mentions:
        return NO
    is_easy = all(one.entity is not None and not differs(one, folded) for one in pair.mentions)
    return EASY if is_easy else HARD


def _shared(mention: DatasetMention, fold: Fold = str) -> float:
    """Jaccard similarity of the words."""
    one, other = set(words(mention.surface)), set(words(fold(mention.entity or "")))
    return len(one & other) / len(one | other) if one | other else 0.0


def _bin(similarity: float) -> str:
    if similarity in (0.0, 1.0):
        return str(int(similarity))
    return _BINS[1 + int(similarity * 4)]
