"""Scorers: found by name, asked in batches, never the end of a job."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.images.scoring import (
    GROUP,
    ImageScores,
    Score,
    ScoringFailure,
    ScoringReason,
    Thresholds,
    installed_scorers,
    load_scorers,
    score_images,
)
from pipeline.records.errors import UsageError
from tests.support import images

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/plugins.md").read_text(encoding="utf-8")


def offer(folder: Path, package: str, code: str, **points: str) -> None:
    """Put a tiny distribution on disk, as pip would: a module and its entry points."""
    folder.mkdir(exist_ok=True)
    (folder / f"{package}.py").write_text(code, encoding="utf-8")
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{lines}")


CODE = """
class Good:
    name, version = "good", "2"
    def score(self, images):
        return [[] for _ in images]
class Bare:
    pass
def broken():
    raise OSError("no weights")
"""


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    points = {"good": "many_scorers:Good", "bare": "many_scorers:Bare", "broken": "many_scorers:broken"}
    offer(tmp_path, "many_scorers", CODE, gone="many_scorers:Gone", away="no_such_module:X", **points)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("many_scorers", None)


@pytest.mark.usefixtures("plugins")
def test_loading_by_name():
    assert set(installed_scorers()) >= {"bare", "broken", "good"}
    (scorer,) = load_scorers(["good"])
    assert (scorer.name, scorer.version) == ("good", "2")
    assert load_scorers([]) == []


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["nothing"], r"'nothing'; installed are .*good.*docs/plugins\.md"),
        (["good", "good"], "named twice"),
        (["bare"], "lacks name, version, score"),
        (["broken"], r"does not load: OSError: no weights"),
        (["gone"], "does not load: AttributeError"),
        (["away"], "does not load: ModuleNotFoundError"),
    ],
)
@pytest.mark.usefixtures("plugins")
def test_what_cannot_be_loaded_is_one_sentence(names, words):
    with pytest.raises(UsageError, match=words):
        load_scorers(names)


def test_two_packages_with_one_name(plugins):
    offer(plugins, "other_scorers", CODE, good="other_scorers:Good")
    with pytest.raises(UsageError, match="two packages offer an image scorer 'good': many_scorers:Good, other_scorers"):
        load_scorers(["good"])


def test_nothing_installed_is_said():
    if installed_scorers():
        pytest.skip("scorers are installed on this machine")
    with pytest.raises(UsageError, match="no installed package offers any"):
        load_scorers(["x"])


@dataclass
class Plug:
    """A scorer that fails on b"bad" and answers others by a table."""

    answers: dict
    batch_size: int = 3
    name: str = "plug"
    version: str = "1"

    def __post_init__(self):
        self.seen = []

    def score(self, images):
        self.seen.append(list(images))
        if b"bad" in images:
            raise RuntimeError("cannot see this")
        return [self.answers.get(image, []) for image in images]


def scored(*scores):
    return ImageScores("plug", "1", tuple(scores))


def test_one_bad_image_costs_itself_alone():
    plug = Plug({b"a": [Score("x", 0.25)], b"c": (Score("x", 1), Score("y", 0))})
    found = score_images(plug, [b"a", b"bad", b"c", b"a"])
    failure = ScoringFailure("plug", ScoringReason.SCORER_FAILED, "RuntimeError: cannot see this")
    assert found == [scored(Score("x", 0.25)), failure, scored(Score("x", 1), Score("y", 0)), scored(Score("x", 0.25))]
    assert plug.seen == [[b"a", b"bad", b"c"], [b"a"], [b"bad"], [b"c"], [b"a"]]
    assert score_images(plug, []) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "NoneType instead of"),
        ("x", "str instead of"),
        (7, "int instead of"),
        ([("x", 1)], "tuple without a label"),
        ([Score("", 1)], "without a label"),
        ([Score("x", float("nan"))], "allowed is 0 to 1"),
        ([Score("x", 1.5)], "is 1.5; allowed is 0 to 1"),
        ([Score("x", "high")], "no number"),
        ([Score("x", None)], "no number"),
        ([Score("x", 0), Score("x", 1)], "two scores for 'x'"),
    ],
)
def test_a_bad_answer_is_an_outcome(answer, words):
    first, second = score_images(Plug({b"a": answer, b"b": [Score("x", 0.5)]}), [b"a", b"b"])
    assert isinstance(first, ScoringFailure)
    assert first.reason == ScoringReason.BAD_ANSWER
    assert words in first.message
    assert second == scored(Score("x", 0.5))


def test_too_few_answers_are_a_failure():
    class Short(Plug):
        def score(self, images):
            return [[]] * (len(images) - 1)

    found = score_images(Short({}), [b"a", b"b"])
    assert [one.message for one in found] == ["ValueError: 0 answers for 1 images"] * 2


def test_numbers_of_other_libraries():
    (found,) = score_images(Plug({b"a": [Score("x", np.float32(0.5))]}), [b"a"])
    assert type(found.scores[0].score) is float


@given(st.lists(st.sampled_from([b"a", b"b", b"bad"]), max_size=20), st.integers(-2, 7))
def test_one_outcome_an_image_in_order(data, size):
    plug = Plug({b"a": [Score("x", 0.1)], b"b": [Score("x", 0.2)]}, batch_size=size)
    found = score_images(plug, data)
    expected = {b"a": scored(Score("x", 0.1)), b"b": scored(Score("x", 0.2))}
    assert len(found) == len(data)
    for image, outcome in zip(data, found, strict=True):
        assert isinstance(outcome, ScoringFailure) if image == b"bad" else outcome == expected[image]
    assert all(1 <= len(batch) <= max(size, 1) for batch in plug.seen)


def test_thresholds():
    scores = [Score("a", 0.5), Score("b", 0.9), Score("c", 0.9)]
    labels = lambda *flags: [one.label for one in Thresholds.parse(flags).reached(scores)]  # noqa: E731
    assert labels() == ["b", "c", "a"]
    assert labels("0.6") == ["b", "c"]
    assert labels("a=0.1") == ["a"]
    assert labels("0.6", "a=0.1", "c=1") == ["b", "a"]
    assert Thresholds.parse(["b=c=0.5"]).by_label == {"b=c": 0.5}
    assert Thresholds.parse(["0.6", "b=1", "a=0"]).to_json() == {"default": 0.6, "by_label": {"a": 0.0, "b": 1.0}}


@pytest.mark.parametrize("flag", ["high", "a=", "1.2", "a=-1", "nan", ""])
def test_wrong_thresholds(flag):
    with pytest.raises(UsageError, match=r"LABEL=0\.7"):
        Thresholds.parse([flag])


def test_one_label_has_one_threshold():
    with pytest.raises(UsageError, match="two thresholds"):
        Thresholds.parse(["a=0.1", "a=0.2"])


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found, name
    return found[1]


def test_the_example_of_the_docs_works(tmp_path):
    """The page's package, made known as the page says, run as the page says."""
    import tomllib

    points = tomllib.loads(example("pyproject.toml"))["project"]["entry-points"][GROUP]
    offer(tmp_path / "site", "reddish", example("reddish.py"), **points)
    (tmp_path / "pictures").mkdir()
    for name, colour in (("a", (250, 10, 10)), ("b", (10, 10, 250))):
        (tmp_path / "pictures" / f"{name}.png").write_bytes(
            images.saved(images.Image.new("RGB", (9, 9), colour), "PNG")
        )
    (tmp_path / "pictures" / "c.png").write_bytes(b"broken")
    program = example("try_it.py").replace("outcome.scores", "getattr(outcome, 'scores', ())")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path / 'site'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    red, blue, broken = done.stdout.splitlines()
    assert red.startswith("ImageScores(scorer='reddish', version='1.0', scores=(Score(label='reddish', score=0.92")
    assert red.endswith("(Score(label='reddish', score=0.9259259259259259),)")
    assert blue.endswith("()")
    assert "SCORER_FAILED" in broken
