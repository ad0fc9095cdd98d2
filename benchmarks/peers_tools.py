"""The tools that `peers.py` measures: how each is installed and run."""

import html
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[1]
HELPERS = Path(__file__).with_name("peers")
VENV = ROOT / ".venv-peers"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed.json"
# Imported by our page reader, which feeds mwparserfromhell.
READER = ("lxml", "pyarrow")
_ANCHOR = re.compile(r'&lt;a href="(.*?)"&gt;')
Command = list[str | Path]


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool, what to run with it, and the targets of the links that it kept."""

    name: str
    requirement: str
    commands: Callable[[Path, Path], list[Command]]
    targets: Callable[[Path], Iterable[str]]
    needs: tuple[str, ...] = ()


class CommandError(Exception):
    """A command that failed, with the last line that it wrote."""


def mwparserfromhell_commands(dump: Path, folder: Path) -> list[Command]:
    return [[PYTHON, HELPERS / "mwparserfromhell_links.py", dump, folder / "targets"]]


def wikipedia2vec_commands(dump: Path, folder: Path) -> list[Command]:
    """The four steps that its documentation gives for a mention database, defaults but one worker."""
    tool, one = VENV / "bin" / "wikipedia2vec", ["--pool-size", "1"]
    pages, words, graph, mentions = (folder / name for name in ("pages", "words", "graph", "mentions"))
    return [
        [tool, "build-dump-db", dump, pages, *one],
        [tool, "build-dictionary", pages, words, *one],
        [tool, "build-link-graph", pages, words, graph, *one],
        [tool, "build-mention-db", pages, words, mentions, *one],
    ]


def wikiextractor_commands(dump: Path, folder: Path) -> list[Command]:
    flags = ["-l", "--no-templates", "--processes", "1", "-q", "-o"]
    return [[PYTHON, "-m", "wikiextractor.WikiExtractor", dump, *flags, folder / "text"]]


def read_targets(folder: Path) -> list[str]:
    return (folder / "targets").read_text(encoding="utf-8").splitlines()


def wikipedia2vec_targets(folder: Path) -> list[str]:
    run([[PYTHON, HELPERS / "wikipedia2vec_links.py", folder / "pages", folder / "targets"]])
    return read_targets(folder)


def wikiextractor_targets(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "text").rglob("wiki_*")):
        for target in _ANCHOR.findall(path.read_text(encoding="utf-8")):
            yield unquote(html.unescape(target))


PEERS = (
    Peer("mwparserfromhell", "mwparserfromhell==0.7.2", mwparserfromhell_commands, read_targets, READER),
    Peer("wikipedia2vec", "wikipedia2vec==2.0.0", wikipedia2vec_commands, wikipedia2vec_targets),
    Peer("wikiextractor", "wikiextractor==3.1.0", wikiextractor_commands, wikiextractor_targets),
)


def install(peer: Peer) -> None:
    """Put a peer into the peers' environment unless it is there in this version."""
    if not (PYTHON.exists() and INSTALLED.exists()):
        run([[sys.executable, "-m", "venv", "--clear", VENV]])
        INSTALLED.write_text("[]", encoding="utf-8")
    done = json.loads(INSTALLED.read_text(encoding="utf-8"))
    wanted = [peer.requirement, *peer.needs]
    if wanted in done:
        return
    print(f"installing {peer.requirement} into {VENV.name}", flush=True)
    flags = ["--quiet", "--no-input", "--disable-pip-version-check", "--constraint", ROOT / "constraints.txt"]
    run([[PYTHON, "-m", "pip", "install", *flags, *wanted]])
    INSTALLED.write_text(json.dumps([*done, wanted]), encoding="utf-8")


def run(commands: list[Command]) -> float:
    """CPU seconds, user and system, of commands and all their children, in turn."""
    # Helpers find our reader; no thread pools spin while a single-threaded tool works.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
            raise CommandError(f"{Path(command[0]).name} ended with {done.returncode}: {lines[-1]}")
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
