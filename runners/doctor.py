"""Command: says what this machine lacks and how to get it."""

import sys
from pathlib import Path

from pipeline.console.flags import CommandParser
from pipeline.console.health import check_machine
from pipeline.console.main import run_command


def main(argv: list[str]) -> int:
    """Print one line a check; 1 when something needed is missing."""
    parser = CommandParser("Say what this machine lacks and how to get it.", examples=["python runners/doctor.py"])
    parser.parse_args(argv)
    is_complete = True
    for check in check_machine(Path(__file__).parents[1]):
        remedy = f"  -> {check.remedy}" if check.remedy else ""
        print(f"{check.state:8}{check.name:21} {check.found}{remedy}", flush=True)
        is_complete &= check.state != "missing"
    return 0 if is_complete else 1


if __name__ == "__main__":
    sys.exit(run_command(main))
