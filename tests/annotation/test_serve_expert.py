"""The server's expert mode over HTTP."""

import pytest

from annotation.decisions import read_decisions
from annotation.events import Draft
from annotation.records import PILOT
from annotation.store import Store
from tests.support.annotation_server import CAPTIONS, LIONS, campaign, mention, pairs, serving, small_kb
from tests.support.projects import span

TIGERS = span(LIONS, "Tigers", "Organization", "NIL")


def save(project, name, number, *spans, done=True, note="", base=0):
    draft = Draft(f"{number:016x}", tuple(sorted(spans, key=lambda one: one.span)), base=base, is_done=done, note=note)
    Store(project.folder).log(name).save(draft)


@pytest.fixture
def running(tmp_path):
    project = campaign(tmp_path / "project", of=pairs()[:3])
    save(project, "a01", 0, span(LIONS, "Lions", "Organization", "Detroit Lions"), TIGERS, note="I wonder")
    save(project, "a02", 0, span(LIONS, "Lions", "Misc", "Lion"), TIGERS)
    obama = CAPTIONS[1]
    save(project, "a01", 1, span(obama, "Barack Obama", "Person", "Barack Obama"))
    save(project, "a02", 1, span(obama, "Barack Obama", "Person", "Barack H. Obama"))
    save(project, "a01", 2)
    save(project, "a02", 2, done=False)
    with serving(project, small_kb(tmp_path / "kb")) as found:
        yield found


def body(dispute, choice, *spans, reason="annotator_error", **more):
    told = {"dispute": dispute["id"], "basis": dispute["basis"], "before": dispute["before"]}
    return {**told, "choice": choice, "reason": reason, "note": "", "spans": list(spans), **more}


def only(client):
    """The one pair to decide, as shown."""
    (item,) = client.items()
    return client.get(f"/api/disputes/{item['key']}")


def test_only_what_differs_behind_redirects_is_to_be_decided(running):
    shown = only(running.client("e01"))
    assert shown["caption"] == LIONS
    assert [(one["id"], one["kinds"]) for one in shown["disputes"]] == [("0-5", ["entity", "type"])]
    assert [one["surface"] for one in shown["agreed"]] == ["Tigers"]
    assert shown["notes"] == ["I wonder"]


def test_a_pair_of_the_pilot_waits_for_everybody(tmp_path):
    project = campaign(tmp_path / "project", annotators=3, of=pairs()[:1], pilot=1)
    for name, entity in (("a01", "Lion"), ("a02", "NIL")):
        draft = Draft(f"{0:016x}", (span(LIONS, "Lions", "Misc", entity),), batch=PILOT)
        Store(project.folder).log(name).save(draft)
    with serving(project) as running:
        client = running.client("e01")
        assert client.items() == []
        Store(project.folder).log("a03").save(Draft(f"{0:016x}", batch=PILOT))
        assert len(only(client)["disputes"][0]["options"]) == 3


def test_readings_carry_no_names(running):
    text = running.client("e01").http.get(f"/api/disputes/{only(running.client('e01'))['key']}").text
    assert "a01" not in text
    assert "a02" not in text


def test_a_decision_is_kept_with_its_reason(running):
    client = running.client("e01")
    shown = only(client)
    answer = client.http.put(f"/api/disputes/{shown['key']}", json=body(shown["disputes"][0], "1"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["disputes"][0]["decision"]["is_valid"]
    (made,) = read_decisions(running.project.folder)
    assert (made.expert, made.choice, made.reason, made.spans[0].entity) == (
        "e01",
        "1",
        "annotator_error",
        "Detroit Lions",
    )
    assert client.items()[0]["state"] == "done"


def test_a_new_reading_must_be_complete_and_free(running):
    client = running.client("e01")
    shown = only(client)
    dispute, path = shown["disputes"][0], f"/api/disputes/{shown['key']}"
    for span_ in (
        mention(LIONS, "Lions", None),
        mention(LIONS, "Lions", entity=None),
        mention(LIONS, "Tigers", entity="NIL"),
    ):
        assert client.http.put(path, json=body(dispute, "new", span_)).status_code == 422
    assert client.http.put(path, json=body(dispute, "new")).status_code == 422
    assert client.http.put(path, json=body(dispute, "9")).status_code == 422
    assert client.http.put(path, json=body(dispute, "1", reason="because")).status_code == 422
    assert client.http.put(path, json=body(dispute, "1", reason="other")).status_code == 422
    assert client.http.put(path, json=body(dispute, 1)).status_code == 422
    assert read_decisions(running.project.folder) == []
    good = body(dispute, "new", mention(LIONS, "Lions", "Event"), reason="other", note="so it is")
    assert client.http.put(path, json=good).status_code == 200
    assert read_decisions(running.project.folder)[0].spans[0].type == "Event"


def test_two_tabs_of_an_expert_do_not_overwrite_each_other(running):
    client = running.client("e01")
    shown = only(client)
    path = f"/api/disputes/{shown['key']}"
    assert client.http.put(path, json=body(shown["disputes"][0], "1")).status_code == 200
    assert client.http.put(path, json=body(shown["disputes"][0], "1")).status_code == 200
    assert client.http.put(path, json=body(shown["disputes"][0], "2")).status_code == 409
    assert read_decisions(running.project.folder)[0].choice == "1"
    again = client.get(path)
    assert client.http.put(path, json=body(again["disputes"][0], "2")).status_code == 200


def test_a_decision_on_what_has_changed_since_is_refused(running):
    client = running.client("e01")
    shown = only(client)
    save(running.project, "a02", 0, span(LIONS, "Lions", "Misc", "NIL"), TIGERS, base=1)
    answer = client.http.put(f"/api/disputes/{shown['key']}", json=body(shown["disputes"][0], "1"))
    assert (answer.status_code, "changed" in answer.json()["error"]) == (409, True)
    save(running.project, "a02", 0, TIGERS, base=2, done=False)
    assert client.items() == []
    assert client.http.get(f"/api/disputes/{shown['key']}").status_code == 404


def test_annotators_cannot_decide(running):
    key = only(running.client("e01"))["key"]
    client = running.client("a01")
    assert client.http.get(f"/api/disputes/{key}").status_code == 404
    assert client.http.put(f"/api/disputes/{key}", json={}).status_code == 404


def test_what_entities_are_is_told(running):
    cards = running.client("e01").get("/api/about?title=Detroit%20Lions&title=Nowhere&title=Mother%20City")["cards"]
    assert [one["entity"] for one in cards] == ["Detroit Lions", "Cape Town"]
