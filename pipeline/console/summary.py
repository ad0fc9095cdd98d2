"""Aligned tables at the end of a command."""

import io
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, TextIO

from pipeline.console.format import format_value

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

PLAIN_COLUMNS = 120
GAP = 2
"""Spaces between two columns."""
LONG_WORD = 24
"""A longer word may be broken to make room."""


def print_summary(
    title: str, rows: Mapping[str, object] | Iterable[tuple[str, object]], stream: TextIO | None = None
) -> None:
    """Print name and value pairs under a title; numbers get commas and stand right."""
    pairs = list(rows.items()) if isinstance(rows, Mapping) else list(rows)
    table = _new_table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold")
    for name, value in pairs:
        table.add_row(_text(name), _text(value))
    _print(title, table, stream)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    whole: Collection[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Print rows under column names; a column that holds only numbers stands right.

    Where there is room for it, cells of the columns in `whole` stay in one line, and words of the others.
    """
    lines = [list(row) for row in rows]
    cells = [[_text(name), *(_text(line[place]) for line in lines)] for place, name in enumerate(columns)]
    least = [
        _length(column) if name in whole else _longest_word(column) for name, column in zip(columns, cells, strict=True)
    ]
    widths = _widths([_length(column) for column in cells], least, _console(stream).width)
    table = _new_table(show_header=True)
    for place, (head, *_) in enumerate(cells):
        is_number = bool(lines) and all(isinstance(line[place], int | float | None) for line in lines)
        table.add_column(head, justify="right" if is_number else "left", overflow="fold", width=widths[place])
    for row in list(zip(*cells, strict=True))[1:]:
        table.add_row(*row)
    _print(title, table, stream)


def _widths(widths: list[int], least: list[int], room: int) -> list[int] | list[None]:
    """Widths of columns that fit: the widest give way first, down to their least; None each where that cannot be."""
    over = sum(widths) + GAP * (len(widths) - 1) - room
    if over > sum(widths) - sum(least):
        return [None] * len(widths)
    for _ in range(over):
        widest = max((place for place in range(len(widths)) if widths[place] > least[place]), key=widths.__getitem__)
        widths[widest] -= 1
    return widths


def _length(column: "list[Text]") -> int:
    return max(cell.cell_len for cell in column)


def _longest_word(column: "list[Text]") -> int:
    """Columns that the longest word takes; a very long one may be broken."""
    from rich.cells import cell_len  # noqa: PLC0415 - only when a table is printed: --help stays quick

    words = (word for cell in column for word in cell.plain.split())
    return min(max(map(cell_len, words), default=0), LONG_WORD)


def _new_table(*, show_header: bool) -> "Table":
    from rich.table import Table  # noqa: PLC0415 - the same

    return Table(show_header=show_header, header_style="bold", box=None, pad_edge=False, padding=(0, GAP, 0, 0))


def _text(value: object) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - the same

    return Text(format_value(value))


def _console(stream: TextIO | None) -> "Console":
    """As wide as the terminal, or as COLUMNS says, or 120 columns where there is neither."""
    from rich.console import Console  # noqa: PLC0415 - the same

    console = Console(file=sys.stdout if stream is None else stream, highlight=False, markup=False)
    if console.is_terminal:
        return console
    width = None if "COLUMNS" in os.environ else PLAIN_COLUMNS
    return Console(file=io.StringIO(), highlight=False, markup=False, width=width, color_system=None)


def _print(title: str, table: "Table", stream: TextIO | None) -> None:
    """Print the title in one line, then the table; plain text without trailing spaces where there is no terminal."""
    console = _console(stream)
    with nullcontext() if console.is_terminal else console.capture() as captured:
        if title:
            console.print(_text(title), style="bold", soft_wrap=True)
        console.print(table)
    if captured is not None:
        file = sys.stdout if stream is None else stream
        file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
