import hashlib
from pathlib import Path

from setuptools import Extension, setup

SOURCE = "pipeline/native/_loops.c"
DIGEST = hashlib.sha256(Path(SOURCE).read_bytes()).hexdigest()

# Optional: without a compiler the Python twins do the work (docs/decisions/010-native-loops.md).
loops = Extension("pipeline.native._loops", [SOURCE], define_macros=[("SOURCE_DIGEST", f'"{DIGEST}"')], optional=True)
setup(ext_modules=[loops])
