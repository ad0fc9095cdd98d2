"""Refuses long files, long functions, many arguments and wordy docstrings."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("pipeline", "annotation", "modeling", "runners", "samples", "benchmarks", "tools", "tests")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_ARGUMENTS = 5
MAX_SUMMARY_WORDS = 12
Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(path: Path, name: str) -> Iterator[str]:
    """What is too large in one file, a sentence each."""
    source = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield f"{name}:{error.lineno}: {error.msg}"
        return
    n_lines = source.count("\n")
    if n_lines > MAX_FILE_LINES:
        yield f"{name}: {n_lines} lines; at most {MAX_FILE_LINES}"
    if path.name == "__init__.py" and len(tree.body) > 1:
        yield f"{name}: holds more than a docstring"
    if not name.startswith("tests/"):
        yield from _wordy(tree, f"{name}:1")
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield from _function_faults(node, name)


def _function_faults(node: Function, name: str) -> Iterator[str]:
    place = f"{name}:{node.lineno} {node.name}"
    n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if n_lines > MAX_FUNCTION_LINES:
        yield f"{place}: {n_lines} lines; at most {MAX_FUNCTION_LINES}"
    positional = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
    if len(positional) > MAX_ARGUMENTS and not name.startswith("tests/"):
        yield f"{place}: {len(positional)} positional arguments; at most {MAX_ARGUMENTS}"


def _wordy(tree: ast.Module, place: str) -> Iterator[str]:
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    n_words = len(summary.split())
    if n_words > MAX_SUMMARY_WORDS:
        yield f"{place}: the first docstring line has {n_words} words; at most {MAX_SUMMARY_WORDS}"


def main() -> int:
    """Print every fault; 1 when there is any."""
    found: list[str] = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.extend(faults(path, path.relative_to(ROOT).as_posix()))
    print("\n".join(found) if found else "sizes: every file and function is within its bounds")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
