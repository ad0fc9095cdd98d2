"""Entity names on disk: what is written block by block is read as one."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.kb.entity_names import open_names, write_names
from pipeline.records.errors import ArtifactError


def block(ids, titles):
    return np.array(ids, np.int64), pa.array(titles, pa.string())


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [([], [])],
        [([-5], ["Red"]), ([], []), ([1, 7], ["Lion", "Śćiana €\U0001f981"]), ([9], [""])],
    ],
)
def test_names_read_back_as_written(tmp_path, blocks):
    write_names(tmp_path / "names", (block(*one) for one in blocks))
    ids, titles = open_names(tmp_path / "names")
    assert ids.tolist() == [number for numbers, _ in blocks for number in numbers]
    assert titles.to_pylist() == [title for _, texts in blocks for title in texts]
    titles.validate(full=True)


def test_a_slice_gives_its_own_rows_only(tmp_path):
    titles = pa.chunked_array([pa.array(["Ape", "Bee"]), pa.array(["Cat", "Dog"])])
    write_names(tmp_path / "names", [(np.array([2, 3]), titles.slice(1, 2))])
    assert open_names(tmp_path / "names")[1].to_pylist() == ["Bee", "Cat"]


@pytest.mark.parametrize(
    "blocks", [[([1, 1], ["a", "b"])], [([1, 2], ["a", "b"]), ([2], ["c"])], [([5, 4], ["a", "b"])]]
)
def test_ids_that_do_not_ascend_are_refused(tmp_path, blocks):
    with pytest.raises(ArtifactError, match="twice, or out of order"):
        write_names(tmp_path / "names", [block(*one) for one in blocks])
