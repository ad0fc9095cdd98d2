"""Reading and searching vectors in wikipedia2vec's text format: time, memory, size.

    python benchmarks/wikivec.py
    python benchmarks/wikivec.py --entities 1000000 --dimensions 300

Words and entities are made up, as many of the one as of the other. Arithmetic for 16M entities is printed beside.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from modeling.data.entities import TitleCatalog
from modeling.data.mentions import Mention
from modeling.retrieval.base import Sources
from modeling.retrieval.wikivec import WikiVec
from modeling.retrieval.wikivec_text import NamedVector, write_vectors

WANTED = 100
FULL = 16_000_000
BATCHES = (1, 256)
ROUNDS = 5


def rows_of(n: int, dimensions: int):
    """`n` words, then `n` entities."""
    rng = np.random.default_rng(1)
    for is_entity in (False, True):
        for number in range(n):
            name = f"Title {number}" if is_entity else f"word{number}"
            yield NamedVector(name, is_entity, rng.standard_normal(dimensions, np.float32))


def mentions_of(n: int, n_words: int) -> list[Mention]:
    """Captions of three words that are known, the second the mention."""
    found = []
    for number in range(n):
        words = [f"word{(7 * number + place) % n_words}" for place in range(3)]
        caption, start = " ".join(words), len(words[0]) + 1
        found.append(Mention(
            str(number), str(number), "test", caption, words[1], start, start + len(words[1]), None, None, None, True,
            None, None, None,
        ))  # fmt: skip
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=100)
    flags = parser.parse_args()
    torch.set_num_threads(1)
    n, times = flags.entities, FULL / flags.entities
    with tempfile.TemporaryDirectory() as place:
        path, folder = Path(place) / "vectors.txt", Path(place) / "index"
        with path.open("wb") as file:
            write_vectors(file, 2 * n, flags.dimensions, rows_of(n, flags.dimensions))
        sources = Sources(TitleCatalog(f"Title {number}" for number in range(n)), model=str(path))
        before, begun = _peak(), time.process_time()
        report = WikiVec.build(sources, folder, {})
        built_s, held = time.process_time() - begun, _peak() - before
        print(f"{n:,} words and {n:,} entities of {flags.dimensions} numbers, one thread")
        print(f"built in {built_s:.1f} s CPU, {held:.2f} GiB more held, {report.size_bytes / 1e9:.2f} GB on disk")
        print(
            f"arithmetic for {FULL:,}: {built_s * times / 60:.0f} min CPU, {report.size_bytes * times / 1e9:.0f} GB, "
            f"of which the search maps {4 * flags.dimensions * FULL / 1e9:.1f} GB of entities"
        )
        retriever = WikiVec.open(folder, sources)
        for batch in BATCHES:
            mentions = mentions_of(batch, n)
            retriever.search(mentions, WANTED)  # warm
            costs = []
            for _ in range(ROUNDS):
                begun = time.process_time()
                retriever.search(mentions, WANTED)
                costs.append(1e3 * (time.process_time() - begun) / batch)
            cost = float(np.median(costs))
            print(f"batch {batch}: {cost:.2f} ms CPU a mention; arithmetic for {FULL:,}: {cost * times:.0f} ms")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
