"""What the commands share: flags and lines of text."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.console.flags import CommandParser


def command_parser(name: str, description: str, *examples: str) -> CommandParser:
    """A parser whose examples begin with `python -m annotation NAME`, or with the runner's name where it has one."""
    program = f"python {name}" if name.endswith(".py") else f"python -m annotation {name}"
    return CommandParser(description, prog=program, examples=[f"{program} {example}" for example in examples])


def add_project(parser: CommandParser) -> None:
    """The argument PROJECT."""
    parser.add_argument("project", type=Path, metavar="PROJECT", help="folder of the annotation project")


def add_kb(parser: CommandParser, use: str) -> None:
    """The flag --kb."""
    parser.add_argument("--kb", type=Path, metavar="DIR", help=f"a built knowledge base: {use}")


def add_project_kb(parser: CommandParser, use: str) -> None:
    """The flags --kb and --replace-kb of commands that work with a project's own knowledge base."""
    add_kb(parser, f"{use}; the project remembers the one that decisions were made with")
    parser.add_argument(
        "--replace-kb", action="store_true", help="use --kb (or none) although the project remembers another"
    )


def kb_of(values: argparse.Namespace, *, note_down: bool = True) -> Path | None:
    """The knowledge base that the flags ask for, held to the one that the project remembers.

    Raises:
        UsageError: the project was worked on with another one.
    """
    from annotation.project import open_project
    from annotation.project_kb import project_kb

    folder: Path = open_project(values.project).folder
    return project_kb(folder, values.kb, replace=values.replace_kb, note_down=note_down)


def add_seed(parser: CommandParser) -> None:
    """The flag --seed."""
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, other draws")


def count(text: str) -> int:
    """A whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} should be a whole number, 0 or more")
    return int(text)


def share(text: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number from 0 to 1")
    return value


def say(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def note(notes: Iterable[str]) -> None:
    """Sentences on stderr, so that they do not mix with what a program reads."""
    for text in notes:
        sys.stderr.write(f"note: {text}\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table under a title that is never wrapped to the table's width."""
    from pipeline.console.summary import print_table

    if title:
        say(f"\n{title}")
    print_table(columns, rows)


def say_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """A JSON value on stdout, keys sorted."""
    say(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False))


def percent(value: float | None, digits: int = 2) -> str:
    """A share as per cent, a dash where there is none."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first few of many names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
