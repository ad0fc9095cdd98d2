"""News articles made up around the things of the world."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from worldgen.catalog import TOPICS

from newsgen.article import MONTHS, STATES, Article
from newsgen.caption import Caption
from newsgen.clues import Task, write_caption
from newsgen.library import NEUTRAL, Library

CATEGORIES = {
    "sports": "Sports", "politics": "Politics and conflicts", "entertainment": "Culture and entertainment",
    "disaster": "Disasters and accidents", "technology": "Science and technology", "crime": "Crime and law",
    "economy": "Economy and business", "education": "Education", "health": "Health", "weather": "Weather",
}  # fmt: skip
# Where the options stand, and how they are spelt.
LAYOUTS = (
    "File:{}|thumb|{caption}", "File:{}|thumb|right|250px|{caption}", "Image:{}|{caption}|thumb|left",
    "Image:{}|right|thumb|{caption}|200px", "file:{}|thumbnail|upright=1.2|alt=A picture|{caption}",
    "File:{}|frame|none|{caption}", "File: {} |thumb|x180px| {caption} ", "image:{}|thumb|link=|{caption}",
)  # fmt: skip
HEADLINES = {
    "sports": ("{} open the season", "Draw for {} in the last minute"),
    "politics": ("Talks about {} begin", "Vote on {} put off"),
    "entertainment": ("Evening with {} sold out", "Prize for work on {}"),
    "disaster": ("Helpers remember {}", "Lessons from {} discussed"),
    "technology": ("Engineers look at {}", "New measurements of {}"),
    "crime": ("Court hears case about {}", "Police ask about {}"),
    "economy": ("Quarter ends well for {}", "Prices rise near {}"),
    "education": ("School week about {}", "Students write on {}"),
    "health": ("Doctors speak about {}", "Clinic opens near {}"),
    "weather": ("Dry summer changes {}", "Early frost reaches {}"),
}
BOXES = (("Infobox", ("image", "caption")), ("image box", ("image", "text")))
GALLERIES = ("<gallery>", '<gallery mode="packed" widths=150>')
FIRST_YEAR = 2005
PUBLISHED = tuple(spelling for spelling, state in STATES.items() if state == "published")
UNFINISHED = tuple(spelling for spelling, state in STATES.items() if state != "published")
DATE_FORMS = 7


def write_articles(count: int, tasks: Iterator[Task], rng: Random, last_year: int, library: Library) -> list[Article]:
    """`count` articles, the captions of each mostly about things of one topic."""
    sizes = [rng.choice((4, 5, 6, 7)) for _ in range(count)]
    chosen = sorted(islice(tasks, sum(sizes)), key=lambda task: TOPICS.index(task.topic))
    rest = iter(chosen)
    desk = NewsDesk(rng, library)
    years = last_year - FIRST_YEAR + 1
    return [desk.write(list(islice(rest, size)), FIRST_YEAR + n % years) for n, size in enumerate(sizes)]


@dataclass(slots=True)
class NewsDesk:
    """Writes one article after another; no title comes twice."""

    rng: Random
    library: Library
    taken: set[str] = field(default_factory=set)

    def write(self, tasks: list[Task], year: int) -> Article:
        """An article with the captions of these tasks."""
        rng, topic, number = self.rng, tasks[0].topic, len(self.taken)
        article = Article(self._title(tasks[0]), topic=topic)
        day = (year, rng.randrange(1, 13), rng.randrange(1, 29))
        article.dated(day, rng.choice((0, 0, 0, *range(DATE_FORMS))))
        is_boxed = rng.random() < 0.35
        article.raw(f"{{{{{CATEGORIES[topic]}}}}}\n" if is_boxed else "")
        rng.shuffle(tasks)
        while tasks:
            self._place(article, tasks, year)
            article.raw("Reporters of the {{w|London}} office wrote on it for a week.\n\n")
        article.sources()
        article.state(rng.choice(UNFINISHED if number % 8 == 5 else PUBLISHED))
        if not is_boxed or rng.random() < 0.5:
            article.category(CATEGORIES[topic])
        if rng.random() < 0.4:
            article.category(f"{MONTHS[day[1] - 1]} {day[2]}, {year}")
        if article.status == "published" and rng.random() < 0.5:
            article.raw("{{archived}}\n")
        return article

    def _title(self, task: Task) -> str:
        title = self.rng.choice(HEADLINES[task.topic]).format(task.surface)
        title = title if title not in self.taken else f"{title}, report {len(self.taken)}"
        self.taken.add(title)
        return title

    def _place(self, article: Article, tasks: list[Task], year: int) -> None:
        """The next image, box or gallery."""
        roll = self.rng.random()
        if roll < 0.12 and len(tasks) > 3:
            lines = [self._captioned(tasks, year) for _ in range(2)]
            article.gallery(lines, self.rng.choice(GALLERIES), self.rng.choice(("File:", "Image:", "")))
        elif roll < 0.2:
            file_title, caption = self._captioned(tasks, year)
            article.box(*self.rng.choice(BOXES), file_title=file_title, caption=caption)
        else:
            article.picture(*self._captioned(tasks, year), self.rng.choice(LAYOUTS))

    def _captioned(self, tasks: list[Task], year: int) -> tuple[str, Caption]:
        """A file and its caption for the last task, at times for the last two."""
        task = tasks.pop()
        other = None
        if task.clue == "image" and tasks and tasks[-1].clue == "image" and tasks[-1].surface != task.surface:
            other = tasks.pop() if self.rng.random() < 0.4 else None
        caption = write_caption(task, other, self.rng, year)
        if self.rng.random() < 0.06:
            caption.credit_line("Photo: A. Reader", "<br /><small>Photo: A. Reader</small>")
        if task.clue in {"text", "name"}:
            number = self.rng.randrange(len(NEUTRAL))
            return self.library.neutral(number) if number == 0 else self.library.view(number), caption
        emblems = (task.emblem,) if other is None else (task.emblem, other.emblem)
        return self.library.emblem(task.surface, emblems, year, self.rng), caption
