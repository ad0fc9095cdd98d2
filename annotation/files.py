"""Writing project files: whole, durable, equal bytes for equal input."""

import json
import os
from pathlib import Path
from typing import Any


def json_line(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """A JSON value on one line, fields in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_text(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file by temporary name and rename; it is whole or as before, whatever happens."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(file, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_json(path: Path, value: Any, *, mode: int = 0o644) -> None:  # noqa: ANN401 - any JSON value
    """Write a JSON file with sorted keys."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", mode=mode)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
