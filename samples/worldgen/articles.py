"""Composes the article of an entity."""

from random import Random

from worldgen.catalog import Entity
from worldgen.derived import World
from worldgen.keys import first_upper
from worldgen.page import Page
from worldgen.prose import pick_entity, write_mention, write_sentence

INFOBOXES = {
    "person": "person", "place": "settlement", "country": "country", "club": "football club", "company": "company",
    "film": "film", "band": "musical artist", "storm": "hurricane", "ship": "ship begin", "university": "university",
    "disease": "medical condition", "team": "national football team", "organisation": "organization",
    "product": "software", "event": "event", "river": "river",
}  # fmt: skip
SECTIONS = ("History", "Background", "Reception", "Later years", "Economy", "Career", "Legacy")


def write_article(page: Page, world: World, rng: Random, entity: Entity) -> None:
    """Hatnotes, infobox, lead, sections, notes, categories."""
    _write_hatnotes(page, world, rng, entity)
    if entity.type == "animal":
        _write_taxobox(page, world, rng, entity)
    elif entity.type in INFOBOXES and rng.random() < 0.8:
        _write_infobox(page, world, rng, entity)
    elif entity.image:
        page.open_image(entity.image, "thumb|250px")
        page.say(f"View of {entity.title}")
        page.close_image()
        page.raw("\n")
    _write_lead(page, world, rng, entity)
    for name in rng.sample(SECTIONS, rng.choice((2, 2, 3))):
        page.heading(name)
        _write_section(page, world, rng, entity)
    _write_end(page, world, rng, entity)


def _write_hatnotes(page: Page, world: World, rng: Random, entity: Entity) -> None:
    other = next((world.shared[first_upper(n)] for n in entity.names if first_upper(n) in world.shared), None)
    if other is None or rng.random() < 0.4:
        return
    rival = next((member for member in other.members if member is not entity), None)
    if rival is None:
        return
    form = rng.randrange(5)
    if form == 0:
        page.hatnote(f"{{{{for|other uses|{other.title}}}}}", "For", ("", other.title))
    elif form == 1:
        page.hatnote(f"{{{{About|{entity.about}|{rival.about}|{rival.title}}}}}", "About", ("", rival.title))
    elif form == 2:
        page.hatnote(f"{{{{other uses|{other.title}}}}}", "Other uses", ("", other.title))
    elif form == 3 and entity.redirects:
        alias = entity.redirects[0]
        page.hatnote(f"{{{{Redirect|{alias}|{rival.about}|{rival.title}}}}}", "Redirect", (alias, rival.title))
    else:
        page.hatnote(f"{{{{Distinguish|{rival.title}}}}}", "Distinguish")


def _write_infobox(page: Page, world: World, rng: Random, entity: Entity) -> None:
    kind = INFOBOXES[entity.type]
    page.infobox_type = kind
    page.open("infobox", f"{{{{Infobox {kind}\n| name = {entity.title}\n")
    roll = rng.random()
    safe = first_upper(entity.title).replace('"', "").replace(":", "")
    file_title = f"{safe} {rng.randrange(1990, 2021)}.jpg"
    file_title = entity.image or file_title
    if roll < 0.45 or (entity.image and roll >= 0.6):
        page.image_parameter(file_title)
    elif roll < 0.6:
        page.raw("| image = ")
        page.open_image(file_title, "250px")
        page.say(f"View of {entity.title}")
        page.close_image()
        page.raw("\n")
    for key in ("location", "known_for"):
        page.raw(f"| {key} = ")
        write_mention(page, world, rng, pick_entity(world, rng))
        if rng.random() < 0.2:
            _write_note(page, world, rng)
        page.raw("\n")
    page.close("}}\n")


def _write_taxobox(page: Page, world: World, rng: Random, entity: Entity) -> None:
    page.infobox_type = "Speciesbox"
    page.open("infobox", "{{Speciesbox\n")
    page.image_parameter(entity.image)
    page.raw("| range_map_caption = Lives near ")
    write_mention(page, world, rng, pick_entity(world, rng))
    page.close("\n}}\n")


def _write_lead(page: Page, world: World, rng: Random, entity: Entity) -> None:
    if rng.random() < 0.25:
        page.open_image(f"Picture of {rng.randrange(1, 500)}.png", "thumb|right|220px")
        page.say("Seen with ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close_image()
        page.raw("\n")
    page.say(entity.title, f"'''{entity.title}'''")
    page.say(f" is {entity.about}. ")
    write_sentence(page, world, rng, entity.topic)
    if rng.random() < 0.4:
        _write_note(page, world, rng)
        page.say(" ")
    if rng.random() < 0.5:
        write_sentence(page, world, rng, entity.topic)
    page.say("\n")


def _write_note(page: Page, world: World, rng: Random) -> None:
    """A footnote, half of them a citation template with links in its arguments."""
    page.reference()
    if rng.random() < 0.5:
        page.open("template", f"{{{{cite news|title=Report {rng.randrange(1000)}|publisher=")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close("|url=https://news.example/a?b=1&c=2}}")
    else:
        page.say(f"Annual report, {rng.randrange(1990, 2021)}, see ")
        write_mention(page, world, rng, pick_entity(world, rng))
    page.close("</ref>")


def _write_section(page: Page, world: World, rng: Random, entity: Entity) -> None:
    for _ in range(rng.choice((2, 2, 3, 4))):
        write_sentence(page, world, rng, entity.topic)
    page.raw("\n")
    roll = rng.random()
    if roll < 0.15:
        _write_list(page, world, rng)
    elif roll < 0.25:
        _write_table(page, world, rng)
    elif roll < 0.32:
        _write_gallery(page, world, rng)
    elif roll < 0.36:
        page.open("template", "{{quote|We never forgot ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close(".|A player}}\n")


def _write_list(page: Page, world: World, rng: Random) -> None:
    for _ in range(3):
        page.open("list", rng.choice(("* ", "** ", "# ", ": ")))
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close(f", {rng.randrange(1950, 2021)}\n")


def _write_table(page: Page, world: World, rng: Random) -> None:
    page.open("table", '{| class="wikitable"\n|+ Results against ')
    write_mention(page, world, rng, pick_entity(world, rng))
    page.raw("\n! Side !! Score\n")
    for _ in range(2):
        page.raw("|-\n| ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.raw(f" || {rng.randrange(90)}\n")
    page.close("|}\n")


def _write_gallery(page: Page, world: World, rng: Random) -> None:
    page.raw('<gallery mode="packed">\n')
    for number in range(2):
        page.open_gallery_line(f"Gallery {rng.randrange(900)} {number}.jpg", rng.choice(("File:", "Image:", "")))
        page.say("Near ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close_gallery_line()
    page.raw("</gallery>\n")


def _write_end(page: Page, world: World, rng: Random, entity: Entity) -> None:
    page.heading("See also")
    for _ in range(2):
        page.open("list", "* ")
        write_mention(page, world, rng, pick_entity(world, rng))
        page.close("\n")
    page.heading("References")
    page.raw("{{reflist}}\n\n")
    page.category(f"{entity.topic.capitalize()} of the sample world")
    page.category(f"Things of type {entity.type}", entity.title.split()[-1])
