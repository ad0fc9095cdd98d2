"""Coverage against loops over the same rows."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.jobs.coverage import OUTCOMES, STATES, USES, State, entity_coverage, read_coverage
from pipeline.records import schemas
from pipeline.records.entity_list import ListedEntity, write_entity_list
from pipeline.records.errors import ArtifactError
from pipeline.records.images_schemas import IMAGES
from tests.support.stores import write_artifact

BEST_FIRST = ["ok", "withheld", "failed", "missing", None]
NAME = dict(zip(BEST_FIRST, ["with_image", "withheld", "failed", "missing", "not_asked"], strict=True))


def naive(listed, uses, images, n):
    """Entity by entity."""
    outcome = {image: (how, why) for image, how, why in images}
    states, weights, reasons, within = Counter(), Counter(), Counter(), [0] * n
    for one in listed:
        mine = sorted((rank, image) for entity, image, rank in uses if entity == one.entity_id)[:n]
        found = [(outcome.get(image, (None, ""))) for _, image in mine]
        state, why = "no_image_in_kb", ""
        for wanted in reversed(BEST_FIRST):
            hits = [reason for how, reason in found if how == wanted]
            if hits:
                state, why = NAME[wanted], hits[0]
        states[state] += 1
        weights[state] += one.n_pairs
        reasons[state, why] += 1
        for size in range(n):
            within[size] += any(how == "ok" for how, _ in found[: size + 1])
    return states, weights, reasons, within


def tables(uses, images):
    return (
        pa.Table.from_pylist([dict(zip(USES.names, row, strict=True)) for row in uses], USES),
        pa.Table.from_pylist([dict(zip(OUTCOMES.names, row, strict=True)) for row in images], OUTCOMES),
    )


def check(listed, uses, images, n):
    found = entity_coverage(listed, *tables(uses, images), n)
    states, weights, reasons, within = naive(listed, uses, images, n)
    assert found.entities == {state: states[state] for state in STATES}
    assert found.uses == {state: weights[state] for state in STATES}
    assert list(found.within) == within
    wanted = {key: count for key, count in reasons.items() if key[1] and key[0] in found.reasons}
    assert {(state, why): n for state, counts in found.reasons.items() for why, n in counts.items()} == wanted
    assert sum(found.entities.values()) == found.n_entities == len(listed)
    assert found.within == tuple(sorted(found.within))
    assert not found.within or found.within[-1] == found.entities["with_image"]
    return found


IMAGE = st.sampled_from("abcdef")
WORDS = {
    "ok": [""],
    "withheld": ["rights_unknown", "not_redistributable"],
    "failed": ["broken", "timeout"],
    "missing": [""],
}
ANSWER = st.sampled_from(sorted(WORDS)).flatmap(lambda how: st.tuples(st.just(how), st.sampled_from(WORDS[how])))


@given(
    st.dictionaries(st.integers(-3, 12), st.integers(0, 5), max_size=10),
    st.dictionaries(st.tuples(st.integers(-3, 14), st.integers(0, 6)), IMAGE, max_size=30),
    st.dictionaries(IMAGE, ANSWER),
    st.integers(1, 4),
)
def test_any_tables(listed, uses, images, n):
    check(
        [ListedEntity(id_, str(id_), pairs) for id_, pairs in listed.items()],
        [(entity, image, rank) for (entity, rank), image in uses.items()],
        [(image, how, why) for image, (how, why) in images.items()],
        n,
    )


def test_by_hand():
    listed = [ListedEntity(id_, "", pairs) for id_, pairs in ((5, 10), (1, 4), (2, 3), (3, 2), (4, 1), (9, 1))]
    uses = [(1, "a", 2), (1, "b", 0), (2, "c", 7), (3, "d", 0), (3, "c", 1), (4, "e", 0), (5, "a", 0), (7, "a", 0)]
    images = [("a", "ok", ""), ("b", "missing", "not_found"), ("c", "failed", "broken"), ("d", "missing", "not_found")]
    found = check(listed, uses, images, 2)
    assert found.to_json() == {
        "entities": 6,
        "uses": 21,
        "entities_by_state": {
            "with_image": 2, "withheld": 0, "failed": 2, "missing": 0, "not_asked": 1, "no_image_in_kb": 1,
        },
        "uses_by_state": {
            "with_image": 14, "withheld": 0, "failed": 5, "missing": 0, "not_asked": 1, "no_image_in_kb": 1,
        },
        "entities_by_reason": {"withheld": {}, "failed": {"broken": 2}, "missing": {}},
        "with_image_at_rank_0": 1,
        "with_image_within": {"1": 1, "2": 2},
    }  # fmt: skip
    assert found.rows()[0] == ("with image", 2, pytest.approx(1 / 3), 14, pytest.approx(2 / 3))
    assert found.rows()[-1][0] == "no image in KB"
    assert found.reason_rows() == [("failed", "broken", 2)]
    first = check(listed, uses, images, 1)
    assert (first.entities["with_image"], first.entities["missing"]) == (1, 2)
    assert first.reasons["missing"] == {"not_found": 2}


def test_nothing_at_all():
    found = check([], [], [], 3)
    assert found.within == (0, 0, 0)
    assert found.rows()[0][1:] == (0, 0.0, 0, 0.0)


def use(entity, image, rank, title):
    return {
        "entity_id": entity, "image_id": image, "rank": rank, "file_title": title, "written_as": "link",
        "in_template": False, "origin": "lead", "caption": "",
    }  # fmt: skip


def outcome(image, how, why=""):
    zero = dict.fromkeys(("size_bytes", "source_size_bytes", "width_px", "height_px"), 0)
    row = {column.name: None if column.nullable else "" for column in IMAGES.columns} | zero
    row |= {"original_width_px": 0, "original_height_px": 0, "is_video": False, "is_override": False}
    return row | {"image_id": image, "outcome": how, "reason": why}


def test_folders_are_read(tmp_path):
    kb, images = tmp_path / "kb", tmp_path / "images"
    rows = [use(1, "v", 0, "Film.webm"), use(1, "a", 1, "A.jpg"), use(2, "b", 0, "B.png"), use(3, "c", 0, "C.png")]
    write_artifact(kb, schemas.ENTITY_IMAGES, [rows])
    write_artifact(images, IMAGES, [[outcome("a", "ok")], [outcome("b", "failed", "broken")]])
    write_entity_list(tmp_path / "e.tsv", [ListedEntity(2, "B", 1), ListedEntity(1, "A", 5), ListedEntity(8)])
    found = read_coverage(kb, tmp_path / "e.tsv", images, 1)
    # A film is no still image: the first still one is the entity's first.
    assert found.within == (1,)
    assert [found.entities[state] for state in (State.WITH_IMAGE, State.FAILED, State.NO_IMAGE_IN_KB)] == [1, 1, 1]
    (images / "images" / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match="did not end"):
        read_coverage(kb, tmp_path / "e.tsv", images, 1)
