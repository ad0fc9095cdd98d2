"""Digests: of files, of options, and the ids made from them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def options_digest(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Hex digest of a JSON value, the same whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def file_digest(path: Path, algorithm: str = "sha256", on_bytes: Callable[[int], None] | None = None) -> str:
    """Hex digest of a file's bytes; `on_bytes` hears how many were read, chunk by chunk."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            if on_bytes is not None:
                on_bytes(len(chunk))
    return digest.hexdigest()


def red_entity_id(title_key: str) -> int:
    """Negative id of a title that no page has: 63 bits of blake2b (KB definitions, section 4)."""
    digest = hashlib.blake2b(title_key.encode(), digest_size=8).digest()
    return -max(int.from_bytes(digest, "big") >> 1, 1)


def image_id(wiki: str, file_title: str) -> str:
    """16 hex digits that name an image: hash of wiki and file title."""
    return hashlib.blake2b(f"{wiki}\n{file_title}".encode(), digest_size=8).hexdigest()
