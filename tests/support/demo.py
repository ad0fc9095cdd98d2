"""The steps of `make demo`, read from its scripts and run in this process: no look-ups, no pages to look at."""

import shlex
from importlib import import_module
from pathlib import Path
from string import Template

from pipeline.console.main import run_command
from tests.support.commands import ROOT, run_here
from tests.support.world import make_world

ONLY_SHOWN = {"check", "report", "stats", "card"}
"""Steps of the annotation campaign that the data set does not hang on."""


def folders(out: Path) -> dict[str, str]:
    """Names of variables in the scripts -> folders below `out`."""
    names = ("world", "kb", "corpus", "images", "project", "dataset", "models", "candidates")
    return {name: str(out / name) for name in names}


def steps(script: str, out: Path) -> list[list[str]]:
    """The words behind each `step` of a script that stands for itself, variables filled in."""
    text = (ROOT / "tools" / script).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.removeprefix("step ") for line in text.splitlines() if line.startswith("step ")]
    dumps = [out / "world/commons/*.xml.bz2", out / "world/enwikinews/20210101/*-multistream.xml.bz2"]
    pages = " ".join(str(path) for pattern in dumps for path in sorted(pattern.parent.glob(pattern.name)))
    return [shlex.split(Template(line.replace('"${pages[@]}"', pages)).substitute(folders(out))) for line in lines]


def build_demo(out: Path) -> None:
    """World, knowledge base, pictures and data set of the demo in `out`."""
    program, _, world, *size = steps("demo.sh", out)[0]
    assert program == "samples/make_world.py"
    make_world(Path(world), *size)
    for program, *words in steps("demo.sh", out)[1:]:
        if program != "runners/lookup.py":
            done = run_here(["python", program, *(word for word in words if word != "--report")])
            assert done.returncode == 0, done.stderr[-2000:]
    campaign = import_module("annotation.__main__").main
    for words in steps("demo_annotation.sh", out):
        if words[0] not in ONLY_SHOWN and "verify" not in words:
            assert run_command(campaign, words) == 0, words
