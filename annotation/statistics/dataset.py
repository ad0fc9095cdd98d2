"""All figures of a data set together, as one JSON value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from annotation.statistics.ambiguity import ambiguity_classes
from annotation.statistics.clues import table_7
from annotation.statistics.difficulty import difficulty
from annotation.statistics.distributions import candidate_counts, entity_types, topics
from annotation.statistics.readings import LabelledPair
from annotation.statistics.sizes import table_3


def dataset_statistics(pairs: Sequence[LabelledPair], ambiguity: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Tables 2, 3 and 7, Figures 2 and 4, and the difficulty measures of section 4.3.

    Args:
        pairs: Pairs with their mentions; a pair in several splits counts once, but in Table 3.
        ambiguity: Id of a pair or mention -> class of Figure 2(b), for those that a person labelled.
    """
    once = list({one.pair.pair_id: one for one in pairs}.values())
    found = difficulty(once)
    return {
        "table_2": [asdict(one) for one in found.classes],
        "table_3": [asdict(one) for one in table_3(pairs)],
        "table_7": asdict(table_7(once)),
        "figure_2a": [asdict(one) for one in topics(once)],
        "figure_2b": [asdict(one) for one in ambiguity_classes((ambiguity or {}).values())],
        "figure_2b_by_mention": [asdict(one) for one in ambiguity_classes(_by_mention(once, ambiguity or {}))],
        "figure_4a": [asdict(one) for one in entity_types(once)],
        "figure_4b": asdict(candidate_counts(once)),
        "surface_difference": {
            "different": [asdict(one) for one in found.different],
            "totally_different": [asdict(one) for one in found.totally_different],
            "similarity": [asdict(one) for one in found.similarity],
        },
    }


def _by_mention(pairs: Sequence[LabelledPair], classes: Mapping[str, str]) -> list[str]:
    """The class of each mention: its own, else that of its pair."""
    found = (classes.get(one.mention_id) or classes.get(pair.pair.pair_id) for pair in pairs for one in pair.mentions)
    return [kind for kind in found if kind is not None]
