"""Turning files of one format into the data-set artifacts."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.formats.dataset_rows import candidate_rows, mention_rows, pair_id, pair_row
from pipeline.formats.dataset_writing import STAGING, publish_artifact, remove_card, write_by_split, write_rows
from pipeline.formats.registry import Format
from pipeline.formats.repairing import count_repairs
from pipeline.formats.splits import ALL, apply_splits, read_splits
from pipeline.formats.statistics import CaptionStatistics, caption_statistics
from pipeline.records import dataset_schemas as schemas
from pipeline.records.dataset import Caption, Repair, RepairKind
from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, write_json

FOLDERS = {"pairs": schemas.PAIRS, "mentions": schemas.DATASET_MENTIONS, "given_candidates": schemas.GIVEN_CANDIDATES}
"""Folder -> schema of what is kept by split; `repairs` stands beside them."""
REPAIRS = "repairs"
GOLD = "gold"
"""What a manifest names as format where the labels were annotated here."""
_EXAMPLES = 3
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What to import and how.

    Attributes:
        format: Format of the files.
        files: (split, file) pairs; '' where the file's split is not told.
        out: Folder of the data set.
        splits: File that names the ids of each split; None where there is none.
        take_first: Ambiguous mentions take the first place that they can have.
        licence: Licence of the texts; None = what the format tells.
    """

    format: Format
    files: tuple[tuple[str, Path], ...]
    out: Path
    splits: Path | None = None
    take_first: bool = False
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: captions by split, and the repairs."""

    captions: tuple[Caption, ...]
    repairs: tuple[Repair, ...]

    def statistics(self) -> dict[str, CaptionStatistics]:
        """Split -> its figures, splits in the alphabet's order."""
        names = sorted({caption.split for caption in self.captions})
        return {name: caption_statistics([one for one in self.captions if one.split == name]) for name in names}


def read_captions(options: ImportOptions) -> Imported:
    """Read all files and give every caption its split.

    Raises:
        InputError: a file is not of the format.
        UsageError: splits are told in two ways.
    """
    if options.splits is not None and (len(options.files) > 1 or options.files[0][0]):
        raise UsageError("--splits goes with one file that names no split of its own")
    captions: list[Caption] = []
    repairs: list[Repair] = []
    for split, path in options.files:
        found = options.format.read(path, options.take_first)
        # Files count their records alone: the split keeps keys apart.
        head = f"{split}/" if split else ""
        captions += [replace(one, split=split or ALL, key=f"{head}{one.key}") for one in found.captions]
        repairs += [replace(one, file=f"{split}={one.file}") if split else one for one in found.repairs]
    if options.splits is not None:
        captions = apply_splits(captions, read_splits(options.splits), options.splits)
    repairs += _several_splits(captions, options)
    return Imported(tuple(captions), tuple(repairs))


def write_dataset(found: Imported, options: ImportOptions) -> None:
    """Write `pairs/`, `mentions/`, `given_candidates/`, `repairs/` and the manifest; the same input, the same bytes."""
    source, out = options.format.name, options.out
    inputs = _fingerprints(options)
    told = {"format": source, "take_first": options.take_first, "licence": _licence(options), "version": _VERSION}
    stage_id = options_digest({"inputs": inputs, "options": told})
    (out / SUCCESS).unlink(missing_ok=True)
    remove_card(out)
    shutil.rmtree(out / STAGING, ignore_errors=True)
    rows: dict[str, Callable[[Caption], Iterable[Any]]] = {
        "pairs": lambda caption: [pair_row(caption, source, _licence(options))],
        "mentions": lambda caption: mention_rows(caption, source),
        "given_candidates": lambda caption: candidate_rows(caption, source),
    }
    counts: dict[str, int] = {}
    by_split = _by_split(found.captions)
    for folder, schema in FOLDERS.items():
        wanted = {split: _rows(rows[folder], captions) for split, captions in by_split.items()}
        counts[folder] = write_by_split(out, folder, schema, stage_id, wanted)
    staged = out / STAGING / REPAIRS
    staged.mkdir(parents=True)
    shard = write_rows(staged, schemas.REPAIRS, found.repairs)
    counts[REPAIRS] = publish_artifact(out, REPAIRS, schemas.REPAIRS, stage_id, [shard])
    shutil.rmtree(out / STAGING)
    write_json(out / "repairs.json", repairs_report(found.repairs))
    figures = {name: asdict(one) for name, one in found.statistics().items()}
    write_json(
        out / MANIFEST, {"inputs": inputs, "options": told, "rows": counts, "splits": figures, "stage_id": stage_id}
    )
    _write_licences(options)
    (out / SUCCESS).touch()


