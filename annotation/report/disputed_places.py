"""Where the pairs of a report stand in adjudication."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from annotation.assignment import has_assignment, read_assignment
from annotation.campaign import Campaign
from annotation.records import Annotation
from pipeline.report.text import clip, readable

_MOST_CHARS = 400


@dataclass(frozen=True, slots=True)
class Place:
    """One pair in adjudication.

    Attributes:
        expert: Who decides; '' where nobody is named.
        open: Stretches that nobody has decided.
        decided: (stretch, what holds there, reason, expert) of decisions that hold.
    """

    expert: str
    open: tuple[str, ...]
    decided: tuple[tuple[str, str, str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON value for the page's script."""
        return {"x": self.expert, "o": self.open, "d": self.decided}


def places(campaign: Campaign) -> dict[str, Place]:
    """Pair id -> where it stands, for pairs with a dispute."""
    folder, pairs = campaign.project.folder, campaign.project.pairs
    adjudicators: Mapping[str, str] = read_assignment(folder).adjudicators if has_assignment(folder) else {}
    valid = campaign.verdicts.valid
    found = {}
    for pair_id, one in campaign.merged.items():
        ids = [dispute.dispute_id for dispute in one.disputes]
        if ids:
            made = [valid[pair_id, id_] for id_ in ids if (pair_id, id_) in valid]
            found[pair_id] = Place(
                adjudicators.get(pairs[pair_id].group, ""),
                tuple(id_ for id_ in ids if (pair_id, id_) not in valid),
                tuple((one.dispute_id, _told(one.spans), one.reason, one.expert) for one in made),
            )
    return found


def _told(spans: Iterable[Annotation]) -> str:
    texts = [f"“{one.surface}” {one.type or 'no type'} → {one.entity or 'no entity'}" for one in spans]
    return readable(clip(", ".join(texts), _MOST_CHARS)) or "no mention"
