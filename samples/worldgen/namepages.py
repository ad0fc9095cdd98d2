"""Composes disambiguation, surname, given-name and set-index pages, and redirects."""

from random import Random

from worldgen.catalog import Entity
from worldgen.derived import NamePage, World
from worldgen.keys import bare_form
from worldgen.page import Page
from worldgen.prose import pick_entity, write_mention

SECTIONS = ("Sports", "Places", "People", "Arts and entertainment", "Other uses")
TEMPLATES = {
    "disambiguation": ("{{disambiguation}}", "{{Disambiguation|geo}}", "{{dab}}"),
    "surname": ("{{surname}}", "{{Surname|Example}}"),
    "given_name": ("{{given name}}", "{{Given name}}"),
    "set_index": ("{{set index article}}", "{{SIA}}"),
}
REDIRECT_FORMS = (
    "#REDIRECT [[{}]]", "#REDIRECT [[{}]]\n\n{{{{R from alternative name}}}}", "#redirect [[{}]]",
    "#Redirect: [[{}]]", "#REDIRECT[[{}]]\n[[Category:Redirects of the sample world]]", "#REDIRECT [[{}|shown]]",
)  # fmt: skip


def write_name_page(page: Page, world: World, rng: Random, plan: NamePage) -> None:
    """The list of what a name can mean."""
    members = list(plan.members)
    _write_opening(page, rng, plan, members)
    headed = len(members) > 4
    for number, member in enumerate(members):
        if headed and number % 4 == 0:
            page.heading(SECTIONS[number // 4 % len(SECTIONS)])
        _write_line(page, world, rng, plan, member)
    if plan.kind == "disambiguation":
        page.open("list", "* ")
        page.link(f"{plan.name} (unwritten)")
        page.item(f"{plan.name} (unwritten)")
        page.close(", a red link\n")
        page.heading("See also")
        page.open("list", "* ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close("\n")
    page.raw(f"\n{rng.choice(TEMPLATES[plan.kind])}\n")
    page.fields["flag"] = plan.kind == "disambiguation"


def _write_opening(page: Page, rng: Random, plan: NamePage, members: list[Entity]) -> None:
    main = next((member for member in members if bare_form(member.title) == plan.name), None)
    if plan.kind == "disambiguation" and main is not None and main.title != page.title and rng.random() < 0.6:
        members.remove(main)
        page.raw("'''")
        page.link(main.title, None if main.title == plan.name else plan.name)
        page.item(main.title, 0)
        page.raw(f"''' is {main.about}.\n\n")
        page.raw(f"'''{plan.name}''' may also refer to:\n")
    elif plan.kind == "disambiguation":
        page.raw(f"'''{plan.name}''' may refer to:\n")
    elif plan.kind == "set_index":
        page.raw(f"Several things have been named '''{plan.name}''':\n")
    else:
        page.raw(f"'''{plan.name}''' is a {plan.kind.replace('_', ' ')}. Notable people with the name include:\n")


def _write_line(page: Page, world: World, rng: Random, plan: NamePage, member: Entity) -> None:
    if member.title == page.title:
        return
    roll = rng.random()
    page.open("list", "* " if roll < 0.8 else "** " if roll < 0.9 else "# ")
    if roll < 0.3 and member.redirects and member.redirects[0] != page.title:
        page.link(member.redirects[0])
        page.item(member.redirects[0])
    else:
        if roll > 0.7:
            page.raw("The ")
        if 0.5 < roll < 0.55:
            page.link(member.title, fragment="History", shown=plan.name)
        elif roll > 0.95:
            page.link(member.title, f"''{plan.name}''", seen=plan.name)
        else:
            page.link(member.title)
        page.item(member.title)
    page.raw(f", {member.about}")
    if rng.random() < 0.3:
        page.raw(", near ")
        write_mention(page, world, rng, pick_entity(world, rng))
    page.close("\n")


def write_redirect(page: Page, rng: Random, target: str) -> None:
    """A redirect in one of the usual forms, some to a section."""
    fragment = "History" if rng.random() < 0.15 else ""
    page.raw(rng.choice(REDIRECT_FORMS).format(f"{target}#{fragment}" if fragment else target))
    page.fields["redirect"] = [target, fragment, "ok"]
    page.fields["redirect_attribute"] = target
