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
        ambiguity: Mention id -> class of Figure 2(b), for the mentions that a person labelled.
    """
    once = list({one.pair.pair_id: one for one in pairs}.values())
    found = difficulty(once)
    return {
        "table_2": [asdict(one) for one in found.classes],
        "table_3": [asdict(one) for one in table_3(pairs)],
        "table_7": asdict(table_7(once)),
        "figure_2a": [asdict(one) for one in topics(once)],
        "figure_2b": [asdict(one) for one in ambiguity_classes(ambiguity or {})],
        "figure_4a": [asdict(one) for one in entity_types(once)],
        "figure_4b": asdict(candidate_counts(once)),
        "surface_difference": {
            "different": [asdict(one) for one in found.different],
            "totally_different": [asdict(one) for one in found.totally_different],
            "similarity": [asdict(one) for one in found.similarity],
        },
    }
