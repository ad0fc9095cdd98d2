"""What the user asks of the corpus job, checked first."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.beamx.engine import Engine
from pipeline.dump.fetch_settings import FetchSettings
from pipeline.jobs.dump_inputs import DumpRequest
from pipeline.records.errors import UsageError
from pipeline.titles.words import MIN_WORDS
from pipeline.wikinews.article import PUBLISHED
from pipeline.wikinews.cleaning import RULES, Rules
from pipeline.wikinews.selection import STATES, Selection

DEFAULT_WIKI = "enwikinews"
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """Options of the corpus job.

    Attributes:
        out: folder of the corpus.
        files: dump files, in order; empty with `dump`.
        dump: dump date such as "20210101"; the files then lie below `dump_dir`, or are fetched.
        kb: a built KB of the Wikipedia that captions link to: its redirects are followed.
        decisions: the review queue, filled in.
        years: first and last year of articles; None for all.
        states: states of articles whose pairs are taken.
        keep: names of cleaning rules that are switched off.
        redistributable_only: leave out articles whose words may not be passed on.
        limit_pages: read only the first pages of the dump.
        max_error_rate: largest share of pages that may fail.
        range_bytes: compressed size of a unit of parsing.
    """

    out: Path
    files: tuple[Path, ...] = ()
    dump: str | None = None
    wiki: str = ""
    dump_dir: Path | None = None
    siteinfo: Path | None = None
    kb: Path | None = None
    decisions: Path | None = None
    years: tuple[int, int] | None = None
    states: tuple[str, ...] = (PUBLISHED,)
    min_words: int = MIN_WORDS
    keep: tuple[str, ...] = ()
    redistributable_only: bool = False
    limit_pages: int | None = None
    engine: Engine = field(default_factory=Engine)
    max_error_rate: float = 0.001
    range_bytes: int = 1 << 20
    fetch: FetchSettings | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: names the option, what it got and what is allowed.
        """
        if bool(self.files) == bool(self.dump):
            raise UsageError("give either --file PATH… or --dump DATE, not both and not neither")
        for flag, given, allowed in (("--keep", self.keep, RULES), ("--states", self.states, STATES)):
            for name in given:
                if name not in allowed:
                    raise UsageError(f"{flag} got {name!r}; allowed are {', '.join(allowed)}")
        if self.years is not None and self.years[0] > self.years[1]:
            raise UsageError(f"--years ends before it begins: {self.years[0]}-{self.years[1]}")
        if self.min_words < 0:
            raise UsageError(f"--min-words is a number of words from 0, got {self.min_words}")
        if self.limit_pages is not None and self.limit_pages < 1:
            raise UsageError(f"--limit-pages is a number of pages from 1, got {self.limit_pages}")
        if not 0 <= self.max_error_rate <= 1:
            raise UsageError(f"--max-error-rate is a share between 0 and 1, got {self.max_error_rate}")

    @property
    def dump_request(self) -> DumpRequest:
        """The part that decides which dump is read."""
        return DumpRequest(
            files=self.files,
            dump=self.dump,
            wiki=self.wiki,
            default_wiki=DEFAULT_WIKI,
            dump_dir=self.dump_dir,
            siteinfo=self.siteinfo,
            range_bytes=self.range_bytes,
            tables=(),
            fetch=self.fetch,
        )

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
    if dump or not files:
        return Path("data/corpus") / f"{wiki or DEFAULT_WIKI}-{dump}"
    return Path("data/corpus") / files[0].name.split(".")[0].removesuffix("-pages-articles")
