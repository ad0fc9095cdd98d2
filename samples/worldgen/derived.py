"""Pages that follow from the entities' names: shared names, surnames, redirects."""

from dataclasses import dataclass, field

from worldgen.catalog import Entity
from worldgen.keys import first_upper

LIST_LIMIT = 60
SET_INDEX_HEADS = ("HMS ", "Hurricane ")


@dataclass(slots=True)
class NamePage:
    """A disambiguation, surname, given-name or set-index page to be written."""

    title: str
    kind: str
    name: str
    members: list[Entity]


@dataclass(slots=True)
class World:
    """Everything that articles link to."""

    entities: list[Entity]
    name_pages: list[NamePage] = field(default_factory=list)
    shared: dict[str, NamePage] = field(default_factory=dict)
    """Name (title key) -> the disambiguation or set-index page for it."""


def find_name_pages(entities: list[Entity], taken: set[str]) -> World:
    """Group entities by the names they share; new titles are added to `taken`."""
    world = World(entities)
    by_name: dict[str, list[Entity]] = {}
    families: dict[str, list[Entity]] = {}
    givens: dict[str, list[Entity]] = {}
    for entity in entities:
        for name in entity.names:
            by_name.setdefault(first_upper(name), []).append(entity)
        if entity.type == "person" and " " in entity.title:
            words = entity.title.split(" (")[0].split()
            families.setdefault(words[-1], []).append(entity)
            givens.setdefault(words[0], []).append(entity)
    for name, members in by_name.items():
        if len(members) > 1 and not (members == families.get(name) or members == givens.get(name)):
            page = _name_page(name, members, taken)
            world.name_pages.append(page)
            world.shared[name] = page
    for groups, kind, label in ((families, "surname", "surname"), (givens, "given_name", "given name")):
        for name, members in groups.items():
            if len(members) > 1:
                title = _take((name, f"{name} ({label})"), taken)
                world.name_pages.append(NamePage(title, kind, name, members[:LIST_LIMIT]))
    return world


def _name_page(name: str, members: list[Entity], taken: set[str]) -> NamePage:
    if name.startswith(SET_INDEX_HEADS):
        return NamePage(_take((name, f"List of things named {name}"), taken), "set_index", name, members[:LIST_LIMIT])
    return NamePage(_take((name, f"{name} (disambiguation)"), taken), "disambiguation", name, members[:LIST_LIMIT])


def _take(options: tuple[str, ...], taken: set[str]) -> str:
    title = next(option for option in options if option not in taken)
    taken.add(title)
    return title
