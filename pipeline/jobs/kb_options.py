"""What the user asks of the KB job, checked first."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.beamx.engine import Engine
from pipeline.dump.choice import PAGE_PROPS
from pipeline.dump.fetch_settings import FetchSettings
from pipeline.jobs.dump_inputs import DumpRequest
from pipeline.kb.priors import PAPER_PRESET, PriorOptions, Weights
from pipeline.records.errors import UsageError
from pipeline.records.names import ITEM_KINDS, Context
from pipeline.wikitext.page import LEAD_FAST, LEAD_PARSER

DEFAULT_WIKI = "enwiki"
LEADS = (LEAD_FAST, LEAD_PARSER)
MAX_WEIGHT = 1_000_000
COUNTS = ("links", "pages")
PRESETS = {"default": PriorOptions(), "paper": PAPER_PRESET}


@dataclass(frozen=True, slots=True)
class KbOptions:
    """Options of the KB job.

    Attributes:
        out: folder of the KB.
        files: dump files, in order; empty with `dump`.
        dump: dump date such as "20210101"; the files then lie below `dump_dir`.
        page_props: SQL table of page properties; found beside the dump with `dump`.
        siteinfo: API answer that describes the wiki; else the tables for common wikis.
        namespaces: namespaces kept in pages/, titles/ and redirects/.
        lead: cleaner of lead texts.
        limit_pages: read only the first pages of the dump.
        max_error_rate: largest share of pages that may fail.
        range_bytes: compressed size of a unit of parsing.
        fetch: how a dump that is not there may be downloaded.
    """

    out: Path
    files: tuple[Path, ...] = ()
    dump: str | None = None
    wiki: str = ""
    dump_dir: Path | None = None
    page_props: Path | None = None
    siteinfo: Path | None = None
    namespaces: tuple[int, ...] = (0,)
    lead: str = LEAD_FAST
    limit_pages: int | None = None
    keep_red_links: bool = False
    contexts: tuple[str, ...] | None = None
    count: str = "links"
    item_kinds: tuple[str, ...] = tuple(str(kind) for kind in ITEM_KINDS)
    weights: Weights = field(default_factory=Weights)
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
        _check_choice("--lead", self.lead, LEADS)
        _check_choice("--count", self.count, COUNTS)
        for context in self.contexts or ():
            _check_choice("--contexts", context, tuple(Context))
        for kind in self.item_kinds:
            _check_choice("--item-kinds", kind, tuple(ITEM_KINDS))
        if self.limit_pages is not None and self.limit_pages < 1:
            raise UsageError(f"--limit-pages is a number of pages from 1, got {self.limit_pages}")
        if not 0 <= self.max_error_rate <= 1:
            raise UsageError(f"--max-error-rate is a share between 0 and 1, got {self.max_error_rate}")
        if 0 not in self.namespaces:
            raise UsageError(f"--namespaces must hold 0, the main namespace, got {self.namespaces}")
        for name in ("redirect", "disambiguation", "title", "hatnote"):
            weight = getattr(self.weights, name)
            if not 0 <= weight <= MAX_WEIGHT:
                raise UsageError(f"--weight-{name} is a whole number from 0 to {MAX_WEIGHT:,}, got {weight}")

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
            page_props=self.page_props,
            range_bytes=self.range_bytes,
            tables=(PAGE_PROPS,),
            fetch=self.fetch,
        )

    @property
    def prior(self) -> PriorOptions:
        """The part that decides P(e|m) alone."""
        options = PriorOptions(self.weights, self.count, item_kinds=tuple(sorted(self.item_kinds)))
        return options if self.contexts is None else replace(options, contexts=tuple(sorted(set(self.contexts))))


def _check_choice(flag: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{flag} got {value!r}; allowed are {', '.join(allowed)}")


def default_out(files: tuple[Path, ...], dump: str | None, wiki: str) -> Path:
    """data/kb/WIKI-DATE, or the name of the first file without its endings."""
    if dump or not files:
        return Path("data/kb") / f"{wiki or DEFAULT_WIKI}-{dump}"
    return Path("data/kb") / files[0].name.split(".")[0].removesuffix("-pages-articles")
