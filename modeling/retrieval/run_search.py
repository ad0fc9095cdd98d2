"""Searching all mentions of the splits that a run needs, timed."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from modeling.data.entities import EntityCatalog
from modeling.data.linking import titles_of
from modeling.data.mentions import Mention
from modeling.data.ranking import NO_ENTITY, Ranking, sort_ranking, stack
from modeling.metrics.latency import Search
from modeling.retrieval.fusion_pool import check_lists
from pipeline.console.progress import Progress
from pipeline.records.errors import ArtifactError

AT_ONCE = 1024
"""Mentions in one call: a dense index is read once for each."""


@dataclass(frozen=True, slots=True)
class Found:
    """The lists of one retriever.

    Attributes:
        rankings: Split -> lists of its mentions.
        n_mentions: Mentions searched.
        seconds: What searching them took.
    """

    rankings: Mapping[str, Ranking]
    n_mentions: int = 0
    seconds: float = 0.0

    @property
    def ms_per_mention(self) -> float | None:
        """Milliseconds a mention, many searched at once; None for lists that were read from a file."""
        return 1000 * self.seconds / self.n_mentions if self.n_mentions and self.seconds else None


def search_splits(search: Search, name: str, splits: Mapping[str, Sequence[Mention]], k: int) -> Found:
    """Search all mentions of some splits, `k` candidates each.

    Raises:
        ArtifactError: the lists are not what a retriever promises.
    """
    total = sum(map(len, splits.values()))
    done, seconds = 0, 0.0
    rankings = {}
    with Progress(f"search {name}", total, "mentions") as progress:
        for split, mentions in splits.items():
            parts = []
            for at in range(0, len(mentions), AT_ONCE):
                some = mentions[at : at + AT_ONCE]
                begun = time.perf_counter()
                found = search(some, k)
                seconds += time.perf_counter() - begun
                check_lists(name, found, len(some))
                parts.append(_widened(found, k))
                done += len(some)
                progress.update(done)
            rankings[split] = stack(parts)
    return Found(rankings, total, seconds)


def check_known(
    found: Mapping[str, Found],
    gold: Iterable[int],
    entities: EntityCatalog,
    warn: Callable[[str], None],
    *,
    any_catalog: bool,
) -> tuple[dict[str, Found], dict[int, str]]:
    """All lists with entities of the catalog alone, and the title of each and of every gold, all read at once.

    Raises:
        ArtifactError: a list names an entity that the catalog lacks, and its index was not said to be of another one.
    """
    rankings = [ranking for one in found.values() for ranking in one.rankings.values()]
    ids = np.unique(np.concatenate([np.unique(ranking.ids) for ranking in rankings]))
    titles = titles_of(np.union1d(ids, np.array(sorted(set(gold)), np.int64)), entities)
    strangers = np.setdiff1d(ids[ids != NO_ENTITY], np.array(sorted(titles), np.int64))
    if not len(strangers):
        return dict(found), titles
    kept = {}
    for name, one in found.items():
        n_strange = sum(int(np.isin(ranking.ids, strangers).sum()) for ranking in one.rankings.values())
        if n_strange and not any_catalog:
            raise ArtifactError(f"the retriever {name} gave {n_strange} candidates that the catalog lacks")
        if n_strange:
            warn(f"{name}: {n_strange} candidates are left out, for the catalog lacks their entities")
        without = {split: _without(ranking, strangers) for split, ranking in one.rankings.items()}
        kept[name] = Found(without, one.n_mentions, one.seconds)
    return kept, titles


def _without(ranking: Ranking, strangers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Ranking:
    scores = np.where(np.isin(ranking.ids, strangers), -np.inf, ranking.scores).astype(np.float32)
    return sort_ranking(ranking.ids, scores, ranking.ids.shape[1])


def _widened(ranking: Ranking, k: int) -> Ranking:
    """All batches of one width, whatever the retriever gave."""
    return ranking if ranking.ids.shape[1] == k else sort_ranking(ranking.ids, ranking.scores, k)
