"""CPU of looking at every quota of three lists.

For K = 10, 50 and 100, and of scoring the lists.

    python benchmarks/quotas.py

Lists of 100 candidates for 2,000 mentions (the size of a development split), gold at places drawn from a long tail.
"""

import argparse
import time

import numpy as np

from modeling.data.ranking import Ranking
from modeling.metrics.ranks import gold_ranks
from modeling.retrieval.fusion_pool import pool_lists
from modeling.retrieval.quotas import choose_quota

DEPTH = 100
KS = (10, 50, 100)


def lists_of(gold: np.ndarray, share: float, rng: np.random.Generator) -> Ranking:
    """One list a mention; the gold entity is in `share` of them."""
    ids = rng.integers(1 << 20, 1 << 30, (len(gold), DEPTH))
    ids += np.arange(DEPTH) << 31  # no entity twice in a list
    places = np.minimum(rng.geometric(0.2, len(gold)) - 1, DEPTH - 1)
    is_there = rng.random(len(gold)) < share
    ids[is_there, places[is_there]] = gold[is_there]
    return Ranking(ids, np.sort(rng.random((len(gold), DEPTH), np.float32))[:, ::-1].copy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentions", type=int, default=2_000)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    gold = np.arange(arguments.mentions, dtype=np.int64)
    pool = pool_lists([lists_of(gold, share, rng) for share in (0.8, 0.6, 0.3)], DEPTH)
    whole = 0.0
    for k in KS:
        begun = time.process_time()
        choice = choose_quota(pool, gold, k, prior=0)
        spent = time.process_time() - begun
        whole += spent
        print(f"K = {k:>3}: {choice.n_quotas:,} quotas in {spent:.2f} s; best {choice.quota}, {choice.n_found} found")
    many = Ranking(np.repeat(pool.ids[:, :DEPTH], 10, axis=0), rng.random((10 * len(gold), DEPTH), np.float32))
    begun = time.process_time()
    gold_ranks(many, np.repeat(gold, 10))
    per_second = len(many) / (time.process_time() - begun)
    print(f"ranks of gold: {per_second / 1e6:.2f} M mentions a second")
    print(f"figure: quotas_s {whole:.3f}")
    print(f"figure: ranks_m_per_s {per_second / 1e6:.3f}")


if __name__ == "__main__":
    main()
