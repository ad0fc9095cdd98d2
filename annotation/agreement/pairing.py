"""Which answers are compared: two annotators on one item."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from annotation.records import MAIN, MENTIONS, RETEST, Annotation, Answer, Item
from annotation.tokens import WORDPUNCT
from pipeline.records.errors import InputError

SLOT_RULE = "slot 1 is the annotator whose pseudonym sorts first"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two answers to one item; `left` is slot 1."""

    item: Item
    left: Answer
    right: Answer

    @property
    def annotators(self) -> tuple[str, str]:
        """Pseudonyms of both, in slot order."""
        return self.left.annotator, self.right.annotator


@dataclass(frozen=True, slots=True)
class Paired:
    """Pairings in the order of items, and what could not be paired."""

    pairings: tuple[Pairing, ...]
    unanswered: tuple[str, ...]
    single: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a definition needs beside the answers; printed with every report.

    Attributes:
        tokenizer: Id of the tokenizer.
        redirects: Title key -> title key that it redirects to; empty = entities as typed.
        redirects_name: Name of the snapshot that `redirects` comes from.
        guideline: Version of the guideline.
    """

    tokenizer: str = WORDPUNCT
    redirects: Mapping[str, str] | None = None
    redirects_name: str = "none"
    guideline: str = ""

    def entity(self, annotation: Annotation) -> str:
        """The entity behind redirects; `NIL` and `<undecided>` as they are."""
        title = annotation.entity
        if title is None:
            return UNDECIDED
        for _ in range(_MAX_HOPS):
            after = (self.redirects or {}).get(title)
            if after is None or after == title:
                break
            title = after
        return title


UNDECIDED = "<undecided>"
_MAX_HOPS = 8


def pair_answers(
    items: Iterable[Item], answers: Iterable[Answer], *, batches: Sequence[str] = (MAIN,), layer: str = MENTIONS
) -> Paired:
    """Pair the answers to each item; where more than two people answered, every two of them.

    Raises:
        InputError: an annotator answered an item twice in these batches, or an item is unknown or given twice.
    """
    by_item: dict[str, tuple[Item, dict[str, Answer]]] = {}
    for item in items:
        if item.pair_id in by_item:
            raise InputError(f"item {item.pair_id} is given twice")
        by_item[item.pair_id] = (item, {})
    for answer in answers:
        if answer.layer != layer or answer.batch not in batches:
            continue
        if answer.pair_id not in by_item:
            raise InputError(f"{answer.annotator} answered {answer.pair_id}, which is no item")
        given = by_item[answer.pair_id][1]
        if answer.annotator in given:
            raise InputError(f"{answer.annotator} answered {answer.pair_id} twice; keep the latest answer only")
        given[answer.annotator] = answer
    pairings = [
        Pairing(item, given[left], given[right])
        for item, given in by_item.values()
        for left, right in combinations(sorted(given), 2)
    ]
    counts = {pair_id: len(given) for pair_id, (_, given) in by_item.items()}
    return Paired(
        tuple(pairings),
        tuple(pair_id for pair_id, n in counts.items() if n == 0),
        tuple(pair_id for pair_id, n in counts.items() if n == 1),
    )


def retest_pairings(items: Iterable[Item], answers: Iterable[Answer], *, layer: str = MENTIONS) -> tuple[Pairing, ...]:
    """Each annotator against themself: the main answer in slot 1, the silent repeat in slot 2."""
    by_id = {item.pair_id: item for item in items}
    given = {(one.pair_id, one.annotator, one.batch): one for one in answers if one.layer == layer}
    repeats = sorted(key for key in given if key[2] == RETEST and (*key[:2], MAIN) in given and key[0] in by_id)
    return tuple(
        Pairing(by_id[pair_id], given[pair_id, name, MAIN], given[pair_id, name, RETEST])
        for pair_id, name, _ in repeats
    )


def grouped(pairings: Iterable[Pairing], key: Callable[[Pairing], str]) -> dict[str, list[Pairing]]:
    """Pairings by a property such as topic or annotator pair; groups in order of their name."""
    groups: dict[str, list[Pairing]] = {}
    for pairing in pairings:
        groups.setdefault(key(pairing), []).append(pairing)
    return dict(sorted(groups.items()))
