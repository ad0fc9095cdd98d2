"""The entities of the world: some made by hand, the rest invented."""

from dataclasses import dataclass
from pathlib import Path
from random import Random

from worldgen.keys import bare_form, first_upper

CATALOG = Path(__file__).with_name("catalog.txt")
TOPICS = (
    "sports", "politics", "entertainment", "disaster", "technology",
    "crime", "economy", "education", "health", "weather",
)  # fmt: skip
FIRST_NAMES = (
    "Anna", "Ben", "Clara", "Daniel", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Marco",
    "Nora", "Omar", "Petra", "Quentin", "Rosa", "Samuel", "Tara", "Umar", "Vera", "William", "Xenia", "Yusuf", "Zoë",
    "Aisha", "Björn", "Chidi", "Dolores", "Emil", "Fatima", "George", "Hilary", "Ivan", "Jordan", "Katrina", "Luis",
)  # fmt: skip
ANIMALS = (
    "Lions", "Jaguars", "Bears", "Hawks", "Wolves", "Tigers", "Bulldogs", "Panthers", "Eagles", "Sharks", "Pythons",
    "Falcons", "Rams", "Ravens", "Stags", "Otters", "Cobras", "Herons", "Foxes", "Bisons",
)  # fmt: skip
WORDS = (
    "River", "Winter", "Silent", "Golden", "Broken", "Northern", "Paper", "Glass", "Midnight", "Summer", "Hollow",
    "Crimson", "Distant", "Electric", "Harbour", "Garden", "Mountain", "Shadow", "Copper", "Velvet", "Thunder", "Salt",
)  # fmt: skip
STARTS = ("Al", "Bran", "Cor", "Dal", "El", "Far", "Gren", "Hol", "Is", "Kar", "Lun", "Mor", "Nor", "Os", "Pel", "Quar",
          "Ros", "Sund", "Tor", "Ul", "Var", "Wes", "Yar", "Zel", "Ån", "Öst", "Čes", "Šum")  # fmt: skip
MIDDLES = ("a", "e", "i", "o", "u", "ar", "en", "il", "on", "und", "é", "ö")
TOWN_ENDS = ("ton", "ford", "burg", "wick", "mouth", "stad", "ville", "grad", "holm", "minster")
NAME_ENDS = ("son", "man", "ez", "ova", "berg", "ski", "land", "well", "dotter", "ier")
QUALIFIERS = ("politician", "footballer", "singer", "scientist", "writer")
# Type, topic, and how often it comes among 50 invented entities.
MIX = (
    ("person", "sports", 8), ("person", "politics", 6), ("person", "entertainment", 6), ("place", "politics", 4),
    ("place", "weather", 3), ("club", "sports", 6), ("company", "economy", 4), ("film", "entertainment", 3),
    ("band", "entertainment", 2), ("storm", "disaster", 1), ("event", "crime", 1), ("event", "disaster", 1),
    ("university", "education", 2), ("disease", "health", 1), ("product", "technology", 1), ("person", "health", 1),
)  # fmt: skip
TURN = tuple((kind, topic) for kind, topic, times in MIX for _ in range(times))
PORTRAIT_ENDINGS = ("jpg", "jpg", "jpg", "jpg", "JPG", "jpeg", "png", "png", "svg", "svg", "svg", "gif", "tif", "webp")


@dataclass(slots=True)
class Entity:
    """One thing of the world with all the names that are used for it."""

    title: str
    topic: str
    type: str
    about: str
    redirects: tuple[str, ...]
    names: tuple[str, ...]
    image: str = ""
    """File that shows its visual identity; things made by hand have one."""


def read_catalog() -> list[Entity]:
    """The entities made by hand, in file order."""
    entities = []
    for line in CATALOG.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            title, topic, kind, about, redirects, names = (part.strip() for part in line.split("|"))
            image = portrait_title(title, kind)
            entities.append(Entity(title, topic, kind, about, _split(redirects), _split(names), image))
    return entities


def portrait_title(title: str, kind: str) -> str:
    """The file that shows an entity made by hand."""
    name = first_upper(title).replace('"', "").replace(":", "")
    if kind == "animal":
        return f"{name} in the wild.jpg"
    return f"{name} portrait.{Random(f'ending of {title}').choice(PORTRAIT_ENDINGS)}"


def _split(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(";") if name.strip())


