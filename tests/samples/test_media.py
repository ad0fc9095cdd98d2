"""The files of the sample world: every format, readable where not broken, and clues where they are promised."""

import hashlib
import io
import math
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.support.commands import ROOT, child_environment
from tests.support.kb_oracle import Oracle
from tests.support.news_oracle import NewsOracle

Image = pytest.importorskip("PIL.Image")
imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg")

MAX_BYTES = 8 << 20
PILLOW_FORMATS = {"jpg": "JPEG", "png": "PNG", "apng": "PNG", "gif": "GIF", "webp": "WEBP", "tif": "TIFF"}
ENDINGS = {
    "jpg", "jpeg", "png", "apng", "svg", "gif", "tif", "tiff", "webp", "ogv", "webm", "mp4", "ogg",
}  # fmt: skip
FORMS = {
    "still", "animated", "blank first", "transparent", "palette", "exif", "grey", "cmyk", "deep", "lzw", "pages", "icc",
    "text", "gradient", "video", "dark video", "sound",
}  # fmt: skip


@pytest.fixture(scope="module")
def oracle(world_dir: Path) -> NewsOracle:
    return NewsOracle(world_dir)


def _opened(world: Path, row: dict):
    return Image.open(world / "media" / row["file_name"])


def _usable(oracle: NewsOracle) -> list[dict]:
    return [row for row in oracle.media.values() if row["outcome"] == "ok"]


