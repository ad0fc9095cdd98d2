"""What an API tells: where files lie, how wide they are, whose they are."""

import json

import pytest

from pipeline.beamx.units import UnitLog
from pipeline.jobs.images import build_images
from pipeline.jobs.images_api import ApiBook
from pipeline.records.errors import MelError
from pipeline.records.images import WantedImage
from tests.support import image_inputs as inputs
from tests.support import images
from tests.support.http_fixtures import no_proxy, server
from tests.support.http_server import Answer
from tests.support.image_server import API, options, page, put, put_api, thumb, whole

__all__ = ["no_proxy", "server"]
PNG = images.saved(images.quarters(), "PNG")
FREE = {
    "LicenseShortName": "CC BY-SA 4.0",
    "License": "cc-by-sa-4.0",
    "Artist": '<a href="//x"><b>Ann</b> Author</a><script>bad()</script>',
}


def api_calls(server):
    return [seen for seen in server.seen if seen.path.startswith(API)]


def build(server, tmp_path, titles=None, **changed):
    result = build_images(options(server, tmp_path, titles=titles, api=server.url(API), **changed))
    return result, inputs.rows_of(result.out)


def three(server):
    """A free file of Commons, an unfree one of the wiki itself, one of which nothing is known."""
    local = page("Local.png", repo=inputs.LOCAL, NonFree="true", LicenseShortName="Fair use")
    put_api(server, [page("Free.png", **FREE), local, page("Plain.png")])
    for title, repo in (
        ("Free.png", "wikipedia/commons"),
        ("Local.png", inputs.LOCAL),
        ("Plain.png", "wikipedia/commons"),
    ):
        put(server, thumb(title, 960, repo=repo), PNG)
    return ["Free.png", "Local.png", "Plain.png"]


def test_rights_of_each_file(server, tmp_path):
    result, rows = build(server, tmp_path, three(server))
    told = {title: (row["licence"], row["author"], row["redistributable"]) for title, row in rows.items()}
    assert told["Free.png"] == ("CC BY-SA 4.0", "Ann Author", True)
    assert told["Local.png"][2] is False
    assert told["Plain.png"] == (None, None, None)
    assert rows["Local.png"]["repo"] == inputs.LOCAL
    assert rows["Free.png"]["description_url"] == "https://commons.wikimedia.org/wiki/File:Free.png"
    attribution = (result.out / "ATTRIBUTION").read_text(encoding="utf-8").splitlines()
    [line] = [line for line in attribution if "Free.png" in line]
    assert line.split("\t")[1:] == [
        "Free.png",
        "Ann Author",
        "CC BY-SA 4.0",
        "yes",
        rows["Free.png"]["description_url"],
    ]
    assert any("Local.png" in line and "\tno\t" in line for line in attribution)
    assert "CC BY-SA 4.0\tpassed on: yes" in (result.out / "LICENSES").read_text(encoding="utf-8")
    assert result.coverage["redistributable"] == {"no": 1, "unknown": 1, "yes": 1}
    assert [seen.path for seen in server.seen].count(thumb("Local.png", 960)) == 0  # the API knows where it lies


def test_pictures_that_may_not_be_passed_on_are_left_out(server, tmp_path):
    result, rows = build(server, tmp_path, three(server), redistributable_only=True)
    assert {title: (row["outcome"], row["reason"]) for title, row in rows.items()} == {
        "Free.png": ("ok", ""),
        "Local.png": ("withheld", "not_redistributable"),
        "Plain.png": ("withheld", "rights_unknown"),
    }
    assert [title for title, row in rows.items() if row["image_bytes"] is not None] == ["Free.png"]
    assert result.coverage["withheld"] == 2
    attribution = (result.out / "ATTRIBUTION").read_text(encoding="utf-8")
    assert "Free.png" in attribution
    assert "Local.png" not in attribution


def test_titles_go_in_batches_and_are_asked_once(server, tmp_path):
    titles = [f"Number {n}.png" for n in range(120)]
    put_api(server, [page(title) for title in titles])
    for title in titles:
        put(server, thumb(title, 960), PNG)
    build(server, tmp_path, titles)
    assert len(api_calls(server)) == 3
    build(server, tmp_path, side_px=900)
    assert len(api_calls(server)) == 3


def test_redirects_widths_and_missing_files(server, tmp_path):
    pages = [
        page("New name.png"),
        page("Narrow.png", width=300),
        {"title": "File:Gone.png", "missing": True},
    ]
    put_api(server, pages, redirects=[{"from": "File:Old name.png", "to": "File:New name.png"}])
    put(server, thumb("New name.png", 960), PNG)
    put(server, thumb("Narrow.png", 250), PNG)
    put(server, whole("Narrow.png"), PNG)
    _, rows = build(server, tmp_path, ["Old name.png", "Narrow.png", "Gone.png", "Silent.png"])
    assert rows["Old name.png"]["source_url"] == server.url(thumb("New name.png", 960))
    assert rows["Narrow.png"]["source_url"] == server.url(thumb("Narrow.png", 250))
    assert (rows["Gone.png"]["outcome"], rows["Gone.png"]["reason"]) == ("missing", "not_found")
    asked = [seen.path for seen in server.seen]
    assert not any("Gone" in path for path in asked if not path.startswith(API))
    assert any("Silent" in path for path in asked if not path.startswith(API))  # the API did not speak of it


def test_two_titles_of_one_file(server, tmp_path):
    put_api(server, [page("One.png")], redirects=[{"from": "File:Two.png", "to": "File:One.png"}])
    put(server, thumb("One.png", 960), PNG, always=Answer(wait_s=0.1))
    _, rows = build(server, tmp_path, ["One.png", "Two.png"])
    assert rows["One.png"]["sha256"] == rows["Two.png"]["sha256"]
    assert len(server.asked(thumb("One.png", 960))) == 1


