"""Every artifact of the sample world's KB against the naive oracle."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.kb.priors import Weights
from pipeline.records import schemas
from pipeline.records.artifacts import KB_ARTIFACTS
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import Schema
from tests.support.kb_oracle import PAPER, Oracle, OracleOptions, surface_folded, surface_key
from tests.support.world import build_world_kb

OPTION_SETS = {
    "default": ({}, OracleOptions()),
    "red links": ({"keep_red_links": True}, OracleOptions(keep_red_links=True)),
    "paper": (
        {"weights": Weights(title=0, hatnote=0), "item_kinds": ("disambiguation",)},
        PAPER,
    ),
    "prose pages": (
        {"contexts": ("prose", "lead"), "count": "pages"},
        OracleOptions(contexts=("prose", "lead"), count="pages"),
    ),
    "weighed names": (
        {"weights": Weights(2, 3, 0, 5), "item_kinds": ("surname", "set_index"), "contexts": ("infobox",)},
        OracleOptions(contexts=("infobox",), item_kinds=("surname", "set_index"), weights=(2, 3, 0, 5)),
    ),
    "no links": ({"contexts": ("gallery",), "weights": Weights(0, 0, 1, 0)},
                 OracleOptions(contexts=("gallery",), weights=(0, 0, 1, 0))),
}  # fmt: skip


@pytest.fixture(scope="module", params=["default", "red links"])
def kb(request: pytest.FixtureRequest, world_dir: Path, world_kb: Path, red_world_kb: Path) -> tuple:
    """A built KB, its oracle."""
    built = {"default": world_kb, "red links": red_world_kb}
    return built[request.param], Oracle(world_dir, OPTION_SETS[request.param][1])


def rows(out: Path, schema: Schema) -> list[dict[str, Any]]:
    return open_artifact(out / schema.name, schema).table().to_pylist()


def tuples(out: Path, schema: Schema) -> list[tuple]:
    return [tuple(row.values()) for row in rows(out, schema)]


def assert_same(found: list[tuple], wanted: set[tuple]) -> None:
    """Equal as sets, each row once; a failure shows a few rows of each side."""
    assert sorted(set(found) - wanted, key=str)[:5] == []
    assert sorted(wanted - set(found), key=str)[:5] == []
    assert [row for row, n in Counter(found).items() if n > 1][:5] == []


def test_pages(kb: tuple) -> None:
    out, oracle = kb
    found = [(*row[:5], row[5].strftime("%Y-%m-%dT%H:%M:%SZ"), *row[6:]) for row in tuples(out, schemas.PAGES)]
    assert_same(found, oracle.page_rows())


def test_links(kb: tuple) -> None:
    out, oracle = kb
    found = {row[:7]: row[7] for row in tuples(out, schemas.LINKS)}
    wanted = oracle.link_rows()
    assert_same(list(_trimmed(found).items()), set(_trimmed(wanted).items()))


def _trimmed(links: dict[tuple, int]) -> Counter:
    """Links by surface key: white space at the ends of a surface is nothing that a reader sees."""
    trimmed: Counter = Counter()
    for key, n in links.items():
        trimmed[(*key[:4], surface_key(key[4]), *key[5:])] += n
    return trimmed


def test_redirects(kb: tuple) -> None:
    out, oracle = kb
    assert_same(tuples(out, schemas.REDIRECTS), oracle.redirect_rows())


def test_titles(kb: tuple) -> None:
    out, oracle = kb
    assert_same(tuples(out, schemas.TITLES), oracle.title_rows())


def test_disambiguation(kb: tuple) -> None:
    out, oracle = kb
    assert_same(tuples(out, schemas.DISAMBIGUATION), oracle.item_rows())


def test_hatnotes(kb: tuple) -> None:
    out, oracle = kb
    assert_same(tuples(out, schemas.HATNOTES), oracle.hatnote_rows())


def test_entity_images(kb: tuple) -> None:
    out, oracle = kb
    assert_same(tuples(out, schemas.ENTITY_IMAGES), oracle.image_rows())


def test_counts(kb: tuple) -> None:
    out, oracle = kb
    wanted = {(*key, *n) for key, n in oracle.count_rows().items()}
    assert_same(tuples(out, schemas.COUNTS), wanted)


def test_entities(kb: tuple) -> None:
    out, oracle = kb
    found = {row.pop("entity_id"): row for row in rows(out, schemas.ENTITIES)}
    wanted = oracle.entity_rows()
    assert set(found) == set(wanted)
    for entity_id, row in wanted.items():
        lead = row.pop("lead")
        same_lead = " ".join(found[entity_id].pop("lead").split())
        assert {name: found[entity_id][name] for name in row} == row
        if len(lead) <= 2000:
            assert same_lead == lead
        else:
            assert 1000 < len(same_lead) <= 2000
            assert lead.startswith(same_lead.rstrip("…").rstrip())


def test_no_dead_letters(kb: tuple) -> None:
    out, _ = kb
    assert rows(out, schemas.ERRORS) == []


def test_mentions(kb: tuple) -> None:
    out, oracle = kb
    assert_mentions(out, oracle)


@pytest.fixture(scope="module")
def reweighed_out(world_kb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A KB that tests rebuild with other weights."""
    return Path(shutil.copytree(world_kb, tmp_path_factory.mktemp("reweighed") / "kb"))


