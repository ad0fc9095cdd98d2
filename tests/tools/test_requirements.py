"""What the code imports is what pyproject.toml asks for, and constraints.txt pins nothing else."""

import ast
import importlib.metadata
import sys
import tomllib
from itertools import chain

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.commands import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
TREES = {
    "pipeline": ("audit", "images", "annotation"),
    "annotation": ("annotation", "serve"),
    "modeling": ("modeling", "ann", "wikivec"),
}
"""Floor -> extras that it may import from, beside the core."""
COMES_WITH = {
    "markupsafe": "jinja2", "grpcio": "apache-beam", "httpcore": "httpx", "huggingface-hub": "transformers",
    "tokenizers": "transformers",
}  # fmt: skip
"""Package that others bring along in any case -> one of them."""


def names(requirements) -> set[str]:
    return {canonicalize_name(Requirement(one).name) for one in requirements}


def modules(tree: str) -> set[str]:
    """Top-level modules of others that any file of a floor imports, also by a name in quotes."""
    found = set()
    for path in (ROOT / tree).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                found |= {one.value.partition(".")[0] for one in node.args if isinstance(one, ast.Constant)}
    return found - set(sys.stdlib_module_names) - {"pipeline", "annotation", "modeling", "runners"}


def packages(tree: str) -> set[str]:
    of_module = importlib.metadata.packages_distributions()
    return {canonicalize_name(of_module.get(one, [one])[0]) for one in modules(tree)}


@pytest.mark.parametrize("tree", TREES)
def test_a_floor_imports_nothing_that_is_not_asked_for(tree):
    allowed = names(PROJECT["dependencies"]).union(*(names(EXTRAS[extra]) for extra in TREES[tree]))
    allowed |= {package for package, other in COMES_WITH.items() if other in allowed}
    assert packages(tree) - allowed == set()


@pytest.mark.parametrize("extra", TREES["modeling"])
def test_every_package_of_the_models_extras_is_imported(extra):
    assert names(EXTRAS[extra]) - packages("modeling") == set()


def test_constraints_pin_only_what_something_asks_for():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if "==" in line and line[0] != "#"}
    waiting = [Requirement(one) for one in chain(PROJECT["dependencies"], *EXTRAS.values())]
    installer = (ROOT / "tools/make_venv.sh").read_text(encoding="utf-8")
    known = {name for name in pinned if f"--no-deps {name}" in installer}
    seen = set()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen or one.name == PROJECT["name"]:
            continue
        seen.add(key)
        known.add(key[0])
        waiting += [each for each in needs(one.name) if wanted(each, one.extras)]
    assert pinned - known == set()


def needs(name: str) -> list[Requirement]:
    try:
        return [Requirement(one) for one in importlib.metadata.requires(name) or []]
    except importlib.metadata.PackageNotFoundError:
        return []  # of another system or Python


def wanted(requirement: Requirement, extras) -> bool:
    """Whether it is asked for without extras or by one of `extras`, on whatever system."""
    marker = requirement.marker
    if marker is None or "extra" not in str(marker):
        return True
    return any(marker.evaluate({"extra": extra}) for extra in extras)


def test_torch_is_the_first_that_is_installed_and_exactly_pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")).startswith("torch==")
    installs = [line for line in (ROOT / "tools/make_venv.sh").read_text().splitlines() if line.startswith("install ")]
    assert installs[0].split()[:2] == ["install", "torch"]