def test_a_busy_api_is_asked_again_and_a_dead_one_ends_the_run(server, tmp_path):
    put_api(server, [page("Free.png", **FREE)])
    put(server, thumb("Free.png", 960), PNG)
    job = options(server, tmp_path, titles=["Free.png"], api=server.url(API))
    server.files[API] = (json.dumps({"error": {"code": "internal_api_error"}}).encode(), "application/json")
    with pytest.raises(MelError, match="--api none"):
        build_images(job)
    server.files[API] = (b"<html>sorry</html>", "text/html")
    with pytest.raises(MelError, match="--api none"):
        build_images(job)
    put_api(server, [page("Free.png", **FREE)])
    build_images(job)
    assert inputs.rows_of(job.out)["Free.png"]["licence"] == "CC BY-SA 4.0"


@pytest.mark.parametrize(
    "value",
    [{"query": {"pages": [{"title": "File:A.png", "imageinfo": [{"url": 7, "extmetadata": []}]}]}}, {"query": {}}],
)
def test_an_answer_of_nonsense_tells_nothing(server, tmp_path, value):
    put_api(server, [])
    server.files[API] = (json.dumps(value).encode(), "application/json")
    _, rows = build(server, tmp_path, ["A.png"])
    assert rows["A.png"]["outcome"] == "missing"


def test_an_answer_that_is_no_object_ends_the_run(server, tmp_path):
    put_api(server, [])
    server.files[API] = (b"[]", "application/json")
    with pytest.raises(MelError, match="does not tell about files") as raised:
        build(server, tmp_path, ["A.png"])
    assert "404" not in str(raised.value)


def test_addresses_stay_short_however_long_the_titles_are(server, tmp_path):
    titles = [f"{'ŵ' * 110} {n:02}.png" for n in range(40)]
    put_api(server, [page(title) for title in titles])
    build(server, tmp_path, titles)
    calls = api_calls(server)
    assert 3 < len(calls) < 10
    assert all(len(seen.path) < 8000 for seen in calls)


def test_a_file_that_was_missing_is_asked_for_again_on_request(server, tmp_path):
    put_api(server, [{"title": "File:Late.png", "missing": True}])
    first, _ = build(server, tmp_path, ["Late.png"])
    assert first.coverage["missing"] == 1
    put_api(server, [page("Late.png")])
    put(server, thumb("Late.png", 960), PNG)
    assert build(server, tmp_path)[0].coverage["missing"] == 1
    assert build(server, tmp_path, retry_failed=True)[0].coverage["ok"] == 1


def test_rights_that_are_learnt_later_are_added(server, tmp_path):
    put_api(server, [page("Free.png", **FREE)])
    put(server, thumb("Free.png", 960), PNG)
    before = build_images(options(server, tmp_path, titles=["Free.png"]))
    assert inputs.rows_of(before.out)["Free.png"]["licence"] is None
    _, rows = build(server, tmp_path)
    assert rows["Free.png"]["licence"] == "CC BY-SA 4.0"
    assert len(server.asked(thumb("Free.png", 960))) == 1


def test_what_was_found_counts_more_than_what_was_missing(tmp_path):
    image = WantedImage("0" * 16, inputs.NEWS, "Late.png", 1, "", "")
    url = "https://en.wikinews.org/w/api.php"
    missing = {"is_missing": True, "info": None, "rights": {}}
    found = {"is_missing": False, "info": {"repo": "r", "title": "Late.png", "width_px": 9}, "rights": {}}
    for name, units in (("one", {"a": missing, "b": found}), ("other", {"a": found, "b": missing})):
        for unit, said in units.items():
            UnitLog(tmp_path / name).finish(unit, {"api": url, "said": {image.image_id: said}})
        assert ApiBook(tmp_path / name, "https://other.example/w/api.php").answer(image) is None
        assert ApiBook(tmp_path / name, "none").answer(image) is None
        answer = ApiBook(tmp_path / name).answer(image)
        assert answer is not None
        assert not answer.is_missing


def test_answers_of_another_api_do_not_count(server, tmp_path):
    put_api(server, [page("Free.png", **FREE)])
    put(server, thumb("Free.png", 960), PNG)
    build(server, tmp_path, ["Free.png"])
    other = f"{server.url(API)}2"
    body = json.dumps({"query": {"pages": [page("Free.png", LicenseShortName="Fair use", NonFree="true")]}}).encode()
    server.put("/w/api.php2", body, kind="application/json")
    result = build_images(options(server, tmp_path, api=other))
    assert inputs.rows_of(result.out)["Free.png"]["redistributable"] is False


def test_an_api_that_is_not_there_is_told_in_one_line(server, tmp_path, caplog):
    titles = [f"{'long name ' * 9}{n}.png" for n in range(40)]
    job = options(server, tmp_path, titles=titles, api="http://no-such-host.invalid/w/api.php")
    with pytest.raises(MelError, match=r"no-such-host\.invalid is not known.*tried 2 times.*--api none") as caught:
        build_images(job)
    assert len(str(caught.value)) < 400
    assert "next try in" in caplog.text


def test_an_api_that_is_busy_is_not_asked_more_often_than_is_polite(server, tmp_path):
    put_api(server, [page("Free.png", **FREE)])
    server.files[API] = (json.dumps({"error": {"code": "readonly"}}).encode(), "application/json")
    with pytest.raises(MelError, match="tried 3 times"):
        build(server, tmp_path, ["Free.png"])
    assert len(api_calls(server)) == 3
