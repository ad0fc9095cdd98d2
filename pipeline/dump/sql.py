"""Rows of a MySQL dump, as a stream, without a database."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.dump.sql_tokens import VALUE, SqlText, Value, column_names, value_of
from pipeline.dump.streams import DamagedStream, OpenRange
from pipeline.records.errors import InputError

_CREATE = re.compile(rb"CREATE\s+(?:TEMPORARY\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?([^`\s(]+)`?\s*\(", re.IGNORECASE)
_INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+`?([^`\s(]+)`?\s*(?:\(([^()]*)\)\s*)?VALUES\s*(?=\()", re.IGNORECASE
)
_FILLS = re.compile(rb"(?:INSERT|REPLACE)\s", re.IGNORECASE)
_ANY_ROW = re.compile(rb"\s*+\(\s*+(" + VALUE + rb"(?:\s*,\s*" + VALUE + rb")*+)\s*\)\s*[,;]", re.DOTALL)
_ONE_VALUE = re.compile(VALUE, re.DOTALL)
_MADE_BY = re.compile(rb"-- (?:MySQL|MariaDB) dump ")
_ENDED = b"-- Dump completed"


def read_rows(
    path: Path,
    columns: Sequence[str] | None = None,
    *,
    table: str | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[tuple[Value, ...]]:
    """The rows of one table in the order of the file, plain or packed.

    Args:
        path: a file as mysqldump writes it.
        columns: columns wanted, in the order wanted; all of the CREATE TABLE by default.
        table: name of the table; by default the first one that the file creates or fills.
        on_bytes: hears how many bytes of the file were read.

    Yields:
        Tuples of bytes (strings; dumps are in the binary charset), int, float and None (NULL).

    Raises:
        InputError: the file is cut off or damaged, a wanted column is missing, or a row does not fit the columns.
    """
    with OpenRange(path) as opened:
        text = SqlText(opened.source, on_bytes)
        reader = _Reader(path, text, columns, table)
        try:
            yield from reader.rows()
        except DamagedStream as error:
            raise InputError(f"{path}: {error}; {reader.n_rows:,} rows were read before it") from error


class _Reader:
    """State of reading one file: its table, its columns, the rows so far."""

    def __init__(self, path: Path, text: SqlText, columns: Sequence[str] | None, table: str | None) -> None:
        self.n_rows = 0
        self._path = path
        self._text = text
        self._wanted = columns
        self._table = table
        self._columns: list[str] = []

    def rows(self) -> Iterator[tuple[Value, ...]]:
        made_by_mysqldump = bool(_MADE_BY.search(self._text.peek(4096)))
        found_table = False
        while start := self._text.start():
            if _FILLS.match(start):
                wanted = self._begin_insert()
                found_table = found_table or wanted is not None
                if wanted is not None:
                    yield from self._insert(wanted)
            elif (created := _CREATE.match(self._statement())) and self._is_wanted(created[1]):
                found_table = True
                self._columns = column_names(created.string[created.end() :])
        if made_by_mysqldump and _ENDED not in self._text.last_comment:
            raise InputError(
                f"{self._path} has no {_ENDED.decode()!r} at its end: it is cut off; {self.n_rows:,} rows were read"
            )
        if not found_table:
            raise InputError(f"{self._path} holds no table{f' {self._table}' if self._table else ''} of a MySQL dump")

    def _statement(self) -> bytes:
        """The whole statement at the current place, passed."""
        statement = self._text.statement()
        if statement is None:
            raise InputError(f"{self._path} is cut off inside a statement; {self.n_rows:,} rows were read")
        return statement

    def _begin_insert(self) -> list[str] | None:
        """Pass the head of an INSERT; its columns, or None when the whole INSERT was passed as another table's."""
        self._text.last_comment = b""
        inserted = self._text.match(_INSERT)
        if inserted is None:
            raise InputError(
                f"{self._path} has an INSERT that cannot be read; {self.n_rows:,} rows were read before it"
            )
        if self._is_wanted(inserted[1]):
            return column_names(inserted[2] + b")") if inserted[2] else self._columns
        self._statement()
        return None

    def _is_wanted(self, name: bytes) -> bool:
        """Whether this is the table to read; the first one met where none was named."""
        shown = name.decode("utf-8", "replace")
        if self._table is None:
            self._table = shown
        return self._table == shown

    def _insert(self, columns: Sequence[str]) -> Iterator[tuple[Value, ...]]:
        """The rows of one INSERT, whose head has been passed."""
        row, order = self._row_pattern(columns)
        while True:
            found = self._text.match(row)
            if found is None:
                raise self._refusal(columns)
            values = found.groups()
            self.n_rows += 1
            try:
                yield tuple([value_of(values[place]) for place in order])
            except ValueError as error:
                raise InputError(f"{self._path}: row {self.n_rows:,} of {self._table} holds {error}") from error
            if values[-1] == b";":
                return

    def _row_pattern(self, columns: Sequence[str]) -> tuple[re.Pattern[bytes], list[int]]:
        """A pattern for whole rows that keeps the wanted columns, and where each wanted one is among its groups."""
        if not columns:
            raise InputError(f"{self._path}: the rows of {self._table} come before any CREATE TABLE that names columns")
        wanted = list(columns) if self._wanted is None else list(self._wanted)
        if missing := [name for name in wanted if name not in columns]:
            raise InputError(
                f"{self._path}: the table {self._table} has no column {', '.join(missing)}; it has {', '.join(columns)}"
            )
        kept = [name for name in columns if name in wanted]
        parts = [rb"(" + VALUE + rb")" if name in wanted else rb"(?:" + VALUE + rb")" for name in columns]
        pattern = rb"\s*+\(\s*+" + rb"\s*+,\s*+".join(parts) + rb"\s*+\)\s*+([,;])"
        return re.compile(pattern, re.DOTALL), [kept.index(name) for name in wanted]

    def _refusal(self, columns: Sequence[str]) -> InputError:
        """Why the text at the current place is no row of the table."""
        row = self._text.match(_ANY_ROW)
        where = f"{self._path}: row {self.n_rows + 1:,} of {self._table}"
        if row is not None:
            n_values = len(_ONE_VALUE.findall(row[1]))
            return InputError(f"{where} has {n_values} values, but the table has {len(columns)} columns")
        if self._text.at_end:
            return InputError(f"{where} is cut off at the end of the file; {self.n_rows:,} rows were read")
        shown = self._text.peek(40).decode("utf-8", "replace")
        return InputError(f"{where} cannot be read: {shown!r}")
