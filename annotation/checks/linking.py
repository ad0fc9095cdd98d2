"""Checks of entities: spelling, pages, NIL, types, priors."""

import re
from collections.abc import Iterator
from dataclasses import replace

from annotation.checks.findings import Note
from annotation.checks.scene import Scene
from annotation.records import NIL
from annotation.tokens import words
from pipeline.formats.entity_urls import is_nil_word, read_entity_url
from pipeline.records.names import PageKind
from pipeline.titles.keys import TitleParser

_DISAMBIGUATION = re.compile(r"\(disambiguation\)$", re.IGNORECASE)
SURE, UNLIKELY = 0.9, 0.01
_NOT_ENTITIES = (PageKind.DISAMBIGUATION, PageKind.SURNAME, PageKind.GIVEN_NAME, PageKind.SET_INDEX)


def malformed(scene: Scene) -> Iterator[Note]:
    """The entity is the title of a page, written as the wiki writes it; never an address."""
    for place, one, entity in scene.linked():
        name = read_entity_url(entity)
        if name.is_nil:
            continue
        if name.title is None:
            told = (name.problem.value if name.problem else "empty").replace("_", " ")
            yield Note(place, f"{entity!r} names no page of this wiki ({told})")
        elif name.title != entity:
            yield Note(place, f"{entity!r} is written {name.title!r}", replace(one, entity=name.title))


def undecided(scene: Scene) -> Iterator[Note]:
    """Every mention has an entity or NIL."""
    for place, one in scene.annotations:
        if one.entity is None:
            yield Note(place, f"{one.surface!r} has neither an entity nor NIL")


def no_page(scene: Scene) -> Iterator[Note]:
    """The entity is a page of the knowledge base."""
    for place, _, entity in scene.linked():
        if scene.knowledge is not None and _is_plain(scene, entity) and scene.knowledge.page(entity) is None:
            yield Note(place, f"the knowledge base has no article {entity!r}")


def disambiguation_page(scene: Scene) -> Iterator[Note]:
    """The entity is an article, not a list of meanings."""
    for place, _, entity in scene.linked():
        page = scene.knowledge.page(entity) if scene.knowledge is not None else None
        if _DISAMBIGUATION.search(entity) or (page is not None and page.kind in _NOT_ENTITIES):
            yield Note(place, f"{entity!r} lists what a name can mean; choose one of the meanings")


def other_namespace(scene: Scene, titles: TitleParser) -> Iterator[Note]:
    """The entity is in the main namespace."""
    for place, _, entity in scene.linked():
        parsed = titles.parse(entity)
        if parsed.problem is None and (parsed.namespace != 0 or parsed.interwiki):
            yield Note(place, f"{entity!r} is no article: only pages without a prefix are entities")


def redirect(scene: Scene) -> Iterator[Note]:
    """The entity is the article itself, not a redirect to it."""
    for place, one, entity in scene.linked():
        page = scene.knowledge.page(entity) if scene.knowledge is not None else None
        if page is not None and page.entity is not None and page.entity != entity:
            fix = replace(one, entity=page.entity)
            yield Note(place, f"{entity!r} redirects to {page.entity!r}", fix)


def nil_spelling(scene: Scene) -> Iterator[Note]:
    """No entity is written NIL (guideline 2)."""
    for place, one in scene.annotations:
        if one.entity is not None and _is_nil_spelling(scene, one.entity):
            yield Note(place, f"no entity is written {NIL}, not {one.entity!r}", replace(one, entity=NIL))


def known_nil(scene: Scene) -> Iterator[Note]:
    """NIL, though the knowledge base has a page of that name or one clear meaning (guideline 2)."""
    for place, one in scene.annotations:
        if not one.is_nil or scene.knowledge is None:
            continue
        page = scene.knowledge.page(one.surface)
        best = next(iter(scene.knowledge.candidates(one.surface)), None)
        if page is not None and page.entity is not None:
            yield Note(place, f"is {one.surface!r} none of the wiki's? There is {page.entity!r}")
        elif best is not None and best[1] > SURE:
            yield Note(
                place, f"is {one.surface!r} none of the wiki's? It means {best[0]!r} in {best[1]:.0%} of its links"
            )


def type_of_entity(scene: Scene) -> Iterator[Note]:
    """The type fits what the knowledge base knows of the entity (guideline 3)."""
    for place, one, entity in scene.linked():
        page = scene.knowledge.page(entity) if scene.knowledge is not None else None
        if page is not None and page.type is not None and one.type is not None and page.type != one.type:
            yield Note(place, f"{entity!r} looks like {page.type}, not {one.type}")


def unlikely(scene: Scene) -> Iterator[Note]:
    """The surface is known to mean other entities, and this one hardly ever."""
    for place, one, entity in scene.linked():
        candidates = scene.knowledge.candidates(one.surface) if scene.knowledge is not None else ()
        chance = dict(candidates).get(entity, 0.0)
        if candidates and chance < UNLIKELY:
            yield Note(
                place, f"{one.surface!r} means {entity!r} in {chance:.1%} of its links; mostly {candidates[0][0]!r}"
            )


def not_in_caption(scene: Scene) -> Iterator[Note]:
    """Nothing in the caption or among the entity's names supports it: perhaps the article's text did (guideline 1)."""
    told = scene.caption.casefold()
    for place, one, entity in scene.linked():
        if scene.knowledge is None or not _is_plain(scene, entity) or any(word in told for word in words(entity)):
            continue
        if entity not in dict(scene.knowledge.candidates(one.surface)):
            yield Note(place, f"can {entity!r} be told from image and caption alone?")


def _is_nil_spelling(scene: Scene, entity: str) -> bool:
    """A word for "no entity" that is not the name of a page such as NaN."""
    if entity == NIL or not is_nil_word(entity):
        return False
    return scene.knowledge is None or scene.knowledge.page(entity) is None


def _is_plain(scene: Scene, entity: str) -> bool:
    """Whether a title is well written and of an article; E001, E003 and N001 speak of those that are not."""
    is_written = read_entity_url(entity).title == entity and not _is_nil_spelling(scene, entity)
    return is_written and not _DISAMBIGUATION.search(entity)
