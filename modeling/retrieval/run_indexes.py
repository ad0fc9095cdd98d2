"""Indexes of a run: kept, reused while current, built again when not."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modeling.config.extras import missing_package
from modeling.data.entities import KbCatalog
from modeling.retrieval.base import Retriever, Sources
from modeling.retrieval.index_folder import open_index
from modeling.retrieval.registry import check_size, retriever_class
from pipeline.records.digest import file_digest, options_digest
from pipeline.records.errors import UsageError
from pipeline.records.manifest import MANIFEST, is_finished, write_json

NEEDS = {
    "prior": ("kb",),
    "clip": ("model", "images"),
    "blink": ("model",),
    "sentence": ("model",),
    "train_prior": ("train",),
    "floor": ("model", "train"),
}
"""What a retriever cannot do without; of others their own `build` tells."""
READS = {"train": ("train_prior", "floor", "blink"), "images": ("clip",)}
"""Input -> retrievers whose index changes with it; entities, model and options count for all."""
HINTS = {
    "kb": "a knowledge base (--kb)",
    "model": "a model (--model {name}=FOLDER)",
    "images": "pictures (--images DIR)",
    "train": "a training split",
}


class MissingInputError(UsageError):
    """A retriever cannot be used for want of an input; says which."""


@dataclass(frozen=True, slots=True)
class Index:
    """A finished index.

    Attributes:
        folder: Where it lies.
        manifest: What it tells of itself.
        digest: Of the manifest, which names the digest of every file.
        built_s: Seconds that building took; None where it was there.
        shared: Files outside that it reads: the mention store of the knowledge base.
    """

    folder: Path
    manifest: Mapping[str, Any]
    digest: str
    built_s: float | None
    shared: tuple[Path, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes of all that it reads."""
        return sum(path.stat().st_size for path in self.files)

    @property
    def files(self) -> list[Path]:
        """All files that it reads."""
        return [*(self.folder / name for name in sorted(self.manifest["files"])), *self.shared]


@dataclass(frozen=True, slots=True)
class IndexWish:
    """The index that a run wants of one retriever; `images` is a digest of all pictures."""

    name: str
    folder: Path
    sources: Sources
    options: Mapping[str, Any]
    images: str = ""
    rebuild: bool = False


def check_needs(name: str, sources: Sources, *, has_kb: bool) -> None:
    """Refuse a retriever whose inputs are absent or too large, before anything is imported or built.

    Raises:
        MissingInputError: one is absent.
        UsageError: there are more entities than it can hold.
    """
    there = {
        "kb": has_kb,
        "model": sources.model is not None,
        "images": sources.images is not None,
        "train": bool(sources.train),
    }
    for need in NEEDS.get(name, ()):
        if not there[need]:
            raise MissingInputError(f"the retriever {name} wants {HINTS[need].format(name=name)}")
    check_size(name, len(sources.entities))


def load_class(name: str) -> type[Retriever]:
    """The class of a retriever, its packages imported.

    Raises:
        UsageError: there is no such retriever.
        MissingInputError: a package that it needs is not installed.
    """
    try:
        return retriever_class(name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("modeling."):
            raise MissingInputError(f"the retriever {name} is not part of this version") from error
        raise MissingInputError(missing_package(f"the retriever {name}", error.name or "")) from error


def ensure_index(wish: IndexWish) -> Index:
    """Reuse the index in the folder where it is current, else build it.

    Raises:
        ArtifactError: the index there was built from other entities.
        UsageError: the retriever refuses its options or inputs.
    """
    request = _request(wish)
    if not wish.rebuild and is_finished(wish.folder):
        kept = _read_request(wish.folder)
        others_fit = kept is not None and {**kept, "catalog": ""} == {**request, "catalog": ""}
        if others_fit:  # of another catalog: open_index says so, or takes it where that is allowed
            return _open(wish, None)
    _request_file(wish.folder).unlink(missing_ok=True)  # a killed build must not look current
    begun = time.perf_counter()
    load_class(wish.name).build(wish.sources, wish.folder, wish.options)
    built_s = time.perf_counter() - begun
    write_json(_request_file(wish.folder), request)
    return _open(wish, built_s)


def is_current(wish: IndexWish) -> bool:
    """Whether `ensure_index` would build nothing."""
    return not wish.rebuild and is_finished(wish.folder) and _read_request(wish.folder) == _request(wish)


def _open(wish: IndexWish, built_s: float | None) -> Index:
    manifest = open_index(wish.folder, wish.name, wish.sources.entities, any_catalog=wish.sources.any_catalog)
    entities = wish.sources.entities
    shared: tuple[Path, ...] = ()
    if wish.name == "prior" and isinstance(entities, KbCatalog):  # its index is the store; the folder holds options
        shared = tuple(sorted(path for path in entities.store.folder.rglob("*") if path.is_file()))
    return Index(wish.folder, manifest, file_digest(wish.folder / MANIFEST), built_s, shared)


def _request(wish: IndexWish) -> dict[str, Any]:
    """What an index depends on; JSON."""
    return {
        "catalog": wish.sources.entities.digest,
        "images": wish.images if wish.name in READS["images"] else "",
        "model": model_signature(wish.sources.model),
        "options": dict(wish.options),
        "train": train_digest(wish.sources) if wish.name in READS["train"] else "",
    }


def train_digest(sources: Sources) -> str:
    """Digest of the training mentions."""
    return options_digest([[one.mention_id, one.surface, one.caption, one.entity_id] for one in sources.train])


def model_signature(model: str | None) -> list[Any]:
    """Names, sizes and times of a model's files: telling a change without reading gigabytes."""
    if model is None:
        return []
    root = Path(model)
    if not root.exists():
        return [model]
    files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return [[path.relative_to(root.parent).as_posix(), stat.st_size, stat.st_mtime_ns] for path, stat in stats]


def _request_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.request.json")


def _read_request(folder: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(_request_file(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
