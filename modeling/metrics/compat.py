"""R@k by the rule of the WikiDiverse authors' script, beside our own."""

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import numpy as np

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking
from modeling.metrics.outcomes import CUTS

_ADDRESS = "wikipedia.org/wiki/"


def compat_name(name: str) -> str:
    """A title or page address as that script compares it: hyphens and underscores are spaces."""
    _, mark, rest = name.rpartition(_ADDRESS)
    return unquote(rest if mark else name).replace("_", " ").replace("-", " ").strip()


def compat_recall(
    mentions: Sequence[Mention],
    lists: Mapping[int, Ranking],
    titles: Mapping[int, str],
    cuts: Sequence[int] = CUTS,
) -> dict[int, float | None]:
    """K -> R@k as `eval_cands_recall.py` counts it: no NIL, names for entities, equal names once before the cut.

    Two entities whose titles differ by a hyphen are one there, and a gold entity that the catalog lacks can be met by
    name. Its repair of gold addresses is not repeated: ours were repaired at import.

    Args:
        mentions: B mentions.
        lists: as for `outcome_of`.
        titles: entity id -> title, of every candidate.
        cuts: k of R@k.
    """
    counted = [row for row, one in enumerate(mentions) if not one.is_nil]
    if not counted:
        return dict.fromkeys(cuts)
    names = {id_: compat_name(title) for id_, title in titles.items()}
    golds = {row: compat_name(mentions[row].entity or "") for row in counted}
    widths = sorted(lists)
    places = {width: [_place(lists[width], row, golds[row], names) for row in counted] for width in widths}
    found: dict[int, float | None] = {}
    for k in cuts:
        width = next((width for width in widths if width >= k), widths[-1])
        found[k] = float(np.mean([place < k for place in places[width]]))
    return found


def _place(ranking: Ranking, row: int, gold: str, names: Mapping[int, str]) -> int:
    """Place of the gold name among the distinct names of a list; beyond its end where it is missing."""
    distinct = list(dict.fromkeys(names[id_] for id_, _ in ranking.row(row)))
    return distinct.index(gold) if gold in distinct else np.iinfo(np.int64).max
