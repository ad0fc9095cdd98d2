"""Exact dense search against a bare matrix product with top-k.

    python benchmarks/dense.py
    python benchmarks/dense.py --vectors 1000000 --width 512 --device cuda

Unit vectors drawn from clusters, 128 queries at once, 100 candidates; CPU seconds of one thread (time on a GPU), median
of `--repeats`, the three in turn. Arithmetic for 16M vectors is printed beside.
"""

import argparse
import time

import numpy as np
import torch

from modeling.retrieval.dense import prepare_shard, search_vectors

WANTED = 100
RERANKED = 200
FULL = 16_000_000


def vectors_of(n: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """(N, D) unit vectors round 256 centres, as embeddings lie."""
    centres = rng.standard_normal((256, width), np.float32)
    rows = centres[rng.integers(0, len(centres), n)] + rng.standard_normal((n, width), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=200_000)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--queries", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    stored, queries = (vectors_of(n, arguments.width, rng) for n in (arguments.vectors, arguments.queries))
    ids, device = np.arange(len(stored)), arguments.device
    shards = {kind: [prepare_shard(ids, stored, device=device, precision=kind)] for kind in ("fp32", "bf16")}
    tensors = [torch.from_numpy(array).to(device) for array in (queries, stored)]

    def bare():
        return torch.topk(tensors[0] @ tensors[1].T, WANTED, dim=1).indices.cpu()

    def exact():
        return search_vectors(queries, shards["fp32"], WANTED, device=device)

    def coarse():
        return search_vectors(queries, shards["bf16"], WANTED, device=device, precision="bf16", rerank=RERANKED)

    clock = time.process_time if device == "cpu" else time.perf_counter
    spent: dict[str, list[float]] = {"bare": [], "exact": [], "coarse": []}
    for _ in range(arguments.repeats):
        for name, run in (("bare", bare), ("exact", exact), ("coarse", coarse)):
            begun = clock()
            run()
            spent[name].append(clock() - begun)
    cost = {name: float(np.median(values)) for name, values in spent.items()}
    best = exact().ids
    truth = np.argsort(-(queries.astype(np.float64) @ stored.astype(np.float64).T), axis=1)[:, :WANTED]
    recall = {
        "exact": np.mean([len({*one} & {*other}) / WANTED for one, other in zip(best, truth, strict=True)]),
        "coarse": np.mean([len({*one} & {*other}) / WANTED for one, other in zip(coarse().ids, truth, strict=True)]),
    }
    for name, seconds in cost.items():
        each = 1e3 * seconds / arguments.queries
        whole = each * FULL / arguments.vectors
        print(f"{name:<8}{each:8.3f} ms a query; {whole:8.1f} ms at {FULL:,} vectors (arithmetic)", end="")
        print(f"; recall {recall[name]:.4f}" if name in recall else "")
    print(f"figure: dense_over_matmul {cost['exact'] / cost['bare']:.3f}")
    print(f"figure: bf16_over_matmul {cost['coarse'] / cost['bare']:.3f}")
    print(f"figure: bf16_recall {recall['coarse']:.5f}")


if __name__ == "__main__":
    main()
