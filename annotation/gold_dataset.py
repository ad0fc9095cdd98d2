"""Gold labels as a data set: pairs and mentions by split."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotation.ambiguity_file import write_ambiguity
from annotation.gold import GoldPair
from annotation.linked_rows import with_entities
from annotation.pairs import ProjectPair
from annotation.project import Project
from annotation.publishing.rights import ATTRIBUTION, PAIR_COLUMNS, told_rights, write_rights
from pipeline.formats.dataset_writing import STAGING, remove_card, write_by_split
from pipeline.formats.splits import ALL
from pipeline.kb.store import MentionStore
from pipeline.records import dataset_schemas as schemas
from pipeline.records.dataset import DatasetMention, Pair
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, open_artifact, write_json

PROVENANCE = "gold"
_VERSION = 1
_OURS = frozenset({MANIFEST, "pairs", "mentions", STAGING})


def pair_row(pair: ProjectPair, split: str) -> Pair:
    """A pair of a project as a row of `pairs/`."""
    return Pair(
        pair_id=pair.pair_id,
        split=split,
        article_id=pair.article_id,
        article_title=pair.article_title,
        date=pair.date,
        topic=pair.topic,
        caption=pair.caption,
        image_id=pair.image_id,
        image_url=pair.image_url,
        sha256=pair.sha256,
        perceptual_hash=pair.perceptual_hash,
        credit=pair.credit,
        licence=pair.licence,
        source_key=pair.pair_id,
    )


def mention_rows(gold: GoldPair, pair: ProjectPair, split: str) -> list[DatasetMention]:
    """One row a gold mention, numbered by place; provenance says agreed or decided, and why."""
    rows = []
    for number, span in enumerate(gold.spans):
        one = span.annotation
        rows.append(
            DatasetMention(
                mention_id=f"{pair.pair_id}-{number:03}",
                pair_id=pair.pair_id,
                split=split,
                caption=pair.caption,
                surface=one.surface,
                start=one.start,
                end=one.end,
                type=one.type,
                entity_id=None,
                entity=None if one.is_nil else one.entity,
                qid=None,
                is_nil=one.is_nil,
                topic=pair.topic,
                image_id=pair.image_id,
                visual_clues=one.visual_clues,
                ambiguity=None,
                provenance=":".join(filter(None, (PROVENANCE, span.source, span.reason))),
            )
        )
    return rows


def write_gold_dataset(
    project: Project,
    gold: Sequence[GoldPair],
    out: Path,
    splits: Mapping[str, str] | None = None,
    store: MentionStore | None = None,
) -> dict[str, int]:
    """Write `pairs/` and `mentions/` of a data set; artifact -> rows. Equal gold gives equal bytes.

    Args:
        project: Where the pairs are.
        gold: Complete pairs.
        out: Folder of the data set.
        splits: Pair id -> split; None puts all into the split `all`.
        store: A knowledge base that gives entity ids and ambiguity.

    Raises:
        UsageError: `out` holds something else, or a pair has no split.
    """
    check_gold_out(out)
    places = splits if splits is not None else {one.pair_id: ALL for one in gold}
    missing = [one.pair_id for one in gold if one.pair_id not in places]
    if missing:
        raise UsageError(f"{len(missing)} gold pairs have no split, {missing[0]} for one; make the split again")
    pairs = [pair_row(project.pair(one.pair_id), places[one.pair_id]) for one in gold]
    mentions = [row for one in gold for row in mention_rows(one, project.pair(one.pair_id), places[one.pair_id])]
    if store is not None:
        mentions = with_entities(mentions, store)
    told = {"source": dict(project.source), "title_policy": project.settings.title_policy}
    counts = write_rows(out, pairs, mentions, told | {"guidelines": project.settings.guidelines})
    write_ambiguity({one.pair_id: one.ambiguity for one in gold if one.ambiguity}, out)
    return counts


def write_rows(
    out: Path, pairs: Sequence[Pair], mentions: Sequence[DatasetMention], told: Mapping[str, Any]
) -> dict[str, int]:
    """Write rows that know their split, the manifest and the licence files.

    `told` says where they come from; gold unless it names another format. What an ATTRIBUTION there tells of images
    stays.
    """
    content = {"pairs": [_told(row) for row in pairs], "mentions": [_told(row) for row in mentions]}
    options = {"format": PROVENANCE, **told, "version": _VERSION}
    stage_id = options_digest({"options": options, "content": options_digest(content)})
    (out / SUCCESS).unlink(missing_ok=True)
    remove_card(out)
    shutil.rmtree(out / STAGING, ignore_errors=True)
    counts = {
        "pairs": write_by_split(out, "pairs", schemas.PAIRS, stage_id, _by_split(pairs)),
        "mentions": write_by_split(out, "mentions", schemas.DATASET_MENTIONS, stage_id, _by_split(mentions)),
    }
    shutil.rmtree(out / STAGING)
    write_json(out / MANIFEST, {"inputs": [], "options": options, "rows": counts, "stage_id": stage_id})
    rows = [{name: getattr(row, name) for name in PAIR_COLUMNS} for row in pairs]
    write_rights(out, rows, told_rights(out / ATTRIBUTION))
    (out / SUCCESS).touch()
    return counts


def read_rows(folder: Path) -> tuple[list[Pair], list[DatasetMention]]:
    """All pairs and mentions of a data set.

    Raises:
        ArtifactError: it is unfinished or of another kind.
    """
    pairs = open_artifact(folder / "pairs", schemas.PAIRS).table().to_pylist()
    mentions = open_artifact(folder / "mentions", schemas.DATASET_MENTIONS).table().to_pylist()
    for row in mentions:
        row["visual_clues"] = None if row["visual_clues"] is None else tuple(row["visual_clues"])
    return [Pair(**row) for row in pairs], [DatasetMention(**row) for row in mentions]


def place_rows(
    pairs: Iterable[Pair], mentions: Iterable[DatasetMention], places: Mapping[str, str]
) -> tuple[list[Pair], list[DatasetMention]]:
    """The same rows in the splits that `places` (pair id -> split) tells; pairs without a place are left out."""
    return (
        [replace(row, split=places[row.pair_id]) for row in pairs if row.pair_id in places],
        [replace(row, split=places[row.pair_id]) for row in mentions if row.pair_id in places],
    )


def check_out(out: Path) -> None:
    """Refuse a folder that holds something other than a data set of ours.

    Raises:
        UsageError: it does, or it is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file, not a folder")
    names = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if names and not names & _OURS:
        raise UsageError(f"--out {out} holds other things than a data set; choose another folder")


def check_gold_out(out: Path) -> None:
    """The same for a command that writes gold: labels of somebody else are not replaced.

    Raises:
        UsageError: the folder holds an imported data set, or what `check_out` refuses.
    """
    check_out(out)
    kind = dataset_options(out).get("format", PROVENANCE)
    if kind != PROVENANCE:
        raise UsageError(f"--out {out} holds a data set imported from {kind}; choose another folder")


def dataset_options(folder: Path) -> dict[str, Any]:
    """What the manifest of a data set tells of its making; nothing where there is none."""
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["options"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _by_split(rows: Sequence[Any]) -> dict[str, list[Any]]:
    return {name: [row for row in rows if row.split == name] for name in sorted({row.split for row in rows})}


def _told(row: Pair | DatasetMention) -> list[Any]:
    return [getattr(row, name) for name in row.__slots__]
