"""Report how well the annotators of a project agree."""

import sys

from annotation.commands import report_command
from pipeline.console.main import run_command


def main(argv: list[str]) -> int:
    """The command `annotation report` under a name of its own."""
    return report_command.main(argv, "runners/agreement_report.py")


if __name__ == "__main__":
    sys.exit(run_command(main))
