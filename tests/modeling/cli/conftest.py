"""The retrieval command over a small knowledge base and data set."""

import pytest

from modeling.retrieval import registry
from tests.modeling.cli.commands import run
from tests.modeling.cli.small_run import make_dataset, make_kb

TINY = "tests.modeling.cli.small_run"


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    """The real retrievers that need nothing, and two of our own."""
    known = {name: registry.RETRIEVERS[name] for name in ("prior", "tfidf", "train_prior", "clip")}
    known |= {"nearest": (TINY, "Nearest", "numbers"), "broken": (TINY, "Broken", "numbers, upside down")}
    known |= {"ghost": ("modeling.retrieval.ghost", "Ghost", "is not written yet")}
    known |= {"foreign": ("no_such_package_at_all", "Foreign", "wants a package")}
    monkeypatch.setattr(registry, "RETRIEVERS", known)
    monkeypatch.setattr("modeling.retrieval.run.RETRIEVERS", known)  # it has the name from there
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("retrieve")
    make_kb(place / "kb")
    make_kb(place / "newer-kb", n_towns=27, date="20220101")
    make_dataset(place / "set")
    return place


@pytest.fixture
def retrieve(capsys, folder, tmp_path):
    """Run over the small data set, results in a folder of the test's own."""

    def call(*words, kb="kb", dataset="set", out="out"):
        place = tmp_path / out
        return run(capsys, "--dataset", folder / dataset, "--kb", folder / kb, "--out", place, *words)

    return call
