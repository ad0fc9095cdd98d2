"""Pictures by id: what a dict would give, in a few bytes a picture."""

import gc
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modeling.data.images import ImageStore
from pipeline.records.digest import image_id
from pipeline.records.errors import ArtifactError
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import write_manifest
from pipeline.records.shards import describe_shard
from tests.support.annotation_server import image_row


def artifact(folder, pictures, n_shards=1, group_rows=1000):
    """An images artifact of several shards and row groups; None for a picture that is missing."""
    out = folder / IMAGES.name
    out.mkdir(parents=True)
    rows = [image_row(id_, f"{id_}.png", content) for id_, content in pictures.items()]
    shards = []
    for number in range(n_shards):
        path = out / f"part-{number:05d}.parquet"
        table = pa.Table.from_pylist(rows[number::n_shards], schema=IMAGES.arrow)
        pq.write_table(table, path, row_group_size=group_rows)
        shards.append(describe_shard(path, len(table)))
    write_manifest(out, IMAGES, "stage", shards)
    return folder


def pictures_of(n, prefix=""):
    return {image_id("en", f"{prefix}{number}"): b"%d" % number if number % 5 else None for number in range(n)}


def test_equals_a_dict_over_shards_row_groups_and_artifacts(tmp_path):
    first, second = pictures_of(200), pictures_of(300)
    second = {id_: content and content + b" of the second" for id_, content in second.items()}
    second[next(iter(first))] = b"missing in the first"
    folders = [artifact(tmp_path / "a", first, 3, 7), artifact(tmp_path / "b", second, 2, 64)]
    expected = {}
    for id_, content in [*first.items(), *second.items()]:
        if content is not None:
            expected.setdefault(id_, content)
    store = ImageStore(folders)
    asked = [*reversed(second), "0" * 16, "", "f" * 40, *first]
    assert len(store) == len(expected)
    assert {id_ for id_ in asked if id_ in store} == set(expected)
    assert None not in store
    assert store.read(asked) == expected
    assert list(store.read(asked)) == [id_ for id_ in dict.fromkeys(asked) if id_ in expected]
    assert len(ImageStore([])) == 0
    assert "0" * 16 not in ImageStore([artifact(tmp_path / "none", dict.fromkeys(["0" * 16]))])


def test_a_picture_takes_a_few_bytes(tmp_path):
    """A dict of ids and tuples took 171 bytes a picture."""
    n = 20_000
    folder = artifact(tmp_path, dict.fromkeys(pictures_of(n), b"x"))
    ImageStore([folder])
    gc.collect()
    tracemalloc.start()
    try:
        store = ImageStore([folder])
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(store) == n
    assert held / n < 28


def test_a_damaged_shard_is_told(tmp_path):
    folder = artifact(tmp_path / "a", pictures_of(50))
    path = folder / IMAGES.name / "part-00000.parquet"
    store, content = ImageStore([folder]), path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ArtifactError, match=r"part-00000.parquet is damaged"):
        store.read(list(pictures_of(50)))
    with pytest.raises(ArtifactError, match=r"part-00000.parquet"):
        ImageStore([folder])
