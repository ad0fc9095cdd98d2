"""Show what a name can mean: candidates, P(e|m), evidence."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.console.flags import CommandParser, from_one
from pipeline.console.format import format_count, format_share, printable
from pipeline.console.main import run_command
from pipeline.records.names import EntityKind, Level

if TYPE_CHECKING:
    from pipeline.kb.candidates import Candidate, Candidates
    from pipeline.kb.prefix import TitleHit
    from pipeline.kb.store import MentionStore
    from pipeline.records.kb import Entity

EXAMPLES = (
    'python runners/lookup.py "Lions" --kb data/kb/enwiki-20210101',
    'python runners/lookup.py "Lions" "the Tigers" -k 5 --json --kb data/kb/enwiki-20210101',
    "python runners/lookup.py --prefix unit --kb data/kb/enwiki-20210101",
)
LEAD_CHARS = 90
UNKNOWN = "-"
BAR_CHARS = 8
FULL_LIST = 1_000
"""Candidates that the store keeps of one surface at most."""
ALL = 10 * FULL_LIST
"""More candidates than the lists of all levels hold together."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_SOURCES = ("n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(
        "Look names up in a knowledge base: which entities they can mean, how likely, and on what evidence.",
        prog="lookup.py",
        examples=EXAMPLES,
    )
    parser.add_argument("names", nargs="+", metavar="NAME", help="a surface form, in quotes where it has spaces")
    parser.add_argument("--kb", type=Path, required=True, metavar="DIR", help="folder of a finished knowledge base")
    parser.add_argument("-k", type=from_one, default=10, metavar="N", help="candidates or titles to show (default: 10)")
    parser.add_argument(
        "--level", choices=[level.value for level in Level], default=Level.STRIPPED.value,
        help="how far a name may be relaxed: exact as typed; folded, whatever its case; stripped, also without "
        "article, possessive, quotes and (qualifier) (default: stripped)",
    )  # fmt: skip
    parser.add_argument("--prefix", action="store_true", help="list titles that begin with NAME, redirects included")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


def main(argv: list[str]) -> int:
    """Print the answers; 1 where a name has none."""
    values = make_parser().parse_args(argv)
    from pipeline.kb.store import MentionStore

    store = MentionStore.open(values.kb)
    if values.prefix:
        return _prefixes(store, values)
    return _candidates(store, values)


def _candidates(store: "MentionStore", values: argparse.Namespace) -> int:
    from pipeline.kb.entities import EntityStore

    answers = store.lookup_many(values.names, ALL, deepest=Level(values.level))
    about = EntityStore.open(values.kb).get(id_ for found in answers for id_ in found.entity_ids[: values.k])
    if values.json:
        _print_json([_as_json(store, found, about, values.k) for found in answers])
    else:
        for found in answers:
            _print_candidates(store, found, about, values.k)
    return 0 if all(answers) else 1


def _prefixes(store: "MentionStore", values: argparse.Namespace) -> int:
    answers = {name: store.search_prefix(name, values.k) for name in values.names}
    if values.json:
        _print_json([{"prefix": name, "titles": [asdict(hit) for hit in hits]} for name, hits in answers.items()])
    else:
        for name, hits in answers.items():
            _print_titles(name, hits)
    return 0 if all(answers.values()) else 1


def _print_candidates(store: "MentionStore", found: "Candidates", about: "dict[int, Entity]", k: int) -> None:
    from pipeline.console.summary import print_table

    if not found:
        print(_unknown(found.surface, store.suggest(found.surface)))
        return
    rows = [
        (
            rank,
            _entity_name(one),
            _bar(one.p),
            one.c,
            _evidence(one),
            one.level.value,
            *_about(about.get(one.entity_id)),
        )
        for rank, one in enumerate(found[:k], 1)
    ]
    columns = ["", "entity", "p", "c", "evidence", "level", "Wikidata", "lead and image"]
    while all(row[len(columns) - 1] == UNKNOWN for row in rows):
        columns.pop()
    print_table(columns, [row[: len(columns)] for row in rows], title=found.surface, whole=("p", "level", "Wikidata"))
    if len(found) > k:
        more = " or more" if len(found) >= FULL_LIST else ""
        print(f"{format_count(k)} of {format_count(len(found))}{more} candidates; -k N shows N")
    print()


def _print_titles(prefix: str, hits: "list[TitleHit]") -> None:
    from pipeline.console.summary import print_table

    if not hits:
        print(f"No title begins with {printable(prefix)!r}.")
        return
    rows = [(hit.title, f"→ {hit.entity}" if hit.is_redirect else "", hit.n_inlinks, hit.kind) for hit in hits]
    print_table(("title", "redirects to", "links in", "kind"), rows, title=f"{prefix}…")
    print()


def _unknown(surface: str, hits: "list[TitleHit]") -> str:
    sentence = f"Nothing in this knowledge base is called {printable(surface)!r}."
    if not hits:
        return sentence
    return f"{sentence} Titles that begin alike: {', '.join(printable(hit.title) for hit in hits)}."


def _entity_name(one: "Candidate") -> str:
    return f"{one.entity} (red link)" if one.kind == EntityKind.RED else one.entity


def _evidence(one: "Candidate") -> str:
    """The counts that are not 0, as `link 12, title 1`."""
    counts = ((name.removeprefix("n_"), getattr(one, name)) for name in _SOURCES)
    return ", ".join(f"{name} {format_count(count)}" for name, count in counts if count)


def _about(entity: "Entity | None") -> tuple[str, str]:
    """Wikidata id, and the lead in one line with the image's name."""
    if entity is None:
        return UNKNOWN, UNKNOWN
    lead = " ".join(entity.lead.split())
    lead = lead if len(lead) <= LEAD_CHARS else f"{lead[: LEAD_CHARS - 1].rstrip()}…"
    image = entity.image or entity.page_image
    return entity.qid or UNKNOWN, " ".join(part for part in (lead, image and f"[{image}]") if part) or UNKNOWN


def _bar(p: float) -> str:
    """A share as a bar and a percentage."""
    eighths = round(p * BAR_CHARS * 8)
    bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return f"{format_share(p):>7} {bar}"


def _as_json(store: "MentionStore", found: "Candidates", about: "dict[int, Entity]", k: int) -> dict[str, Any]:
    total = store.total(found.surface)
    answer: dict[str, Any] = {
        "surface": found.surface, "total": total, "n_candidates": len(found), "candidates": [],
    }  # fmt: skip
    for one in found[:k]:
        entity = about.get(one.entity_id)
        texts = {name: entity and getattr(entity, name) for name in ("qid", "lead", "image", "page_image")}
        answer["candidates"].append({**one.to_json(), **texts})
    if not found:
        answer["suggestions"] = [hit.title for hit in store.suggest(found.surface)]
    return answer


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    sys.exit(run_command(main))
