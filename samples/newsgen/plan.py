"""Which pages the news wiki has, in which order, under which ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from mediagen.rights import rights_of
from worldgen.catalog import TOPICS, read_catalog
from worldgen.dumpfiles import DumpedPage

from newsgen.article import Article
from newsgen.clues import NIL, nil_emblem, tasks
from newsgen.generated import write_articles
from newsgen.library import NEUTRAL, Library
from newsgen.traps import TRAPS, write_trap
from newsgen.unseen import with_aliases, with_unseen

ID_STEPS = (1, 1, 2, 5, 11)
# Title, namespace, model, text, state: pages that are no articles.
OTHER_PAGES = [
    ("Options in any order (old title)", 0, "wikitext", "#REDIRECT [[Options in any order]]", "text"),
    ("Lost redirect", 0, "wikitext", "#redirect [[w:Lion]]\n{{publish}}", "text"),
    ("Talk:Links in captions", 1, "wikitext", "{{publish}} [[File:Old gate.png|thumb|A picture under talk]]", "text"),
    ("User:Example", 2, "wikitext", "[[File:Old gate.png|thumb|A picture of my own gate]]", "text"),
    ("Wikinews:Style guide", 4, "wikitext", "{{date|January 1, 2010}} [[File:Old gate.png|How to caption it]]", "text"),
    ("File:Our own sign.png", 6, "wikitext", "== Summary ==\nA sign.\n{{Fair use}}", "text"),
    ("File:Old name of a gate.png", 6, "wikitext", "#REDIRECT [[File:Old gate.png]]", "text"),
    ("Template:Publish", 10, "wikitext", "<noinclude>[[Category:Templates]]</noinclude>", "text"),
    ("Category:Published", 14, "wikitext", "Articles that are done.", "text"),
    ("Portal:Sports", 100, "wikitext", "{{publish}} [[File:Old gate.png|thumb|A portal picture here]]", "text"),
    ("Comments:Links in captions", 102, "wikitext", "I saw it on {{date|July 30, 2011}}.", "text"),
    ("MediaWiki:Common.css", 8, "css", "body { color: black }", "text"),
    ("Feed.json", 0, "json", '{"publish": "[[File:Old gate.png|thumb|A picture in data]]"}', "text"),
    ("Empty article", 0, "wikitext", "", "empty"),
    ("Deleted article", 0, "wikitext", "", "deleted"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewsWorld:
    """The pages in dump order, an Article beside each that is one, and the files they show."""

    pages: list[tuple[DumpedPage, Article | None]]
    library: Library
    kinds: dict[str, str]
    """What sort of thing each emblem stands for, and what each neutral view shows."""
    redirects: dict[str, str]
    """Other names of things that captions use, with the titles; the encyclopedia must know them."""


NIL_KINDS = {
    "Organization": "organisation", "Person": "person", "Works": "film", "Location": "place", "Event": "event",
    "Misc": "element",
}  # fmt: skip


def plan_news(count: int, seed: int, date: str, unseen: int = 0, aliases: int = 0) -> NewsWorld:
    """`count` articles, but at least the hand-made ones, and pages that are none.

    `unseen` percent of the mentions of made-up articles bear a name that the encyclopedia does not know; `aliases`
    percent bear one that only a redirect of it knows, with nothing beside it that tells what it is.
    """
    rng = Random(f"news of {seed}")
    library = Library()
    last_year = int(date[:4]) - 1
    catalog = read_catalog()
    articles = [write_trap(trap, library) for trap in TRAPS]
    redirects: dict[str, str] = {}
    wanted = with_unseen(with_aliases(tasks(catalog, TOPICS), aliases, redirects), unseen)
    invented = write_articles(max(0, count - len(articles)), wanted, rng, max(2006, last_year), library)
    entries: list[Article | tuple[str, int, str, str, str]] = [*articles, *invented, *OTHER_PAGES]
    entries += [
        (f"File:{one.file_title}", 6, "wikitext", rights_of(one).text, "text")
        for one in library.pictures.values()
        if one.local
    ]
    rng.shuffle(entries)
    kinds = {entity.title: entity.type for entity in catalog}
    kinds |= dict(NEUTRAL) | library.views
    kinds |= {nil_emblem(surface, about): NIL_KINDS[kind] for surface, kind, about in NIL}
    return NewsWorld(list(_numbered(entries, rng, date)), library, kinds, redirects)


def _numbered(
    entries: list[Article | tuple[str, int, str, str, str]], rng: Random, date: str
) -> Iterator[tuple[DumpedPage, Article | None]]:
    page_id, revision = 700, 500_000
    dump_day = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    for entry in entries:
        page_id += rng.choice(ID_STEPS)
        revision += rng.randrange(1, 900)
        clock = f"T{rng.randrange(24):02d}:{rng.randrange(60):02d}:07Z"
        if isinstance(entry, Article):
            day = "{}-{:02d}-{:02d}".format(*entry.date) if entry.date else dump_day
            stamp = min(day, dump_day) + clock
            yield DumpedPage(page_id, 0, entry.title, entry.text, revision_id=revision, timestamp=stamp), entry
            continue
        title, namespace, model, text, state = entry
        target = text.partition("[[")[2].partition("]]")[0] if text[:9].upper() == "#REDIRECT" else None
        page = DumpedPage(page_id, namespace, title, text, state, model, target, revision, f"{dump_day}{clock}")
        yield page, None
