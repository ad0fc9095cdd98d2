"""What the text of a news article says about the article itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import quote

from pipeline.titles.wiki import Wiki
from pipeline.wikinews.dates import find_date, iso_day
from pipeline.wikinews.site import fold, table
from pipeline.wikitext.categories import page_categories
from pipeline.wikitext.mask import mask
from pipeline.wikitext.positional import positional
from pipeline.wikitext.structure import Structure, arguments, read_structure
from pipeline.wikitext.surface import visible_text

PUBLISHED, UNMARKED = "published", "unmarked"
DEVELOPING, IN_REVIEW = "developing", "review"
FIRST_LINE, FIRST_REVISION, REVISION = "first_line", "first_revision (fallback)", "revision (fallback)"
WEAK_EVIDENCE = (FIRST_LINE, FIRST_REVISION, REVISION, "")
"""Where a date may be that of something else; '' is no date at all."""
_PUBLIC_DOMAIN_UNTIL = datetime(2005, 9, 25, tzinfo=UTC)
_MAX_FIRST_LINE = 600
_MAX_CATEGORY_WORDS = 3
_JOINING = frozenset(("de", "of", "le", "del"))
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE_NAMES = ("date", "datum", "data", "fecha", "1")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as its text tells it.

    Attributes:
        date: Its day at midnight UTC, None when nothing tells it.
        date_evidence: `template:date`, `template:dateline`, `template:byline`, `category`, `first_line`, or a fallback
            named as such; '' without date. The first revision's day is a fallback of any article; this revision's only
            of one still being written (developing, review), and only if no category names another year: finished
            articles are edited years later.
        status: published, developing, review, disputed, abandoned or unmarked.
        templates: Names of the templates called, in document order, each once: evidence for the topic.
    """

    title: str
    date: datetime | None
    date_evidence: str
    status: str
    categories: tuple[str, ...]
    templates: tuple[str, ...]


def read_article(title: str, text: str, timestamp: str, wiki: Wiki, *, first_timestamp: str = "") -> Article:
    """Read raw wikitext; `timestamp` is the revision's, `first_timestamp` that of the page's first one if known."""
    return article_of(title, read_structure(mask(text), wiki), timestamp, wiki, first_timestamp=first_timestamp)


def article_of(title: str, structure: Structure, timestamp: str, wiki: Wiki, *, first_timestamp: str = "") -> Article:
    """The same for a page whose structure is known."""
    categories = tuple(page_categories(structure, wiki))
    names = tuple(dict.fromkeys(call.name for call in structure.templates if not call.is_function))
    status = _status(names, categories)
    dates = chain(_dates(structure, categories, wiki), _fallbacks(first_timestamp, timestamp, status, categories))
    date, evidence = next(dates, (None, ""))
    return Article(title, date, evidence, status, categories, names)


def _fallbacks(
    first_timestamp: str, timestamp: str, status: str, categories: tuple[str, ...]
) -> Iterator[tuple[datetime, str]]:
    """Days of revisions that may be the article's."""
    first, latest = iso_day(first_timestamp), iso_day(timestamp)
    if first is not None:
        yield first, FIRST_REVISION
    years = {int(year) for category in categories for year in _YEAR.findall(category)}
    if latest is not None and status in (DEVELOPING, IN_REVIEW) and (not years or latest.year in years):
        yield latest, REVISION


def _dates(structure: Structure, categories: tuple[str, ...], wiki: Wiki) -> Iterator[tuple[datetime, str]]:
    """Days with their evidence, the best first."""
    language = wiki.siteinfo.lang
    date_templates = table("templates")["date"]
    for call in structure.templates:
        name = fold(call.name)
        if name not in date_templates:
            continue
        values = arguments(structure, call)
        named = {fold(key): value for key, value in values if key}
        given = [named[key] for key in _DATE_NAMES if named.get(key)]
        written = " ".join([*given, *(value for _, value in sorted(positional(values).items()))])
        day = find_date(visible_text(written, wiki), language)
        if day is not None:
            yield day, f"template:{name}"
    for category in categories:
        day = find_date(category, language) if _is_short(category) else None
        if day is not None:
            yield day, "category"
    for line in _first_lines(structure):
        day = find_date(visible_text(line, wiki), language)
        if day is not None:
            yield day, FIRST_LINE


def _is_short(category: str) -> bool:
    """Whether a category may be a day and nothing else: "January 1, 2008", but not "Fire of January 1, 2008"."""
    return len([word for word in category.split() if word.casefold() not in _JOINING]) <= _MAX_CATEGORY_WORDS


def _first_lines(structure: Structure) -> list[str]:
    """The first lines of prose, templates left out, up to the first heading."""
    parts: list[str] = []
    place = 0
    for call in structure.templates:
        if call.start >= structure.lead_end:
            break
        if call.depth == 0 and "\n" in structure.text[call.start : call.end]:
            parts.append(structure.text[place : call.start])
            place = max(place, call.end)
    parts.append(structure.text[place : max(place, structure.lead_end)])
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return [line[:_MAX_FIRST_LINE] for line in lines if line and not _NO_PROSE.match(line)][:1]


_NO_PROSE = re.compile(r"\[\[(?:file|image|category)\s*:|\{\{[^{}]*\}\}\s*\Z|__|<gallery|\{\||\|", re.IGNORECASE)


def _status(names: tuple[str, ...], categories: tuple[str, ...]) -> str:
    """The status that a template gives, else a category; published wins over the others, then in the table's order."""
    tables = table("templates")
    for given, known in ((names, tables["status"]), (categories, tables["status_categories"])):
        folded = {fold(name) for name in given}
        for status, words in known.items():
            if not folded.isdisjoint(words):
                return str(status)
    return UNMARKED


def licence_of(date: datetime | None, wiki: str = "enwikinews") -> str:
    """Licence of a Wikinews text: public domain before 25 September 2005, CC BY 2.5 from then on; '' on other wikis."""
    if not wiki.endswith("wikinews"):
        return ""
    return "Public domain" if date is not None and date < _PUBLIC_DOMAIN_UNTIL else "CC BY 2.5"


def article_url(title: str, wiki: Wiki) -> str:
    """Address of an article of a news wiki."""
    return f"https://{wiki.siteinfo.lang}.wikinews.org/wiki/{quote(title.replace(' ', '_'), safe='/:()!,;@*$')}"
