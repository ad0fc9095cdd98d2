"""Our links against wikitextparser's, on a random sample of a dump.

wikitextparser (GPL-3, extra `audit`) is imported here only, when the audit runs. Both sides go through the same title
rules; what is compared are links to the main namespace, self links left out, as multisets per page.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.dump.header import DumpHeader, read_header
from pipeline.dump.pages import DumpPage, iter_pages
from pipeline.dump.ranges import DumpRange, plan_ranges
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST
from pipeline.titles.site import SiteInfo
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.link_tokens import shown_target, targets_of
from pipeline.wikitext.links import page_links
from pipeline.wikitext.mask import mask
from pipeline.wikitext.page import page_structure
from pipeline.wikitext.surface import visible_text

MAX_RANGES = 64
MAX_EXAMPLES = 5
Pairs = Counter[tuple[str, str]]
"""(target, surface) of one page with the number of links."""


@dataclass(slots=True)
class Kind:
    """One kind of disagreement: how many links, and some of them as (page, target, surface)."""

    n: int = 0
    examples: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Audit:
    """What the comparison of a sample found."""

    pages: int = 0
    ours: int = 0
    theirs: int = 0
    same_target: int = 0
    same_surface: int = 0
    kinds: dict[str, Kind] = field(default_factory=dict)

    def add(self, title: str, ours: Pairs, theirs: Pairs) -> None:
        """Count one page."""
        self.pages += 1
        self.ours += ours.total()
        self.theirs += theirs.total()
        self.same_surface += (ours & theirs).total()
        ours_only, theirs_only = ours - theirs, theirs - ours
        extra, missing = _targets(ours_only), _targets(theirs_only)
        self.same_target += (ours & theirs).total() + (extra & missing).total()
        self._note("same target, other surface", title, ours_only, extra & missing)
        self._note("found by us only", title, ours_only, extra - missing)
        self._note("found by wikitextparser only", title, theirs_only, missing - extra)

    def figures(self) -> dict[str, float]:
        """Recall and precision of our links, wikitextparser's taken as the truth."""
        return {
            "target recall": _share(self.same_target, self.theirs),
            "target precision": _share(self.same_target, self.ours),
            "surface recall": _share(self.same_surface, self.theirs),
            "surface precision": _share(self.same_surface, self.ours),
        }

    def as_json(self) -> dict[str, Any]:
        """All figures and kinds as a JSON value."""
        return asdict(self) | {"figures": self.figures()}

    def _note(self, name: str, title: str, links: Pairs, targets: Counter[str]) -> None:
        """Count those of `links` whose target is in `targets`, as often as it is there."""
        left = targets.copy()
        for (target, surface), n in sorted(links.items()):
            n_noted = min(n, left[target])
            if n_noted:
                left[target] -= n_noted
                kind = self.kinds.setdefault(name, Kind())
                kind.n += n_noted
                if len(kind.examples) < MAX_EXAMPLES:
                    kind.examples.append((title, target, surface))


def audit_links(
    files: Sequence[Path], wiki: Wiki, *, pages: int, seed: int = 0, on_page: Callable[[int], None] | None = None
) -> Audit:
    """Compare the links of `pages` random articles of a dump; the same seed gives the same pages.

    Of a dump with many ranges, `MAX_RANGES` random ones are read. `on_page` hears how many were compared.

    Raises:
        UsageError: the extra `audit` is not installed, or `pages` is less than 1.
    """
    parser = _wikitextparser()
    if pages < 1:
        raise UsageError(f"--pages is {pages}; give at least 1")
    found = Audit()
    sample = _sample(_articles(files, wiki, seed), pages, seed)
    for n, page in enumerate(sample, 1):
        text = page.text or ""
        found.add(page.title, our_links(page.title, text, wiki), their_links(page.title, text, wiki, parser))
        if on_page is not None:
            on_page(n)
    return found


def read_kb_wiki(kb: Path) -> Wiki:
    """The rules under which a knowledge base was built, from its manifest.

    Raises:
        ArtifactError: there is no knowledge base in `kb`, or its manifest holds no rules.
    """
    path = kb / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))["siteinfo"]
    except OSError as error:
        raise ArtifactError(f"{kb} is no knowledge base: it has no {MANIFEST}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is no manifest of a knowledge base") from error
    return Wiki.for_siteinfo(SiteInfo.from_json(value))


def our_links(title: str, text: str, wiki: Wiki) -> Pairs:
    """The scanner's links of one page."""
    pairs: Pairs = Counter()
    structure = page_structure(text, wiki)
    for (target, _, surface, _, _), n in page_links(structure, wiki.titles.key_of(title), wiki, {}).items():
        pairs[target, surface] += n
    return pairs


def their_links(title: str, text: str, wiki: Wiki, parser: ModuleType) -> Pairs:
    """Links of one page by wikitextparser, put through the same rules for titles and surfaces."""
    pairs: Pairs = Counter()
    own, targets = wiki.titles.key_of(title), targets_of(wiki)
    for link in parser.parse(text).wikilinks:
        raw = mask(link.target)
        target = targets.read(raw)
        if isinstance(target, str) or (target[0] == own and not target[1]):
            continue
        trail = wiki.trail.match(text, link.span[1])
        shown = mask(link.text) if link.text else shown_target(raw)
        surface = shown + (trail[0] if trail else "")
        pairs[target[0], visible_text(surface, wiki) if link.text else surface] += 1
    return pairs


def _wikitextparser() -> ModuleType:
    try:
        import wikitextparser  # noqa: PLC0415 - optional, and GPL: only where the audit runs
    except ImportError as error:
        raise UsageError('the audit needs wikitextparser: pip install "mel-toolkit[audit]"') from error
    module: ModuleType = wikitextparser
    return module


def _articles(files: Sequence[Path], wiki: Wiki, seed: int) -> Iterator[DumpPage]:
    """Main-namespace wikitext pages that are no redirects, of random ranges in dump order."""
    ranges = plan_ranges(files)
    if len(ranges) > MAX_RANGES:
        ranges = sorted(random.Random(seed).sample(ranges, MAX_RANGES), key=lambda one: one.ordinal)  # noqa: S311
    headers = {path: read_header(Path(path)) for path in dict.fromkeys(one.path for one in ranges)}
    for one in ranges:
        yield from _articles_of(one, headers[one.path], wiki)


def _articles_of(one: DumpRange, header: DumpHeader, wiki: Wiki) -> Iterator[DumpPage]:
    for page in iter_pages(one, header, namespace_of=wiki.titles.namespace_of, keep=lambda number: number == 0):
        if isinstance(page, DumpPage) and _is_article(page):
            yield page


def _is_article(page: DumpPage) -> bool:
    return not page.namespace and page.redirect is None and bool(page.text) and page.model == "wikitext"


def _sample(pages: Iterable[DumpPage], size: int, seed: int) -> list[DumpPage]:
    """`size` of the pages, each as likely as any other, in their order (reservoir sampling)."""
    chance = random.Random(seed)  # noqa: S311 - a sample, no secret
    kept: list[tuple[int, DumpPage]] = []
    for n, page in enumerate(pages):
        if n < size:
            kept.append((n, page))
        elif (place := chance.randrange(n + 1)) < size:
            kept[place] = (n, page)
    return [page for _, page in sorted(kept, key=lambda pair: pair[0])]


def _targets(pairs: Pairs) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (target, _), n in pairs.items():
        counts[target] += n
    return counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
