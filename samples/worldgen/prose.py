"""Sentences with links: the many ways in which editors write a mention."""

import re
from functools import lru_cache
from pathlib import Path
from random import Random

from worldgen.catalog import Entity
from worldgen.derived import World
from worldgen.keys import first_upper
from worldgen.page import Page

SENTENCES = Path(__file__).with_name("sentences.txt")
RED_TITLES = ("Unwritten Treaty", "Lost Archive of Torholm", "Missing Person (film)", "Harbour Strike of 1931",
              "Ilse Brandvik", "Lions (album)", "Georgia (opera)", "Forgotten Bridge")  # fmt: skip


@lru_cache(maxsize=1)
def sentences() -> dict[str, list[list[str]]]:
    """Topic -> sentences, each cut into words and slots."""
    found: dict[str, list[list[str]]] = {}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            topic, text = line.split(" | ", 1)
            found.setdefault(topic, []).append([part for part in re.split(r"(\{[abcyn]\})", text) if part])
    return found


def pick_entity(world: World, rng: Random) -> Entity:
    """An entity, the first ones far more often."""
    return world.entities[int(len(world.entities) * rng.random() ** 2.5)]


def write_sentence(page: Page, world: World, rng: Random, topic: str) -> None:
    """One sentence of a topic with its mentions linked."""
    for part in rng.choice(sentences()[topic]):
        if part[0] != "{":
            page.say(part)
        elif part == "{y}":
            page.say(str(rng.randrange(1950, 2021)))
        elif part == "{n}":
            page.say(str(rng.randrange(2, 90)))
        else:
            write_mention(page, world, rng, pick_entity(world, rng))
    page.say(" ")
    if rng.random() < 0.5:
        page.say(rng.choice(sentences()["any"])[0] + " ")


def write_mention(page: Page, world: World, rng: Random, entity: Entity) -> None:
    """A link to an entity in one of the usual forms; never a self link."""
    title = entity.title
    if title == page.title:
        page.say(title)
        return
    roll = rng.random()
    if roll < 0.38:
        page.link(title)
    elif roll < 0.70:
        page.link(title, rng.choice(entity.names) if entity.names else title)
    elif roll < 0.82:
        _through_redirect(page, rng, entity)
    else:
        _odd_form(page, world, rng, entity)


def _through_redirect(page: Page, rng: Random, entity: Entity) -> None:
    if not entity.redirects:
        page.link(entity.title)
        return
    redirect = rng.choice(entity.redirects)
    if redirect == page.title:
        page.say(redirect)
    elif rng.random() < 0.7:
        page.link(redirect)
    else:
        page.link(redirect, rng.choice(entity.names) if entity.names else redirect)


def _odd_form(page: Page, world: World, rng: Random, entity: Entity) -> None:
    """Trails, styles, sections, underscores, red links, links to name pages."""
    title = entity.title
    name = entity.names[0] if entity.names else title
    form = rng.randrange(9)
    if form == 0:
        page.link(title, name, trail="s")
    elif form == 1:
        page.link(title, f"''{name}''", seen=name)
    elif form == 2:
        page.link(title, f"the '''{name}'''", seen=f"the {name}")
    elif form == 3:
        page.link(title, name, fragment="History")
    elif form == 4:
        page.link(title, written=title.replace(" ", "_"))
    elif form == 5:
        page.link(title, f"{{{{nowrap|{name}}}}}", seen=name)
    elif form == 6:
        page.link(rng.choice(RED_TITLES))
    elif form == 7 and first_upper(name) in world.shared:
        page.link(world.shared[first_upper(name)].title, name)
    else:
        page.link(title, f"<small>{name}</small>", seen=name)
