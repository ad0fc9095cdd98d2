"""Parts of the image job: addresses, frames, estimates, plug-ins, the command."""

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.jobs.images import build_images
from pipeline.jobs.images_dry_run import estimate_images
from pipeline.jobs.images_frames import read_frames
from pipeline.jobs.images_normalize import make_batches, partition_digits
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.jobs.images_urls import FileInfo, places
from pipeline.records.errors import InputError, PageError, UsageError
from pipeline.records.images import WantedImage
from pipeline.transforms.image_task import ImageTask
from tests.images.test_scoring import offer
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.commands import ROOT, run_here

PNG = images.saved(images.quarters(), "PNG")
SCORER = """
class Red:
    name, version = "red", "1"
    def score(self, images):
        from types import SimpleNamespace
        if any(len(image) > 5000 for image in images):
            raise ValueError("too large for me")
        return [[SimpleNamespace(label="unsafe", score=0.9 if b"PNG" in image[:8] else 0.1)] for image in images]
"""


def wanted(title, **changed):
    return WantedImage("0" * 16, "enwikinews", title, 1, "", "", **changed)


def addresses(title, thumb_px=960, **changed):
    found = places(wanted(title), thumb_px=thumb_px, **changed)
    return [("thumb " if place.is_thumb else "whole ") + place.repo for place in found]


def test_order_of_addresses():
    local = "wikinews/en"
    both = [f"{form} {repo}" for repo in ("wikipedia/commons", local) for form in ("thumb", "whole")]
    assert addresses("A.jpg") == addresses("A.svg") == addresses("A.tif") == both
    assert addresses("A.webm") == addresses("A.jpg", thumb_px=None) == ["whole wikipedia/commons", f"whole {local}"]
    assert addresses("A.pdf") == addresses("A.pdf", thumb_px=None) == ["thumb wikipedia/commons", f"thumb {local}"]
    known = places(wanted("A.jpg", repo=local), thumb_px=960)
    assert [place.repo for place in known] == [local, local, "wikipedia/commons", "wikipedia/commons"]
    assert addresses("A.xyz") == ["whole wikipedia/commons", f"whole {local}"]


def test_addresses_by_what_the_api_says():
    there = FileInfo("wikinews/en", "New.jpg", 400)
    [thumb, whole] = places(wanted("Old.jpg"), thumb_px=960, info=there)
    assert thumb.url == "https://upload.wikimedia.org/wikinews/en/thumb/2/2d/New.jpg/330px-New.jpg"
    assert whole.url == "https://upload.wikimedia.org/wikinews/en/2/2d/New.jpg"
    tiny = FileInfo("wikipedia/commons", "New.jpg", 15)
    assert addresses("Old.jpg", info=tiny) == ["whole wikipedia/commons"]


@given(st.text(max_size=60))
def test_addresses_stay_on_the_host(title):
    try:
        found = places(wanted(title), thumb_px=500, upload="http://mirror.example")
    except PageError:
        return
    for place in found:
        assert place.url.startswith("http://mirror.example/wiki")
        assert place.url.isascii()
        assert not set("?#\\ ") & set(place.url)
        assert ".." not in place.url.split("/")


def test_frames_of_a_table(tmp_path):
    path = tmp_path / "frames.tsv"
    path.write_text("\ufefffile\tseconds\r\nFile:A_film.webm\t1.5\r\n\r\n# no\nb.ogv\t0\tby Ann\n", encoding="utf-8")
    assert read_frames(path) == {"A film.webm": 1.5, "B.ogv": 0.0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A.webm 3", "line 1: a file title, a tab"),
        ("A.webm\t3\nB.webm\tx", "line 2: 'x' is no number"),
        ("A.webm\t-1", "from 0"),
        ("A.webm\tnan", "from 0"),
        ("A.webm\tinf", "from 0"),
        ("a<b.webm\t1", "line 1: 'a<b.webm' is no file title"),
        ("A.webm\t1\na.webm\t2", "named twice"),
    ],
)
def test_lines_that_name_no_frame(tmp_path, text, words):
    path = tmp_path / "frames.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_frames(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_frames(tmp_path / "none.tsv")


def task(image_id):
    return ImageTask(image_id, "A.png", "", "", "", "", 0, "missing", "not_found", "", None)


@given(st.sets(st.integers(0, 2**64 - 1), max_size=300), st.integers(1, 50))
def test_batches_hold_every_file_once_in_order(ids, batch_files):
    tasks = [task(f"{number:016x}") for number in sorted(ids)]
    batches = make_batches(tasks, batch_files)
    assert [one for part in batches.values() for batch in part for one in batch.tasks] == tasks
    assert all(1 <= len(batch.tasks) <= batch_files for part in batches.values() for batch in part)
    assert list(batches) == sorted(batches)


def test_shards_by_leading_digits():
    assert [partition_digits(n) for n in (0, 2_000, 2_001, 32_000, 32_001, 10**7)] == [0, 0, 1, 1, 2, 2]
    tasks = [task(f"{number * 2**50:016x}") for number in range(2_001)]
    parts = make_batches(tasks, 64)
    assert all(one.image_id[0] == f"{part:x}" for part, found in parts.items() for b in found for one in b.tasks)


