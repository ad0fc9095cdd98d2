"""The annotation server over HTTP: items, saving, checks, candidates."""

import json
from dataclasses import replace

import pytest

from annotation.assignment import read_assignment
from annotation.records import RETEST
from annotation.serve.desk import LIVE_CHECKS
from annotation.store import Store
from tests.support.annotation_server import (
    CAPTIONS,
    LIONS,
    campaign,
    mention,
    pairs,
    serving,
    small_images,
    small_kb,
)


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    return small_kb(tmp_path_factory.mktemp("kb") / "kb")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return small_images(tmp_path_factory.mktemp("images") / "images")


@pytest.fixture
def running(tmp_path, kb, images):
    with serving(campaign(tmp_path / "project", layers=("visual_clues", "ambiguity")), kb, [images]) as found:
        yield found


def stored(running, name):
    """Caption -> state of what is on the disk."""
    log = Store(running.project.folder).log(name)
    return {running.project.pairs[pair].caption: states[-1] for (pair, _), states in log.history.states.items()}


def test_the_link_lets_in_and_the_session_tells_the_work(running):
    session = running.client("a01").get("/api/session")
    assert session["name"] == "a01"
    assert len(session["items"]) == len(CAPTIONS)
    assert [one["state"] for one in session["items"]] == [""] * len(CAPTIONS)
    assert session["types"][0] == "Person"
    assert len(session["rules"]) == 7
    assert session["layers"] == ["visual_clues", "ambiguity"]


def test_items_come_in_the_order_of_the_assignment(running):
    client = running.client("a02")
    shown = [client.get(f"/api/items/{one['key']}")["caption"] for one in client.items()]
    tasks = read_assignment(running.project.folder).tasks["a02"]
    assert shown == [running.project.pairs[task.pair_id].caption for task in tasks]


def test_an_item_shows_neither_pair_nor_batch_nor_article(running):
    client = running.client("a01")
    item = client.get(f"/api/items/{client.items()[0]['key']}")
    assert set(item) == {
        "key", "picture", "caption", "tokens", "version", "done", "note", "ambiguity", "origin", "annotations",
        "findings",
    }  # fmt: skip


