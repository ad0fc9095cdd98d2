import hashlib
from pathlib import Path

from setuptools import Extension, setup

FOLDER = Path("pipeline/native")
SOURCES = sorted(str(path) for path in FOLDER.glob("*.c"))
DIGEST = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("*.[ch]")))).hexdigest()

# Optional: without a compiler the Python twins do the work (docs/decisions/010-native-loops.md).
loops = Extension(
    "pipeline.native._loops",
    SOURCES,
    depends=[str(FOLDER / "loops.h")],
    define_macros=[("SOURCE_DIGEST", f'"{DIGEST}"')],
    optional=True,
)
setup(ext_modules=[loops])
