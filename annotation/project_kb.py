"""Which knowledge base a project is decided with: the file kb.json."""

import json
from pathlib import Path

from annotation.files import write_json
from pipeline.kb.store_files import STORE
from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError, UsageError
from pipeline.records.manifest import MANIFEST

KB = "kb.json"
VERSION = 1


def project_kb(folder: Path, given: Path | None, *, replace: bool = False, note_down: bool = True) -> Path | None:
    """The knowledge base to use; the first one that somebody decides with is noted down, and all take the same then.

    Entities are compared behind its redirects: another one would open decided disputes, or hide some.

    Args:
        folder: The project.
        given: What the user asks for; None = that of the project, if it has one.
        replace: Use `given` (None: no knowledge base) whatever was used before.
        note_down: Keep what is used; False for commands that only look.

    Raises:
        UsageError: `given` is another one than that of the project, or that one is not where it was.
        ArtifactError: `given` holds no store, or kb.json is damaged.
    """
    known = None if replace else _read(folder)
    if given is None and known is None:
        if replace and note_down:
            (folder / KB).unlink(missing_ok=True)
        return None
    path = given if given is not None or known is None else Path(known[0])
    assert path is not None, "one of both is there"
    if given is None and not path.is_dir():
        raise UsageError(
            f"{folder} was worked on with the knowledge base {path}, which is not there; say --kb with its folder, "
            "or --replace-kb to go on without"
        )
    found = str(path.resolve()), store_digest(path)
    if known is not None and found[1] != known[1]:
        raise UsageError(
            f"{path} is not the knowledge base that {folder} was worked on with ({known[0]}, store {known[1][:12]}; "
            f"this one is {found[1][:12]}): decisions could open again; --replace-kb takes it all the same"
        )
    if note_down and found != known:
        write_json(folder / KB, {"version": VERSION, "path": found[0], "store": found[1]})
    return path


def store_digest(kb: Path) -> str:
    """Digest of a store's manifest, which names the digest of each of its files.

    Raises:
        ArtifactError: there is no store.
    """
    folder = kb / STORE if (kb / STORE).is_dir() else kb
    if not (folder / MANIFEST).is_file():
        raise ArtifactError(f"{kb} holds no finished store of a knowledge base (runners/build_kb.py makes one)")
    return file_digest(folder / MANIFEST)


def _read(folder: Path) -> tuple[str, str] | None:
    """Path and digest of the store that the project remembers."""
    path = folder / KB
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["version"] != VERSION:
            raise ArtifactError(f"{path} is of version {value['version']!r}; this program reads version {VERSION}")
        return str(value["path"]), str(value["store"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is damaged: {error!r}") from error
