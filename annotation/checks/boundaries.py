"""Checks of boundaries and metonymy: guidelines 5, 6 and 7."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from annotation.checks.findings import Note
from annotation.checks.form import is_inside
from annotation.checks.scene import Scene, TitlePolicy
from annotation.records import Annotation

_WORD = re.compile(r"[\w.'’-]*\w\.?")
_CHAIN = re.compile(r",\s+|\s+(?:and|&|of)\s+")
_PLACES = frozenset({"Country", "Location"})
_LONGEST_TITLE = 3
_BODY = re.compile(
    r"\b(?:national .*team|national side|(?:football|basketball|cricket|hockey|rugby) (?:team|club)|government of"
    r"|ministry|parliament|army|armed forces|police|olympic committee)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WordLists:
    """Own word lists: nationalities, titles of persons, words around teams and governments."""

    nationalities: frozenset[str]
    titles: frozenset[str]
    cues: frozenset[str]


@cache
def word_lists() -> WordLists:
    """The lists of `words.json`, casefolded."""
    value = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
    return WordLists(
        *(frozenset(one.casefold() for one in value[name]) for name in ("nationalities", "titles", "cues"))
    )


def nationality_chain(scene: Scene) -> Iterator[Note]:
    """A nationality, a title and a name are three things: the smallest granularity (guideline 5)."""
    lists = word_lists()
    for place, one in scene.annotations:
        found = _words(one.surface)
        if len(found) < 2 or found[0][0].casefold() not in lists.nationalities:
            continue
        title_words = leading_title(one.surface[found[1][1] :])
        rest = one.surface[found[1][1] :][title_words:].strip()
        if title_words and rest[:1].isupper():
            yield Note(place, f"mark {found[0][0]!r} and {rest!r} apart instead of {one.surface!r}")


def chain_of_titles(scene: Scene) -> Iterator[Note]:
    """A span that is no title, but two titles with a comma, "and" or "of" between."""
    knowledge = scene.knowledge
    for place, one in scene.annotations:
        parts = [part for part in _CHAIN.split(one.surface) if part]
        if knowledge is None or len(parts) != 2 or knowledge.page(one.surface) or knowledge.candidates(one.surface):
            continue
        if all(knowledge.page(part) for part in parts):
            yield Note(place, f"{parts[0]!r} and {parts[1]!r} are two entities; {one.surface!r} is none")


def title_of_person(scene: Scene) -> Iterator[Note]:
    """The title before a person's name belongs to the span, or not, by the policy (guideline 6)."""
    for place, one in scene.annotations:
        if one.type != "Person" or not is_inside(scene, one):
            continue
        inside = leading_title(one.surface)
        if scene.title_policy is TitlePolicy.EXCLUDE:
            if inside and one.surface[inside:].strip()[:1].isupper():
                yield Note(place, f"leave the title {one.surface[:inside].strip()!r} out of the span")
            continue
        title = _title_before(scene.caption, one)
        if title and not inside:
            yield Note(place, f"the title {title!r} before {one.surface!r} belongs to the span")


def metonymy(scene: Scene) -> Iterator[Note]:
    """A place's name for its team or government, or a body annotated as a place (guideline 7)."""
    cues = sorted({word for word, _, _ in _words(scene.caption)} & _cue_forms(scene.caption))
    for place, one, entity in scene.linked():
        is_place = one.type in _PLACES
        if is_place and _BODY.search(entity):
            yield Note(place, f"{entity!r} is a body, no place; its type is Organization")
        elif is_place and cues and "metonymy" not in one.flags and entity.casefold() == one.surface.casefold():
            yield Note(place, f"with {cues[0]!r} in the caption, {one.surface!r} may stand for a team or a government")


def leading_title(text: str) -> int:
    """Length of the title with which a text begins: "Prime Minister " of "Prime Minister Brown"; 0 without."""
    found = _words(text)
    titles = word_lists().titles
    for length in range(min(_LONGEST_TITLE, len(found) - 1), 0, -1):
        if " ".join(word for word, _, _ in found[:length]).casefold().rstrip(".") in titles:
            return found[length][1]
    return 0


def _title_before(caption: str, person: Annotation) -> str:
    """The title that stands directly before a span, but for one after a nationality: that chain is split."""
    before = caption[: person.start]
    if not before.endswith(" "):
        return ""
    found = _words(before)
    lists = word_lists()
    for length in range(min(_LONGEST_TITLE, len(found)), 0, -1):
        title = caption[found[-length][1] : person.start].strip()
        if title.casefold().rstrip(".") in lists.titles and title[:1].isupper():
            earlier = found[-length - 1][0].casefold() if len(found) > length else ""
            return "" if earlier in lists.nationalities else title
    return ""


def _cue_forms(caption: str) -> set[str]:
    cues = word_lists().cues
    return {word for word, _, _ in _words(caption) if word.casefold() in cues}


def _words(text: str) -> list[tuple[str, int, int]]:
    """Words with their places; "St." and "Jean-Luc" are one."""
    return [(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
