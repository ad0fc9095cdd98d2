"""The image job against a real server: what may go wrong is a named outcome, and the host is spared."""

import json
import shutil

import pytest

from pipeline.jobs.images import build_images
from pipeline.records.errors import MelError, UsageError
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.http_fixtures import no_proxy, server
from tests.support.http_server import Answer, local_server
from tests.support.image_server import options, put, thumb, whole

__all__ = ["no_proxy", "server"]
PNG = images.saved(images.quarters(), "PNG")
JPG = images.saved(images.quarters(400, 300), "JPEG", quality=95)
SVG = images.svg()


def outcome_of(server, tmp_path, *answers, always=None, body=PNG, kind="image/png", **changed):
    """The row of one file whose thumbnail the server serves as told."""
    path = thumb("A.png", 960)
    put(server, path, body, *answers, kind=kind, always=always)
    build_images(options(server, tmp_path, titles=["A.png"], **changed))
    return inputs.rows_of(tmp_path / "images")["A.png"], server.asked(path)


def test_a_thumbnail_of_a_standard_width_is_fetched(server, tmp_path):
    row, asked = outcome_of(server, tmp_path)
    assert (row["outcome"], row["repo"]) == ("ok", "wikipedia/commons")
    assert row["source_url"] == server.url(thumb("A.png", 960))
    assert len(asked) == len(server.seen) == 1
    assert "mel-toolkit" in asked[0].headers["user-agent"]
    assert "tests@example.org" in asked[0].headers["user-agent"]


def test_busy_with_a_pause_is_obeyed(server, tmp_path):
    row, asked = outcome_of(server, tmp_path, Answer(status=429, headers={"Retry-After": "1"}))
    assert row["outcome"] == "ok"
    assert [seen.status for seen in asked] == [429, 200]


def test_an_error_of_the_server_is_tried_again(server, tmp_path):
    row, asked = outcome_of(server, tmp_path, Answer(status=500), Answer(status=503))
    assert row["outcome"] == "ok"
    assert [seen.status for seen in asked] == [500, 503, 200]


@pytest.mark.parametrize(
    ("always", "reason"),
    [
        (Answer(status=403), "refused"),
        (Answer(status=503), "busy"),
        (Answer(bytes_per_s=2_000, piece=100), "timeout"),
        (Answer(stall_at=20), "timeout"),
        (Answer(status=302, headers={"Location": "/elsewhere"}), "redirects"),
        (Answer(status=302, headers={"Location": "http://203.0.113.1/x"}), "foreign_host"),
    ],
)
def test_failures_are_outcomes(server, tmp_path, always, reason):
    put(server, "/elsewhere", b"", always=Answer(status=302, headers={"Location": "/elsewhere"}))
    body = images.saved(images.quarters(300, 200), "BMP")
    row, _ = outcome_of(server, tmp_path, always=always, body=body)
    assert (row["outcome"], row["reason"]) == ("failed", reason)
    assert row["message"]


def test_a_redirect_to_a_private_address_is_refused(server, tmp_path):
    with local_server() as inner:
        inner.put("/secret", PNG, kind="image/png")
        always = Answer(status=302, headers={"Location": inner.url("/secret")})
        row, _ = outcome_of(server, tmp_path, always=always, allow_hosts=(inner.host,))
        assert (row["outcome"], row["reason"]) == ("failed", "private_address")
        assert inner.seen == []


def test_a_web_page_is_no_picture(server, tmp_path):
    row, _ = outcome_of(server, tmp_path, body=b"<html>no</html>", kind="text/html; charset=utf-8")
    assert (row["outcome"], row["reason"]) == ("failed", "content_type")  # nor is the file itself there
    put(server, whole("B.png"), PNG)
    put(server, thumb("B.png", 960), b"<html>no</html>", kind="text/html")
    put(server, thumb("C.png", 960), b"<html>no</html>", kind="text/html")
    put(server, whole("C.png"), b"<html>no</html>", kind="text/html")
    put(server, thumb("D.png", 960), b"this is text", kind="image/png")
    build_images(options(server, tmp_path / "more", titles=["B.png", "C.png", "D.png"]))
    rows = inputs.rows_of(tmp_path / "more/images")
    assert {title: row["reason"] for title, row in rows.items()} == {
        "B.png": "", "C.png": "content_type", "D.png": "not_an_image",
    }  # fmt: skip


def test_a_body_that_breaks_off_is_fetched_on_from_there(server, tmp_path):
    body = images.saved(images.quarters(900, 700), "PNG", compress_level=0)
    row, asked = outcome_of(server, tmp_path, Answer(cut_at=300_000), body=body, max_bytes=4 << 20)
    assert row["outcome"] == "ok"
    assert row["source_size_bytes"] == len(body) == sum(seen.sent for seen in asked)
    assert asked[1].headers["range"] == "bytes=300000-"


