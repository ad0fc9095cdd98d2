"""CPU and size of BM25 over a million made-up abstracts.

    python benchmarks/bm25.py
    python benchmarks/bm25.py --entities 100000 --shards 5

Abstracts follow a Zipf-Mandelbrot law over 800,000 words, mean length 60; a query is a mention of 2 words and a window
of 8, drawn from an abstract, and asks for 100 candidates. Arithmetic for 16M entities is printed beside.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from modeling.data.entities import IndexedEntity
from modeling.data.mentions import Mention
from modeling.retrieval.base import Sources
from modeling.retrieval.bm25 import Bm25

WORDS = 800_000
MEAN_LENGTH = 60
WANTED = 100
FULL = 16_000_000
BLOCK = 2_000
"""Entities made at once; the same blocks give the same abstracts."""


class Abstracts:
    """Made-up entities, the same for the same seed, made a block at a time."""

    digest, date = "made up", ""

    def __init__(self, n: int, seed: int) -> None:
        self._n, self._seed = n, seed
        weights = 1 / (np.arange(WORDS) + 2.7) ** 1.05
        self._steps = np.cumsum(weights / weights.sum())

    def __len__(self) -> int:
        return self._n

    def batches(self, rows: int):
        for start in range(0, self._n, rows):
            rng = np.random.default_rng((self._seed, start))
            lengths = rng.poisson(MEAN_LENGTH - 10, min(rows, self._n - start)) + 10
            words = np.searchsorted(self._steps, rng.random(lengths.sum()))
            ends = np.cumsum(lengths)
            yield [
                IndexedEntity(start + row, f"w{part[0]} w{part[1]}", " ".join(f"w{word}" for word in part), None)
                for row, part in enumerate(np.split(words, ends[:-1]))
            ]


def mention_of(entity: IndexedEntity, number: int) -> Mention:
    """A mention whose words and window come out of the abstract."""
    words = entity.text.split()
    name = " ".join(words[4:6])
    left, right = " ".join(words[:4]), " ".join(words[6:10])
    caption = f"{left} {name} {right}"
    start = len(left) + 1
    return Mention(
        str(number), str(number), "test", caption, name, start, start + len(name), None, entity.entity_id, None, False,
        None, None, None,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1_000, choices=range(1, BLOCK + 1), metavar="N")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    abstracts = Abstracts(arguments.entities, arguments.seed)
    sources = Sources(abstracts)
    asked = next(abstracts.batches(BLOCK))[: arguments.queries]
    mentions = [mention_of(entity, number) for number, entity in enumerate(asked)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "index"
        begun = time.process_time()
        report = Bm25.build(sources, folder, {"shards": arguments.shards})
        built_s = time.process_time() - begun
        retriever = Bm25.open(folder, sources)
        retriever.search(mentions[:50], WANTED)  # warm
        costs = []
        found = 0
        for mention in mentions:
            begun = time.process_time()
            ranking = retriever.search([mention], WANTED)
            costs.append(1e3 * (time.process_time() - begun))
            found += mention.entity_id in ranking.ids[0]
    p50, p99 = np.percentile(costs, [50, 99])
    size_mb = report.size_bytes / 1e6
    per_million = 1e6 / arguments.entities
    print(
        f"{arguments.entities:,} abstracts, {arguments.shards} shard(s): built in {built_s:.0f} s CPU (texts included)"
    )
    print(
        f"query: p50 {p50:.2f} ms CPU, p99 {p99:.2f} ms; {found} of {len(mentions)} documents found; {size_mb:.0f} MB"
    )
    print(
        f"arithmetic for {FULL:,}: {size_mb * FULL / arguments.entities / 1e3:.1f} GB, "
        f"p50 {p50 * FULL / arguments.entities:.0f} ms CPU a query"
    )
    print(f"figure: bm25_p50_ms {p50:.3f}")
    print(f"figure: bm25_mb_per_million {size_mb * per_million:.1f}")


if __name__ == "__main__":
    main()
