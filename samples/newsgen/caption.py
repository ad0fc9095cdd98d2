"""Composes a caption: its wikitext and, piece by piece, what it says."""

from dataclasses import dataclass, field

NEWS_WIKI, WIKIPEDIA = "enwikinews", "enwiki"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a caption and what it means; entity None is one that no page has."""

    start: int
    end: int
    entity: str | None
    type: str
    clue: str


@dataclass(slots=True)
class Caption:
    """A caption under construction; every method that writes a piece also notes its truth.

    Pieces are written so that the text needs no folding: single spaces, none at the ends.
    """

    markup: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    length: int = 0
    links: list[tuple[int, int, str, str]] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)
    is_credit: bool = False
    """It is nothing but a credit, which a label tells; readers keep it."""
    terms: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    @property
    def wikitext(self) -> str:
        """What the page says."""
        return "".join(self.markup)

    @property
    def text(self) -> str:
        """What a reader sees, credits taken out."""
        return "".join(self.shown)

    @property
    def credit(self) -> str:
        """The credits that stood in it."""
        return " · ".join(self.credits)

    def say(self, words: str, markup: str | None = None) -> "Caption":
        """Words that a reader sees, written as `markup` (default: as they are)."""
        self.markup.append(words if markup is None else markup)
        self.shown.append(words)
        self.length += len(words)
        return self

    def raw(self, markup: str) -> "Caption":
        """Markup that no reader sees."""
        self.markup.append(markup)
        return self

    def link(self, surface: str, target: str, markup: str, wiki: str = WIKIPEDIA) -> "Caption":
        """A link; `target` is the title key it means."""
        start = self.length
        self.say(surface, markup)
        self.links.append((start, self.length, target, wiki))
        return self

    def name(
        self, surface: str, entity: str | None, kind: str, clue: str, link: tuple[str, str] | None = None
    ) -> "Caption":
        """A mention of an entity, linked as `link` = (target, markup) says."""
        start = self.length
        if link is None:
            self.say(surface)
        else:
            self.link(surface, *link)
        self.mentions.append(Mention(start, self.length, entity, kind, clue))
        return self

    def credit_line(self, words: str, markup: str) -> "Caption":
        """A credit; the reader's caption is without it."""
        self.markup.append(markup)
        self.credits.append(words)
        return self

    def credit_alone(self, words: str) -> "Caption":
        """A label and a name that are all there is: the words stay, and a person should look at them."""
        self.credits.append(words)
        self.is_credit = True
        return self.say(words)

    def term(self, words: str, kind: str) -> "Caption":
        """Words that a person should look at."""
        self.terms.append(f"term:{kind}:{words.casefold()}")
        return self.say(words)

    def unknown_template(self, name: str, words: str) -> "Caption":
        """A template of no table; readers see its last argument."""
        self.unknown.add(name)
        return self.say(words, f"{{{{{name}|{words}}}}}")

    def review(self) -> list[str]:
        """Why a person should look at this caption."""
        alone = ["credit_only"] if self.is_credit else []
        return [*alone, *dict.fromkeys(self.terms), *(f"unknown_template:{name}" for name in sorted(self.unknown))]


def caption(words: str) -> Caption:
    """A caption of plain words."""
    return Caption().say(words)
