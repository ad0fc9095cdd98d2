"""A core install has no torch and no other package of an extra; what it can do, it does."""

import json
import subprocess
import sys

import pytest

from tests.modeling.cli.small_run import make_dataset, make_kb
from tests.support.commands import ROOT, child_environment

HIDE = """
import sys

HIDDEN = {
    "torch", "transformers", "tokenizers", "huggingface_hub", "safetensors", "tantivy", "sklearn", "scipy", "PIL",
    "faiss", "gensim",
}


class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hidden)
"""
KB_COMMANDS = ("build_kb.py", "lookup.py", "list_entities.py")
TORCH = "pip install -c constraints.txt torch, then "
MODELS = f"{TORCH}pip install -c constraints.txt 'mel-toolkit[modeling]'\n"


@pytest.fixture(scope="module")
def core(tmp_path_factory):
    """Run Python as a core install has it; in the folder lie a knowledge base and a data set."""
    folder = tmp_path_factory.mktemp("core")
    (folder / "hidden").mkdir()
    (folder / "hidden/sitecustomize.py").write_text(HIDE)
    make_kb(folder / "kb")
    make_dataset(folder / "set")
    environment = {**child_environment(), "PYTHONPATH": f"{folder / 'hidden'}:{ROOT}", "COLUMNS": "200"}

    def run(*words):
        call = [sys.executable, *map(str, words)]
        return subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    run.folder = folder
    return run


def retrieve(core, *words):
    return core("-m", "modeling.retrieve", "--dataset", "set", "--kb", "kb", "--out", "out", *words)


def test_the_packages_are_hidden_indeed(core):
    done = core("-c", "import torch")
    assert "No module named 'torch'" in done.stderr


@pytest.mark.parametrize("module", ["modeling.retrieve", "modeling.tiny"])
def test_help_needs_no_extra(core, module):
    done = core("-m", module, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: python -m {module}" in done.stdout


@pytest.mark.parametrize("command", KB_COMMANDS)
def test_help_of_the_knowledge_base_s_commands_needs_no_extra(core, command):
    done = core(ROOT / "runners" / command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: ")


def test_priors_are_retrieved_judged_fused_and_written(core):
    done = retrieve(core, "--retriever", "prior", "train_prior", "--fuse", "quota", "rrf", "--latency", "--groups")
    assert done.returncode == 0, done.stderr
    assert "P(e|m)+train prior" in done.stdout
    found = json.loads((core.folder / "out/results.json").read_text())
    assert found["splits"]["test"]["systems"]["prior"]["scores"]["recall"]["10"] == 12 / 17


def test_all_leaves_out_what_is_not_installed(core):
    done = retrieve(core, "--model", "blink=x", "sentence=x", "--dry-run")
    assert done.returncode == 0, done.stderr
    for package in ("tantivy", "scipy", "torch"):
        assert f"wants the package {package} of the" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "what", "package"),
    [
        (("--retriever", "bm25"), "the retriever bm25", "tantivy"),
        (("--retriever", "wikivec"), "the retriever wikivec", "torch"),
        (("--retriever", "blink", "--model", "blink=x"), "the retriever blink", "torch"),
        (("--retriever", "sentence", "--model", "sentence=x"), "the retriever sentence", "torch"),
        (("--retriever", "floor", "--model", "floor=x"), "the retriever floor", "torch"),
        (("--retriever", "tfidf"), "the retriever tfidf", "scipy"),
        (("--retriever", "prior", "train_prior", "--fuse", "linear"), "--fuse linear", "sklearn"),
        (("--retriever", "prior", "--device", "cuda"), "--device cuda", "torch"),
    ],
)
def test_what_needs_an_extra_says_how_to_get_it(core, words, what, package):
    done = retrieve(core, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {what} wants the package {package} of the extra modeling: {MODELS}"


def test_tiny_encoders_say_the_same(core):
    done = core("-m", "modeling.tiny", "--dataset", "set", "--kb", "kb", "--out", "models")
    assert (done.returncode, done.stderr) == (
        2, f"error: python -m modeling.tiny wants the package torch of the extra modeling: {MODELS}"
    )  # fmt: skip


def test_a_package_of_its_own_extra_is_named_with_it():
    from modeling.config.extras import missing_package

    assert missing_package("x", "gensim").endswith("'mel-toolkit[wikivec]'")
    assert missing_package("x", "faiss").endswith("'mel-toolkit[ann]'")
