"""Splits, rows, statistics and the schemas of a data set."""

import dataclasses
import json
import types
import typing
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.dataset_rows import candidate_rows, mention_rows, pair_id, pair_row
from pipeline.formats.splits import apply_splits, read_splits, split_name
from pipeline.formats.statistics import caption_statistics
from pipeline.records import dataset_schemas as schemas
from pipeline.records.dataset import Caption, CaptionMention, DatasetMention, GivenCandidate, Pair, Repair, RepairKind
from pipeline.records.digest import image_id
from pipeline.records.errors import InputError
from pipeline.titles.words import count_words

OTTER = CaptionMention("Otter", 3, 8, "Person", "Otter", None, candidates=("Sea otter", "Otter"))
CAPTION = Caption(
    "4", "An Otter here", (OTTER,), "https://upload.wikimedia.org/wikinews/en/9/96/A_b.jpg", "sports", split="train"
)
RECORDS = [
    (Pair, schemas.PAIRS), (DatasetMention, schemas.DATASET_MENTIONS),
    (GivenCandidate, schemas.GIVEN_CANDIDATES), (Repair, schemas.REPAIRS),
]  # fmt: skip
TYPES = {int: pa.types.is_integer, str: pa.types.is_string, bool: pa.types.is_boolean}


@pytest.mark.parametrize(("record", "schema"), RECORDS)
def test_records_and_schemas_agree(record, schema):
    assert [field.name for field in dataclasses.fields(record)] == schema.names
    assert record.__dataclass_params__.frozen
    assert "__slots__" in vars(record)
    hints = typing.get_type_hints(record)
    for column in schema.columns:
        hint = hints[column.name]
        assert isinstance(hint, types.UnionType) == column.nullable, column.name
        kind = (
            next((one for one in typing.get_args(hint) if one is not types.NoneType), hint) if column.nullable else hint
        )
        if typing.get_origin(kind) is tuple:
            assert pa.types.is_list(column.type)
        else:
            assert TYPES[kind](column.type), column.name
        assert column.meaning
    order = [name for name, _ in schema.sort]
    assert set(schema.key) <= set(order) <= set(schema.names)


def test_repair_kinds_hold_their_own_names():
    assert all(kind.value == kind.name.lower() for kind in RepairKind)


def test_rows():
    pair = pair_row(CAPTION, "passages", "CC BY 2.5")
    assert pair.pair_id == pair_id(CAPTION, "passages")
    assert len(pair.pair_id) == 16
    assert pair.image_id == image_id("enwikinews", "A b.jpg")
    (mention,) = mention_rows(CAPTION, "passages")
    assert (mention.mention_id, mention.provenance, mention.image_id) == (
        f"{pair.pair_id}-000",
        "import:passages",
        pair.image_id,
    )
    found = list(candidate_rows(CAPTION, "passages"))
    assert [(one.rank, one.entity, one.is_gold) for one in found] == [(0, "Sea otter", False), (1, "Otter", True)]


@pytest.mark.parametrize("field", ["key", "caption", "image_url"])
def test_a_pairs_id_depends_on_what_it_is(field):
    other = dataclasses.replace(CAPTION, **{field: "x"})
    assert pair_id(other, "passages") != pair_id(CAPTION, "passages") != pair_id(CAPTION, "kgmel")
    assert pair_id(dataclasses.replace(CAPTION, split="test"), "passages") == pair_id(CAPTION, "passages")


def test_an_address_elsewhere_has_no_image_id():
    assert pair_row(dataclasses.replace(CAPTION, image_url="https://example.org/a.jpg"), "kgmel", None).image_id is None


@pytest.mark.parametrize(("text", "words"), [("", 0), ("Yani Tseng", 2), ("St. John's", 3), ("—", 0), ("U.S. 2009", 3)])
def test_words(text, words):
    assert count_words(text) == words


def test_statistics():
    nil = dataclasses.replace(OTTER, entity=None, is_nil=True, start=None, end=None)
    found = caption_statistics([CAPTION, Caption("5", "Two words", (nil, OTTER))])
    assert dataclasses.astuple(found) == (2, 3, 1, 1, 1, 5, 1, 1)
    assert (found.words_per_caption, found.mentions_per_caption) == (2.5, 1.5)
    assert caption_statistics([]).words_per_caption == 0


def put(folder: Path, value: object) -> Path:
    path = folder / "splits.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_splits_by_id(tmp_path):
    path = put(tmp_path, {"train": [1, "2"], "val": [1, 1]})
    rows = [Caption(key, "x") for key in "123"]
    found = apply_splits(rows, read_splits(path), path)
    assert [(one.key, one.split) for one in found] == [("1", "train"), ("1", "valid"), ("2", "train"), ("3", "rest")]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "object of lists"), ({"train": 3}, "train should be a list"), ({"train": [1.5]}, r"train\[0\] should be an id"),
        ({"../x": [1]}, "no name of a split"), ({"val": [1], "dev": [2]}, "second of that name"), ({"": []}, "no name"),
    ],
)  # fmt: skip
def test_bad_split_files(tmp_path, value, message):
    with pytest.raises(InputError, match=message):
        read_splits(put(tmp_path, value))


def test_a_split_of_unknown_ids(tmp_path):
    path = put(tmp_path, {"train": [9]})
    with pytest.raises(InputError, match="train names '9', which is no id"):
        apply_splits([Caption("1", "x")], read_splits(path), path)


@given(st.text(max_size=50))
def test_split_names_are_safe_folders(name):
    found = split_name(name)
    assert found is None or (found.isascii() and not set(found) & set("/\\.=") and 0 < len(found) <= 40)


def test_files_of_one_name_in_other_folders_are_other_images():
    base = "https://upload.wikimedia.org/wikinews/en"
    urls = [f"{base}/{dirs}/A_b.jpg" for dirs in ("9/96", "8/8b", "6/6c")] + [
        f"{base}/archive/9/96/20190719181903%21A_b.jpg"
    ]
    found = [pair_row(dataclasses.replace(CAPTION, image_url=url), "kgmel", None).image_id for url in urls]
    assert len(set(found)) == 4
    assert found[0] == image_id("enwikinews", "A b.jpg")
