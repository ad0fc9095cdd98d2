"""Runs the benchmarks and holds their figures to the floors."""

import argparse
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pipeline.console.format import format_value
from pipeline.console.summary import print_table

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
SKIPPED = 77
MARK = "figure:"


@dataclass(frozen=True, slots=True)
class Floor:
    """What one figure must reach."""

    name: str
    script: str
    meaning: str
    max: float | None = None
    min: float | None = None
    stretch: float | None = None
    peers: bool = False

    @property
    def bound(self) -> str:
        """The floor in words."""
        return f"<= {self.max:g}" if self.max is not None else f">= {self.min:g}"

    def verdict(self, value: float) -> str:
        """How a measured value stands to floor and stretch."""
        if (self.max is not None and value > self.max) or (self.min is not None and value < self.min):
            return "MISSED"
        if self.stretch is None:
            return "ok"
        reached = value <= self.stretch if self.max is not None else value >= self.stretch
        return "ok, stretch reached" if reached else "ok"


def read_floors(path: Path) -> list[Floor]:
    """The tables of requirements.toml; one without a bound is an error."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    floors = [Floor(name=name, **table) for name, table in tables.items()]
    for floor in floors:
        if (floor.max is None) == (floor.min is None):
            raise ValueError(f"{path.name}: [{floor.name}] needs either max or min")
    return floors


def read_figures(output: str) -> dict[str, float]:
    """The `figure: NAME NUMBER` lines of a benchmark's output."""
    found = {}
    for line in output.splitlines():
        if line.startswith(MARK):
            name, value = line.removeprefix(MARK).split()
            found[name] = float(value)
    return found


def run_script(name: str) -> tuple[int, dict[str, float]]:
    """Run one benchmark, its output shown as it comes; exit code and figures."""
    print(f"--- benchmarks/{name}", flush=True)
    lines = []
    with subprocess.Popen([sys.executable, FOLDER / name], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return child.returncode, read_figures("".join(lines))


def main() -> int:
    """Run all scripts of the asked kind; 1 when one fails or misses a floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="the figures that need other tools")
    parser.add_argument("scripts", nargs="*", help="file names in benchmarks/; all by default")
    flags = parser.parse_args()
    floors = [floor for floor in read_floors(FOLDER / "requirements.toml") if floor.peers == flags.peers]
    rows, failed = [], False
    for script in dict.fromkeys(floor.script for floor in floors):
        if (flags.scripts and script not in flags.scripts) or not (FOLDER / script).is_file():
            continue
        code, figures = run_script(script)
        failed |= code not in (0, SKIPPED)
        for floor in floors:
            if floor.script == script:
                value = figures.get(floor.name)
                verdict = (
                    floor.verdict(value) if value is not None else "skipped" if code == SKIPPED else "NOT MEASURED"
                )
                failed |= verdict.isupper()
                rows.append((floor.name, format_value(value), floor.bound, verdict, floor.meaning))
    if rows:
        print_table(("figure", "measured", "floor", "verdict", "meaning"), rows)
    else:
        print("no benchmark to run")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
