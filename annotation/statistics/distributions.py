"""Figures 2(a) and 4: topics, types, candidates of a mention."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotation.splitting.units import BUCKETS, LAST_BUCKET, bucket
from annotation.statistics.readings import Bar, LabelledPair, Reading, bars, reading
from pipeline.formats.mention_types import TYPES

UNKNOWN = "unknown"
_NAMES = (*(name for _, _, name in BUCKETS), LAST_BUCKET)
_MANY = 10


@dataclass(frozen=True, slots=True)
class CandidateCounts:
    """Figure 4(b).

    Attributes:
        buckets: Mentions by number of candidates.
        readings: The two shares that the paper's text names, each over all mentions and over those that are no NIL.
        n_unknown: Mentions whose candidates were not counted.
    """

    buckets: tuple[Bar, ...]
    readings: tuple[Reading, ...]
    n_unknown: int


def topics(pairs: Sequence[LabelledPair]) -> tuple[Bar, ...]:
    """Figure 2(a): pairs by topic, the most frequent first."""
    return bars(one.pair.topic or UNKNOWN for one in pairs)


def entity_types(pairs: Sequence[LabelledPair]) -> tuple[Bar, ...]:
    """Figure 4(a): mentions by type, in the order of section 4.2."""
    return bars((one.type or UNKNOWN for pair in pairs for one in pair.mentions), TYPES)


def candidate_counts(pairs: Sequence[LabelledPair]) -> CandidateCounts:
    """Figure 4(b): mentions by the number of entities that their surface can mean."""
    mentions = [one for pair in pairs for one in pair.mentions]
    counted = [(one.ambiguity, one.is_nil) for one in mentions if one.ambiguity is not None]
    linked = [n for n, is_nil in counted if not is_nil]
    everyone = [n for n, _ in counted]
    return CandidateCounts(
        buckets=bars((bucket(n) for n in everyone), _NAMES, {"0": 0.1526}),
        readings=(
            reading("none", "mentions without candidates, of all", _at_most(everyone, 0), 0.1526),
            reading("none_linked", "the same of mentions that are no NIL", _at_most(linked, 0), 0.1526),
            reading("many", "mentions with more than 10 candidates, of all", _more(everyone), 0.4863),
            reading("many_linked", "the same of mentions that are no NIL", _more(linked), 0.4863),
        ),
        n_unknown=len(mentions) - len(counted),
    )


def _at_most(counts: Sequence[int], most: int) -> tuple[int, int]:
    return sum(n <= most for n in counts), len(counts)


def _more(counts: Sequence[int]) -> tuple[int, int]:
    return sum(n > _MANY for n in counts), len(counts)