def test_a_body_that_always_breaks_off_is_a_named_outcome(server, tmp_path):
    row, asked = outcome_of(server, tmp_path, always=Answer(cut_at=30, ignore_range=True, etag=""), body=JPG)
    assert (row["outcome"], row["reason"]) == ("failed", "truncated")
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("no_length", "max_bytes", "sent"),
    [(True, 100_000, 10 << 20), (False, 100_000, 10 << 20), (False, 15 << 20, 5 << 20)],
)
def test_a_body_of_too_many_bytes_is_not_taken(server, tmp_path, no_length, max_bytes, sent):
    always = Answer(no_length=no_length, bytes_per_s=2e7)
    row, asked = outcome_of(server, tmp_path, always=always, body=bytes(20 << 20), max_bytes=max_bytes)
    assert (row["outcome"], row["reason"]) == ("failed", "too_large")
    assert all(seen.sent < sent for seen in asked)
    left = [path for path in (tmp_path / "images/.staging").rglob("*") if path.is_file()]
    assert all(path.stat().st_size <= 100_000 for path in left)


def test_commons_first_then_the_wiki_itself(server, tmp_path):
    put(server, thumb("Local.png", 960, repo=inputs.LOCAL), PNG)
    put(server, whole("Small.png"), PNG)
    put(server, thumb("Small.png", 960), b"", always=Answer(status=400))
    build_images(options(server, tmp_path, titles=["Local.png", "Small.png", "None.png"]))
    rows = inputs.rows_of(tmp_path / "images")
    assert rows["Local.png"]["repo"] == inputs.LOCAL
    assert rows["Small.png"]["source_url"] == server.url(whole("Small.png"))
    assert rows["None.png"]["outcome"] == "missing"
    asked = [seen.path for seen in server.seen]
    assert asked.index(thumb("Local.png", 960)) < asked.index(thumb("Local.png", 960, repo=inputs.LOCAL))
    assert whole("Local.png") not in asked


def test_originals_drawings_and_films(server, tmp_path):
    put(server, whole("A.png"), PNG)
    put(server, thumb("D.svg", 960, ending=".png"), PNG)
    put(server, whole("F.webm"), images.video("webm"), kind="video/webm")
    build_images(options(server, tmp_path / "one", titles=["A.png", "D.svg", "F.webm"], originals=False))
    rows = inputs.rows_of(tmp_path / "one/images")
    assert rows["D.svg"]["original_format"] == "png"
    assert rows["F.webm"]["is_video"]
    assert rows["A.png"]["outcome"] == "missing"
    put(server, whole("D.svg"), SVG, kind="image/svg+xml")
    build_images(options(server, tmp_path / "two", titles=["A.png", "D.svg", "F.webm"], originals=True))
    assert {row["original_format"] for row in inputs.rows_of(tmp_path / "two/images").values()} == {
        "png",
        "svg",
        "webm",
    }


def test_a_width_that_gives_the_side_its_pixels(server, tmp_path):
    put(server, thumb("A.png", 500), PNG)
    build_images(options(server, tmp_path, titles=["A.png"], side_px=331))
    assert inputs.rows_of(tmp_path / "images")["A.png"]["outcome"] == "ok"


def test_never_more_than_two_connections(server, tmp_path):
    titles = [f"Number {n}.png" for n in range(24)]
    for title in titles:
        put(server, thumb(title, 960), PNG, always=Answer(wait_s=0.02))
    build_images(options(server, tmp_path, titles=titles))
    assert server.most_at_once == 2
    assert len(server.seen) == len(titles)


def test_what_passes_is_tried_again_by_the_next_run_and_nothing_else(server, tmp_path):
    titles = ["Good.png", "Busy.png", "None.png"]
    put(server, thumb("Good.png", 960), PNG)
    put(server, thumb("Busy.png", 960), PNG, *[Answer(status=503)] * 3)
    job = options(server, tmp_path, titles=titles)
    first = build_images(job)
    assert not first.is_settled
    assert first.coverage["by_reason"] == {"busy": 1, "not_found": 1}
    n_asked = len(server.seen)
    second = build_images(job)
    assert second.is_settled
    assert second.coverage["ok"] == 2
    assert [seen.path for seen in server.seen[n_asked:]] == [thumb("Busy.png", 960)]
    n_asked = len(server.seen)
    third = build_images(job)
    assert all(report.was_done for report in third.reports)
    assert len(server.seen) == n_asked


def test_failed_for_good_is_tried_again_on_request(server, tmp_path):
    job = {"titles": ["Late.png"]}
    assert build_images(options(server, tmp_path, **job)).coverage["missing"] == 1
    put(server, thumb("Late.png", 960), PNG)
    assert build_images(options(server, tmp_path)).coverage["missing"] == 1
    assert build_images(options(server, tmp_path, retry_failed=True)).coverage["ok"] == 1


