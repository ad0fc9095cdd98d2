"""Candidates of a surface: a lazy list with fast columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, overload

from pipeline.kb.store_read import EntityTable, Evidence, ListTable
from pipeline.records.names import Level


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entity that a surface can mean; p and the counts are those of the level where it was found.

    c = n_link plus the other counts by the store's weights; p = c / Σ c over all entities of that level.
    """

    entity_id: int
    entity: str
    kind: str
    p: float
    level: Level
    n_link: int
    n_redirect: int
    n_disambiguation: int
    n_title: int
    n_hatnote: int
    c: int

    def to_json(self) -> dict[str, Any]:
        """Field names and values, as JSON wants them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Part(NamedTuple):
    """The rows that one level gave: `rows` of the list with that number, ascending."""

    level: Level
    number: int
    rows: Sequence[int]


class Candidates(Sequence[Candidate]):
    """The answer of a look-up, best first.

    Whole columns (`entities`, `p`, …) come several times faster than one `Candidate` after the other;
    nothing is read before it is asked for.
    """

    __slots__ = ("_entity", "_lists", "_parts", "_table", "surface")

    def __init__(
        self, surface: str, parts: Sequence[Part], entity: list[int], lists: ListTable, table: EntityTable
    ) -> None:
        """`entity` holds the entity index of each row of `parts`, in order."""
        self.surface = surface
        self._parts = parts
        self._entity = entity
        self._lists = lists
        self._table = table

    @property
    def entity_ids(self) -> list[int]:
        """Entity ids; negative for red entities."""
        ids = self._table.id
        return [ids[index] for index in self._entity]

    @property
    def entities(self) -> list[str]:
        """Titles."""
        return self._table.titles(self._entity)

    @property
    def kinds(self) -> list[str]:
        """`article` or `red`."""
        return [self._table.kind(index) for index in self._entity]

    @property
    def levels(self) -> list[Level]:
        """The level on which each was found."""
        return [part.level for part in self._parts for _ in part.rows]

    @property
    def c(self) -> list[int]:
        """Weighted counts."""
        return [c for part in self._parts for c in self._lists.weigh(part.rows)]

    @property
    def p(self) -> list[float]:
        """P(e|m) of each on its level."""
        return [p for part in self._parts for p in self._lists.shares(part.number, part.rows)]

    @property
    def n_link(self) -> list[int]:
        """Links of each."""
        return [n for part in self._parts for n in self._lists.links(part.rows)]

    @property
    def evidence(self) -> list[Evidence]:
        """(n_redirect, n_disambiguation, n_title, n_hatnote) of each."""
        return [found for part in self._parts for found in self._lists.evidence(part.rows)]

    def __len__(self) -> int:
        return len(self._entity)

    @overload
    def __getitem__(self, at: int) -> Candidate: ...
    @overload
    def __getitem__(self, at: slice) -> list[Candidate]: ...
    def __getitem__(self, at: int | slice) -> Candidate | list[Candidate]:
        if isinstance(at, slice):
            return list(self)[at]
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(f"candidate {at} of {len(self)}")
        for part in self._parts:
            if place < len(part.rows):
                row = part.rows[place]
                one = Part(part.level, part.number, range(row, row + 1))
                return next(iter(Candidates(self.surface, (one,), [self._lists.entity[row]], self._lists, self._table)))
            place -= len(part.rows)
        raise AssertionError("parts are shorter than the list")

    def __iter__(self) -> Iterator[Candidate]:
        columns = (self.entity_ids, self.entities, self.kinds, self.p, self.levels, self.n_link, self.evidence, self.c)
        for id_, entity, kind, p, level, n_link, (redirect, items, title, hatnote), c in zip(*columns, strict=True):
            yield Candidate(id_, entity, kind, p, level, n_link, redirect, items, title, hatnote, c)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Candidates({self.surface!r}, {list(self)!r})"
