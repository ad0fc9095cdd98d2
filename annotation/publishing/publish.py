"""Writes a release: files, card, Croissant, rights."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from annotation.files import write_json, write_text
from annotation.publishing.card import card_text
from annotation.publishing.croissant import About, croissant
from annotation.publishing.hub_files import HubFile, write_hub_files
from annotation.publishing.release import Release, keep_pairs, read_release
from annotation.publishing.rights import (
    ATTRIBUTION,
    LICENSES,
    pair_rights,
    pairs_to_pass_on,
    read_image_rights,
    told_rights,
    write_rights,
)
from pipeline.formats.dataset_writing import CARD, CROISSANT, DATA
from pipeline.records.errors import UsageError
from pipeline.records.manifest import MANIFEST

_OURS = frozenset({CARD, CROISSANT, DATA, ATTRIBUTION, LICENSES})


@dataclass(frozen=True, slots=True)
class Publishing:
    """What to publish and what to say of it.

    Attributes:
        dataset: Folder of the data set.
        out: Folder to write; the data set's own is allowed.
        name: What it is called; None = as its folder.
        images: Folders of the image job, which know authors and licences.
        redistributable_only: Leave out pairs whose text or image may not be passed on.
        about: What is told of it; licences are filled in.
    """

    dataset: Path
    out: Path
    about: About
    name: str | None = None
    images: tuple[Path, ...] = ()
    redistributable_only: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """What was written.

    Attributes:
        release: What it holds.
        files: Its Parquet files.
        licences: Licences of its texts.
        n_without_rights: Images whose author or licence is not known.
        n_left_out: Pairs that may not be passed on.
    """

    release: Release
    files: tuple[HubFile, ...]
    licences: tuple[str, ...]
    n_without_rights: int
    n_left_out: int


def publish(told: Publishing) -> Published:
    """Write the release; equal data sets give equal bytes.

    Raises:
        UsageError: the folder holds something else, or no pair may be passed on.
        ArtifactError: the data set is unfinished or of another kind.
    """
    check_free(told.out)
    if told.redistributable_only and told.out.resolve() == told.dataset.resolve():
        raise UsageError("--redistributable-only needs --out: beside the data the card would speak of fewer pairs")
    release = read_release(told.dataset, told.name)
    remembered = told_rights(told.dataset / ATTRIBUTION) | told_rights(told.out / ATTRIBUTION)
    rights = remembered | read_image_rights(told.images)
    n_pairs = release.count("pairs")
    if told.redistributable_only:
        release = keep_pairs(release, pairs_to_pass_on(release, rights))
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / CARD).unlink(missing_ok=True)  # written last: a folder without a card is not whole
    files = write_hub_files(release, told.out)
    licences = write_rights(told.out, pair_rights(release), rights)
    about = replace(told.about, licences=licences)
    write_json(told.out / CROISSANT, croissant(release, files, about))
    write_text(told.out / CARD, card_text(release, files, about))
    images = _present(release.tables["pairs"]["image_id"].to_pylist())
    without = sum(key not in rights or not rights[key].licence for key in images)
    return Published(release, tuple(files), licences, without, n_pairs - release.count("pairs"))


def check_free(out: Path) -> None:
    """Refuse a folder that holds something other than a data set or a release of ours.

    Raises:
        UsageError: it does, or it is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file, not a folder")
    names = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if names and MANIFEST not in names and not (names <= _OURS):
        raise UsageError(f"--out {out} holds other things than a data set; choose another folder")


def _present(ids: Iterable[str | None]) -> set[str]:
    return {one for one in ids if one is not None}
