"""Files of a compiled store: flat arrays, tries, a manifest."""

import json
import mmap
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import numpy.typing as npt

from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError
from pipeline.records.manifest import MANIFEST, SUCCESS, is_finished, write_json
from pipeline.records.names import EntityKind, PageKind

STORE = "store"
VERSION = 1
NONE = 0xFFFFFFFF
"""No such key, list or entity, in arrays of uint32."""
COUNT_NAMES = ("n_link", "n_redirect", "n_disambiguation", "n_title", "n_hatnote")
WEIGHT_NAMES = ("w_redirect", "w_disambiguation", "w_title", "w_hatnote")
OVERFLOW = 255
"""Value of a one-byte column whose true value stands in the overflow table."""
SHORT_LIST = 8
"""Lists of at most so many rows have no stored total: adding up is faster than finding it."""
PREFIX_CHARS = 4
PREFIX_HITS = 20
ENTITY_KINDS = (EntityKind.ARTICLE.value, EntityKind.RED.value)
TITLE_KINDS = (*(kind.value for kind in PageKind), EntityKind.RED.value)
REDIRECT = TITLE_KINDS.index(PageKind.REDIRECT.value)

_FORMATS = {"u8": "B", "u32": "I", "u64": "Q", "i64": "q"}
_DTYPES: dict[str, Any] = {"u8": np.uint8, "u32": np.uint32, "u64": np.uint64, "i64": np.int64}


class StoreWriter:
    """Writes the files of one store folder and, last, its manifest.

    All numbers are little-endian; the same calls give the same bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def array(self, name: str, kind: str, values: npt.NDArray[Any]) -> None:
        """Write `values` as `<name>.<kind>`, kind one of u8, u32, u64, i64; none may be out of its range."""
        dtype = _DTYPES[kind]
        if values.size and (values.min() < np.iinfo(dtype).min or values.max() > np.iinfo(dtype).max):
            raise ArtifactError(f"{name} holds a number that does not fit {kind}: {values.max()}")
        values.astype(np.dtype(dtype).newbyteorder("<")).tofile(self._path(f"{name}.{kind}"))

    def blob(self, name: str, parts: Iterable[bytes]) -> None:
        """Write `parts` one after the other as `<name>.bin`."""
        with self._path(f"{name}.bin").open("wb") as file:
            file.writelines(parts)

    def trie(self, name: str, keys: Iterable[str]) -> marisa_trie.Trie:
        """Build, write and return the trie of `keys`; a key may come twice."""
        trie = marisa_trie.Trie(keys)
        trie.save(str(self._path(f"{name}.marisa")))
        return trie

    def finish(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Write the manifest with the digest of every file, then `_SUCCESS`; returns the manifest."""
        files = {}
        for name in sorted(self._names):
            path = self.folder / name
            files[name] = {"size_bytes": path.stat().st_size, "sha256": file_digest(path)}
        manifest = {**manifest, "schema": STORE, "schema_version": VERSION, "files": files}
        write_json(self.folder / MANIFEST, manifest)
        (self.folder / SUCCESS).touch()
        return manifest

    def _path(self, name: str) -> Path:
        self._names.append(name)
        return self.folder / name


class StoreReader:
    """Opens the files of a finished store by memory-mapping; reads nothing ahead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _read_manifest(folder)
        self._files: dict[str, Any] = self.manifest["files"]
        self._check_sizes()

    def map(self, name: str) -> mmap.mmap | bytes:
        """The bytes of a file, mapped; an empty file is b''."""
        if name not in self._files:
            raise ArtifactError(f"{self.folder / MANIFEST} names no file {name}: the store is damaged; build it again")
        if not self._files[name]["size_bytes"]:
            return b""
        with (self.folder / name).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def array(self, name: str, kind: str) -> "memoryview[int]":
        """The numbers of `<name>.<kind>`; single items are fastest read from a memoryview."""
        return memoryview(self.map(f"{name}.{kind}")).cast(_FORMATS[kind])  # type: ignore[call-overload,no-any-return]

    def trie(self, name: str) -> marisa_trie.Trie:
        """The trie `<name>.marisa`, mapped.

        Raises:
            ArtifactError: the file is no trie.
        """
        path = self.folder / f"{name}.marisa"
        if path.name not in self._files:
            raise ArtifactError(f"{self.folder / MANIFEST} names no file {path.name}; build the store again")
        trie = marisa_trie.Trie()
        try:
            trie.mmap(str(path))
        except RuntimeError as error:
            raise ArtifactError(f"{path} is damaged ({error}); build the store again") from error
        return trie

    def verify(self) -> None:
        """Read every byte and compare it with the manifest.

        Raises:
            ArtifactError: a file's digest differs.
        """
        for name, file in self._files.items():
            if file_digest(self.folder / name) != file["sha256"]:
                raise ArtifactError(
                    f"{self.folder / name} has other bytes than its manifest says; build the store again"
                )

    def _check_sizes(self) -> None:
        for name, file in self._files.items():
            path, expected = self.folder / name, file["size_bytes"]
            try:
                size = path.stat().st_size
            except FileNotFoundError as error:
                raise ArtifactError(f"{path} is missing; build the store again") from error
            if size != expected:
                raise ArtifactError(f"{path} has {size} bytes, not {expected}; build the store again")


def _read_manifest(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ArtifactError(f"{folder} does not exist; it should hold a store, made by runners/build_kb.py")
    if not is_finished(folder):
        raise ArtifactError(f"{folder} has no {SUCCESS}: it is no store, or the run that wrote it did not end")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if "kind" in manifest:  # the result of a job
            raise ArtifactError(
                f"{folder} is a {manifest['kind']} without {STORE}/; runners/build_kb.py makes a KB with it"
            )
        found = (manifest["schema"], manifest["schema_version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / MANIFEST} is no store manifest; build the store again") from error
    if found != (STORE, VERSION):
        raise ArtifactError(
            f"{folder} holds {found[0]} version {found[1]}, not {STORE} version {VERSION}; build it again"
        )
    if sys.byteorder != "little":
        raise ArtifactError("a store holds little-endian numbers; this machine is big-endian")
    return dict(manifest)
