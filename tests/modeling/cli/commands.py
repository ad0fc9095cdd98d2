"""Calling the command and reading what it prints."""

import json

from modeling.retrieve import main
from pipeline.console.main import run_command


def run(capsys, *words) -> tuple[int, str, str]:
    code = run_command(main, [str(word) for word in words])
    out, error = capsys.readouterr()
    assert "Traceback" not in error
    return code, out, error


def results(retrieve, *words, **where):
    code, out, error = retrieve("--json", *words, **where)
    assert code == 0, error
    return json.loads(out)
