"""The command line: `python -m annotation COMMAND …`."""

import difflib
import sys
from importlib import import_module

from pipeline.console.main import run_command
from pipeline.records.errors import UsageError

COMMANDS = {
    "init": "make a project from a corpus, a data set or native lines",
    "assign": "share the pairs out; let late annotators in",
    "serve": "the annotation page: items, candidates, checks; experts decide there too",
    "simulate": "do everybody's work with simulated people, or plan how many pairs it takes",
    "check": "hold annotations to the guidelines; mend what is certain",
    "agree": "measure agreement under named definitions, with intervals and gates",
    "report": "agreement as a page with charts and a browser of disagreements",
    "adjudicate": "list what experts must decide; out to a table and in again",
    "gold": "make gold labels and a data set of agreed spans and decisions",
    "split": "split a data set without leaks; split verify looks at any split",
    "stats": "the paper's tables and figures of a data set",
    "card": "make a data set ready for others: card, Croissant, Parquet, rights",
    "export": "write gold or one person's annotations in a known format",
    "import": "read annotations of one person from a file in a known format",
    "forget": "remove everything of one annotator",
}
"""Command -> what it does; each is a module of annotation.commands."""
SUBCOMMANDS = ("split verify",)
"""Commands of two words: flags of their own, told by the first word's module."""


def main(argv: list[str]) -> int:
    """Run one command; its parser and what it needs are imported only then."""
    if not argv or argv[0] in {"-h", "--help"}:
        sys.stdout.write(overview())
        return 0 if argv else 2
    name, *rest = argv
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"{name!r} is no command{hint} (python -m annotation --help lists them)")
    code: int = import_module(f"annotation.commands.{name}_command").main(rest)
    return code


def overview() -> str:
    """All commands, a line each."""
    width = max(map(len, COMMANDS))
    lines = "".join(f"  {name:{width}}  {meaning}\n" for name, meaning in COMMANDS.items())
    return (
        "usage: python -m annotation COMMAND [PROJECT] [FLAGS]\n\n"
        f"commands, in the order of a campaign:\n{lines}\n"
        "example:\n"
        "  python -m annotation init data/corpus/enwikinews-20210101 --out data/annotation/news\n"
        "  python -m annotation assign data/annotation/news --annotators 13 --seed 1\n\n"
        "python -m annotation COMMAND --help tells its flags\n"
    )


if __name__ == "__main__":
    sys.exit(run_command(main))
