"""How many of the wanted entities have an image."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.jobs.images_list import entity_image_rows
from pipeline.records.entity_list import ListedEntity, read_entity_list
from pipeline.records.images import ImageOutcome
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import open_artifact

USES = pa.schema([("entity_id", pa.int64()), ("image_id", pa.string()), ("rank", pa.int32())])
"""Which images an entity takes; `rank` is their document order."""
OUTCOMES = pa.schema([("image_id", pa.string()), ("outcome", pa.string()), ("reason", pa.string())])
_NAMES = tuple(OUTCOMES.names)


class State(StrEnum):
    """How far an entity came: the best that holds for one of its images, in this order."""

    WITH_IMAGE = "with_image"
    WITHHELD = "withheld"
    """A usable picture that may not be passed on."""
    FAILED = "failed"
    MISSING = "missing"
    """No wiki has the file."""
    NOT_ASKED = "not_asked"
    """The KB names a file that the image job did not look for."""
    NO_IMAGE_IN_KB = "no_image_in_kb"


STATES = tuple(State)
_STATE_OF = {
    ImageOutcome.OK: State.WITH_IMAGE,
    ImageOutcome.WITHHELD: State.WITHHELD,
    ImageOutcome.FAILED: State.FAILED,
    ImageOutcome.MISSING: State.MISSING,
}
_CODES = {str(outcome): STATES.index(state) for outcome, state in _STATE_OF.items()}
_NOT_ASKED = STATES.index(State.NOT_ASKED)
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Entities of a list by what became of their images.

    Attributes:
        n_entities: All that are listed.
        n_uses: Sum of the list's `n_pairs`: how often a caption can mean one of them.
        entities: State -> entities.
        uses: State -> their `n_pairs` summed.
        reasons: State -> reason of the first image in that state -> entities (withheld, failed, missing).
        within: [n] = entities with a picture among their first n + 1 images; [0] is the paper's first image.
    """

    n_entities: int
    n_uses: int
    entities: dict[str, int]
    uses: dict[str, int]
    reasons: dict[str, dict[str, int]]
    within: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """For `coverage.json`."""
        return {
            "entities": self.n_entities,
            "uses": self.n_uses,
            "entities_by_state": self.entities,
            "uses_by_state": self.uses,
            "entities_by_reason": self.reasons,
            "with_image_at_rank_0": self.within[0] if self.within else 0,
            "with_image_within": {str(n): count for n, count in enumerate(self.within, 1)},
        }

    def rows(self) -> list[tuple[str, int, float, int, float]]:
        """For a terminal: what, entities, their share, uses, their share; reasons below their state."""
        rows = []
        for state in STATES:
            name = state.value.replace("_", " ").replace("kb", "KB")
            n, uses = self.entities[state], self.uses[state]
            rows.append((name, n, _share(n, self.n_entities), uses, _share(uses, self.n_uses)))
        return rows

    def reason_rows(self) -> list[tuple[str, str, int]]:
        """For a terminal: state, reason, entities; the most frequent first."""
        return [
            (state, reason, n)
            for state, counts in self.reasons.items()
            for reason, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]


def entity_coverage(listed: Sequence[ListedEntity], uses: pa.Table, images: pa.Table, per_entity: int) -> Coverage:
    """Coverage of a list of entities.

    Args:
        listed: the entities, each once.
        uses: schema USES; of each entity the first `per_entity` by rank count, entities that are not listed do not.
        images: schema OUTCOMES, each image once.
        per_entity: images that were asked for of each entity.
    """
    ids = np.array([one.entity_id for one in listed], np.int64)
    n_pairs = np.array([one.n_pairs for one in listed], np.int64)
    uses = uses.filter(pc.is_in(uses["entity_id"], pa.array(ids)))
    uses = uses.sort_by([("entity_id", "ascending"), ("rank", "ascending")])
    entity = uses["entity_id"].to_numpy().astype(np.int64)
    place = _places(entity)
    taken = place < per_entity
    uses, entity, place = uses.filter(pa.array(taken)), entity[taken], place[taken]
    codes, reasons = _outcomes(uses["image_id"], images)
    order = np.lexsort((place, codes, entity))
    best = order[np.diff(entity[order], prepend=entity[order][:1] - 1) != 0]  # of each entity the first
    state = np.full(len(ids), STATES.index(State.NO_IMAGE_IN_KB))
    by_id = np.argsort(ids)
    at = by_id[np.searchsorted(ids[by_id], entity[best])] if len(best) else np.empty(0, np.int64)
    state[at] = codes[best]
    return Coverage(
        n_entities=len(ids),
        n_uses=int(n_pairs.sum()),
        entities={str(one): int((state == code).sum()) for code, one in enumerate(STATES)},
        uses={str(one): int(n_pairs[state == code].sum()) for code, one in enumerate(STATES)},
        reasons=_reasons(codes[best], [reasons[row] for row in best.tolist()]),
        within=tuple(int((place[best][codes[best] == 0] <= n).sum()) for n in range(per_entity)),
    )


def read_coverage(kb: Path, entities: Path, images: Path, per_entity: int) -> Coverage:
    """The same from folders: the list `entities`, the KB's entity_images/, and images/ below the folder `images`.

    Raises:
        InputError: the list is none.
        ArtifactError: a folder is missing, unfinished or of another version.
    """
    listed = read_entity_list(entities)
    rows = entity_image_rows(kb, (one.entity_id for one in listed), per_entity)
    outcomes = (table.cast(OUTCOMES) for table in open_artifact(images / IMAGES.name, IMAGES).tables(_NAMES))
    return entity_coverage(listed, _table(rows), pa.concat_tables([OUTCOMES.empty_table(), *outcomes]), per_entity)


def _table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    columns: tuple[list[Any], ...] = ([], [], [])
    for row in rows:
        for values, name in zip(columns, USES.names, strict=True):
            values.append(row[name])
    return pa.table(list(columns), schema=USES)


def _places(entity: Numbers) -> Numbers:
    """Number of each row within its entity, from 0; rows are by entity."""
    starts = np.flatnonzero(np.diff(entity, prepend=entity[:1] - 1))
    return np.arange(len(entity)) - np.repeat(starts, np.diff(starts, append=len(entity)))


def _outcomes(image_ids: pa.ChunkedArray, images: pa.Table) -> tuple[Numbers, list[str]]:
    """State code and reason of each image; those that were not asked for have none."""
    found = pc.index_in(image_ids, images["image_id"].combine_chunks())
    outcomes = images["outcome"].take(found).to_pylist()
    codes = np.array([_NOT_ASKED if one is None else _CODES[one] for one in outcomes], np.int64)
    return codes, [reason or "" for reason in images["reason"].take(found).to_pylist()]


def _reasons(codes: Numbers, reasons: Sequence[str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for state in (State.WITHHELD, State.FAILED, State.MISSING):
        found = Counter(reasons[row] for row in np.flatnonzero(codes == STATES.index(state)).tolist() if reasons[row])
        counts[str(state)] = dict(sorted(found.items()))
    return counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
