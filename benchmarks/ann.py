"""Approximate search by faiss against exact search: time and recall.

    python benchmarks/ann.py
    python benchmarks/ann.py --vectors 1000000

The vectors are those of dense.py; 128 queries at once and one alone, 100 candidates, CPU time of one thread.
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import faiss
import numpy as np
import torch
from dense import WANTED, vectors_of

from modeling.retrieval.ann import AnnIndex
from modeling.retrieval.dense import search_vectors
from modeling.retrieval.dense_files import VectorFolder, write_vectors

PROBES = (16, 32, 64, 128)
SHARD_ROWS = 1 << 16
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--queries", type=int, default=128)
    flags = parser.parse_args()
    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(1)
    stored, queries = (vectors_of(n, flags.width, rng) for n in (flags.vectors, flags.queries))
    with tempfile.TemporaryDirectory() as place:
        for number, start in enumerate(range(0, len(stored), SHARD_ROWS)):
            rows = stored[start : start + SHARD_ROWS]
            write_vectors(Path(place) / f"part-{number:05d}.parquet", np.arange(start, start + len(rows)), rows)
        del stored
        folder = VectorFolder(Path(place))
        resident = folder.load()
        truth = search_vectors(queries, resident, WANTED).ids
        _tell("exact, in memory", queries, truth, partial(search_vectors, shards=resident, k=WANTED))
        _tell("exact, streamed", queries, truth, partial(search_vectors, shards=folder, k=WANTED))
        del resident
        begun = time.process_time()
        built = AnnIndex.build(folder)
        print(f"faiss: built in {time.process_time() - begun:.0f} s CPU")
        for probe in PROBES:
            built._index.nprobe = probe  # noqa: SLF001 - one fit for all of them
            _tell(f"faiss, probe={probe}", queries, truth, partial(built.search, k=WANTED))


def _tell(name: str, queries: np.ndarray, truth: np.ndarray, search) -> None:
    together, alone = _cost(search, queries), _cost(search, queries[:1])
    recall = np.mean([len({*one} & {*other}) / WANTED for one, other in zip(search(queries).ids, truth, strict=True)])
    print(
        f"{name:<17}{together:8.2f} ms a query of {len(queries)}, {alone:8.2f} alone; recall {recall:.3f}", flush=True
    )


def _cost(search, queries: np.ndarray) -> float:
    costs = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        search(queries)
        costs.append(1e3 * (time.process_time() - begun) / len(queries))
    return float(np.median(costs))


if __name__ == "__main__":
    main()