def test_files_are_those_of_the_truth(world_dir: Path, oracle: NewsOracle) -> None:
    names = {row["file_name"]: row for row in oracle.media.values() if row["file_name"]}
    assert set(names) == {path.name for path in (world_dir / "media").iterdir()}
    for name, row in names.items():
        data = (world_dir / "media" / name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (row["size_bytes"], row["sha256"])
    assert sum(row["size_bytes"] for row in names.values()) < MAX_BYTES


def test_every_shown_file_is_known(world_dir: Path, oracle: NewsOracle) -> None:
    shown = {pair.file_title for pair in oracle.pairs if "audio" not in pair.reasons}
    unknown = shown - set(oracle.media)
    assert unknown == {"", "Notes of the meeting.txt", "No ending at all"}
    images = {image[0] for row in Oracle(world_dir).pages if row["kind"] == "article" for image in row["images"]}
    assert images <= set(oracle.media)


def test_entities_made_by_hand_have_a_portrait_first(world_dir: Path, oracle: NewsOracle) -> None:
    portraits = [row for row in Oracle(world_dir).entity_rows().values() if row["title"] in ("Lion", "Detroit Lions")]
    assert len(portraits) == 2
    images = {row["title"]: row["image"] for row in Oracle(world_dir).entity_rows().values()}
    for row in oracle.mentions:
        if row["entity"]:
            media = oracle.media[images[row["entity"]]]
            assert media["emblems"] == [row["entity"]]
            assert media["outcome"] == "ok"


def test_every_format_form_and_fate_occurs(oracle: NewsOracle) -> None:
    rows = oracle.media.values()
    assert {row["ending"] for row in rows} == ENDINGS
    assert {row["form"] for row in rows} == FORMS
    assert {row["fate"] for row in rows} == {"ok", "broken", "missing", "mislabelled", "html", "empty"}
    broken = {row["ending"] for row in rows if row["broken"]}
    assert broken >= {"jpg", "png", "svg", "gif", "webp", "tif", "ogv", "webm", "mp4", "apng"}
    assert {row["format"] for row in rows if row["outcome"] == "ok"} == {*PILLOW_FORMATS, "svg", "ogg", "webm", "mp4"}


def test_pillow_reads_every_picture(world_dir: Path, oracle: NewsOracle) -> None:
    for row in _usable(oracle):
        if row["format"] not in PILLOW_FORMATS:
            continue
        with _opened(world_dir, row) as image:
            image.load()
            assert image.format == PILLOW_FORMATS[row["format"]]
            frames = getattr(image, "n_frames", 1)
            assert (frames > 1) == (row["form"] in ("animated", "blank first", "pages")), row["file_title"]
            wanted = {"cmyk": "CMYK", "deep": "I;16", "palette": "P", "transparent": "RGBA", "grey": "L"}
            assert image.mode == wanted.get(row["form"], image.mode)
            assert (image.getexif().get(0x0112) == 6) == (row["form"] == "exif")
            assert ("icc_profile" in image.info) == (row["form"] == "icc")


def test_no_broken_picture_can_be_read(world_dir: Path, oracle: NewsOracle) -> None:
    for row in oracle.media.values():
        if row["broken"] and row["ending"] in (*PILLOW_FORMATS, "tiff"):
            with pytest.raises((OSError, SyntaxError, UserWarning)), _opened(world_dir, row) as image:
                image.load()


def test_ffmpeg_reads_every_film(world_dir: Path, oracle: NewsOracle) -> None:
    films = [row for row in oracle.media.values() if row["ending"] in ("ogv", "webm", "mp4")]
    assert len(films) == 7
    for row in films:
        path = world_dir / "media" / row["file_name"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-i", str(path), "-f", "null", "-"]
        result = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert (result.returncode == 0) == row["is_video"], row["file_title"]


def _colours(data: bytes) -> Counter:
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((64, 64))
    pixels = image.tobytes()
    return Counter(zip(*(bytes(v >> 5 for v in pixels[band::3]) for band in range(3)), strict=True))


def _likeness(one: Counter, other: Counter) -> float:
    return sum(math.sqrt(one[key] * other[key]) for key in one.keys() & other.keys())


def test_an_image_helps_exactly_where_the_text_does_not(world_dir: Path, oracle: NewsOracle) -> None:
    """Two models of a few lines: the portrait of the most alike colours, the lead with the most common words."""
    from pipeline.images.normalize import normalize

    kb = Oracle(world_dir)
    rows = {row["title"]: row for row in kb.entity_rows().values()}
    candidates: dict[str, list[str]] = defaultdict(list)
    for surface, entity in sorted(kb.mention_rows()):
        candidates[surface].append(kb.entity_name(entity))
    known: dict[str, Counter] = {}

    def colours(file_title: str) -> Counter:
        row = oracle.media.get(file_title)
        if file_title not in known and row is not None and row["outcome"] == "ok":
            outcome = normalize((world_dir / "media" / row["file_name"]).read_bytes(), name=file_title)
            known[file_title] = _colours(outcome.image_bytes)
        return known.get(file_title, Counter())

    right: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for mention in oracle.mentions:
        options = candidates[mention["surface"]]
        if mention["entity"] is None or len(options) < 2:
            continue
        seen, words = colours(mention["file_title"]), set(mention["caption"].lower().split())
        by_image = max(options, key=lambda title: _likeness(seen, colours(rows[title]["image"])))
        by_text = max(options, key=lambda title: len(words & set(rows[title]["lead"].lower().split()[:14])))
        right[mention["clue"]].append((by_image == mention["entity"], by_text == mention["entity"]))
    shares = {clue: [sum(found) / len(rows) for found in zip(*rows, strict=True)] for clue, rows in right.items()}
    assert min(map(len, right.values())) > 40
    assert shares["image"][0] > 0.75
    assert shares["image"][1] < 0.5
    assert shares["text"][0] < 0.5
    assert shares["text"][1] > 0.85
    assert min(shares["both"]) > 0.75


def test_without_pillow_a_sentence_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name in ('PIL', 'imageio_ffmpeg') else real(name, *rest)\n"
    )
    command = [sys.executable, str(ROOT / "samples" / "make_world.py"), "--out", str(tmp_path / "world")]
    environment = {**child_environment(), "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert result.returncode == 1
    assert "Pillow and imageio-ffmpeg" in result.stderr
    assert "--no-media" in result.stderr
    assert not (tmp_path / "world").exists()
    result = subprocess.run([*command, "--no-media"], capture_output=True, timeout=60, check=False, env=environment)
    assert result.returncode == 0
