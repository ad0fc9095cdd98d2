"""Checksums of input files, remembered while a file stays as it is."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.console.progress import Progress
from pipeline.records.digest import file_digest
from pipeline.records.manifest import write_json

SETTLED_S = 2.0
"""A file that changed less than this ago may change again without its times telling; it is not remembered."""


def fingerprints(paths: Sequence[Path], cache: Path) -> list[dict[str, Any]]:
    """Name, bytes and sha1 of each file, in order; one that is as an earlier run found it is not read again.

    Args:
        paths: the files.
        cache: what earlier runs found, a JSON file; it is made where it is missing or damaged.
    """
    known = _read(cache)
    marks = {path: _mark(path) for path in paths}
    left = [path for path in marks if known.get(str(path.resolve()), {}).get("mark") != marks[path]]
    sums = {path: known[str(path.resolve())]["sha1"] for path in paths if path not in left} | _hash(left)
    settled = [path for path in left if _mark(path) == marks[path] and _age_s(path) > SETTLED_S]
    if settled:
        cache.parent.mkdir(parents=True, exist_ok=True)
        write_json(cache, known | {str(path.resolve()): {"mark": marks[path], "sha1": sums[path]} for path in settled})
    return [{"name": path.name, "bytes": path.stat().st_size, "sha1": sums[path]} for path in paths]


def _hash(paths: Sequence[Path]) -> dict[Path, str]:
    total = sum(path.stat().st_size for path in paths)
    done = 0
    with Progress("checksums", total=total, unit="bytes") as progress:

        def on_bytes(n: int) -> None:
            nonlocal done
            done += n
            progress.update(done)

        return {path: file_digest(path, "sha1", on_bytes) for path in paths}


def _mark(path: Path) -> list[int]:
    """What changes when a file does: even one whose size and time of writing were put back has another ctime."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, stat.st_dev]


def _age_s(path: Path) -> float:
    stat = path.stat()
    return time.time() - max(stat.st_mtime, stat.st_ctime)


def _read(cache: Path) -> dict[str, dict[str, Any]]:
    try:
        value = json.loads(cache.read_text(encoding="utf-8"))
        return {path: {"mark": list(one["mark"]), "sha1": str(one["sha1"])} for path, one in value.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
