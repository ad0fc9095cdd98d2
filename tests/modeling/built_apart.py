"""An index built in a process of its own, that kills or stops itself at a rename.

python -m tests.modeling.built_apart RETRIEVER FOLDER '{"model": …, "images": …, "options": {…}, "at": "SIGKILL part-3"}'
"""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from modeling.data.entities import IndexedEntity
from modeling.retrieval.base import Sources
from modeling.retrieval.registry import retriever_class
from pipeline.records.errors import MelError
from tests.modeling.worlds import ListCatalog, mention_in

TRADES = ("singer", "painter", "goalkeeper", "senator", "chemist", "chef", "pilot", "judge")
ROWS = [
    IndexedEntity(10 * place + number, f"{name} ({trade})", f"{name} is a {trade} of renown.", f"e{place}")
    for place, trade in enumerate(TRADES)
    for number, name in enumerate(("Jordan", "Mercury", "Georgia"))
]
TEXTS = [text for row in ROWS for text in (row.title, row.text)] + ["The was seen"]
WAIT_S = 200


def started(retriever: str, folder: Path, at: str = "", **given) -> subprocess.Popen:
    """A build; `at` is a signal and a pattern: it gets the signal when it is about to rename something so."""
    root = str(Path(__file__).parents[2])
    command = [
        sys.executable,
        "-m",
        "tests.modeling.built_apart",
        retriever,
        str(folder),
        json.dumps(given | {"at": at}),
    ]
    settings = os.environ | {"PYTHONPATH": root}
    return subprocess.Popen(command, env=settings, cwd=root, stderr=subprocess.PIPE, text=True)


def built(retriever: str, folder: Path, at: str = "", **given) -> None:
    """A build that ends well, or by the signal that it was told to get."""
    run = started(retriever, folder, at, **given)
    _, errors = run.communicate(timeout=WAIT_S)
    assert run.returncode == (-signal.Signals[at.partition(" ")[0]] if at else 0), errors


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _signal_at(number: signal.Signals, pattern: str) -> None:
    def hook(event: str, arguments: tuple) -> None:
        if event == "os.rename" and re.search(pattern, str(arguments[1])):
            os.kill(os.getpid(), number)

    sys.addaudithook(hook)


def _main(retriever: str, folder: str, given: str) -> int:
    from modeling.data.images import ImageStore

    value = json.loads(given)
    if value["at"]:
        name, pattern = value["at"].split()
        _signal_at(signal.Signals[name], pattern)
    images = ImageStore([Path(value["images"])]) if value.get("images") else None
    train = [
        mention_in(f"The {row.title[:-1].split(' (')[1]} Jordan was seen", "Jordan", row.entity_id) for row in ROWS[::3]
    ]
    sources = Sources(ListCatalog(ROWS), images, train, value["model"])
    try:
        retriever_class(retriever).build(sources, Path(folder), value["options"])
    except MelError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
