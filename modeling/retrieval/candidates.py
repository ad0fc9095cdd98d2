"""Writing candidates: every candidate with its prior and where it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modeling.data.entities import EntityCatalog, KbCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking
from pipeline.formats.dataset_writing import write_by_split
from pipeline.kb.store import MentionStore
from pipeline.records.candidates import CANDIDATES, Candidate, Source
from pipeline.records.digest import options_digest

DEEPEST_PRIOR = 1000
"""The store keeps so many entities of a surface."""
_KNOWN_SURFACES = 4096

Prior = tuple[float, str]
"""P(e|m) and the level where it was found."""


@dataclass(frozen=True, slots=True)
class SplitLists:
    """The lists of one split.

    Attributes:
        mentions: B mentions with gold ids of the catalog in use.
        final: (B, K) the candidates to be written.
        sources: Retriever -> its own lists, for provenance.
        inserts_gold: Whether a gold entity that `final` lacks is put in, after the last candidate.
    """

    mentions: Sequence[Mention]
    final: Ranking
    sources: Mapping[str, Ranking]
    inserts_gold: bool = False


def write_candidates(
    out: Path, splits: Mapping[str, SplitLists], entities: EntityCatalog, titles: Mapping[int, str], told: object
) -> int:
    """Write `candidates/` into `out`; how many rows.

    Args:
        out: folder of the run.
        splits: split -> its lists.
        entities: the catalog in use; its store gives the priors where it is a knowledge base.
        titles: entity id -> title of all candidates and gold entities.
        told: JSON value that names all that the rows depend on; its digest becomes the stage id.
    """
    store = entities.store if isinstance(entities, KbCatalog) else None
    rows = {split: _rows(split, lists, store, titles) for split, lists in splits.items()}
    return write_by_split(out, CANDIDATES.name, CANDIDATES, options_digest(told), rows)


def _rows(split: str, lists: SplitLists, store: MentionStore | None, titles: Mapping[int, str]) -> Iterator[Candidate]:
    known: dict[str, dict[int, Prior]] = {}
    for number, mention in enumerate(lists.mentions):
        if len(known) > _KNOWN_SURFACES:
            known.clear()
        if mention.surface not in known:
            known[mention.surface] = _priors(store, mention.surface)
        priors = known[mention.surface]
        sources = _sources(lists.sources, number)
        final = lists.final.row(number)
        gold = None if mention.is_nil else mention.entity_id
        for rank, (id_, score) in enumerate(final):
            p, level = priors.get(id_, (None, None))
            yield Candidate(
                mention.mention_id, split, rank, id_, titles[id_], score, p, level, tuple(sources.get(id_, ())),
                is_gold=id_ == gold, is_inserted=False,
            )  # fmt: skip
        if lists.inserts_gold and gold is not None and gold not in {id_ for id_, _ in final}:
            p, level = priors.get(gold, (None, None))
            # Lists deeper than K may hold it; it is inserted all the same, so its sources are told.
            yield Candidate(
                mention.mention_id, split, len(final), gold, titles[gold], 0.0, p, level, tuple(sources.get(gold, ())),
                is_gold=True, is_inserted=True,
            )  # fmt: skip


def _sources(lists: Mapping[str, Ranking], number: int) -> dict[int, list[Source]]:
    """Entity id -> the lists that hold it, in the order of `lists`."""
    found: dict[int, list[Source]] = {}
    for name, ranking in lists.items():
        for rank, (id_, _) in enumerate(ranking.row(number)):
            found.setdefault(id_, []).append(Source(name, rank))
    return found


def _priors(store: MentionStore | None, surface: str) -> dict[int, Prior]:
    if store is None:
        return {}
    found = store.lookup(surface, DEEPEST_PRIOR)
    columns = zip(found.entity_ids, found.p, found.levels, strict=True)
    return {id_: (p, level.value) for id_, p, level in columns}