class Inventor:
    """Makes up entities one after another; no title comes twice."""

    def __init__(self, rng: Random, taken: set[str]) -> None:
        self.rng = rng
        self.taken = taken
        self.count = 0
        self.surnames = [self._word(NAME_ENDS) for _ in range(16)]
        self.towns = [self._word(TOWN_ENDS) for _ in range(6)]

    def _word(self, ends: tuple[str, ...]) -> str:
        pick = self.rng.choice
        return pick(STARTS) + pick(MIDDLES) + (pick(("", "", "r", "n", "ll")) + pick(ends))

    def make(self) -> Entity:
        """The next entity."""
        kind, topic = TURN[self.count * 7 % len(TURN)]
        self.count += 1
        title, about, redirects, names = getattr(self, f"_{kind}")(topic)
        title = self._free(title)
        redirects = tuple(name for name in redirects if name not in self.taken)
        self.taken.update(redirects)
        return Entity(title, topic, kind, about, redirects, names)

    def _free(self, title: str) -> str:
        bare = bare_form(title)
        for extra in ("", *QUALIFIERS):
            option = f"{bare} ({extra})" if extra else title
            if option not in self.taken:
                self.taken.add(option)
                return option
        option = f"{bare} (born {1900 + self.count % 100}, no. {self.count})"
        self.taken.add(option)
        return option

    def _person(self, topic: str) -> tuple:
        if self.count % 12 == 0:
            self.surnames.append(self._word(NAME_ENDS))
        rng = self.rng
        first, family = rng.choice(FIRST_NAMES), rng.choice(self.surnames)
        about = {"sports": "a footballer", "politics": "a politician", "health": "a physician"}.get(topic, "an actor")
        redirects = (f"{first[0]}. {family}",) if rng.random() < 0.4 else ()
        return f"{first} {family}", about, redirects, (family, first)

    def _place(self, topic: str) -> tuple:
        town = self._word(TOWN_ENDS)
        self.towns.append(town)
        title = town if self.rng.random() < 0.8 else f"{town} ({self.rng.choice(WORDS)} Valley)"
        return (
            title,
            "a town on the coast" if topic == "weather" else "a regional capital",
            (f"City of {town}",),
            (town,),
        )

    def _club(self, _topic: str) -> tuple:
        town, animal = self.rng.choice(self.towns), self.rng.choice(ANIMALS)
        redirects = (f"{town} {animal[:-1]} Club", f"The {town} {animal}")[: self.rng.randrange(3)]
        return f"{town} {animal}", f"a football club from {town}", redirects, (animal, town)

    def _company(self, _topic: str) -> tuple:
        name = self._word(("tec", "ona", "ex", "ia", "soft", "corp"))
        return f"{name} Group", "a trading company", (f"{name} plc", name)[: self.rng.randrange(3)], (name,)

    def _film(self, _topic: str) -> tuple:
        name = f"{self.rng.choice(WORDS)} {self.rng.choice(WORDS)}"
        year = self.rng.randrange(1950, 2021)
        return f"{name} ({year} film)", f"a film of {year}", (f"{name} (movie, {year})",), (name,)

    def _band(self, _topic: str) -> tuple:
        name = f"The {self.rng.choice(WORDS)} {self.rng.choice(ANIMALS)}"
        return f"{name} (band)", "a rock band", (), (name, name.rsplit(" ", 1)[1])

    def _storm(self, _topic: str) -> tuple:
        name, year = self.rng.choice(FIRST_NAMES), self.rng.randrange(1980, 2021)
        return f"Hurricane {name} ({year})", f"a storm of {year}", (), (f"Hurricane {name}", name)

    def _event(self, topic: str) -> tuple:
        town, year = self.rng.choice(self.towns), self.rng.randrange(1980, 2021)
        what = "robbery" if topic == "crime" else "earthquake"
        return f"{year} {town} {what}", f"a {what} near {town}", (f"{town} {what} of {year}",), (f"{town} {what}", town)

    def _university(self, _topic: str) -> tuple:
        town = self.rng.choice(self.towns)
        return f"University of {town}", f"a university in {town}", (f"{town} University",), (town,)

    def _disease(self, _topic: str) -> tuple:
        name = f"{self.rng.choice(self.towns)} fever"
        return name, "a disease of cattle and people", (f"{name} virus disease",), (name.partition(" ")[0],)

    def _product(self, _topic: str) -> tuple:
        name = f"{self.rng.choice(WORDS)} {self.rng.randrange(2, 90)}"
        return f"{name} (software)", "a text editor", (), (name,)
