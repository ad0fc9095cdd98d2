"""What each exchange format can hold: the table of docs/formats.md."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "pair": "ids of pairs",
    "empty": "pairs without a mention",
    "place": "places of mentions",
    "type": "types",
    "untyped": "mentions without a type or entity yet",
    "entity": "titles of entities",
    "nil": "NIL",
    "qid": "Wikidata ids (with a knowledge base)",
    "topic": "topics",
    "image_url": "addresses of images",
    "image_file": "names of image files",
    "article": "titles of articles",
    "origin": "dates, page ids, digests, credits, licences, links",
    "flags": "flags",
    "clues": "visual clues",
    "ambiguity": "classes of ambiguity",
}
"""Field -> what it is."""
NATIVE, LABEL_STUDIO = "native", "label-studio"
_ALL = frozenset(FIELDS)
_BASE = frozenset({"place", "type", "nil", "entity", "topic", "image_url"})
HELD: Mapping[str, frozenset[str]] = {
    NATIVE: _ALL - {"qid"},
    "passages": _BASE | {"empty"},
    "mentions": _BASE,
    "kgmel": frozenset({"empty", "place", "nil", "entity", "qid", "image_url", "image_file"}),
    "melbench": frozenset({"pair", "empty", "place", "nil", "entity", "qid", "image_file"}),
    "mimic": frozenset({"pair", "place", "nil", "entity", "qid", "image_file"}),
    "elevant": frozenset({"empty", "place", "type", "nil", "entity", "qid", "article"}),
    LABEL_STUDIO: _ALL - {"qid"},
}
"""Format -> fields that come back as they were."""
PARTLY: Mapping[tuple[str, str], str] = {
    ("kgmel", "place"): "where the words stand once in the caption",
    ("melbench", "place"): "where the words stand once in the caption",
    ("mimic", "place"): "where the words stand once in the caption",
    ("elevant", "entity"): "where the Wikidata id is known",
}
"""(format, field) -> when it comes back."""
NEVER = "who annotated, when, how long, notes, older versions"
"""What no file of another tool gets: it stays in the project."""


def lost_in(name: str) -> str:
    """What a format cannot hold, in words; '' for nothing."""
    lost = [meaning for field, meaning in FIELDS.items() if field not in HELD[name] and field != "qid"]
    partly = [f"{FIELDS[field]} but {when}" for (one, field), when in PARTLY.items() if one == name]
    return ", ".join([*lost, *partly])


def formats_table() -> str:
    """Fields by formats, as Markdown."""
    lines = ["| | " + " | ".join(HELD) + " |", "|---|" + "---|" * len(HELD)]
    for field, meaning in FIELDS.items():
        cells = [_cell(name, field) for name in HELD]
        lines.append(f"| {meaning} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(name: str, field: str) -> str:
    if (name, field) in PARTLY:
        return "partly"
    return "yes" if field in HELD[name] else "–"
