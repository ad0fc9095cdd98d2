"""Aligned tables at the end of a command."""

import io
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from pipeline.console.format import format_value, printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

PLAIN_COLUMNS = 120


def print_summary(
    title: str, rows: Mapping[str, object] | Iterable[tuple[str, object]], stream: TextIO | None = None
) -> None:
    """Print name and value pairs under a title; numbers get commas and stand right."""
    pairs = list(rows.items()) if isinstance(rows, Mapping) else list(rows)
    table = _new_table(title, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold")
    for name, value in pairs:
        table.add_row(_text(name), _text(value))
    _print(table, stream)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", stream: TextIO | None = None
) -> None:
    """Print rows under column names; a column that holds only numbers stands right."""
    lines = [list(row) for row in rows]
    table = _new_table(title, show_header=True)
    for place, name in enumerate(columns):
        is_number = bool(lines) and all(isinstance(line[place], int | float | None) for line in lines)
        table.add_column(_text(name), justify="right" if is_number else "left", overflow="fold")
    for line in lines:
        table.add_row(*(_text(value) for value in line))
    _print(table, stream)


def _new_table(title: str, *, show_header: bool) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - only when a table is printed: --help stays quick

    return Table(
        title=printable(title) or None, title_justify="left", title_style="bold", show_header=show_header,
        header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0),
    )  # fmt: skip


def _text(value: object) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - the same

    return Text(format_value(value))


def _print(table: "Table", stream: TextIO | None) -> None:
    """Print by the terminal's width, or by COLUMNS or 120 columns where there is none."""
    from rich.console import Console  # noqa: PLC0415 - the same

    file = sys.stdout if stream is None else stream
    console = Console(file=file, highlight=False, markup=False)
    if console.is_terminal:
        console.print(table)
        return
    width = None if "COLUMNS" in os.environ else PLAIN_COLUMNS
    plain = Console(file=io.StringIO(), highlight=False, markup=False, width=width, color_system=None)
    with plain.capture() as captured:
        plain.print(table)
    file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
