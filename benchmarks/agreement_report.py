"""The agreement report of a campaign as large as the paper's.

7,969 pairs, 13 annotators, simulated. The command runs as a user runs it: reading, pairing, every definition, annotator
and part with 2,000 bootstrap draws, the page, JSON and all disagreements. The seconds are those of this machine; the
floor is the promise of one minute.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from annotation.__main__ import main as annotation

ROOT = Path(__file__).parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=7_969)
    parser.add_argument("--annotators", type=int, default=13)
    values = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        project, out = Path(name) / "paper", Path(name) / "report"
        people = ["--annotators", str(values.annotators), "--seed", "1"]
        annotation(["simulate", str(project), "--synthetic", str(values.pairs), *people])
        command = [sys.executable, "-m", "annotation", "report", str(project), "--out", str(out)]
        begun = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - begun
        page = out / "agreement.html"
        html = page.read_text(encoding="utf-8")
        told = re.search(r"[0-9,]+ of the [0-9,]+ pairs of answers that differ", html)
        print(f"{told[0] if told else 'all disagreements'} are in a page of {page.stat().st_size / 1e6:.2f} MB")
        print(f"figure: agreement_report_s {seconds:.1f}")
        print(f"figure: agreement_report_mb {page.stat().st_size / 1e6:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
