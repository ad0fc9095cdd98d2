"""Schemas, records and the artifacts map agree with each other."""

import dataclasses
import inspect
import types
import typing
from datetime import datetime

import pyarrow as pa
import pytest

from pipeline.records import names
from pipeline.records.artifacts import ROAD

TYPES = {
    int: pa.types.is_integer,
    str: pa.types.is_string,
    bool: pa.types.is_boolean,
    float: pa.types.is_floating,
    bytes: pa.types.is_binary,
}
each_artifact = pytest.mark.parametrize(
    "artifact", [pytest.param(one, id=f"{group}-{one.name}") for group, artifacts in ROAD for one in artifacts]
)


@each_artifact
def test_a_records_fields_are_its_schemas_columns_in_order(artifact):
    assert [field.name for field in dataclasses.fields(artifact.record)] == artifact.schema.names


@each_artifact
def test_a_records_types_are_its_schemas(artifact):
    for column in artifact.schema.columns:
        check_type(artifact.record, column.name, column.type, column.nullable)


def check_type(record, name, arrow, nullable):
    """A field's type hint says what the column's Arrow type says; structs are records of their own."""
    hint = typing.get_type_hints(record)[name]
    may_be_null = isinstance(hint, types.UnionType)
    assert may_be_null == nullable, name
    kind = next(one for one in typing.get_args(hint) if one is not types.NoneType) if may_be_null else hint
    if kind is datetime:
        assert pa.types.is_timestamp(arrow), name
    elif typing.get_origin(kind) is not tuple:
        assert TYPES[kind](arrow), name
    else:
        assert pa.types.is_list(arrow), name
        item = typing.get_args(kind)[0]
        if item not in TYPES:
            assert list(inspect.signature(item).parameters) == [field.name for field in arrow.value_type]
            for field in arrow.value_type:
                check_type(item, field.name, field.type, field.nullable)
        else:
            assert TYPES[item](arrow.value_type), name


@each_artifact
def test_records_are_frozen_and_slotted(artifact):
    assert artifact.record.__dataclass_params__.frozen
    assert "__slots__" in vars(artifact.record)


@each_artifact
def test_key_and_order_are_columns(artifact):
    schema = artifact.schema
    order = [name for name, _ in schema.sort]
    assert set(schema.key) <= set(schema.names)
    assert set(order) <= set(schema.names)
    assert {way for _, way in schema.sort} <= {"ascending", "descending"}
    # Ties would let the order of arrival into the bytes. A page has one title, so page_id orders titles/ as well.
    assert set(schema.key) <= set(order) or order == ["page_id"]


@each_artifact
def test_every_column_has_a_meaning(artifact):
    assert all(column.meaning.strip() for column in artifact.schema.columns)
    assert artifact.schema.meaning
    assert artifact.readers


def test_names_are_unique():
    for _, artifacts in ROAD:
        found = [artifact.name for artifact in artifacts]
        assert len(found) == len(set(found))


def test_closed_lists_hold_their_own_names():
    for name, kind in vars(names).items():
        if isinstance(kind, type) and issubclass(kind, names.StrEnum) and kind is not names.StrEnum:
            assert all(member.value == member.name.lower() for member in kind), name
