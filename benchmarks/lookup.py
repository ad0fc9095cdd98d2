"""Look-up speed and size of the mention store on a synthetic KB.

The floors stand for 20 million rows, the default: about six minutes, 2 GB of disk and 3 GB of memory.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from lookup_data import write_kb

from modeling.data.mentions import Mention
from modeling.retrieval.prior import Prior
from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from pipeline.records.manifest import open_artifact
from pipeline.records.names import Level

K = 100
"""Candidates asked for in a look-up; surfaces of at least so many are timed apart."""
ROW_FILES = ("surfaces", "folds", "fold_list", "list_start", "row_", "link_overflow", "evidence", "total")
"""Files of keys, folded keys and counts: the 30 B/row; titles and prefix table are apart."""
ROUNDS = 5
BATCHES = (1, 256)
"""Mentions that the retriever is asked at once."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Look-up speed and size of the mention store on a synthetic KB.")
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows of mentions (default: 20,000,000)")
    parser.add_argument("--folder", type=Path, help="where the temporary KB is made (default: the system's)")
    parser.add_argument("--lookups", type=int, default=20_000)
    parser.add_argument("--step", choices=["data", "build", "measure"], help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.step:
        {"data": _make_data, "build": _build, "measure": _measure}[flags.step](flags)
        return
    kb = Path(tempfile.mkdtemp(prefix="mel-lookup-", dir=flags.folder))
    try:
        for step in ("data", "build", "measure"):
            rest = ["--rows", str(flags.rows), "--folder", str(kb), "--lookups", str(flags.lookups)]
            subprocess.run([sys.executable, __file__, "--step", step, *rest], check=True)
    finally:
        shutil.rmtree(kb)


def _make_data(flags: argparse.Namespace) -> None:
    began = time.perf_counter()
    write_kb(flags.folder, flags.rows)
    print(f"synthetic KB of {flags.rows:,} rows: {time.perf_counter() - began:.0f} s")


def _build(flags: argparse.Namespace) -> None:
    began = time.perf_counter()
    manifest = build_store(flags.folder, flags.folder / "store", options={"lang": "en"})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"built in {time.perf_counter() - began:.0f} s, {time.process_time():.0f} s CPU, peak {peak:.2f} GiB")
    print("  ".join(f"{name} {number:,}" for name, number in manifest["counts"].items()))


def _measure(flags: argparse.Namespace) -> None:
    folder = flags.folder / "store"
    opens = []
    for _ in range(5):
        began = time.perf_counter()
        store = MentionStore.open(folder)
        opens.append((time.perf_counter() - began) * 1e3)
    rows = store.manifest["counts"]["mentions"]
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    counted = {name: size for name, size in sizes.items() if name.startswith(ROW_FILES)}
    for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:16]:
        print(f"  {name:28} {size / rows:7.2f} B/row{'' if name in counted else '  (not counted)'}")
    every, wide = _sample(open_artifact(flags.folder / "mentions", schemas.MENTIONS), flags.lookups)
    for path in folder.iterdir():
        path.read_bytes()
    random_times = _times("random surfaces", store, every)
    wide_times = _times(f"surfaces of >= {K} candidates", store, wide)
    _times("the same, every Candidate made", store, wide, read=list)
    _times("random surfaces, look-up alone", store, every, read=len)
    for batch in BATCHES:
        _retriever_times("retriever prior, random surfaces", store, every, batch)
        _retriever_times(f"retriever prior, surfaces of >= {K}", store, wide, batch)
    _times("unknown surfaces", store, [f"{surface} zzq" for surface in every])
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {len(wide):,} wide surfaces")
    figures = {
        "lookup_p99_us": max(random_times[1], wide_times[1]),
        "lookup_p50_us": random_times[0],
        "store_open_ms": max(opens),
        "store_bytes_per_row": sum(counted.values()) / rows,
    }
    for name, value in figures.items():
        print(f"figure: {name} {value:.2f}")


def _sample(mentions, n: int) -> tuple[list[str], list[str]]:
    """Random surfaces, and those with many candidates."""
    rng = np.random.default_rng(1)
    every, wide = [], []
    for table in mentions.tables(["surface"]):
        found = pc.value_counts(table.column("surface").combine_chunks())
        surface, count = found.field("values"), found.field("counts")
        wide += surface.filter(pc.greater_equal(count, K)).to_pylist()
        places = rng.choice(len(surface), min(len(surface), n // len(mentions.shards) + 1), replace=False)
        every += surface.take(places).to_pylist()
    return [every[i] for i in rng.permutation(len(every))], wide * max(1, 2000 // max(len(wide), 1))


def _titles_and_p(found) -> None:
    found.entities, found.p  # noqa: B018


def _times(what: str, store, surfaces: list[str], *, read=_titles_and_p) -> tuple[float, float]:
    """p50 and p99 over surfaces of one look-up of up to 100, in microseconds: each the best of a few warm rounds."""
    took = np.empty((ROUNDS + 1, len(surfaces)))
    for times in took:
        for i, surface in enumerate(surfaces):
            began = time.perf_counter_ns()
            read(store.lookup(surface, K))
            times[i] = time.perf_counter_ns() - began
    p50, p99 = np.percentile(took[1:].min(axis=0), [50, 99]) / 1e3
    print(f"{what:44} p50 {p50:6.1f} us   p99 {p99:6.1f} us")
    return p50, p99


def _retriever_times(what: str, store, surfaces: list[str], batch: int) -> None:
    """The same of `modeling.retrieval.prior`, whose answer is a sorted array: microseconds a mention."""
    prior = Prior(store, Level.STRIPPED)
    mentions = [
        Mention(str(number), "", "", one, one, 0, len(one), None, None, None, True, None, None, None)
        for number, one in enumerate(surfaces)
    ]
    took = []
    for at in range(0, len(mentions) - batch + 1, batch):
        began = time.perf_counter_ns()
        prior.search(mentions[at : at + batch], K)
        took.append((time.perf_counter_ns() - began) / 1e3 / batch)
    if took:
        p50, p99 = np.percentile(took, [50, 99])
        print(f"{what}, batch {batch}: p50 {p50:.1f} us a mention   p99 {p99:.1f} us")


if __name__ == "__main__":
    main()
