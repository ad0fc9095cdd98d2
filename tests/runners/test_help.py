"""Every command: help is quick and ends with an example, a typo is named."""

import os
import subprocess
import sys

import pytest

from tools.make_docs import ROOT, command_names

MAX_HELP_CPU_S = 0.5
RUNNERS = [name for name in command_names() if name.startswith("runners/")]


def run_child(arguments):
    """Exit code, stdout, stderr and CPU seconds of a command."""
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        out, error = child.stdout.read(), child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, out, error, usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("command", command_names())
def test_help_is_quick_and_ends_with_an_example(command):
    for _ in range(3):  # one of three within the limit is enough: the first one may write byte code
        code, out, _, spent_s = run_child([*command.split(), "--help"])
        assert code == 0
        assert out
        assert f"python {command}" in out.splitlines()[-1] or command.startswith("samples/")
        if spent_s < MAX_HELP_CPU_S:
            break
    assert spent_s < MAX_HELP_CPU_S


@pytest.mark.parametrize("command", RUNNERS)
def test_a_typo_is_named(command):
    code, out, error, _ = run_child([command, "--hlep"])
    assert code == 2
    assert out == ""
    assert error.startswith("error: unknown flag --hlep; did you mean --help")
    assert "Traceback" not in error
