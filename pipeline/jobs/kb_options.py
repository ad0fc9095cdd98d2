"""What the user asks of the KB job, checked first."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.dump.choice import PAGE_PROPS
from pipeline.jobs.dump_inputs import DumpRequest
from pipeline.jobs.dump_options import DumpOptions, check_choices, out_folder
from pipeline.kb.priors import PAPER_PRESET, PriorOptions, Weights
from pipeline.records.errors import UsageError
from pipeline.records.names import ITEM_KINDS, Context
from pipeline.wikitext.page import LEAD_FAST, LEAD_PARSER

DEFAULT_WIKI = "enwiki"
LEADS = (LEAD_FAST, LEAD_PARSER)
MAX_WEIGHT = 1_000_000
COUNTS = ("links", "pages")
PRESETS = {"default": PriorOptions(), "paper": PAPER_PRESET}


@dataclass(frozen=True, slots=True, kw_only=True)
class KbOptions(DumpOptions):
    """Options of the KB job, beside those of the dump.

    Attributes:
        page_props: SQL table of page properties; found beside the dump with `dump`.
        namespaces: namespaces kept in pages/, titles/ and redirects/.
        lead: cleaner of lead texts.
    """

    page_props: Path | None = None
    namespaces: tuple[int, ...] = (0,)
    lead: str = LEAD_FAST
    keep_red_links: bool = False
    contexts: tuple[str, ...] | None = None
    count: str = "links"
    item_kinds: tuple[str, ...] = tuple(str(kind) for kind in ITEM_KINDS)
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: names the option, what it got and what is allowed.
        """
        DumpOptions.__post_init__(self)
        check_choices("--lead", (self.lead,), LEADS)
        check_choices("--count", (self.count,), COUNTS)
        check_choices("--contexts", self.contexts or (), tuple(Context))
        check_choices("--item-kinds", self.item_kinds, tuple(ITEM_KINDS))
        if 0 not in self.namespaces:
            raise UsageError(
                f"--namespaces must hold 0, the main namespace, got {', '.join(map(str, self.namespaces))}"
            )
        for name in ("redirect", "disambiguation", "title", "hatnote"):
            weight = getattr(self.weights, name)
            if not 0 <= weight <= MAX_WEIGHT:
                raise UsageError(f"--weight-{name} is a whole number from 0 to {MAX_WEIGHT:,}, got {weight}")

    @property
    def dump_request(self) -> DumpRequest:
        """The part that decides which dump is read."""
        return self.request(DEFAULT_WIKI, tables=(PAGE_PROPS,), page_props=self.page_props)

    @property
    def prior(self) -> PriorOptions:
        """The part that decides P(e|m) alone."""
        options = PriorOptions(self.weights, self.count, item_kinds=tuple(sorted(self.item_kinds)))
        return options if self.contexts is None else replace(options, contexts=tuple(sorted(set(self.contexts))))


def default_out(files: tuple[Path, ...], dump: str | None, wiki: str) -> Path:
    """data/kb/WIKI-DATE, or the name of the first file without its endings."""
    return out_folder("data/kb", files, dump, wiki or DEFAULT_WIKI)
