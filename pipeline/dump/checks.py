"""What Wikimedia publishes to check a dump: job status, sizes, sha1."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.records.digest import file_digest
from pipeline.records.errors import InputError

_SUM_LINE = re.compile(r"([0-9a-fA-F]{40})\s+\*?(\S+)")


@dataclass(frozen=True, slots=True)
class Published:
    """What is known of one published file; None where nothing is said."""

    size_bytes: int | None = None
    sha1: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One job of dumpstatus.json: its status and its files."""

    name: str
    status: str
    files: Mapping[str, Published] = field(default_factory=dict)


def read_dumpstatus(path: Path) -> list[Job]:
    """The jobs of a dumpstatus.json.

    Raises:
        InputError: it is no JSON of that form.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return [_job(name, job) for name, job in value["jobs"].items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no dumpstatus.json: {error}") from error


def _job(name: str, value: Mapping[str, Any]) -> Job:
    files = {
        file: Published(int(about["size"]) if "size" in about else None, _text(about.get("sha1")))
        for file, about in (value.get("files") or {}).items()
    }
    return Job(name, str(value["status"]), files)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def read_sha1sums(path: Path) -> dict[str, str]:
    """File name to sha1, from a `…-sha1sums.txt`.

    Raises:
        InputError: a line is no `sha1  name`.
    """
    sums: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        found = _SUM_LINE.fullmatch(line.strip())
        if found is None:
            raise InputError(f"{path}:{number} is no sha1 with a file name: {line[:60]!r}")
        sums[found[2]] = found[1].lower()
    return sums


def check_sizes(files: Iterable[Path], published: Mapping[str, Published]) -> None:
    """Compare sizes on disk with the published ones.

    Raises:
        InputError: a file has another size, as after a download that was cut off.
    """
    for path in files:
        wanted = published.get(path.name, Published()).size_bytes
        size = path.stat().st_size
        if wanted is not None and size != wanted:
            raise InputError(
                f"{path} has {size:,} bytes, but dumpstatus.json says {wanted:,}: download it again or resume it"
            )


def check_sha1(
    files: Iterable[Path], published: Mapping[str, str], on_bytes: Callable[[int], None] | None = None
) -> list[Path]:
    """Compare sha1 digests with the published ones; the files of which none is published.

    Raises:
        InputError: a file has another digest.
    """
    unknown: list[Path] = []
    for path in files:
        wanted = published.get(path.name)
        if wanted is None:
            unknown.append(path)
        elif (found := file_digest(path, "sha1", on_bytes)) != wanted.lower():
            raise InputError(f"{path} has the sha1 {found}, but {wanted.lower()} was published: download it again")
    return unknown
