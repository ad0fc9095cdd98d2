"""The folder of an annotation project: making and opening it."""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from annotation.files import write_json, write_text
from annotation.pairs import ProjectPair, read_native, write_native
from annotation.pairs_source import Source
from annotation.records import Answer, Item, is_pseudonym
from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError, InputError, UsageError

VERSION = 1
PROJECT, PAIRS, REFERENCE, SECRETS = "project.json", "pairs.jsonl", "reference.jsonl", "secrets.json"
INCLUDE, EXCLUDE = "include", "exclude"
TITLE_POLICIES = (INCLUDE, EXCLUDE)
"""Whether "President" belongs to the span of "President Obama"; the paper says both (A.1, rules 5 and 6)."""
VISUAL_CLUES, AMBIGUITY = "visual_clues", "ambiguity"
LAYERS = (VISUAL_CLUES, AMBIGUITY)
"""Questions beside spans that a project may ask."""
GUIDELINES = "paper-a1-v1"
"""The seven rules of the paper's appendix A.1, as this version of the code words them."""
_IGNORED = """# What names a person, a secret or a working hour is not for publication.
secrets.json
times/
.lock
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project is told when it is made.

    Attributes:
        title_policy: include or exclude: titles before names in spans of persons.
        guidelines: Version of the guidelines that annotators read.
        images: Folder of the images artifact as text; None without.
        layers: Optional questions beside spans: visual_clues, ambiguity.
    """

    title_policy: str = INCLUDE
    guidelines: str = GUIDELINES
    images: str | None = None
    layers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.title_policy not in TITLE_POLICIES:
            raise UsageError(f"title policy {self.title_policy!r} should be one of {', '.join(TITLE_POLICIES)}")


@dataclass(frozen=True)
class Project:
    """An annotation project on disk.

    Attributes:
        folder: Its folder.
        settings: As told when it was made.
        source: Kind, name and digest of where the pairs come from.
    """

    folder: Path
    settings: Settings
    source: Mapping[str, Any]

    @cached_property
    def pairs(self) -> dict[str, ProjectPair]:
        """Pair id -> pair, in the source's order."""
        return {pair.pair_id: pair for pair, _ in read_native(self.folder / PAIRS)}

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The pairs as agreement sees them."""
        return tuple(pair.item for pair in self.pairs.values())

    @cached_property
    def references(self) -> dict[str, Answer]:
        """Pair id -> gold labels that the source brought along; empty where it had none."""
        path = self.folder / REFERENCE
        if not path.is_file():
            return {}
        return {answer.pair_id: answer for _, answer in read_native(path) if answer is not None}

    def pair(self, pair_id: str) -> ProjectPair:
        """The pair of that id.

        Raises:
            InputError: there is none.
        """
        found = self.pairs.get(pair_id)
        if found is None:
            raise InputError(f"{self.folder}: {pair_id[:40]!r} is no pair of this project")
        return found

    def groups(self) -> dict[str, list[str]]:
        """Group (article) -> ids of its pairs, both in the source's order."""
        groups: dict[str, list[str]] = {}
        for pair in self.pairs.values():
            groups.setdefault(pair.group, []).append(pair.pair_id)
        return groups


def make_project(folder: Path, source: Source, settings: Settings) -> Project:
    """Write a new project; equal sources give equal bytes.

    Raises:
        UsageError: `folder` holds something else, or annotations already.
    """
    check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_native(source.pairs, folder / PAIRS)
    if source.references:
        known = [pair for pair in source.pairs if pair.pair_id in source.references]
        write_native(known, folder / REFERENCE, source.references)
    else:
        (folder / REFERENCE).unlink(missing_ok=True)
    write_text(folder / ".gitignore", _IGNORED)
    if not (folder / SECRETS).exists():
        write_secrets(folder, {})
    value = {
        "version": VERSION,
        "source": {"kind": source.kind, **source.fingerprint},
        "pairs": {"rows": len(source.pairs), "sha256": file_digest(folder / PAIRS)},
        "references": len(source.references),
        "title_policy": settings.title_policy,
        "guidelines": settings.guidelines,
        "images": settings.images,
        "layers": list(settings.layers),
    }
    write_json(folder / PROJECT, value)
    return open_project(folder)


def check_free(folder: Path) -> None:
    """Refuse a folder in which a project would destroy something.

    Raises:
        UsageError: it is a file, holds other things, or a project that people have begun to work on.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder")
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if names and PROJECT not in names:
        raise UsageError(f"{folder} holds other things than an annotation project; choose another folder")
    started = sorted(names & {"annotations", "assignment.json", "decisions"})
    if started:
        raise UsageError(f"{folder} is a project that is under way (it has {started[0]}); choose another folder")


def open_project(folder: Path) -> Project:
    """Open a project.

    Raises:
        UsageError: there is none at `folder`.
        ArtifactError: its files are damaged, changed, or of another version.
    """
    path = folder / PROJECT
    if not path.is_file():
        raise UsageError(f"{folder} is no annotation project: it has no {PROJECT} (annotation init makes one)")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        version = value["version"]
        if version != VERSION:
            raise ArtifactError(f"{path} is of version {version!r}; this program reads version {VERSION}")
        settings = Settings(value["title_policy"], value["guidelines"], value["images"], tuple(value["layers"]))
        source, sha256 = value["source"], value["pairs"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is damaged: {error!r}") from error
    if not (folder / PAIRS).is_file() or file_digest(folder / PAIRS) != sha256:
        raise ArtifactError(f"{folder / PAIRS} is not the file that {PROJECT} describes")
    return Project(folder, settings, source)


def read_secrets(folder: Path) -> dict[str, dict[str, str]]:
    """Pseudonym -> what only the lead may know (token, name, contact).

    Raises:
        ArtifactError: the file is damaged, or others than its owner may read it.
    """
    path = folder / SECRETS
    if not path.is_file():
        return {}
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ArtifactError(f"{path} can be read by others (mode {mode:o}); chmod 600 it, and make new tokens")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))["annotators"]
        return {str(name): {str(key): str(one) for key, one in known.items()} for name, known in value.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"{path} is damaged: {error!r}") from error


def write_secrets(folder: Path, known: Mapping[str, Mapping[str, str]]) -> None:
    """Write the secrets, readable by their owner alone."""
    write_json(folder / SECRETS, {"annotators": {name: dict(one) for name, one in known.items()}}, mode=0o600)


def annotators_with_work(folder: Path) -> Iterator[str]:
    """Pseudonyms that have a file of annotations, sorted."""
    names = {path.stem for path in (folder / "annotations").glob("*/*.jsonl")}
    yield from sorted(name for name in names if is_pseudonym(name))
