"""CPU and peak memory of counting pairs: HashShuffle against per-element CombinePerKey.

    python benchmarks/shuffle.py --pairs 1000000
    python benchmarks/shuffle.py --pairs 3000000 --variants generate inline spill --workers 2

Every variant runs in a process of its own on the local engine; all pairs are distinct, the worst case of a link table.
`net` is CPU without that of `generate`, which makes the same pairs and drops them. With several workers, peak is that
of the whole process tree, sampled ten times a second (shared pages count in each process).
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time

from pipeline.beamx.logs import quiet_beam

quiet_beam()  # before Beam is imported

import apache_beam as beam  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402

from pipeline.beamx.engine import Engine, run_pipeline  # noqa: E402
from pipeline.beamx.shuffle import HashShuffle, sweep  # noqa: E402

VARIANTS = ("generate", "elements", "inline", "spill")
BATCH = 50_000
PARTITIONS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--variants", nargs="+", default=VARIANTS, choices=VARIANTS)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--partitions", type=int, default=PARTITIONS)
    parser.add_argument("--child", choices=VARIANTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(run_variant(arguments)))
        return
    results = {variant: run_child(variant, arguments) for variant in arguments.variants}
    base = results.get("generate", {"cpu_s": 0.0})["cpu_s"]
    print(f"{arguments.pairs:,} distinct pairs, {arguments.workers} worker(s), {arguments.partitions} partitions")
    print(f"{'variant':<10}{'CPU s':>8}{'net s':>8}{'wall s':>8}{'peak MB':>9}{'disk MB':>9}")
    for variant, found in results.items():
        print(
            f"{variant:<10}{found['cpu_s']:>8.1f}{found['cpu_s'] - base:>8.1f}{found['wall_s']:>8.1f}"
            f"{found['peak_mb']:>9.0f}{found['disk_mb']:>9.0f}"
        )
    if {"generate", "elements", "spill"} <= set(results):
        nets = {variant: results[variant]["cpu_s"] - base for variant in ("elements", "spill")}
        print(f"figure: shuffle_over_elements {nets['spill'] / nets['elements']:.3f}")
    if {"inline", "spill"} <= set(results):
        print(f"figure: spill_over_inline_peak {results['spill']['peak_mb'] / results['inline']['peak_mb']:.2f}")


def run_child(variant, arguments):
    """Run one variant in its own process and watch its tree."""
    flags = ["--child", variant, "--pairs", str(arguments.pairs), "--workers", str(arguments.workers)]
    command = [sys.executable, __file__, *flags, "--partitions", str(arguments.partitions)]
    begun = time.monotonic()
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        tree = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, tree_bytes(tree))
            time.sleep(0.1)
        found = json.loads(process.stdout.read().splitlines()[-1])
    if arguments.workers > 1:
        found["peak_mb"] = peak / 1e6
    return found | {"wall_s": time.monotonic() - begun}


def tree_bytes(root):
    total = 0
    for process in [root, *children(root)]:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def children(root):
    try:
        return root.children(recursive=True)
    except psutil.Error:
        return []


def run_variant(arguments):
    """Run one variant here; what it cost."""
    with tempfile.TemporaryDirectory() as staging:
        build = Build(arguments.child, arguments.pairs, arguments.partitions, staging)
        run_pipeline(arguments.child, build, Engine(workers=arguments.workers))
        disk = sweep(staging)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "cpu_s": sum(u.ru_utime + u.ru_stime for u in used),
        "peak_mb": max(u.ru_maxrss for u in used) * 1024 / 1e6,
        "disk_mb": disk / 1e6,
    }


class Build:
    """Puts one variant on a pipeline."""

    def __init__(self, variant, pairs, partitions, staging):
        self.variant, self.pairs, self.partitions, self.staging = variant, pairs, partitions, staging

    def __call__(self, pipeline):

        starts = pipeline | beam.Create(list(range(0, self.pairs, BATCH))) | "Spread" >> beam.Reshuffle()
        tables = starts | "Make" >> beam.Map(make_batch).with_output_types(pa.Table)
        if self.variant == "generate":
            tables | "Count rows" >> beam.Map(count_rows).with_output_types(int)
        elif self.variant == "elements":
            pair = tuple[tuple[str, str], int]
            rows = tables | "Rows" >> beam.FlatMap(to_rows).with_output_types(pair)
            rows | beam.CombinePerKey(sum) | "Drop" >> beam.Map(drop).with_output_types(int)
        else:
            shuffle = HashShuffle(
                ("surface",), self.partitions, mode=self.variant, staging=self.staging, combine=add_up
            )
            tables | shuffle | "Drop" >> beam.Map(drop).with_output_types(int)


def make_batch(start):
    """Distinct pairs of about the lengths of real ones (15 and 17 characters)."""
    numbers = np.random.default_rng(start).permutation(BATCH) + start
    digits = pa.array(numbers).cast(pa.string())
    surfaces = pc.binary_join_element_wise("surface", digits, " ")
    targets = pc.binary_join_element_wise("Title of", digits, " ")
    return pa.table({"surface": surfaces, "target": targets, "n": pa.array(np.ones(BATCH, dtype=np.int64))})


def add_up(table):
    return table.group_by(["surface", "target"]).aggregate([("n", "sum")]).rename_columns(["surface", "target", "n"])


def count_rows(table):
    return table.num_rows


def to_rows(table):
    columns = (table.column(name).to_pylist() for name in ("surface", "target", "n"))
    for surface, target, n in zip(*columns, strict=True):
        yield (surface, target), n


def drop(element):
    return int(element is not None)


if __name__ == "__main__":
    main()
