"""The funnel as a table in the terminal."""

import sys
from collections.abc import Iterator
from typing import TextIO

from pipeline.console.summary import print_table
from pipeline.records.funnel import Funnel

COLUMNS = ("step", "status", "in", "taken out", "out", "spoke")
LEGEND = "taken out: pairs that end at this step; spoke: pairs that the rule names, whichever step took them; -: none"


def print_funnel(funnel: Funnel, stream: TextIO | None = None) -> None:
    """Print pairs in and out per rule; rules that never spoke are left out."""
    title = f"{funnel.wiki} {funnel.date}".strip()
    print_table(COLUMNS, funnel_rows(funnel), title=f"funnel of {title}", stream=stream)
    (sys.stdout if stream is None else stream).write(f"{LEGEND}\n")


def funnel_rows(funnel: Funnel) -> Iterator[tuple[str, str, int | None, int | None, int, int | None]]:
    """One row per rule that spoke or took, between the pairs found and the pairs kept."""
    yield "pairs found", "", None, None, funnel.n_pairs, None
    for step in funnel.steps:
        if step.n_taken or step.n_spoke:
            yield step.rule, step.status, step.n_in, step.n_taken, step.n_out, step.n_spoke
    yield "pairs kept", "", None, None, funnel.n_kept, None
