"""Namespaces, prefixes and words of one wiki, as a record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.records.digest import options_digest
from pipeline.records.errors import InputError

FIRST_LETTER = "first-letter"


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace; `canonical` is its English name, `case` is first-letter or case-sensitive."""

    id: int
    name: str
    canonical: str
    aliases: tuple[str, ...]
    case: str


@dataclass(frozen=True, slots=True)
class DumpNames:
    """What the header of a dump says of its wiki; namespaces as id -> (name, case)."""

    wiki: str
    lang: str
    case: str
    namespaces: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """The rules of one wiki that reading its titles and text needs.

    `interwiki` and `local_interwiki` are lower-case prefixes, sorted; the local ones mean this wiki itself.
    `link_trail` is a regular expression for the letters after a link, '' when the wiki joins none.
    `image_words` maps names such as `img_thumbnail` to their spellings, `$1` standing for a value.
    """

    wiki: str
    lang: str
    namespaces: tuple[Namespace, ...]
    interwiki: tuple[str, ...]
    local_interwiki: tuple[str, ...]
    link_trail: str
    redirect_words: tuple[str, ...]
    image_words: tuple[tuple[str, tuple[str, ...]], ...]
    legal_title_chars: str

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value; `from_json` reads it back."""
        return asdict(self) | {"image_words": dict(self.image_words)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SiteInfo":
        """Read what `to_json` gave.

        Raises:
            InputError: a key is missing.
        """
        try:
            return cls(
                wiki=value["wiki"],
                lang=value["lang"],
                namespaces=tuple(
                    Namespace(row["id"], row["name"], row["canonical"], tuple(row["aliases"]), row["case"])
                    for row in value["namespaces"]
                ),
                interwiki=tuple(value["interwiki"]),
                local_interwiki=tuple(value["local_interwiki"]),
                link_trail=value["link_trail"],
                redirect_words=tuple(value["redirect_words"]),
                image_words=frozen_words(value["image_words"]),
                legal_title_chars=value["legal_title_chars"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"the siteinfo table is not whole: {error!r}") from error

    def digest(self) -> str:
        """Hex digest of all rules; part of every stage's id."""
        return options_digest(self.to_json())


def frozen_words(words: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Magic words sorted by name, as SiteInfo holds them."""
    return tuple((name, tuple(words[name])) for name in sorted(words))