@pytest.mark.parametrize("name", ["paper", "prose pages", "weighed names", "no links", "red links"])
def test_mentions_of_other_options(world_dir: Path, reweighed_out: Path, name: str) -> None:
    given, options = OPTION_SETS[name]
    build_world_kb(world_dir, reweighed_out, **given)
    assert_mentions(reweighed_out, Oracle(world_dir, options))


def assert_mentions(out: Path, oracle: Oracle) -> None:
    """mentions/ is the oracle's, p within 1e-12, names and folds too."""
    wanted = oracle.mention_rows()
    found = {}
    for row in rows(out, schemas.MENTIONS):
        key = (row["surface"], row["entity_id"])
        assert key not in found
        found[key] = tuple(row[f"n_{s}"] for s in ("link", "redirect", "disambiguation", "title", "hatnote"))
        assert row["entity"] == oracle.entity_name(row["entity_id"])
        assert row["kind"] == ("red" if row["entity_id"] < 0 else "article")
        assert row["surface_folded"] == surface_folded(row["surface"])
        if key in wanted:
            assert abs(row["p"] - float(wanted[key][1])) < 1e-12
    assert_same(list(found.items()), {(key, counts) for key, (counts, _) in wanted.items()})


def test_every_surface_sums_to_one(kb: tuple) -> None:
    out, _ = kb
    sums: dict[str, float] = {}
    for row in rows(out, schemas.MENTIONS):
        sums[row["surface"]] = sums.get(row["surface"], 0.0) + row["p"]
    assert all(abs(total - 1) < 1e-9 for total in sums.values())


def published_shards(out: Path) -> Iterator[tuple[Schema, str, pa.Table]]:
    for artifact in KB_ARTIFACTS:
        if not artifact.staging:
            reader = open_artifact(out / artifact.name, artifact.schema)
            for shard, table in zip(reader.shards, reader.tables(), strict=True):
                yield artifact.schema, shard.name, table


def test_shards_obey_their_schema(kb: tuple) -> None:
    out, _ = kb
    seen = set()
    for schema, name, table in published_shards(out):
        seen.add(schema.name)
        assert table.schema.equals(schema.arrow), (schema.name, name)
        assert table.sort_by(list(schema.sort)).equals(table), (schema.name, name)
        for column in schema.columns:
            assert column.nullable or not table.column(column.name).null_count, (schema.name, column.name)
    assert {"pages", "links", "titles", "mentions", "counts", "entities", "redirects"} <= seen


def test_keys_are_unique(kb: tuple) -> None:
    out, _ = kb
    for artifact in KB_ARTIFACTS:
        if not artifact.staging and artifact.name != "errors":
            schema = artifact.schema
            table = open_artifact(out / schema.name, schema).table().select(list(schema.key))
            assert table.group_by(list(schema.key)).aggregate([]).num_rows == table.num_rows, schema.name


def test_records_have_the_columns_of_their_schema() -> None:
    for artifact in KB_ARTIFACTS:
        assert [field.name for field in fields(artifact.record)] == artifact.schema.names, artifact.name