def test_an_estimate_asks_nobody(tmp_path):
    titles = [f"Photo {n}.jpg" for n in range(10)] + ["Film.webm", "No|title.png"]
    inputs.make_corpus(tmp_path / "corpus", titles)
    options = ImagesOptions(out=tmp_path / "out", corpus=tmp_path / "corpus")
    estimate = estimate_images(options)
    assert (len(estimate.images), estimate.bad_titles, estimate.requests) == (12, 1, 12)
    assert estimate.size_bytes == 10 * 150_000 + 25_000_000
    assert estimate.seconds == pytest.approx(estimate.size_bytes / 3_125_000)
    assert not (tmp_path / "out").exists()


def test_an_estimate_of_a_folder(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["A.png", "None.png"])
    inputs.put_files(tmp_path / "media", {"A.png": PNG})
    fetch = FetchOptions(source_dir=tmp_path / "media")
    estimate = estimate_images(ImagesOptions(out=tmp_path / "out", corpus=tmp_path / "corpus", fetch=fetch))
    assert (estimate.size_bytes, estimate.missing) == (len(PNG), 1)


@pytest.fixture
def with_scorer(tmp_path, monkeypatch):
    offer(tmp_path / "plugins", "red_scorer", SCORER, red="red_scorer:Red")
    monkeypatch.syspath_prepend(str(tmp_path / "plugins"))
    yield tmp_path
    sys.modules.pop("red_scorer", None)


def test_scores_go_to_the_review_queue_and_drop_nothing(with_scorer):
    noise = io.BytesIO()
    images.Image.effect_noise((200, 200), 90).convert("RGB").save(noise, "PNG")
    files = {"A.png": PNG, "B.jpg": images.saved(images.quarters(), "JPEG"), "Noise.png": noise.getvalue()}
    inputs.make_corpus(with_scorer / "corpus", [*files, "None.png"])
    inputs.put_files(with_scorer / "media", files)
    fetch = FetchOptions(source_dir=with_scorer / "media")
    given_ = {"out": with_scorer / "out", "corpus": with_scorer / "corpus", "fetch": fetch}
    result = build_images(ImagesOptions(**given_, scorers=("red",)))
    lines = (result.out / "review/unsafe.jsonl").read_text(encoding="utf-8").splitlines()
    told = {row["file_title"]: row for row in map(json.loads, lines)}
    assert told["A.png"]["scores"] == [{"label": "unsafe", "score": 0.9}]
    assert told["Noise.png"]["reason"] == "scorer_failed"
    assert set(told) == {"A.png", "Noise.png"}
    assert result.coverage["ok"] == 3
    [figures] = [report.figures for report in result.reports if report.name == "review"]
    assert figures == {"in": 3, "flagged": 1, "not_scored": 1}
    stricter = build_images(ImagesOptions(**given_, scorers=("red",), thresholds=("0.95",)))
    assert [report.name for report in stricter.reports if not report.was_done] == ["fetch", "review"]
    assert len((result.out / "review/unsafe.jsonl").read_text().splitlines()) == 1
    with pytest.raises(UsageError, match="no image scorer 'blue'"):
        build_images(ImagesOptions(**given_, scorers=("blue",)))


def command(tmp_path, *flags):
    runner = str(ROOT / "runners/build_images.py")
    return run_here(
        [sys.executable, runner, "--corpus", str(tmp_path / "corpus"), "--out", str(tmp_path / "out"), *flags]
    )


def test_the_command(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["A.png", "None.png"])
    inputs.put_files(tmp_path / "media", {"A.png": PNG})
    done = command(tmp_path, "--source-dir", str(tmp_path / "media"), "--side", "32", "--report")
    assert done.returncode == 0, done.stderr
    assert "not found" in done.stdout
    assert (tmp_path / "out/report.html").is_file()
    assert inputs.rows_of(tmp_path / "out")["A.png"]["width_px"] == 32
    dry = command(tmp_path, "--dry-run")
    assert (dry.returncode, "time" in dry.stdout) == (0, True)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ((), "--contact MAIL"),
        (("--contact", "somebody"), "--contact must be a mail address"),
        (("--source-dir", "nowhere"), "nowhere is no folder"),
        (("--source-dir", ".", "--frames", "none.tsv"), "none.tsv"),
        (("--source-dir", ".", "--commons-dump", "none.xml"), "none.xml"),
        (("--source-dir", ".", "--background", "white"), "#rrggbb"),
        (("--source-dir", ".", "--side", "9999"), "--side"),
        (("--source-dir", ".", "--side", "0"), "--side lies between 16 and"),
        (("--source-dir", ".", "--entities", "x.tsv"), "--kb and --entities"),
        (("--sourcedir", "."), "--source-dir"),
    ],
)
def test_wrong_flags_are_one_sentence(tmp_path, flags, words):
    inputs.make_corpus(tmp_path / "corpus", ["A.png"])
    result = command(tmp_path, *flags)
    assert result.returncode in (1, 2)
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not Path(tmp_path / "out/_SUCCESS").exists()