def test_what_is_saved_is_on_the_disk_and_comes_again(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    spans = [
        mention(LIONS, "Lions", entity="Detroit Lions", flags=["discuss"], clues=["object"]),
        mention(LIONS, "Zoe\u0301s", "Person"),
    ]
    saved = client.save(item, *spans, note="why", ambiguity="Metm").json()
    assert (saved["version"], saved["done"], saved["annotations"]) == (1, False, spans)
    again = client.shown()[LIONS]
    assert (again["annotations"], again["note"], again["ambiguity"]) == (spans, "why", "Metm")
    state = stored(running, "a01")[LIONS]
    assert [(one.start, one.end, one.surface) for one in state.draft.annotations] == [
        (0, 5, "Lions"),
        (27, 32, "Zoe\u0301s"),
    ]
    assert state.draft.annotations[0].visual_clues == ("object",)


def test_offsets_count_code_points_behind_an_emoji(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    town = mention(LIONS, "Cape Town", "Location", "Cape Town")
    assert client.save(item, town).status_code == 200
    in_utf16 = {**town, "start": town["start"] + 1, "end": town["end"] + 1}
    answer = client.save(item, in_utf16, base=1)
    assert answer.status_code == 422
    assert "does not stand at" in answer.json()["error"]


def test_a_change_on_an_old_version_is_refused_and_tells_the_new_one(running):
    one, other = running.client("a01"), running.client("a01")
    item = one.shown()[LIONS]
    assert one.save(item, mention(LIONS, "Lions")).status_code == 200
    answer = other.save(item, mention(LIONS, "Tigers"))
    assert (answer.status_code, answer.json()["version"]) == (409, 1)
    assert [span["surface"] for span in one.shown()[LIONS]["annotations"]] == ["Lions"]


def test_the_same_draft_sent_again_is_taken_as_saved(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    first = client.save(item, mention(LIONS, "Lions")).json()
    again = client.save(item, mention(LIONS, "Lions"), duration_s=9)
    assert (again.status_code, again.json()) == (200, first)
    assert stored(running, "a01")[LIONS].version == 1


def test_undo_goes_back_a_saved_version(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    client.save(item, mention(LIONS, "Lions"))
    client.save(item, base=1)
    back = client.http.post(f"/api/items/{item['key']}/undo", json={"base": 2}).json()
    assert (back["version"], [one["surface"] for one in back["annotations"]]) == (3, ["Lions"])
    stale = client.http.post(f"/api/items/{item['key']}/undo", json={"base": 2})
    assert (stale.status_code, stale.json()["version"]) == (409, 3)
    assert client.http.post(f"/api/items/{item['key']}/undo", json={"base": "3"}).status_code == 422


def test_checks_come_with_every_save_and_errors_keep_an_item_open(running):
    client = running.client("a01")
    item = client.shown()[LIONS]
    open_ = client.save(item, mention(LIONS, "Lions", None, None)).json()
    assert {one["code"] for one in open_["findings"]} == {"T001", "E006"}
    kept = client.save(item, mention(LIONS, "Lions", None, None), base=1, done=True)
    assert (kept.status_code, kept.json()["version"], kept.json()["done"]) == (200, 2, False)
    assert {one["code"] for one in kept.json()["findings"]} == {"T001", "E006"}
    assert client.items()[[one["caption"] for one in client.shown().values()].index(LIONS)]["state"] == "draft"
    done = client.save(item, mention(LIONS, "Lions", entity="Detroit Lions"), base=2, done=True)
    assert (done.status_code, done.json()["done"]) == (200, True)
    assert "done" in {one["state"] for one in client.items()}


def test_a_finding_tells_guideline_place_and_fix(running):
    client = running.client("a01")
    caption = CAPTIONS[1]
    item = client.shown()[caption]
    found = client.save(item, mention(caption, "Barack Obama", "Person", "Obama")).json()["findings"]
    by_code = {one["code"]: one for one in found}
    assert by_code["S030"]["guideline"] == "6"
    assert by_code["E005"]["fix"]["entity"] == "Barack Obama"
    assert by_code["E005"]["place"] == 0


def test_a_type_of_a_foreign_file_can_be_saved_but_not_finished(running):
    client = running.client("a01")
    saved = client.save(client.shown()[LIONS], mention(LIONS, "Lions", "Other"), done=True).json()
    assert not saved["done"]
    assert [one["fix"]["type"] for one in saved["findings"] if one["code"] == "T002"] == ["Misc"]


def test_nobody_is_watched_by_live_checks():
    assert not {one.id for one in LIVE_CHECKS} & {"P001", "P002"}


def test_an_item_without_mentions_can_be_finished(running):
    client = running.client("a01")
    assert client.save(client.shown()["Workers at the site"], done=True).json()["done"]


def test_candidates_come_by_chance_with_their_text(running):
    cards = running.client("a01").get("/api/candidates?surface=Lions")["cards"]
    assert [one["entity"] for one in cards[:2]] == ["Detroit Lions", "Lion"]
    assert cards[0]["p"] == pytest.approx(61 / 92)
    assert (cards[0]["n_inlinks"], cards[0]["level"]) == (40, "exact")
    assert running.client("a01").get("/api/candidates?surface=")["cards"] == []
    assert running.client("a01").get("/api/candidates?surface=%F0%9F%98%80")["cards"] == []


def test_titles_are_found_by_beginning_redirects_included(running):
    client = running.client("a01")
    assert [(one["entity"], one["via"]) for one in client.get("/api/titles?prefix=moth")["cards"]] == [
        ("Cape Town", "Mother City")
    ]
    assert [one["entity"] for one in client.get("/api/titles?prefix=b")["cards"]] == ["Barack Obama", "Berlin"]
    assert client.get("/api/titles?prefix=%20")["cards"] == []
    assert client.http.get("/api/titles", params={"prefix": "x" * 301}).status_code == 422


def test_pictures_are_those_of_own_items(running):
    client = running.client("a01")
    shown = client.shown()
    answer = client.http.get(f"/api/items/{shown[LIONS]['key']}/picture")
    assert (answer.status_code, answer.headers["content-type"], answer.content[:3]) == (
        200,
        "image/jpeg",
        b"\xff\xd8\xff",
    )
    assert not shown[CAPTIONS[-1]]["picture"]
    assert client.http.get(f"/api/items/{shown[CAPTIONS[-1]]['key']}/picture").status_code == 404
    assert client.http.get("/api/thumbnails/1").status_code == 404
    assert client.http.get("/api/thumbnails/999999").status_code == 404


def test_pre_annotation_is_off_by_default(running):
    assert running.client("a01").shown()[LIONS]["annotations"] == []


def test_pre_annotation_is_recorded_and_only_ever_a_beginning(tmp_path, kb):
    with serving(campaign(tmp_path / "project"), kb, preannotate="caption_links") as running:
        client = running.client("a01")
        item = client.shown()[LIONS]
        assert [(one["surface"], one["type"], one["entity"]) for one in item["annotations"]] == [
            ("Cape Town", None, "Cape Town")
        ]
        assert (item["version"], item["origin"]) == (0, "caption_links")
        client.save(item, origin="caption_links")
        assert stored(running, "a01")[LIONS].draft.origin == "caption_links"
        client.save(item, base=1, origin="")
        assert stored(running, "a01")[LIONS].draft.origin == "caption_links"
        assert client.shown()[LIONS]["annotations"] == []


def test_a_silent_repeat_looks_like_any_other_item(tmp_path, kb):
    many = [replace(pairs()[1], pair_id=f"{n:016x}", article_id=n, caption=f"Lions at place {n}") for n in range(24)]
    project = campaign(tmp_path / "project", retest=0.2, of=many)
    tasks = read_assignment(project.folder).tasks["a01"]
    repeats = [at for at, task in enumerate(tasks) if task.batch == RETEST]
    assert repeats
    first = next(at for at, task in enumerate(tasks) if task.pair_id == tasks[repeats[0]].pair_id)
    with serving(project, kb) as running:
        client = running.client("a01")
        keys = [one["key"] for one in client.items()]
        assert len(set(keys)) == len(keys) == len(tasks)
        once, again = client.get(f"/api/items/{keys[first]}"), client.get(f"/api/items/{keys[repeats[0]]}")
        client.save(once, mention(once["caption"], "Lions", entity="Detroit Lions"), done=True)
        fresh = client.get(f"/api/items/{keys[repeats[0]]}")
        assert fresh == again == {**once, "key": keys[repeats[0]]}
        found = client.save(fresh, mention(once["caption"], "Lions", entity="Lion")).json()["findings"]
        assert "C001" not in {one["code"] for one in found}


def test_without_a_kb_the_page_still_works(tmp_path):
    with serving(campaign(tmp_path / "project")) as running:
        client = running.client("a01")
        assert client.get("/api/session")["has_kb"] is False
        assert client.get("/api/candidates?surface=Lions")["cards"] == []
        assert client.save(client.shown()[LIONS], mention(LIONS, "Lions"), done=True).status_code == 200


def test_late_annotators_and_new_tokens_count_at_once(running):
    folder = running.project.folder
    client = running.client("a01")
    known = json.loads((folder / "secrets.json").read_text())
    known["annotators"]["a01"]["token"] = "another-token"
    (folder / "secrets.json").write_text(json.dumps(known))
    assert client.http.get("/api/session").status_code == 401
    assert running.client("a01").items()


def test_times_are_kept_apart_from_annotations(running):
    client = running.client("a01")
    client.save(client.shown()[LIONS], duration_s=12.34)
    log = Store(running.project.folder).log("a01")
    assert list(log.seconds().values()) == [12.3]
    assert "12.3" not in log.path.read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"annotations": {}}, {"annotations": [1]}, {"annotations": [{"start": 0}]}, {"note": 1}, {"note": "x" * 2001},
        {"base": True}, {"base": "0"}, {"done": 1}, {"done": None}, {"origin": "mine"}, {"ambiguity": "Nope"}, {"duration_s": -1},
        {"duration_s": "3"}, {"note": "\ud800"}, {"annotations": [mention(LIONS, "Lions", "<b>")]},
        {"annotations": [mention(LIONS, "Lions", entity="")]}, {"annotations": [mention(LIONS, "Lions", entity="x" * 301)]},
        {"annotations": [mention(LIONS, "Lions", flags=["no word"])]}, {"annotations": [mention(LIONS, "Lions", clues=["smell"])]},
        {"annotations": [mention(LIONS, "Lions", start=-1)]}, {"annotations": [mention(LIONS, "Lions", end=4)]},
        {"annotations": [mention(LIONS, "Lions", start=0.0)]}, {"annotations": [mention(LIONS, "Lions", more=1)]},
        {"annotations": [mention(LIONS, "Lions") | {"surface": "Lionz"}]}, {"annotations": [mention(LIONS, "Lions")] * 201},
    ],
    ids=lambda change: str(change)[:60],
)  # fmt: skip
def test_a_malformed_draft_is_refused_whole(running, change):
    client = running.client("a01")
    item = client.shown()[LIONS]
    body = {
        "base": 0,
        "done": False,
        "note": "",
        "ambiguity": "",
        "origin": "",
        "annotations": [],
        "duration_s": 1,
    } | change
    answer = client.http.put(
        f"/api/items/{item['key']}", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]
    assert stored(running, "a01") == {}


def test_answers_do_not_wait_for_timers_of_the_network(running):
    client = running.client("a01")
    seconds = [client.http.get("/api/who").elapsed.total_seconds() for _ in range(21)]
    assert sorted(seconds)[10] < 0.03
