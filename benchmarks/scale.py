"""The KB job on small and large sample worlds: memory, cost.

Runs `runners/build_kb.py --workers 2` as a user would and samples the resident memory of the whole tree (pages that
processes share count in each of them, so the figure is an upper bound). Cost is CPU time of the tree: time on a shared
machine's clock says little. Every run pays for imports and worker processes, which flatters the larger one, so a run
over twice as many pages is added: what a page of its second half costs, over what a page of the first half costs beyond
the small run, shows whether cost grows with size.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
EVERY_S = 0.2


@dataclass(slots=True)
class Cost:
    """What one run took."""

    pages: int
    cpu_s: float
    wall_s: float
    peak_bytes: int


def tree(process: psutil.Process) -> list[psutil.Process]:
    """The process and all its descendants that are alive."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def run_watched(command: list[str], pages: int) -> Cost:
    """Run a command, watching the memory of its tree."""
    before = psutil.Process().cpu_times()
    begun = time.monotonic()
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        root = psutil.Process(child.pid)
        while child.poll() is None:
            resident = 0
            for process in tree(root):
                try:
                    resident += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak = max(peak, resident)
            time.sleep(EVERY_S)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    after = psutil.Process().cpu_times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(pages, cpu_s, time.monotonic() - begun, peak)


def build(folder: Path, pages: int, workers: int) -> Cost:
    """Make a world and build its KB."""
    world = folder / f"world-{pages}"
    maker = str(ROOT / "samples" / "make_world.py")
    make = [sys.executable, maker, "--out", str(world), "--pages", str(pages), "--no-media"]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    files = sorted(str(path) for path in world.glob("*-pages-articles-multistream*.xml*.bz2"))
    props = str(next(world.glob("*-page_props.sql.gz")))
    out = str(folder / f"kb-{pages}")
    runner = str(ROOT / "runners" / "build_kb.py")
    flags = ["--page-props", props, "--out", out, "--workers", str(workers)]
    return run_watched([sys.executable, runner, "--file", *files, *flags], pages)


def cost_between(smaller: Cost, larger: Cost) -> float:
    """CPU seconds of each page that the larger run has beyond the smaller one."""
    return (larger.cpu_s - smaller.cpu_s) / (larger.pages - smaller.pages)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        costs = [build(Path(name), pages, values.workers) for pages in (values.small, values.large, 2 * values.large)]
    for cost in costs:
        print(
            f"{cost.pages:,} pages: {cost.cpu_s:.1f} s CPU ({1e3 * cost.cpu_s / cost.pages:.2f} ms a page), "
            f"{cost.wall_s:.1f} s wall, peak {cost.peak_bytes / 1e6:,.0f} MB"
        )
    small, large, twice = costs
    growth = (large.cpu_s / large.pages) / (small.cpu_s / small.pages)
    marginal = cost_between(large, twice) / cost_between(small, large)
    print(f"cost of a page beyond {large.pages:,} over one below: {marginal:.2f}")
    print(f"figure: kb_peak_gb {large.peak_bytes / 1e9:.3f}")
    print(f"figure: kb_cost_per_page_growth {growth:.3f}")
    print(f"figure: kb_marginal_cost_growth {marginal:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
