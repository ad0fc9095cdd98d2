"""The compiled loops where they can be used, None elsewhere."""

import hashlib
import importlib
import os
from pathlib import Path
from types import ModuleType

SWITCH = "MEL_NATIVE"
"""Environment variable; 0 leaves the compiled loops out."""

_FOLDER = Path(__file__).parent


def _choose() -> tuple[ModuleType | None, str]:
    """The module and what is to be said of it."""
    if os.environ.get(SWITCH) == "0":
        return None, f"left out by {SWITCH}=0"
    try:
        module = importlib.import_module("pipeline.native._loops")
    except ImportError:
        return None, "not built"
    sources = sorted(_FOLDER.glob("*.[ch]"))
    if sources and hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest() != module.SOURCE_DIGEST:
        return None, "built from another version of their source"  # Python code of today may ask for what it lacks
    return module, "in use"


loops, STATE = _choose()
