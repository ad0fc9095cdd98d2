"""Entity lists: a table in plain text that names entities by id."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from pipeline.records.errors import InputError

_SPACES = str.maketrans("\t\n\r", "   ")


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """One entity with its title and the number of pairs whose captions can mean it."""

    entity_id: int
    entity: str = ""
    n_pairs: int = 0


COLUMNS = tuple(field.name for field in fields(ListedEntity))


def write_entity_list(path: Path, entities: Iterable[ListedEntity]) -> None:
    """Write a header line and one line an entity, tabs between columns, by temporary name and rename."""
    rows = ((str(one.entity_id), one.entity.translate(_SPACES), str(one.n_pairs)) for one in entities)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines("\t".join(row) + "\n" for row in (COLUMNS, *rows))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_entity_list(path: Path) -> list[ListedEntity]:
    """The entities of a list in its order.

    The first column must be `entity_id`; `entity` and `n_pairs` may be missing and other columns may follow, so that
    a list can be written by hand. Empty lines do not count.

    Raises:
        InputError: no such file, no header, a line that is none, or an entity named twice; says where.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; make it with runners/list_entities.py") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}") from error
    # Not splitlines: a title may hold U+0085 or U+2028.
    lines = [(number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    names = lines[0][1].split("\t") if lines else []
    if names[:1] != ["entity_id"]:
        raise InputError(f"{path} is no entity list: its first line must name the columns, the first being entity_id")
    found: dict[int, ListedEntity] = {}
    for number, one in _entities(path, names, lines[1:]):
        if one.entity_id in found:
            raise InputError(f"{path}, line {number}: entity {one.entity_id} is named twice")
        found[one.entity_id] = one
    return list(found.values())


def _entities(path: Path, names: list[str], lines: list[tuple[int, str]]) -> Iterator[tuple[int, ListedEntity]]:
    for number, line in lines:
        values = dict(zip(names, line.split("\t"), strict=False))
        try:
            id_, n_pairs = _whole(values["entity_id"]), _whole(values.get("n_pairs") or "0")
        except ValueError as error:
            raise InputError(f"{path}, line {number}: {error}") from error
        yield number, ListedEntity(id_, values.get("entity", ""), n_pairs)


def _whole(text: str) -> int:
    """The number that `text` is; Python's int() would also take 1_000 and other scripts' digits."""
    digits = text.strip()
    if not (digits.removeprefix("-").isascii() and digits.removeprefix("-").isdecimal()):
        raise ValueError(f"{text[:40]!r} is no whole number")
    return int(digits)
