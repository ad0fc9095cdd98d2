"""What a machine has and lacks; needs nothing but Python itself."""

import bz2
import ctypes.util
import importlib.metadata
import os
import random
import re
import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.console.format import format_bytes
from pipeline.native.chosen import STATE, loops

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
MIN_FREE_BYTES = 2 * 10**9
MIN_MEMORY_BYTES = 4 * 10**9
SAMPLE_BYTES = 4_000_000
INSTALL = "make venv, or pip install -c constraints.txt -e '.[{extra}]'"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `state`: ok, note (works without it) or missing (needed)."""

    state: str
    name: str
    found: str
    remedy: str = ""


def check_machine(root: Path) -> Iterator[Check]:
    """Look at everything; `root` is the checkout with pyproject.toml and constraints.txt."""
    yield _python()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tested = _tested_versions(root / "constraints.txt")
    yield _packages("core", project["dependencies"], tested)
    for extra, requirements in sorted(project["optional-dependencies"].items()):
        yield _packages(extra, requirements, tested)
    yield _disk(root)
    yield _memory()
    yield Check("ok", "cores", f"{os.cpu_count()}")
    yield _bzip2()
    yield _native()
    yield _cairo()
    yield _chromium()
    yield _real_data()


def _python() -> Check:
    version = sys.version_info[:2]
    found = f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}"
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return Check("ok", "python", found)
    return Check("missing", "python", found, "install Python 3.11, 3.12 or 3.13 and name it: make PYTHON=... venv")


def _packages(extra: str, requirements: list[str], tested: dict[str, str]) -> Check:
    """Whether the packages of one extra are there, and where they differ from the tested versions."""
    absent, other = [], []
    for name in (_name(requirement) for requirement in requirements if "[" not in requirement):
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            absent.append(name)
            continue
        if tested.get(name, version) not in {version, version.partition("+")[0]}:  # "2.13.0+cpu" is a build of 2.13.0
            other.append(f"{name} {version} (tested: {tested[name]})")
    label = f"packages, {extra}"
    if absent:
        state = "missing" if extra == "core" else "note"
        return Check(
            state, label, f"absent: {', '.join(absent)}", INSTALL.format(extra=extra if extra != "core" else "dev")
        )
    if other:
        return Check("note", label, "; ".join(other), "pip install with -c constraints.txt gives the tested versions")
    return Check("ok", label, "all there, in the tested versions")


def _tested_versions(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==", 1) for line in lines if "==" in line and not line.startswith("#"))
    return {name.strip(): version.strip() for name, version in pairs}


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def _disk(root: Path) -> Check:
    free = shutil.disk_usage(root).free
    if free >= MIN_FREE_BYTES:
        return Check("ok", "free disk", format_bytes(free))
    return Check("note", "free disk", format_bytes(free), "name a larger disk with --out")


def _memory() -> Check:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return Check("note", "memory", "not known on this system")
    if total >= MIN_MEMORY_BYTES:
        return Check("ok", "memory", format_bytes(total))
    return Check("note", "memory", format_bytes(total), "use fewer --workers")


def _bzip2() -> Check:
    """Decompression of made-up text, one core: what a full dump's time hangs on."""
    words = [f"w{number}" for number in range(5000)]
    source = random.Random(0)  # noqa: S311 - sample text
    text = " ".join(source.choices(words, k=SAMPLE_BYTES // 6)).encode()
    packed = bz2.compress(text)
    begun = time.process_time()
    bz2.decompress(packed)
    spent_s = max(time.process_time() - begun, 1e-6)
    return Check("ok", "bzip2", f"{format_bytes(len(text) / spent_s)} of made-up text per second and core")


def _native() -> Check:
    if loops is not None:
        return Check("ok", "compiled loops", STATE)
    remedy = "" if "=" in STATE else "reading dumps takes longer; install a C compiler, then make venv"
    return Check("note", "compiled loops", STATE, remedy)


def _cairo() -> Check:
    library = ctypes.util.find_library("cairo")
    if library:
        return Check("ok", "libcairo", library)
    return Check("note", "libcairo", "absent; SVG images need it, or pyvips", "apt install libcairo2")


def _chromium() -> Check:
    names = (
        os.environ.get("MEL_CHROMIUM", ""),
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    )
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return Check("ok", "chromium", found)
    return Check("note", "chromium", "absent; tests marked `browser` are skipped", "bash tools/get_chromium.sh")


def _real_data() -> Check:
    folder = os.environ.get("MEL_DATA_DIR", "")
    if folder and Path(folder).is_dir():
        return Check("ok", "real data", folder)
    return Check("note", "real data", "absent; tests marked `data` are skipped", "set MEL_DATA_DIR to its folder")
