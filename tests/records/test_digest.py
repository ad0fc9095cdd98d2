"""Digests and the ids made from them."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.digest import file_digest, image_id, options_digest, red_entity_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_the_order_of_keys_does_not_matter(options):
    backwards = dict(reversed(list(options.items())))
    assert options_digest(options) == options_digest(backwards)


@pytest.mark.parametrize("other", [{"a": 2}, {"b": 1}, {"a": "1"}, {"a": 1, "b": None}, {"a": [1]}, {}])
def test_other_options_have_another_digest(other):
    assert options_digest(other) != options_digest({"a": 1})


def test_digests_do_not_change_between_processes_and_versions():
    program = "from pipeline.records.digest import *; print(options_digest({'a': [1, 'é']}), red_entity_id('Lions'))"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {"d8a4bd7357af8d4d5eaeab25dff10659 -7905359570901768629\n"}


def test_a_files_digest_is_that_of_its_bytes(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"ab" * 700_000)
    heard = []
    assert file_digest(path, "sha1", heard.append) == hashlib.sha1(b"ab" * 700_000).hexdigest()
    assert sum(heard) == 1_400_000
    assert len(heard) == 2
    assert file_digest(path) == hashlib.sha256(b"ab" * 700_000).hexdigest()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_red_ids_are_negative_and_fit_63_bits(title):
    assert -(2**63) < red_entity_id(title) < 0


def test_image_ids_tell_wikis_and_titles_apart():
    ids = {image_id("enwiki", "A.jpg"), image_id("enwiki", "B.jpg"), image_id("dewiki", "A.jpg")}
    assert len(ids) == 3
    assert all(len(one) == 16 and int(one, 16) >= 0 for one in ids)
