"""Addresses of images as an imported data set's files had them."""

from collections.abc import Iterable
from pathlib import Path

from annotation.splitting.units import URL_REPAIRS
from pipeline.records import dataset_schemas as schemas
from pipeline.records.dataset import Pair
from pipeline.records.manifest import open_artifact

REPAIRS = "repairs"


def written_urls(dataset: Path, pairs: Iterable[Pair]) -> dict[str, str]:
    """Pair id -> address before its repair; empty for data sets that were not imported.

    Leaks that others reported are those of the addresses as written; repaired ones show that a thumbnail and its
    original are one image. A pair is found by its record's number, and only where the repaired address is its own.
    """
    folder = dataset / REPAIRS
    if not folder.is_dir():
        return {}
    rows = open_artifact(folder, schemas.REPAIRS).table().to_pylist()
    first: dict[tuple[str, str], tuple[str, str]] = {}
    last: dict[tuple[str, str], str] = {}
    for row in rows:
        if row["mention"] is None and row["kind"] in URL_REPAIRS and row["field"] != "entity_url" and row["after"]:
            split, mark, _ = row["file"].partition("=")
            key = (split if mark else "", str(row["record"]))
            first.setdefault(key, (row["before"], row["after"]))
            last[key] = row["after"]
    found = {}
    for pair in pairs:
        split, mark, number = pair.source_key.rpartition("/")
        key = (split if mark else "", number)
        if key in first and last[key] == pair.image_url:
            found[pair.pair_id] = first[key][0]
    return found
