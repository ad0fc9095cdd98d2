"""Random generators that a seed and a purpose name."""

import hashlib

import numpy as np


def generator(seed: int, *purpose: str) -> np.random.Generator:
    """A generator of its own for each (seed, purpose), so that a new use never moves the draws of another."""
    text = "\n".join((str(seed), *purpose))
    return np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest())))


def seeded_rank(seed: int, key: str) -> int:
    """64 bits that put `key` at a place which only seed and key decide."""
    return int.from_bytes(hashlib.blake2b(f"{seed}\n{key}".encode(), digest_size=8).digest())