def repairs_report(repairs: Sequence[Repair]) -> dict[str, Any]:
    """Kind -> how many were mended, how many stay, and examples."""
    counts = count_repairs(list(repairs))
    report: dict[str, Any] = {}
    for kind in sorted({kind for kind, _ in counts}):
        examples = [asdict(one) for one in repairs if one.kind == kind][:_EXAMPLES]
        report[kind] = {"mended": counts[kind, True], "left": counts[kind, False], "examples": examples}
    return report


def check_out(out: Path) -> None:
    """Refuse a folder that holds something other than a data set of ours.

    Raises:
        UsageError: it does, or it is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file, not a folder")
    ours = {MANIFEST, "pairs", STAGING, ".lock"}
    if out.is_dir() and any(out.iterdir()) and not any((out / name).exists() for name in ours):
        raise UsageError(f"--out {out} holds other things than a data set; choose another folder")
    if _format(out) == GOLD:
        raise UsageError(f"--out {out} holds gold labels of an annotation project; choose another folder")


def _format(out: Path) -> object:
    """What the data set in a folder was made from; None where there is none."""
    try:
        return json.loads((out / MANIFEST).read_text(encoding="utf-8"))["options"]["format"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _several_splits(captions: Sequence[Caption], options: ImportOptions) -> list[Repair]:
    """A caption that stands in more than one split leaks; each is listed once, its splits in the alphabet's order."""
    splits: dict[str, list[str]] = {}
    for caption in captions:
        splits.setdefault(pair_id(caption, options.format.name), []).append(caption.split)
    name = options.splits.name if options.splits else ""
    found = [(key, sorted(names)) for key, names in splits.items() if len(names) > 1]
    kind = RepairKind.SEVERAL_SPLITS.value
    return [
        Repair(name, number, 0, None, "split", kind, f"{key} in {', '.join(names)}", None)
        for number, (key, names) in enumerate(sorted(found))
    ]


def _rows(make: Callable[[Caption], Iterable[Any]], captions: Iterable[Caption]) -> Iterator[Any]:
    return (row for caption in captions for row in make(caption))


def _by_split(captions: Sequence[Caption]) -> dict[str, list[Caption]]:
    groups: dict[str, list[Caption]] = {name: [] for name in sorted({caption.split for caption in captions})}
    for caption in captions:
        groups[caption.split].append(caption)
    return groups


def _fingerprints(options: ImportOptions) -> list[dict[str, Any]]:
    given = [*options.files, *([("", options.splits)] if options.splits else [])]
    return [
        {"name": path.name, "split": split, "bytes": path.stat().st_size, "sha256": file_digest(path)}
        for split, path in given
    ]


def _licence(options: ImportOptions) -> str | None:
    return options.licence or options.format.licence


def _write_licences(options: ImportOptions) -> None:
    names = ", ".join(path.name for _, path in options.files)
    (options.out / "ATTRIBUTION").write_text(
        f"Captions, mentions and gold entities in this folder were imported from {names}\n"
        f"({options.format.meaning}). Their authors are those of that data set.\n",
        encoding="utf-8",
    )
    (options.out / "LICENSES").write_text(
        f"Texts: {_licence(options) or 'as stated by the source data set'}\n"
        "Image files are named, not contained; each has its own author and licence.\n",
        encoding="utf-8",
    )
