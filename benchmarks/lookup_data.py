"""Synthetic mentions/, titles/ and entities/ for the look-up benchmark."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.records import schemas
from pipeline.records.manifest import write_manifest
from pipeline.records.schemas import Schema
from pipeline.records.shards import Shard, concat, write_shard
from pipeline.titles.keys import surface_folded

PARTITIONS = 64
ROWS_PER_SURFACE = 1.3
ROWS_EXPONENT = 3.15  # a Zipf law of this exponent has a mean of 1.3
MOST_ROWS = 3000
WIDE = 100
"""Surfaces of 100 candidates and more beyond those that the law gives."""
FEW = {"n_redirect": 0.12, "n_disambiguation": 0.05, "n_title": 0.25, "n_hatnote": 0.01}
SYLLABLES = (
    "a an ar bel ber bo ca chi da de di el en er fa go ha in is ja ka "
    "la lo ma me mi na ne no on or pa ra re ri ro sa se si so ta te ti to u va ve wi ya zo ś é ü"
)


def write_kb(kb: Path, rows: int, seed: int = 0) -> None:
    """Write the three artifacts that the store is built from; the same arguments give the same bytes."""
    rng = np.random.default_rng(seed)
    words = _vocabulary(rng, 200_000)
    surfaces = _surfaces(rng, words, round(rows / ROWS_PER_SURFACE))
    titles = _entity_titles(rng, words, max(1000, rows * 3 // 10))
    _write_entities(kb, titles)
    _write_mentions(kb, rng, surfaces, titles)


def _vocabulary(rng: np.random.Generator, size: int) -> pa.Array:
    syllables = pa.array(SYLLABLES.split())
    count = rng.integers(1, 5, size)
    parts = [syllables.take(pa.array(rng.integers(0, len(syllables), size))) for _ in range(4)]
    empty = pa.scalar("")
    shown = [pc.if_else(pa.array(count > i), part, empty) for i, part in enumerate(parts)]
    return pc.binary_join_element_wise(*shown, "")


def _phrases(rng: np.random.Generator, words: pa.Array, n: int) -> pa.Array:
    """One to four words, frequent words often, as links are written."""
    count = rng.choice([1, 2, 3, 4], n, p=[0.1, 0.5, 0.3, 0.1])
    columns = []
    for i in range(4):
        rank = (len(words) * rng.random(n) ** 2.5).astype(np.int64)
        word = pc.if_else(pa.array(count > i), words.take(pa.array(rank)), pa.scalar(None, pa.string()))
        columns.append(word)
    text = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
    style = rng.random(n)
    text = pc.if_else(pa.array(style < 0.65), pc.utf8_title(text), text)
    text = pc.if_else(pa.array((style >= 0.65) & (style < 0.8)), pc.utf8_capitalize(text), text)
    year = pa.array(rng.integers(1900, 2022, n)).cast(pa.string())
    dated = pc.binary_join_element_wise(year, text, " ")
    return pc.if_else(pa.array(rng.random(n) < 0.12), dated, text)


def _surfaces(rng: np.random.Generator, words: pa.Array, n: int) -> pa.Array:
    """`n` distinct surfaces, a tenth of them other spellings of another one."""
    found = pa.array([], pa.string())
    while len(found) < n:
        fresh = _phrases(rng, words, n // 4 + 1000)
        lower = pc.utf8_lower(fresh.slice(0, len(fresh) // 12))
        upper = pc.utf8_upper(fresh.slice(len(fresh) // 12, len(fresh) // 60))
        found = pc.unique(pa.chunked_array([found, fresh, lower, upper]))
    return found.slice(0, n)


def _entity_titles(rng: np.random.Generator, words: pa.Array, n: int) -> pa.Array:
    found = pa.array([], pa.string())
    while len(found) < n:
        text = pc.utf8_capitalize(_phrases(rng, words, n // 2 + 1000))
        found = pc.unique(pa.chunked_array([found, text]))
    return found.slice(0, n)


def _write(kb: Path, schema: Schema, tables: Iterator[pa.Table]) -> None:
    folder = kb / schema.name
    folder.mkdir(parents=True)
    shards: list[Shard] = []
    for number, table in enumerate(tables):
        shards.append(write_shard(table, folder / f"part-{number:05d}.parquet", schema))
    write_manifest(folder, schema, "synthetic", shards)


def _write_entities(kb: Path, titles: pa.Array) -> None:
    n = len(titles)
    ids = np.arange(1, n + 1)
    nothing = pa.nulls(n, pa.string())
    table = pa.table(
        {
            "entity_id": ids, "title": titles, "qid": nothing, "kind": pa.repeat("article", n),
            "lead": pa.repeat("", n), "categories": pa.array([[]] * n, pa.list_(pa.string())),
            "infobox_type": nothing, "image": nothing, "page_image": nothing,
            "n_inlinks": 10_000_000 // ids, "n_pages_in": 10_000_000 // ids,
            "revision_id": pa.nulls(n, pa.int64()), "timestamp": pa.nulls(n, pa.timestamp("s", tz="UTC")),
        }
    )  # fmt: skip
    _write(kb, schemas.ENTITIES, iter([table]))
    own = pa.table(
        {
            "title_key": titles, "page_id": ids, "kind": pa.repeat("article", n), "fragment": pa.repeat("", n),
            "entity_id": ids, "resolved_page_id": ids, "resolved_kind": pa.repeat("article", n),
        }
    )  # fmt: skip
    _write(kb, schemas.TITLES, iter([own]))


def _write_mentions(kb: Path, rng: np.random.Generator, surfaces: pa.Array, titles: pa.Array) -> None:
    rows = np.minimum(rng.zipf(ROWS_EXPONENT, len(surfaces)), MOST_ROWS)
    wide = rng.choice(len(surfaces), WIDE + len(surfaces) // 100_000, replace=False)
    rows[wide] = rng.integers(100, 1200, len(wide))
    parts = (
        _mention_table(
            rng, surfaces.take(pa.array(range(part, len(surfaces), PARTITIONS))), rows[part::PARTITIONS], titles
        )
        for part in range(PARTITIONS)
    )
    _write(kb, schemas.MENTIONS, parts)


def _mention_table(rng: np.random.Generator, surfaces: pa.Array, rows: np.ndarray, titles: pa.Array) -> pa.Table:
    of = np.repeat(np.arange(len(rows)), rows)
    entity = (len(titles) * rng.random(len(of)) ** 3).astype(np.int64)
    pairs = np.unique(of * len(titles) + entity)
    of, entity = pairs // len(titles), pairs % len(titles)
    n = len(of)
    n_link = np.minimum(rng.zipf(1.8, n), 2_000_000)
    few = {name: (rng.random(n) < share).astype(np.int64) for name, share in FEW.items()}
    many = rng.random(n) < 0.002
    few["n_redirect"] = np.where(many, rng.integers(1, 400, n), few["n_redirect"])
    c = n_link + sum(few.values())
    total = np.bincount(of, c, len(rows))
    folded = pa.array([surface_folded(s) for s in surfaces.to_pylist()])
    table = pa.table(
        {
            "surface": surfaces.take(pa.array(of)), "surface_folded": folded.take(pa.array(of)),
            "entity_id": entity + 1, "entity": titles.take(pa.array(entity)), "kind": pa.repeat("article", n),
            "n_link": n_link, **few, "p": c / total[of],
        }
    )  # fmt: skip
    return concat([table.select(schemas.MENTIONS.names).cast(schemas.MENTIONS.arrow)], schemas.MENTIONS)
