"""Hand-made news articles: every way to show an image."""

from collections.abc import Callable
from dataclasses import dataclass

from newsgen import trapcaptions as captions
from newsgen import trapfiles as files
from newsgen.article import Article
from newsgen.library import Library

Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Trap:
    """One hand-made article; `write` composes what stands between its date and its end."""

    title: str
    day: Day | None
    topic: str
    write: Callable[[Article, Library], None]
    date_form: int = 0
    state: str = "{{publish}}"
    categories: tuple[str, ...] = ()


TRAPS = [
    Trap(
        "Options in any order",
        (2008, 3, 4),
        "technology",
        captions.write_options,
        categories=("Science and technology",),
    ),
    Trap(
        "Links in captions",
        (2011, 7, 30),
        "politics",
        captions.write_links,
        categories=("Politics and conflicts", "Europe"),
    ),
    Trap(
        "Templates in captions",
        (2012, 1, 9),
        "economy",
        captions.write_templates,
        1,
        "{{Publish}}",
        ("Economy and business",),
    ),
    Trap("Unknown templates", (2014, 5, 5), "sports", captions.write_unknown, 2, "{{published}}", ("Sports",)),
    Trap("Captions of many lines", (2006, 10, 2), "weather", captions.write_lines, 3, "{{ PUBLISH }}", ("Weather",)),
    Trap(
        "Galleries of the week",
        (2009, 8, 19),
        "entertainment",
        captions.write_galleries,
        4,
        categories=("Culture and entertainment",),
    ),
    Trap(
        "Boxes with images",
        (2010, 12, 31),
        "disaster",
        captions.write_boxes,
        0,
        categories=("Disasters and accidents",),
    ),
    Trap(
        "Credits in captions",
        (2007, 2, 28),
        "entertainment",
        captions.write_credits,
        0,
        "[[Category:Published]]",
        ("Film",),
    ),
    Trap("Few words or none", (2015, 6, 15), "health", files.write_short, 0, categories=("Health",)),
    Trap("Sounds and other files", (2013, 4, 1), "education", files.write_sounds, 5, categories=("Education",)),
    Trap("Maps and signs", (2016, 9, 9), "politics", files.write_maps, 0, categories=("Elections",)),
    Trap("Words to look at", (2017, 11, 20), "crime", files.write_review, 6, categories=("Crime and law",)),
    Trap("Twice the same", (2018, 1, 2), "economy", files.write_twice, categories=("Business",)),
    Trap("Once more the same", (2018, 1, 3), "economy", files.write_again, categories=("Business",)),
    Trap("Hostile captions", (2019, 3, 3), "technology", files.write_hostile, categories=("Internet",)),
    Trap("Captions in other scripts", (2020, 2, 29), "weather", files.write_scripts, categories=("Weather",)),
    Trap("Files of every kind", (2020, 6, 1), "technology", files.write_fates, categories=("Computing",)),
    Trap("Broken article", (2012, 12, 12), "health", files.write_broken, categories=()),
    Trap("Early and free", (2005, 3, 1), "politics", files.write_plain, categories=("Politics",)),
    Trap("Before the last day", (2005, 9, 24), "crime", files.write_plain, categories=("Law",)),
    Trap("After the last day", (2005, 9, 25), "crime", files.write_plain, categories=("Law",)),
    Trap("Topics in a tie", (2010, 10, 10), "sports", files.write_plain, categories=("Sports", "Economy and business")),
    Trap("No topic at all", (2010, 10, 11), "", files.write_plain, categories=("Asia", "Local only")),
    Trap(
        "Date in a category",
        (2011, 11, 11),
        "health",
        files.write_plain,
        -1,
        categories=("November 11, 2011", "Medicine"),
    ),
    Trap("Empty date", None, "health", files.write_plain, -2, categories=("Medicine",)),
    Trap("Old and archived", (2008, 8, 8), "education", files.write_plain, 0, "{{archived}}", ("Schools",)),
    Trap("Draft of a story", None, "sports", files.write_plain, -2, "{{develop}}", ("Sports",)),
    Trap("Story under review", (2019, 5, 7), "sports", files.write_plain, 0, "{{review}}", ("Sports",)),
    Trap("Story in dispute", (2019, 5, 10), "sports", files.write_plain, 0, "{{disputed}}", ("Sports",)),
    Trap("Left behind", (2019, 5, 8), "sports", files.write_plain, 0, "{{abandoned}}", ("Sports",)),
    Trap("Forgotten state", (2019, 5, 9), "sports", files.write_plain, 0, "", ("Sports",)),
    Trap("Without images", (2014, 2, 3), "education", files.write_nothing, 0, categories=("Schools",)),
]


def write_trap(trap: Trap, library: Library) -> Article:
    """The article of a trap."""
    article = Article(trap.title, topic=trap.topic)
    if trap.date_form >= 0 and trap.day:
        article.dated(trap.day, trap.date_form)
    elif trap.date_form == -1:
        article.date, article.date_evidence = trap.day, "category"
    else:
        article.raw("{{date|}}\n")
    article.raw("Something happened, and somebody wrote it down.\n")
    trap.write(article, library)
    if trap.title == "Broken article":
        article.status = "published"
        article.parts.insert(1, "{{publish}}\n[[Category:Health]]\n")
        article.categories.append("Health")
        return article
    article.sources()
    article.state(trap.state)
    for name in trap.categories:
        article.category(name)
    return article
