"""Random lists with ties, holes and short ends, and naive ways to read them."""

import numpy as np
from hypothesis import strategies as st

from modeling.data.ranking import NO_ENTITY, Ranking, empty_ranking, ranking_of


@st.composite
def rankings(draw, n_mentions=None, width=6, n_entities=8) -> Ranking:
    """Sorted lists; few scores, so that ties are common."""
    n = draw(st.integers(0, 5)) if n_mentions is None else n_mentions
    one = st.dictionaries(st.integers(0, n_entities - 1), st.sampled_from([0.0, 0.25, 0.5, 1.0]), max_size=width)
    return ranking_of([list(draw(one).items()) for _ in range(n)], width)


def random_ranking(random: np.random.Generator, n_mentions: int, width: int, n_entities: int) -> Ranking:
    """Lists of random length, scores falling from the first to the last."""
    found = empty_ranking(n_mentions, width)
    for row in range(n_mentions):
        n = int(random.integers(0, width + 1))
        found.ids[row, :n] = random.permutation(n_entities)[:n]
        found.scores[row, :n] = -np.arange(n)
    return found


def as_lists(ranking: Ranking) -> list[list[int]]:
    """The ids of each mention."""
    return [[id_ for id_, _ in ranking.row(row)] for row in range(len(ranking))]


def golds(draw_from: int, n: int):
    """Gold ids, some of them NIL."""
    return st.lists(st.sampled_from([NO_ENTITY, *range(draw_from)]), min_size=n, max_size=n).map(
        lambda ids: np.array(ids, np.int64)
    )
