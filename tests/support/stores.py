"""Small KBs for store tests, and the naive answer to every look-up."""

import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.kb.store import MentionStore
from pipeline.kb.store_build import build_store
from pipeline.records import schemas
from pipeline.records.manifest import write_manifest
from pipeline.records.schemas import Schema
from pipeline.records.shards import write_shard
from pipeline.titles.keys import stripped_form, surface_folded, surface_key

Counts = tuple[int, int, int, int, int]
"""n_link, n_redirect, n_disambiguation, n_title, n_hatnote."""
WEIGHTS = {"w_redirect": 1, "w_disambiguation": 1, "w_title": 1, "w_hatnote": 1}
LEVELS = ("exact", "folded", "stripped")


@dataclass
class SmallKB:
    """What a KB holds: surfaces with their entities' counts, entities, redirects, weights.

    entities: id -> (title, n_inlinks); a negative id is a red entity. redirects: title -> entity id or None.
    """

    mentions: Mapping[str, Mapping[int, Counts]]
    entities: Mapping[int, tuple[str, int]]
    redirects: Mapping[str, int | None] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=lambda: WEIGHTS)

    def c(self, counts: Counts) -> int:
        return counts[0] + sum(self.weights[name] * n for name, n in zip(WEIGHTS, counts[1:], strict=True))

    def write(self, kb: Path, partitions: int = 4) -> None:
        rows = [row for surface in self.mentions for row in self._rows(surface)]
        parts = [
            [row for row in rows if zlib.crc32(row["surface"].encode()) % partitions == i] for i in range(partitions)
        ]
        write_artifact(kb, schemas.MENTIONS, parts)
        articles = {id_: value for id_, value in self.entities.items() if id_ > 0}
        write_artifact(kb, schemas.ENTITIES, [[entity_row(id_, *value) for id_, value in articles.items()]])
        write_artifact(kb, schemas.TITLES, [self._titles()])

    def store(self, kb: Path, **options: Any) -> MentionStore:
        self.write(kb)
        build_store(kb, kb / "store", options={**self.weights, **options})
        return MentionStore.open(kb)

    def ranked(self, members: list[str]) -> list[tuple[int, Counts, int]]:
        """(entity id, counts, c) of the surfaces taken together, best first."""
        sums: dict[int, list[int]] = defaultdict(lambda: [0] * 5)
        for surface in members:
            for id_, counts in self.mentions[surface].items():
                sums[id_] = [a + b for a, b in zip(sums[id_], counts, strict=True)]
        rows = [(id_, tuple(counts), self.c(tuple(counts))) for id_, counts in sums.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0]))

    def lookup(self, query: str, k: int) -> list[dict[str, Any]]:
        """The definition of a look-up, level by level."""
        key = surface_key(query)
        folds = (surface_folded(key), surface_folded(stripped_form(key)))
        members = [[s for s in self.mentions if s == key]]
        members += [[s for s in self.mentions if surface_folded(s) == fold] for fold in folds]
        found: dict[int, dict[str, Any]] = {}
        for level, surfaces in zip(LEVELS, members, strict=True):
            rows = self.ranked(surfaces)
            total = sum(c for _, _, c in rows)
            for id_, counts, c in rows[:1000]:
                if id_ not in found and len(found) < k:
                    found[id_] = self._candidate(id_, counts, c, level, c / total)
        return list(found.values())

    def _candidate(self, id_: int, counts: Counts, c: int, level: str, p: float) -> dict[str, Any]:
        names = ("n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote")
        kind = "article" if id_ > 0 else "red"
        return {
            "entity_id": id_, "entity": self.entities[id_][0], "kind": kind, "p": p, "level": level,
            **dict(zip(names, counts, strict=True)), "c": c,
        }  # fmt: skip

    def _rows(self, surface: str) -> list[dict[str, Any]]:
        ranked = self.ranked([surface])
        total = sum(c for _, _, c in ranked)
        rows = [self._candidate(id_, counts, c, "", c / total) for id_, counts, c in ranked]
        return [row | {"surface": surface, "surface_folded": surface_folded(surface)} for row in rows]

    def _titles(self) -> list[dict[str, Any]]:
        rows = [(title, "article", id_) for id_, (title, _) in self.entities.items() if id_ > 0]
        rows += [(title, "redirect", id_) for title, id_ in self.redirects.items()]
        return [
            {
                "title_key": title, "page_id": at, "kind": kind, "fragment": "", "entity_id": id_,
                "resolved_page_id": id_, "resolved_kind": id_ and "article",
            }
            for at, (title, kind, id_) in enumerate(rows, 1)
        ]  # fmt: skip


def entity_row(id_: int, title: str, n_inlinks: int, **values: Any) -> dict[str, Any]:
    """A row of entities/ with the rest empty."""
    return {
        "entity_id": id_, "title": title, "qid": None, "kind": "article", "lead": "", "categories": [],
        "infobox_type": None, "image": None, "page_image": None, "n_inlinks": n_inlinks, "n_pages_in": n_inlinks,
        "revision_id": None, "timestamp": None, **values,
    }  # fmt: skip


def write_artifact(kb: Path, schema: Schema, parts: list[list[dict[str, Any]]]) -> None:
    """Write an artifact, one shard for each part that has rows."""
    folder = kb / schema.name
    folder.mkdir(parents=True)
    shards = []
    for number, rows in enumerate(parts):
        if rows:
            table = pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema.arrow)
            shards.append(write_shard(table, folder / f"part-{number:05d}.parquet", schema))
    write_manifest(folder, schema, "test", shards)
