"""What the user asks of the corpus job, checked first."""

import re
from dataclasses import dataclass
from pathlib import Path

from pipeline.jobs.dump_inputs import DumpRequest
from pipeline.jobs.dump_options import DumpOptions, check_choices, out_folder
from pipeline.records.errors import UsageError
from pipeline.titles.words import MIN_WORDS
from pipeline.wikinews.article import PUBLISHED
from pipeline.wikinews.cleaning import RULES, Rules
from pipeline.wikinews.selection import STATES, Selection

DEFAULT_WIKI = "enwikinews"
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusOptions(DumpOptions):
    """Options of the corpus job, beside those of the dump.

    Attributes:
        kb: a built KB of the Wikipedia that captions link to: its redirects are followed.
        decisions: the review queue, filled in.
        years: first and last year of articles; None for all.
        states: states of articles whose pairs are taken.
        keep: names of cleaning rules that are switched off.
        redistributable_only: leave out articles whose words may not be passed on.
    """

    kb: Path | None = None
    decisions: Path | None = None
    years: tuple[int, int] | None = None
    states: tuple[str, ...] = (PUBLISHED,)
    min_words: int = MIN_WORDS
    keep: tuple[str, ...] = ()
    redistributable_only: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: names the option, what it got and what is allowed.
        """
        DumpOptions.__post_init__(self)
        check_choices("--keep", self.keep, RULES)
        check_choices("--states", self.states, STATES)
        if self.years is not None and self.years[0] > self.years[1]:
            raise UsageError(f"--years ends before it begins: {self.years[0]}-{self.years[1]}")
        if self.min_words < 0:
            raise UsageError(f"--min-words is a number of words from 0, got {self.min_words}")

    @property
    def dump_request(self) -> DumpRequest:
        """The part that decides which dump is read."""
        return self.request(DEFAULT_WIKI)

    @property
    def selection(self) -> Selection:
        """Which articles give pairs."""
        return Selection(self.years, tuple(sorted(set(self.states))), self.redistributable_only)

    @property
    def rules(self) -> Rules:
        """Which cleaning rules are in force."""
        return Rules(frozenset(self.keep), self.min_words)


def read_years(text: str) -> tuple[int, int]:
    """`2007-2020` or `2010`.

    Raises:
        UsageError: it is neither.
    """
    found = _YEARS.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--years is a year or two, such as 2010 or 2007-2020, got {text!r}")
    return int(found[1]), int(found[2] or found[1])


def default_out(files: tuple[Path, ...], dump: str | None, wiki: str) -> Path:
    """data/corpus/WIKI-DATE, or the name of the first file without its endings."""
    return out_folder("data/corpus", files, dump, wiki or DEFAULT_WIKI)
