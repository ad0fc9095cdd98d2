"""The image job over a local folder: every format, every failure named, the same bytes."""

import io
import json

import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.beamx.engine import Engine
from pipeline.images.isolated import Limits
from pipeline.images.options import NormalizeOptions
from pipeline.jobs.images import build_images
from pipeline.jobs.images_normalize import normalize_batches
from pipeline.jobs.images_options import FetchOptions, ImagesOptions
from pipeline.records.errors import ArtifactError, MelError, UsageError
from pipeline.transforms.normalize_batch import SCRATCH, BatchNormalizer, BatchOptions
from tests.support import image_inputs as inputs
from tests.support import images

GOOD = images.every_format()
BROKEN = inputs.broken_files()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A corpus that wants good, broken and missing files, and the folder that has them."""
    folder = tmp_path_factory.mktemp("folder")
    titles = [inputs.title_of(name) for name in (*GOOD, *BROKEN)]
    inputs.make_corpus(folder / "corpus", [*titles, "Nowhere.jpg", "No <title>.jpg", "Sound.ogg", "Empty.png"])
    inputs.put_files(folder / "media", GOOD | BROKEN | {"Sound.ogg": images.sound(), "Empty.png": b""})
    return folder


def run(place, out, **changed):
    given = {"corpus": place / "corpus", "fetch": FetchOptions(source_dir=place / "media"), "batch_files": 5}
    return build_images(ImagesOptions(out=out, **(given | changed)))


@pytest.fixture(scope="module")
def built(place, tmp_path_factory):
    out = tmp_path_factory.mktemp("built") / "images"
    return run(place, out, report=True)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_every_format_becomes_a_usable_picture(built, name):
    row = inputs.rows_of(built.out)[inputs.title_of(name)]
    assert (row["outcome"], row["reason"]) == ("ok", "")
    picture = Image.open(io.BytesIO(row["image_bytes"]))
    assert picture.format == {"jpg": "JPEG", "png": "PNG"}[row["format"]]
    assert picture.mode == "RGB"
    assert picture.size == (row["width_px"], row["height_px"])
    assert row["is_video"] is name.startswith("film")
    assert (row["frame_time_s"] is not None) is row["is_video"]
    assert row["repo"] == "wikipedia/commons"
    assert row["source_url"] == f"file:{inputs.upload_path(name)}"
    assert row["source_size_bytes"] == len(GOOD[name])
    assert row["backend"]


@pytest.mark.parametrize(
    ("title", "outcome", "reason"),
    [
        ("Nowhere.jpg", "missing", "not_found"),
        ("No <title>.jpg", "failed", "bad_file_title"),
        ("Sound.ogg", "failed", "audio"),
        ("Empty.png", "failed", "empty"),
        ("Broken photo.jpg", "failed", "broken"),
        ("Broken drawing.svg", "failed", "broken"),
        ("Broken pages.tif", "failed", "broken"),
        ("Broken film.mp4", "failed", "no_frame"),
    ],
)
def test_failures_are_named(built, title, outcome, reason):
    row = inputs.rows_of(built.out)[title]
    assert (row["outcome"], row["reason"]) == (outcome, reason)
    assert row["message"]
    assert row["image_bytes"] is None
    assert (row["sha256"], row["format"], row["size_bytes"]) == ("", "", 0)


def test_each_broken_file_has_one_row_with_an_outcome(built):
    rows = inputs.rows_of(built.out)
    for name in BROKEN:
        assert rows[inputs.title_of(name)]["outcome"] in ("ok", "failed")


def test_the_reckoning_holds(built):
    for report in built.reports[:3]:
        figures = report.figures
        assert figures["in"] == figures["out"] + sum(figures["dropped"].values()) + figures["dead"]
    coverage = json.loads((built.out / "coverage.json").read_text())
    assert coverage == built.coverage
    assert coverage["wanted"] == len(GOOD) + len(BROKEN) + 4 == len(inputs.rows_of(built.out))
    assert coverage["wanted"] == sum(coverage[name] for name in ("ok", "missing", "failed", "withheld"))
    assert sum(coverage["by_reason"].values()) == coverage["wanted"] - coverage["ok"]
    assert sum(n for counts in coverage["by_format"].values() for n in counts.values()) == coverage["wanted"]


def test_rows_lie_in_the_order_of_image_ids_and_are_not_packed_again(built):
    [shard] = (built.out / "images").glob("part-*.parquet")
    table = pq.read_table(shard)
    assert table["image_id"].to_pylist() == sorted(table["image_id"].to_pylist())
    column = pq.ParquetFile(shard).metadata.row_group(0).column(table.column_names.index("image_bytes"))
    assert (column.path_in_schema, column.compression) == ("image_bytes", "UNCOMPRESSED")


def test_contact_sheet_and_licences_are_there(built):
    page = (built.out / "report.html").read_text(encoding="utf-8")
    assert "Caption of Photo.jpg" in page
    assert "http-equiv" in page
    lines = (built.out / "ATTRIBUTION").read_text(encoding="utf-8").splitlines()
    assert sum(line.endswith("unknown\tunknown\tunknown") for line in lines) == built.coverage["ok"]
    assert "unknown" in (built.out / "LICENSES").read_text()


@pytest.mark.slow
def test_two_workers_and_other_batches_of_work_give_the_same_bytes(place, built, tmp_path):
    again = run(place, tmp_path / "two", report=True, engine=Engine(workers=2))
    assert inputs.digests(again.out) == inputs.digests(built.out)


def test_a_second_run_does_nothing_and_a_change_does_what_it_must(place, tmp_path):
    out = tmp_path / "images"
    run(place, out)
    first = inputs.digests(out)
    second = run(place, out)
    assert {report.name: report.was_done for report in second.reports} == {
        "list": True, "fetch": False, "normalize": True, "review": True,
    }  # fmt: skip
    assert inputs.digests(out) == first
    smaller = run(place, out, side_px=32)
    assert [report.name for report in smaller.reports if not report.was_done] == ["fetch", "normalize", "review"]
    assert max(row["width_px"] for row in inputs.rows_of(out).values()) == 32


def test_a_file_that_changed_is_read_again(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Photo.jpg", "Drawing.png"])
    inputs.put_files(tmp_path / "media", {"Photo.jpg": GOOD["photo.jpg"], "Drawing.png": b"not yet"})
    assert run(tmp_path, tmp_path / "images").coverage["ok"] == 1
    inputs.put_files(tmp_path / "media", {"Drawing.png": GOOD["drawing.png"]})
    assert run(tmp_path, tmp_path / "images").coverage["ok"] == 2


def test_where_files_are_looked_for(tmp_path):
    names = ["Commons.png", "Local.png", "Flat name.png", "Both.png"]
    inputs.make_corpus(tmp_path / "corpus", names)
    media = tmp_path / "media"
    inputs.put_files(media, dict.fromkeys(("Commons.png", "Both.png"), GOOD["drawing.png"]))
    inputs.put_files(media, dict.fromkeys(("Local.png", "Both.png"), GOOD["drawing.png"]), repo=inputs.LOCAL)
    (media / "Flat_name.png").write_bytes(GOOD["drawing.png"])
    run(tmp_path, tmp_path / "images")
    rows = inputs.rows_of(tmp_path / "images")
    assert {title: row["repo"] for title, row in rows.items()} == {
        "Commons.png": "wikipedia/commons", "Local.png": "wikinews/en", "Flat name.png": "",
        "Both.png": "wikipedia/commons",
    }  # fmt: skip
    assert rows["Flat name.png"]["source_url"] == "file:Flat_name.png"
    inputs.make_corpus(tmp_path / "other", names, local=["Both.png", "Commons.png"])
    run(tmp_path, tmp_path / "other-images", corpus=tmp_path / "other")
    rows = inputs.rows_of(tmp_path / "other-images")
    assert rows["Both.png"]["repo"] == "wikinews/en"  # it shadows the one of Commons
    assert rows["Commons.png"]["repo"] == "wikipedia/commons"


def test_names_never_lead_out_of_the_folder(tmp_path):
    (tmp_path / "secret.png").write_bytes(GOOD["drawing.png"])
    inputs.make_corpus(tmp_path / "corpus", ["../secret.png", "..", "%2e%2e%2fsecret.png", "/etc/passwd"])
    (tmp_path / "media").mkdir()
    assert run(tmp_path, tmp_path / "images").coverage["by_reason"] == {"bad_file_title": 4}


def test_a_file_of_too_many_bytes_is_not_read(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Photo.jpg"])
    inputs.put_files(tmp_path / "media", {"Photo.jpg": GOOD["photo.jpg"]})
    fetch = FetchOptions(source_dir=tmp_path / "media", max_bytes=100)
    assert run(tmp_path, tmp_path / "images", fetch=fetch).coverage["by_reason"] == {"too_large": 1}
    assert inputs.rows_of(tmp_path / "images")["Photo.jpg"]["source_sha256"] == ""


def test_a_frame_picked_by_hand(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Film.webm", "Photo.jpg"])
    inputs.put_files(tmp_path / "media", {name: GOOD[name.lower()] for name in ("Film.webm", "Photo.jpg")})
    frames = tmp_path / "frames.tsv"
    frames.write_text("file\tseconds\n# by hand\nFile:Film.webm\t0.5\nOther.webm\t1\n", encoding="utf-8")
    by_score = run(tmp_path, tmp_path / "images")
    assert not inputs.rows_of(by_score.out)["Film.webm"]["is_override"]
    by_hand = run(tmp_path, tmp_path / "images", frames=frames)
    row = inputs.rows_of(by_hand.out)["Film.webm"]
    assert (row["frame_time_s"], row["is_override"]) == (0.5, True)
    assert not inputs.rows_of(by_hand.out)["Photo.jpg"]["is_override"]
    assert [warning.partition(" names ")[2] for warning in by_hand.warnings] == ["'Other.webm', which nobody wants"]
    frames.write_text("Film.webm\t99\nPhoto.jpg\t1\n", encoding="utf-8")
    too_late = run(tmp_path, tmp_path / "images", frames=frames)
    assert any("'Photo.jpg', whose ending is not that of a film" in warning for warning in too_late.warnings)
    row = inputs.rows_of(too_late.out)["Film.webm"]
    assert (row["outcome"], row["reason"]) == ("failed", "no_frame")
    assert "at 99 s: the film ends at 2" in row["message"]


def test_pairs_that_were_dropped_want_nothing(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Photo.jpg"], status="dropped")
    (tmp_path / "media").mkdir()
    result = run(tmp_path, tmp_path / "images")
    assert result.coverage["wanted"] == 0
    assert inputs.rows_of(result.out) == {}


def test_a_folder_that_holds_something_else_is_left_alone(place, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="that are no images"):
        run(place, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_inputs_that_are_none(place, tmp_path):
    with pytest.raises(MelError, match="is no finished corpus"):
        run(place, tmp_path / "out", corpus=tmp_path)
    with pytest.raises(UsageError, match="no kb of a known wiki, but corpus"):
        run(place, tmp_path / "out", corpus=None, kb=place / "corpus", entities=tmp_path / "none.tsv")
    (tmp_path / "half").mkdir()
    (tmp_path / "half/_manifest.json").write_text('{"kind": "corpus", "wiki": "enwikinews"}')
    with pytest.raises(ArtifactError, match="half is not finished"):
        run(place, tmp_path / "out", corpus=tmp_path / "half")
    (tmp_path / "half/_SUCCESS").touch()
    with pytest.raises(ArtifactError, match="pairs"):
        run(place, tmp_path / "out", corpus=tmp_path / "half")
    with pytest.raises(UsageError, match="--source-dir"):
        run(place, tmp_path / "out", fetch=FetchOptions(source_dir=tmp_path / "nothing"))
    assert not (tmp_path / "out").exists()


def test_pages_of_an_earlier_run_go_and_nothing_else(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Photo.jpg"])
    inputs.put_files(tmp_path / "media", {"Photo.jpg": GOOD["photo.jpg"]})
    out = run(tmp_path, tmp_path / "images", report=True).out
    for name in ("report-002.html", "report-notes.html"):
        (out / name).write_text("earlier")
    run(tmp_path, out, report=True)
    assert sorted(path.name for path in out.glob("*.html")) == ["report-notes.html", "report.html"]
    run(tmp_path, out)
    assert [path.name for path in out.glob("*.html")] == ["report-notes.html"]


def test_without_any_picture_there_is_a_warning(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Photo.jpg", "Other.jpg"])
    inputs.put_files(tmp_path / "media", {"Photo.jpg": b"nothing"})
    result = run(tmp_path, tmp_path / "images")
    assert result.is_empty
    assert result.warnings == ("none of the 2 wanted files gave a picture: not an image (1), not found (1)",)
    inputs.put_files(tmp_path / "media", {"Photo.jpg": GOOD["photo.jpg"]})
    assert not run(tmp_path, tmp_path / "images").is_empty


def test_files_whose_decoder_was_ended_are_decoded_again_on_request(tmp_path):
    inputs.make_corpus(tmp_path / "corpus", ["Large.png", "Photo.jpg"])
    large = images.saved(images.quarters(9000, 9000), "PNG", compress_level=1)
    inputs.put_files(tmp_path / "media", {"Large.png": large, "Photo.jpg": GOOD["photo.jpg"]})
    given = {"decode": Limits(seconds=0.15), "batch_files": 1}
    assert run(tmp_path, tmp_path / "images", **given).coverage["by_reason"] == {"timeout": 1}
    usual = run(tmp_path, tmp_path / "images", **given)
    assert next(report for report in usual.reports if report.name == "normalize").was_done
    fetch = FetchOptions(source_dir=tmp_path / "media", retry_failed=True)
    again = run(tmp_path, tmp_path / "images", fetch=fetch, **given)
    assert not next(report for report in again.reports if report.name == "normalize").was_done
    assert again.coverage["wanted"] == 2


def test_decoders_work_below_the_output_and_what_a_killed_run_left_goes(tmp_path):
    normalizer = BatchNormalizer(BatchOptions(str(tmp_path / "rows"), NormalizeOptions(), Limits()))
    assert len(list((tmp_path / "rows" / SCRATCH).iterdir())) == 1
    normalizer.close()
    assert not list((tmp_path / "rows" / SCRATCH).iterdir())
    (tmp_path / "rows" / SCRATCH / "left by a killed run").mkdir()
    assert normalize_batches([], BatchOptions(str(tmp_path / "rows"), NormalizeOptions(), Limits()), Engine()) == {}
    assert not (tmp_path / "rows" / SCRATCH).exists()
