"""Which pages a world has, in which order, under which ids."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from worldgen.articles import write_article
from worldgen.catalog import Inventor, read_catalog
from worldgen.derived import World, find_name_pages
from worldgen.dumpfiles import DumpedPage
from worldgen.namepages import write_name_page, write_redirect
from worldgen.page import Page
from worldgen.traps import OTHER_PAGES, REDIRECTS, TRAPS

Write = Callable[[Page], None]
ID_STEPS = (1, 1, 1, 2, 3, 7)


@dataclass(slots=True)
class PlannedPage:
    """A page still to be composed."""

    title: str
    kind: str
    write: Write
    namespace: int = 0
    model: str = "wikitext"
    state: str = "text"


def plan_world(entities: int, pages: int | None, rng: Random, redirects: Mapping[str, str]) -> list[PlannedPage]:
    """All pages of a world in dump order; `pages` overrides `entities` and is met exactly if it is large enough.

    `redirects` (name -> title) are there in any case, and no page links to them.
    """
    fixed = [*_trap_pages(), *_other_pages(), *_redirects(redirects, rng)]
    taken = {page.title for page in fixed}
    made = read_catalog()
    for entity in made:
        taken.update((entity.title, *entity.redirects))
    inventor = Inventor(rng, taken)
    n_pages = len(fixed) + sum(1 + len(entity.redirects) for entity in made)
    # Name pages come on top; there is about one to nine other pages.
    wanted = None if pages is None else pages * 0.9
    while len(made) < entities if wanted is None else n_pages < wanted:
        made.append(inventor.make())
        n_pages += 1 + len(made[-1].redirects)
    world = find_name_pages(made, taken)
    planned = [*fixed, *_entity_pages(world, rng), *_name_pages(world, rng)]
    while pages is not None and len(planned) < pages:
        extra = inventor.make()
        planned.append(PlannedPage(extra.title, "article", partial(_call, write_article, (world, rng, extra))))
    planned = planned if pages is None else planned[: max(pages, len(fixed))]
    rng.shuffle(planned)
    return planned


def compose(planned: list[PlannedPage], rng: Random, date: str) -> Iterator[tuple[DumpedPage, Page]]:
    """Write every page, ids rising with gaps."""
    page_id, revision = 9, 700_000_000
    year, month = int(date[:4]) - 1, int(date[4:6])
    for plan in planned:
        page_id += rng.choice(ID_STEPS)
        revision += rng.randrange(1, 900)
        page = Page(plan.title, plan.kind)
        plan.write(page)
        yield (
            DumpedPage(
                page_id, plan.namespace, plan.title, page.text, plan.state, plan.model,
                page.fields.get("redirect_attribute"), revision,
                f"{year}-{month:02d}-{rng.randrange(1, 29):02d}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:07Z",
            ),
            page,
        )  # fmt: skip


def _call(function: Callable[..., None], arguments: tuple, page: Page) -> None:
    function(page, *arguments)


def _entity_pages(world: World, rng: Random) -> Iterator[PlannedPage]:
    for entity in world.entities:
        yield PlannedPage(entity.title, "article", partial(_call, write_article, (world, rng, entity)))
        for redirect in entity.redirects:
            yield PlannedPage(redirect, "redirect", partial(_call, write_redirect, (rng, entity.title)))


def _redirects(redirects: Mapping[str, str], rng: Random) -> Iterator[PlannedPage]:
    for name, title in redirects.items():
        yield PlannedPage(name, "redirect", partial(_call, write_redirect, (rng, title)))


def _name_pages(world: World, rng: Random) -> Iterator[PlannedPage]:
    for number, plan in enumerate(world.name_pages):
        yield PlannedPage(plan.title, plan.kind, partial(_call, write_name_page, (world, rng, plan)))
        if plan.kind == "disambiguation" and number % 3 == 0:
            title = f"{plan.name}, several meanings"
            yield PlannedPage(title, "redirect", partial(_call, write_redirect, (rng, plan.title)))


def _trap_pages() -> Iterator[PlannedPage]:
    for trap in TRAPS:
        yield PlannedPage(trap.title, "article", trap.write, state=trap.state)
    for title, text, target, fragment, status in REDIRECTS:
        yield PlannedPage(title, "redirect", partial(_write_fixed_redirect, text, [target, fragment, status]))


def _write_fixed_redirect(text: str, redirect: list[str], page: Page) -> None:
    page.raw(text)
    page.fields["redirect"] = redirect
    page.fields["redirect_attribute"] = redirect[0]


def _other_pages() -> Iterator[PlannedPage]:
    for title, namespace, model, text in OTHER_PAGES:
        kind = "article" if namespace == 0 else "other"
        yield PlannedPage(title, kind, partial(_write_raw, text), namespace, model)


def _write_raw(text: str, page: Page) -> None:
    page.raw(text)
