"""Template tables: which template of a wiki means what."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.records.names import PageKind
from pipeline.titles.shipped import TABLES

# Wikis whose templates are those of another language's table.
_LANGUAGE_OF = {"simple": "en", "en-simple": "en"}
LAST = -1


@dataclass(frozen=True, slots=True)
class TextRule:
    """Which argument of a template a reader sees.

    Attributes:
        position: Unnamed argument from 1; LAST is the last one. 0: none, `literal` is the text.
        literal: Fixed text, for {{nbsp}} and the like.
        names: Names under which the argument may be given instead.
    """

    position: int
    literal: str = ""
    names: tuple[str, ...] = ()


class TemplateTables:
    """The template families of one wiki; all look-ups ignore case and take `_` for a space.

    A wiki without a table gets an empty one with `has_table` False.
    """

    __slots__ = (
        "_hatnotes",
        "_infobox_names",
        "_infobox_prefixes",
        "_infobox_suffixes",
        "_kinds",
        "_text",
        "_text_prefixes",
        "disambiguation_suffix",
        "has_table",
        "see_also",
    )

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.has_table = bool(table)
        self.disambiguation_suffix: str = table.get("disambiguation_suffix", "(disambiguation)")
        self.see_also = frozenset(name.casefold() for name in table.get("see_also", ()))
        self._kinds = {
            name: PageKind(kind) for kind, names in table.get("kinds", {}).items() for name in _folded(names)
        }
        self._hatnotes = {name: form for form, names in table.get("hatnotes", {}).items() for name in _folded(names)}
        infobox = table.get("infobox", {})
        self._infobox_prefixes = tuple(_folded(infobox.get("prefixes", ())))
        self._infobox_suffixes = tuple(_folded(infobox.get("suffixes", ())))
        self._infobox_names = frozenset(_folded(infobox.get("names", ())))
        self._text = dict(_text_rules(table.get("text", {})))
        self._text_prefixes = tuple(_folded(table.get("text_prefixes", ())))

    def kind_of(self, name: str) -> PageKind | None:
        """Kind of page that the template marks, None for other templates."""
        return self._kinds.get(_fold(name))

    def hatnote_form(self, name: str) -> str | None:
        """Name of the template's form in HATNOTE_FORMS, None for other templates."""
        return self._hatnotes.get(_fold(name))

    def is_infobox(self, name: str) -> bool:
        """Whether the template belongs to the infobox family."""
        folded = _fold(name)
        return (
            folded in self._infobox_names
            or any(_begins(folded, word) for word in self._infobox_prefixes)
            or any(folded.endswith(" " + word) for word in self._infobox_suffixes)
        )

    def infobox_type(self, name: str) -> str | None:
        """What follows the infobox word ("Infobox person" -> "person"); own-name boxes give their name."""
        folded = _fold(name)
        name = name.replace("_", " ").strip()
        if not self.is_infobox(name):
            return None
        if folded in self._infobox_names:
            return name
        for word in self._infobox_prefixes:
            if _begins(folded, word):
                return name[len(word) :].strip(" /-:") or name
        for word in self._infobox_suffixes:
            if folded.endswith(" " + word):
                return name[: -len(word)].rstrip()
        return name

    def text_template(self, name: str) -> TextRule | None:
        """Which argument carries the text that a reader sees, None for templates that show none."""
        folded = _fold(name)
        rule = self._text.get(folded)
        if rule is None and self._text_prefixes and folded.startswith(self._text_prefixes):
            return TextRule(1, names=("text",))
        return rule


@cache
def template_tables(wiki: str, lang: str) -> TemplateTables:
    """The tables of a wiki: its own, else those of its language, else empty ones."""
    for stem in (wiki, _LANGUAGE_OF.get(lang, lang)):
        path = TABLES / f"templates.{stem}.json"
        if stem.replace("-", "").replace("_", "").isalnum() and path.is_file():
            return TemplateTables(json.loads(path.read_text(encoding="utf-8")))
    return TemplateTables({})


def _fold(name: str) -> str:
    return name.replace("_", " ").strip().casefold()


def _folded(names: Iterable[str]) -> list[str]:
    return [_fold(name) for name in names]


def _begins(folded: str, word: str) -> bool:
    """Whether a name is the word or begins with it and no letter follows ("Infobox2", not "Infoboxes")."""
    return folded.startswith(word) and not folded[len(word) : len(word) + 1].isalpha()


def _text_rules(table: Mapping[str, Any]) -> Iterable[tuple[str, TextRule]]:
    for name, literal in table.get("literal", {}).items():
        yield _fold(name), TextRule(0, literal)
    for position, names in table.items():
        if position == "literal":
            continue
        rule = TextRule(LAST if position == "last" else int(position), names=("text",))
        for name in names:
            yield _fold(name), rule
