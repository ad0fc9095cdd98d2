"""The knowledge base computed the slow way from what the sample world knows of itself.

A second, independent reading of the KB definitions (sections 2 to 4) in plain dicts and Fractions. It reads `truth/`, which
the generator wrote while composing the pages; nothing here parses wikitext or calls the code under test.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

ITEM_KINDS = ("disambiguation", "surname", "given_name", "set_index")
MAX_HOPS = 8
_QUALIFIED = re.compile(r"(?P<bare>.*\S) \([^()]*\)", re.DOTALL)


@dataclass(frozen=True)
class OracleOptions:
    """The options of the job that change rows."""

    keep_red_links: bool = False
    contexts: tuple[str, ...] | None = None
    count: str = "links"
    item_kinds: tuple[str, ...] = ITEM_KINDS
    weights: tuple[int, int, int, int] = (1, 1, 1, 1)
    """Of redirects, disambiguation items, titles, hatnotes."""


PAPER = OracleOptions(item_kinds=("disambiguation",), weights=(1, 1, 0, 0))


@dataclass(frozen=True)
class End:
    """Where a title leads: the last title met, the page there if any, how it went."""

    title: str | None
    page: dict | None
    hops: int
    status: str


@dataclass
class Evidence:
    """What one surface has for one entity."""

    link: int = 0
    redirect: int = 0
    disambiguation: int = 0
    title: int = 0
    hatnote: int = 0

    def counts(self) -> tuple[int, int, int, int, int]:
        return (self.link, self.redirect, self.disambiguation, self.title, self.hatnote)


def surface_key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def surface_folded(text: str) -> str:
    return unicodedata.normalize("NFKC", surface_key(text)).casefold()


def bare_form(title: str) -> str:
    match = _QUALIFIED.fullmatch(title)
    return match["bare"] if match else title


def red_id(title: str) -> int:
    return -((int.from_bytes(hashlib.blake2b(title.encode(), digest_size=8).digest(), "big") >> 1) or 1)


def image_id(wiki: str, file_title: str) -> str:
    return hashlib.blake2b(f"{wiki}\n{file_title}".encode(), digest_size=8).hexdigest()


class Oracle:
    """Every artifact of the knowledge base of one world, as dicts and sets of tuples."""

    def __init__(self, world: Path, options: OracleOptions = OracleOptions()) -> None:
        self.options = options
        self.wiki = json.loads((world / "truth" / "world.json").read_text(encoding="utf-8"))["wiki"]
        with (world / "truth" / "pages.jsonl").open(encoding="utf-8") as lines:
            self.all_pages = [json.loads(line) for line in lines]
        self.pages = [row for row in self.all_pages if row["namespace"] == 0 and row["model"] == "wikitext"]
        self.by_title = {row["title"]: row for row in self.pages}

    # Where titles lead.

    def end(self, title: str) -> End:
        """Follow redirects from a title key."""
        page = self.by_title.get(title)
        hops = 0
        while page is not None and page["kind"] == "redirect":
            if hops == MAX_HOPS:
                return End(None, None, MAX_HOPS, "loop")
            hops += 1
            title, _, status = page["redirect"]
            if status != "ok":
                return End(None, None, hops, status)
            page = self.by_title.get(title)
        return End(title, page, hops, "ok" if page is not None else "missing")

    def entity(self, title: str) -> int | None:
        """The entity that a title stands for; negative for a red one, None for none."""
        end = self.end(title)
        if end.page is not None:
            return end.page["page_id"] if end.page["kind"] == "article" else None
        if end.status == "missing" and self.options.keep_red_links and not end.title.endswith("(disambiguation)"):
            return red_id(end.title)
        return None

    def entity_name(self, entity_id: int) -> str:
        return self._names[entity_id]

    @cached_property
    def _names(self) -> dict[int, str]:
        names = {row["page_id"]: row["title"] for row in self.pages}
        written = [link[0] for row in self.pages for link in row["links"]]
        written += [row["redirect"][0] for row in self.pages if row["redirect"]]
        written += [target for row in self.pages for _, target, *_ in (*row["items"], *row["hatnotes"])]
        for title in written:
            end = self.end(title)
            if end.status == "missing":
                names[red_id(end.title)] = end.title
        return names

    # Artifacts as extracted and resolved.

    def page_rows(self) -> set[tuple]:
        return {
            (r["page_id"], 0, r["title"], r["kind"], r["revision_id"], r["timestamp"], r["n_bytes"], r["model"])
            for r in self.pages
        }

    def link_rows(self) -> dict[tuple, int]:
        """(page_id, page_title, target, fragment, surface, context, in_template) -> n."""
        return {(row["page_id"], row["title"], *link[:5]): link[5] for row in self.pages for link in row["links"]}

    def redirect_rows(self) -> set[tuple]:
        """(page_id, title, target, fragment, resolved, hops, status)."""
        return set(self._redirect_rows())

    def _redirect_rows(self) -> Iterator[tuple]:
        for row in self.pages:
            if row["kind"] == "redirect":
                target, fragment, _ = row["redirect"]
                end = self.end(row["title"])
                yield (row["page_id"], row["title"], target, fragment, end.title, end.hops, end.status)

    def title_rows(self) -> set[tuple]:
        """(title_key, page_id, kind, fragment, entity_id, resolved_page_id, resolved_kind)."""
        rows = set()
        for row in self.pages:
            page = self.end(row["title"]).page
            fragment = row["redirect"][1] if row["redirect"] else ""
            resolved = (None, None) if page is None else (page["page_id"], page["kind"])
            entity = resolved[0] if resolved[1] == "article" else None
            rows.add((row["title"], row["page_id"], row["kind"], fragment, entity, *resolved))
        return rows

    def item_rows(self) -> set[tuple]:
        """(page_id, page_title, surface, target, resolved, position, kind)."""
        rows = set()
        others = defaultdict(set)
        for row in self.pages:
            end = self.end(row["title"])
            if row["kind"] == "redirect" and end.page is not None:
                others[end.page["page_id"]].add(surface_key(bare_form(row["title"])))
        for row in self.pages:
            for surface, target, position in row["items"]:
                for name in {surface_key(surface), *others[row["page_id"]]}:
                    resolved = self.end(target).title
                    rows.add((row["page_id"], row["title"], name, target, resolved, position, row["kind"]))
        return rows

    def hatnote_rows(self) -> set[tuple]:
        """(page_id, surface, target, template, resolved)."""
        return {
            (row["page_id"], surface_key(surface), target, template, self.end(target).title)
            for row in self.pages
            for surface, target, template in row["hatnotes"]
        }

    def image_rows(self) -> set[tuple]:
        """(entity_id, image_id, rank, file_title, written_as, in_template, origin, caption)."""
        return {
            (row["page_id"], image_id(self.wiki, image[0]), rank, *image)
            for row in self.pages
            if row["kind"] == "article"
            for rank, image in enumerate(row["images"])
        }

    # Evidence.

    @cached_property
    def _seen_links(self) -> list[tuple[int, str, str, str, bool, int]]:
        """(page_id, surface key, target, context, in_template, n) of links with a surface."""
        return [
            (row["page_id"], surface_key(surface), target, context, in_template, n)
            for row in self.pages
            for target, _, surface, context, in_template, n in row["links"]
            if surface_key(surface)
        ]

    def count_rows(self) -> dict[tuple, tuple[int, int]]:
        """(surface, entity_id, context, in_template) -> (n_links, n_pages)."""
        n_links: Counter[tuple] = Counter()
        pages: dict[tuple, set[int]] = defaultdict(set)
        for page_id, surface, target, context, in_template, n in self._seen_links:
            n_links[surface, target, context, in_template] += n
            pages[surface, target, context, in_template].add(page_id)
        counts: dict[tuple, tuple[int, int]] = {}
        for (surface, target, context, in_template), n in n_links.items():
            entity = self.entity(target)
            if entity is not None:
                key = (surface, entity, context, in_template)
                old = counts.get(key, (0, 0))
                counts[key] = (old[0] + n, old[1] + len(pages[surface, target, context, in_template]))
        return counts

    def inlinks(self) -> dict[int, tuple[int, int]]:
        """entity_id -> (n_inlinks, n_pages_in)."""
        n_links: Counter[str] = Counter()
        pages: dict[str, set[int]] = defaultdict(set)
        for page_id, _, target, _, _, n in self._seen_links:
            n_links[target] += n
            pages[target].add(page_id)
        totals: dict[int, tuple[int, int]] = {}
        for target, n in n_links.items():
            entity = self.entity(target)
            if entity is not None:
                old = totals.get(entity, (0, 0))
                totals[entity] = (old[0] + n, old[1] + len(pages[target]))
        return totals

    def entity_rows(self) -> dict[int, dict]:
        """entity_id -> columns of entities."""
        inlinks = self.inlinks()
        rows = {}
        for row in self.pages:
            if row["kind"] == "article":
                n_inlinks, n_pages_in = inlinks.get(row["page_id"], (0, 0))
                rows[row["page_id"]] = {
                    "title": row["title"],
                    "qid": row["qid"],
                    "kind": "article",
                    "lead": row["lead"],
                    "categories": row["categories"],
                    "infobox_type": row["infobox_type"],
                    "image": row["images"][0][0] if row["images"] else None,
                    "page_image": row["page_image"],
                    "n_inlinks": n_inlinks,
                    "n_pages_in": n_pages_in,
                    "revision_id": row["revision_id"],
                }
        return rows

    def evidence(self) -> dict[tuple[str, int], Evidence]:
        """(surface, entity_id) -> evidence, rows without weight included."""
        found: dict[tuple[str, int], Evidence] = defaultdict(Evidence)
        allowed = self.options.contexts
        for (surface, entity, context, _), (n_links, n_pages) in self.count_rows().items():
            if allowed is None or context in allowed:
                found[surface, entity].link += n_links if self.options.count == "links" else n_pages
        for row in self.pages:
            entity = self.entity(row["title"])
            forms = {surface_key(row["title"]), surface_key(bare_form(row["title"]))} - {""}
            if entity is not None and row["kind"] == "redirect":
                for form in forms:
                    found[form, entity].redirect += 1
            elif row["kind"] == "article":
                for form in forms:
                    found[form, row["page_id"]].title = 1
        for _, _, surface, target, _, _, kind in self.item_rows():
            entity = self.entity(target)
            if entity is not None and surface and kind in self.options.item_kinds:
                found[surface, entity].disambiguation += 1
        for _, surface, target, _, _ in self.hatnote_rows():
            entity = self.entity(target)
            if entity is not None and surface:
                found[surface, entity].hatnote += 1
        return found

    def mention_rows(self) -> dict[tuple[str, int], tuple[tuple[int, ...], Fraction]]:
        """(surface, entity_id) -> ((n_link, n_redirect, n_disambiguation, n_title, n_hatnote), p)."""
        weights = (1, *self.options.weights)
        weighed = {
            key: (evidence.counts(), sum(w * n for w, n in zip(weights, evidence.counts(), strict=True)))
            for key, evidence in self.evidence().items()
        }
        totals: Counter[str] = Counter()
        for (surface, _), (_, c) in weighed.items():
            totals[surface] += c
        return {key: (counts, Fraction(c, totals[key[0]])) for key, (counts, c) in weighed.items() if c > 0}
