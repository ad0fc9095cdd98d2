"""Digest of the code that makes a stage's rows."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_SUFFIXES = frozenset((".py", ".json", ".html", ".css", ".js"))


def code_digest(packages: Iterable[str]) -> str:
    """Hex digest of code, tables and templates in packages (or single files) below `pipeline`: paths and bytes.

    It is part of a stage's id: what another version of the code left is not taken for finished.
    """
    return _digest(tuple(packages))


@lru_cache(maxsize=8)
def _digest(packages: tuple[str, ...]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for package in packages:
        place = ROOT / package
        if not place.exists():
            raise FileNotFoundError(place)
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.suffix in _SUFFIXES:
                digest.update(f"{path.relative_to(ROOT).as_posix()}\n{path.stat().st_size}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
