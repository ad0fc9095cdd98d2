"""Composes one news article and notes its images, date and state."""

import re
from dataclasses import dataclass, field

from worldgen.keys import first_upper

from newsgen.caption import Caption

WORD = re.compile(r"\w+")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
FILE_FAULTS = ("audio", "no_image_file", "location_map", "icon")
# Spelling of the state -> state.
STATES = {
    "{{publish}}": "published", "{{Publish}}": "published", "{{published}}": "published", "{{ PUBLISH }}": "published",
    "{{publish|1=yes}}": "published", "[[Category:Published]]": "published", "{{Published}}": "published",
    "{{archived}}": "published",
    "{{develop}}": "developing", "{{Developing}}": "developing", "{{review}}": "review", "{{Review}}": "review",
    "{{disputed}}": "disputed", "{{abandoned}}": "abandoned", "": "unmarked",
}  # fmt: skip


@dataclass(slots=True)
class NewsImage:
    """One image as the article shows it; `faults` are rules that its file name breaks."""

    file_title: str
    caption: Caption
    faults: tuple[str, ...]


@dataclass(slots=True)
class Article:
    """A news article under construction; every method that writes a piece also notes its truth."""

    title: str
    date: tuple[int, int, int] | None = None
    date_evidence: str = ""
    status: str = "unmarked"
    topic: str = ""
    parts: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    images: list[NewsImage] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The wikitext so far."""
        return "".join(self.parts)

    def raw(self, markup: str) -> None:
        """Text without images."""
        self.parts.append(markup)

    def note_image(self, file_title: str, caption: Caption | None, faults: tuple[str, ...] = ()) -> str:
        """Note an image whose markup follows; returns its caption's wikitext."""
        caption = caption or Caption()
        text = caption.text
        assert text == " ".join(text.split()), f"caption with loose spaces: {text!r}"
        self.images.append(NewsImage(first_upper(file_title.replace("_", " ")), caption, faults))
        return caption.wikitext

    def picture(
        self, file_title: str, caption: Caption | None, layout: str = "File:{}|thumb|{caption}",
        faults: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """A file link; `layout` is what stands between its brackets."""
        wikitext = self.note_image(file_title, caption, faults)
        self.raw("[[" + layout.replace("{}", file_title).replace("{caption}", wikitext) + "]]\n")

    def gallery(self, lines: list[tuple[str, Caption | None]], head: str = "<gallery>", prefix: str = "File:") -> None:
        """A gallery."""
        self.raw(f"{head}\n")
        for file_title, caption in lines:
            wikitext = self.note_image(file_title, caption)
            self.raw(f"{prefix}{file_title}|{wikitext}\n" if wikitext else f"{prefix}{file_title}\n")
        self.raw("</gallery>\n")

    def box(self, name: str, parameters: tuple[str, str], file_title: str, caption: Caption | None) -> None:
        """A template with an image; `parameters` are the names of its image and its caption."""
        wikitext = self.note_image(file_title, caption)
        lines = [f"{{{{{name}", f"| {parameters[0]} = {file_title}"]
        if wikitext:
            lines.append(f"| {parameters[1]} = {wikitext}")
        self.raw("\n".join([*lines, "}}\n"]))

    def dated(self, day: tuple[int, int, int], form: int = 0) -> None:
        """The day of the article in one of the forms that editors use."""
        year, month, number = day
        words = in_words(day)
        iso = f"{year}-{month:02d}-{number:02d}"
        markup, evidence = (
            (f"{{{{date|{words}}}}}\n", "template:date"),
            (f"{{{{Date|{words.replace(',', '')}}}}}\n", "template:date"),
            (f"{{{{date|{words.replace(' ', '  ', 1)}}}}}\n", "template:date"),
            (f"{{{{dateline|date={iso}|location=London}}}}\n", "template:dateline"),
            (f"{{{{Byline|date={words}|location=[[Nashville]]}}}}\n", "template:byline"),
            (f"'''{words}'''\n\n", "first_line"),
            (f"{{{{date|{number} {MONTHS[month - 1]} {year}}}}}\n", "template:date"),
        )[form]
        self.raw(markup)
        self.date, self.date_evidence = day, evidence

    def state(self, spelling: str) -> None:
        """The state of the article."""
        self.status = STATES[spelling]
        if spelling.startswith("[[Category:"):
            self.categories.append(spelling[11:-2])
        self.raw(f"{spelling}\n" if spelling else "")

    def category(self, name: str) -> None:
        """A category link on a line of its own."""
        self.categories.append(name)
        if self.date_evidence == "first_line" and self.date and name == in_words(self.date):
            self.date_evidence = "category"  # a category of the day tells more than a sentence
        self.raw(f"[[Category:{name}]]\n")

    def sources(self, url: str = "https://news.example/a?b=1&c=2") -> None:
        """Sections that stand behind the text."""
        day = "{}-{:02d}-{:02d}".format(*self.date) if self.date else ""
        self.raw(
            "{{haveyoursay}}\n\n== Sources ==\n"
            f"*{{{{source|url={url}|title=Report|author=A. Writer|pub=Sample Post|date={day}}}}}\n\n"
        )


def in_words(day: tuple[int, int, int]) -> str:
    """A day as "January 5, 2010"."""
    year, month, number = day
    return f"{MONTHS[month - 1]} {number}, {year}"


def file_rules(image: NewsImage) -> list[str]:
    """Dropping rules that this image breaks, in the order of the cleaning's table."""
    text = image.caption.text
    found = ["no_caption"] if not text else ["too_short"] if len(WORD.findall(text)) < 3 else []
    return [*found, *(fault for fault in FILE_FAULTS if fault in image.faults)]


def review_rules(image: NewsImage) -> list[str]:
    """Rules that send this image to a person."""
    return [*(["maybe_audio"] if "maybe_audio" in image.faults else []), *image.caption.review()]
