"""Captions whose picture, words, or both tell what a name means."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from worldgen.catalog import Entity
from worldgen.keys import bare_form, first_upper

from newsgen.article import MONTHS
from newsgen.caption import Caption

CLUES = ("image", "text", "both")
TYPES = {
    "person": "Person", "place": "Location", "river": "Location", "country": "Country", "club": "Organization",
    "team": "Organization", "company": "Organization", "organisation": "Organization", "university": "Organization",
    "band": "Organization", "film": "Works", "storm": "Event", "event": "Event", "animal": "Misc", "product": "Misc",
    "ship": "Misc", "disease": "Misc", "element": "Misc",
}  # fmt: skip
MYTHS = "(mythology)"
SIDES = ("club", "team")
# {S} is the name, {D} a month, {A} what the thing is. The first ones say nothing that tells things of one name apart.
SEEN = (
    "{S} in a picture from {D}.", "{S}, photographed in {D}.", "A reader sent this view of {S} in {D}.",
    "{S} again, this time in {D}.", "This is {S} as seen in {D}.", "{S} made the news in {D}.",
    "Readers asked about {S} in {D}.", "The name of the day: {S}.", "{S}, one more time, in {D}.",
    "How {S} looked in {D}.", "Many people talked about {S} in {D}.", "{S} on a busy day in {D}.",
)  # fmt: skip
SEEN_SIDES = (
    "{S} celebrate after the match in {D}.",
    "{S} before the match of {D}.",
    "Supporters wait for {S} in {D}.",
)
TOLD = (
    "{S}, {A}, was in the news of {D}.", "A report on {S}, {A}, appeared in {D}.",
    "Much was said in {D} about {S}, {A}.", "Not everybody knows {S}, {A}.", "{S} is {A}, as a guide explained in {D}.",
    "In {D} a new book about {S}, {A}, was shown.", "People talked of {S}, {A}, in {D}.",
)  # fmt: skip
WITH = ("{S} with {T} in {D}.", "{S} and {T}, {D}.", "First {S}, then {T}: two pictures of {D}.")
# Surface, type, what it is: things that have no page.
NIL = (
    ("Jordan", "Organization", "a bakery in a side street"), ("Lions", "Organization", "a choir of school children"),
    ("Georgia", "Person", "a girl who reads the forecast"), ("Phoenix", "Misc", "a racing pigeon"),
    ("Washington", "Works", "a statue carved from one oak"), ("Ilse Brandvik", "Person", "a painter of glass"),
    ("Torholm", "Location", "a village with one harbour crane"), ("Quillfest", "Event", "a festival of handwriting"),
    ("Delta", "Organization", "a shop for model boats"), ("The Silent Ferry", "Works", "a play for two voices"),
    ("Paris", "Misc", "a prize-winning goat"), ("Bank of Torholm", "Organization", "a savings club of farmers"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One caption to be written: which thing, by which clue; entity None is a thing without a page."""

    surface: str
    entity: str | None
    redirects: tuple[str, ...]
    type: str
    about: str
    topic: str
    clue: str
    is_side: bool = False
    """Two or more sports sides share the name, so that a match tells nothing."""

    @property
    def emblem(self) -> str:
        """What the visual identity is made from."""
        return self.entity or nil_emblem(self.surface, self.about)


def nil_emblem(surface: str, about: str) -> str:
    """The same of a thing without a page."""
    return f"nil:{surface}:{about}"


def type_of(entity: Entity) -> str:
    """The type of mention that an entity is."""
    return "Misc" if entity.title.endswith(MYTHS) else TYPES[entity.type]


def surfaces_of(entity: Entity) -> list[str]:
    """Names for a caption, shared ones first as the catalog has them."""
    names = [name for name in entity.names if name == first_upper(name)]
    return list(dict.fromkeys([*names, bare_form(entity.title)]))


def tasks(entities: list[Entity], topics: tuple[str, ...]) -> Iterator[Task]:
    """Endless tasks: every thing by every clue in turn, those without a page among them.

    A picture alone must tell only names that several things share; a name of one thing is told by its words.
    """
    named = Counter(name for entity in entities for name in surfaces_of(entity))
    sides = Counter(name for entity in entities if entity.type in SIDES for name in surfaces_of(entity))
    number = nils = 0
    while True:
        place = 0
        for entity in entities:
            shared = [name for name in surfaces_of(entity) if named[name] > 1]
            if not shared and number % 3:
                continue
            names = shared if shared and number % 4 != 3 else surfaces_of(entity)[-1:]
            surface = names[number % len(names)]
            clue = CLUES[(place + number) % 3]
            if named[surface] < 2 and clue == "image":
                clue = CLUES[1 + place % 2]
            is_side = entity.type in SIDES and sides[surface] > 1
            place += 1
            yield Task(
                surface, entity.title, entity.redirects, type_of(entity), entity.about, entity.topic, clue, is_side
            )
            if place % 9 == 8:
                yield _nil(nils, named, topics)
                nils += 1
        number += 1


def _nil(number: int, named: Counter[str], topics: tuple[str, ...]) -> Task:
    surface, kind, about = NIL[number % len(NIL)]
    clue = CLUES[(number + number // len(NIL)) % 3] if named[surface] else CLUES[1 + number % 2]
    return Task(surface, None, (), kind, about, topics[number % len(topics)], clue)


def write_caption(task: Task, other: Task | None, rng: Random, year: int) -> Caption:
    """The caption of a task; `other` is a second thing that the same clue tells."""
    caption = Caption()
    if other is not None:
        pattern = rng.choice(WITH)
    elif task.clue in {"image", "name"}:
        pattern = rng.choice(SEEN_SIDES if task.is_side and rng.random() < 0.6 else SEEN)
    else:
        pattern = rng.choice(TOLD)
    words = {"D": f"{rng.choice(MONTHS)} {year}", "A": task.about}
    for piece in pattern.replace("{", "\0{").replace("}", "}\0").split("\0"):
        if piece in ("{S}", "{T}"):
            named = task if piece == "{S}" or other is None else other
            caption.name(named.surface, named.entity, named.type, task.clue, _link(named, rng))
        elif piece:
            caption.say(words.get(piece.strip("{}"), piece) if piece[0] == "{" else piece)
    return caption


def _link(task: Task, rng: Random) -> tuple[str, str] | None:
    """Target and markup of a link to the thing, None for a name without link."""
    roll = rng.random()
    if task.entity is None or roll < 0.4:
        return None
    target = rng.choice(task.redirects) if task.redirects and roll > 0.85 else task.entity
    return first_upper(target), link_markup(target, task.surface, rng.randrange(10))


def link_markup(target: str, surface: str, form: int) -> str:
    """One of the ways in which editors write a link to Wikipedia."""
    if surface == target and form < 5:
        return (f"{{{{w|{target}}}}}", f"[[w:{target}]]", f"{{{{W|{target}}}}}")[form % 3]
    if form == 9 and surface[-2:].isascii() and surface.endswith("s"):
        return f"[[w:{target}|{surface[:-1]}]]s"
    return (
        f"{{{{w|{target}|{surface}}}}}", f"[[w:{target}|{surface}]]", f"{{{{W|{target}|{surface}}}}}",
        f"[[:w:{target}|{surface}]]", f"[[Wikipedia:{target}|{surface}]]", f"{{{{w|{target}|''{surface}''}}}}",
        f"[[w:{target.replace(' ', '_')}|'''{surface}''']]", f"{{{{w|{target}#History|{surface}}}}}",
        f"{{{{w|{target}|{surface}}}}}", f"{{{{ w | {target} | {surface} }}}}",
    )[form]  # fmt: skip