def test_bytes_that_are_no_picture_are_fetched_again_on_request_alone(server, tmp_path):
    put(server, thumb("A.png", 960), PNG[:60])
    put(server, thumb("B.png", 960), PNG)
    assert build_images(options(server, tmp_path, titles=["A.png"])).coverage["failed"] == 1
    put(server, thumb("A.png", 960), PNG)
    shutil.rmtree(tmp_path / "corpus")
    assert build_images(options(server, tmp_path, titles=["A.png", "B.png"])).coverage["failed"] == 1
    assert len(server.asked(thumb("A.png", 960))) == 1
    assert build_images(options(server, tmp_path, retry_failed=True)).coverage["ok"] == 2


def test_a_dead_host_ends_the_run(tmp_path):
    with local_server() as server:
        titles = [f"Number {n}.png" for n in range(40)]
        put(server, thumb(titles[0], 960), PNG)
        job = options(server, tmp_path, titles=titles)
        host = server.host
    with pytest.raises(MelError, match=f"{host} does not answer any more"):
        build_images(job)
    assert not (tmp_path / "images/_SUCCESS").exists()
    assert len(list((tmp_path / "images/.staging/fetched").glob("*.json"))) < 15


def test_files_that_fail_on_a_living_host_do_not_end_the_run(server, tmp_path):
    titles = [f"Number {n}.png" for n in range(12)]
    for title in titles:
        put(server, thumb(title, 960), PNG, always=Answer(status=500))
    result = build_images(options(server, tmp_path, titles=titles))
    assert result.coverage["by_reason"] == {"busy": 12}


def test_nobody_is_asked_without_a_contact(server, tmp_path):
    with pytest.raises(UsageError, match="--contact"):
        build_images(options(server, tmp_path, titles=["A.png"], contact=""))
    with pytest.raises(UsageError, match="--contact"):
        build_images(options(server, tmp_path, contact="somebody"))
    assert server.seen == []


def test_fetched_files_go_when_all_is_settled_unless_they_are_to_stay(server, tmp_path):
    put(server, thumb("A.png", 960), PNG)
    build_images(options(server, tmp_path, titles=["A.png"]))
    assert not (tmp_path / "images/.staging/files").exists()
    build_images(options(server, tmp_path, keep_files=True, side_px=900))
    n_asked = len(server.seen)
    build_images(options(server, tmp_path, keep_files=True, side_px=800))
    assert len(server.seen) == n_asked
    assert json.loads((tmp_path / "images/coverage.json").read_text())["ok"] == 1


def test_a_longer_list_fetches_and_decodes_what_is_new_alone(server, tmp_path):
    for title in ("A.png", "B.png", "C.png"):
        put(server, thumb(title, 960), PNG)
    build_images(options(server, tmp_path, titles=["A.png", "B.png"]))
    shutil.rmtree(tmp_path / "corpus")
    n_asked = len(server.seen)
    result = build_images(options(server, tmp_path, titles=["A.png", "B.png", "C.png"]))
    assert result.coverage["ok"] == 3
    assert [seen.path for seen in server.seen[n_asked:]] == [thumb("C.png", 960)]
    shutil.rmtree(tmp_path / "corpus")
    fresh = build_images(options(server, tmp_path, titles=["A.png", "B.png", "C.png"], out=tmp_path / "fresh"))
    assert inputs.digests(fresh.out) == inputs.digests(result.out)
    smaller = build_images(options(server, tmp_path, side_px=900))  # another recipe: the files are needed again
    assert {row["outcome"] for row in inputs.rows_of(smaller.out).values()} == {"ok"}
    assert len(server.asked(thumb("A.png", 960))) == 3


def test_withheld_pictures_are_fetched_again_when_they_are_wanted(server, tmp_path):
    put(server, thumb("A.png", 960), PNG)
    only = build_images(options(server, tmp_path, titles=["A.png"], redistributable_only=True))
    assert only.coverage["withheld"] == 1
    assert build_images(options(server, tmp_path)).coverage["ok"] == 1
    assert build_images(options(server, tmp_path, redistributable_only=True)).coverage["withheld"] == 1
    assert len(server.asked(thumb("A.png", 960))) == 2


def test_a_spoilt_file_is_not_taken_for_the_fetched_one(server, tmp_path):
    put(server, thumb("A.png", 960), PNG)
    put(server, thumb("B.png", 960), PNG, *[Answer(status=503)] * 3)
    build_images(options(server, tmp_path, titles=["A.png", "B.png"]))  # B is left, so the files stay
    [path] = [path for path in (tmp_path / "images/.staging/files").rglob("*") if path.is_file()]
    path.write_bytes(bytes(len(PNG)))
    with pytest.raises(MelError, match="not what it was"):
        build_images(options(server, tmp_path, side_px=900))
