"""The expert's page when something goes wrong."""

import pytest

from annotation.decisions import read_decisions
from annotation.events import Draft
from annotation.store import Store
from tests.browser.steps import enter, press, until
from tests.support.annotation_server import campaign, pairs, serving
from tests.support.projects import span

pytestmark = pytest.mark.browser


@pytest.fixture
def running(tmp_path, world_kb, page):
    project = campaign(tmp_path / "project", of=pairs()[:2])
    for name, entity in (("a01", "Detroit Lions"), ("a02", "Lion")):
        log = Store(project.folder).log(name)
        for pair in pairs()[:2]:
            word = pair.caption.split()[0]
            log.save(Draft(pair.pair_id, (span(pair.caption, word, "Organization", entity),)))
    with serving(project, world_kb) as found:
        yield found
        page.end_watching()


@pytest.fixture
def dispute(page, running):
    opened = enter(page, running, "e01")
    opened.wait_for_selector("#readings .reading")
    return opened


def test_a_decision_that_did_not_get_through_is_made_again(page, running, dispute):
    dispute.route(
        "**/api/disputes/*", lambda route: route.abort() if route.request.method == "PUT" else route.continue_()
    )
    press(dispute, "2", "b")
    dispute.wait_for_selector("#alarm:not([hidden])")
    assert dispute.inner_text("#saved") == "Not saved"
    assert read_decisions(running.project.folder) == []
    dispute.unroute("**/api/disputes/*")
    dispute.get_by_role("button", name="Try again").click()
    until(dispute, "document.getElementById('count').textContent === '1 decided'")
    assert [(one.choice, one.reason) for one in read_decisions(running.project.folder)] == [("2", "ambiguous_text")]
    page.take_problems()


@pytest.mark.parametrize("key", ["PageDown", "ArrowDown"])
def test_a_reading_that_was_begun_is_not_left_by_mistake(dispute, key):
    press(dispute, "n", "l", "0")
    assert dispute.locator("#reasons").is_hidden()
    before = dispute.inner_text("#position")
    press(dispute, key)
    dispute.wait_for_selector("#alarm:not([hidden])")
    dispute.get_by_role("button", name="Stay here").click()
    assert dispute.inner_text("#position") == before
    assert "Location" in dispute.locator("#readings .chosen").inner_text()
    press(dispute, "PageDown")
    dispute.get_by_role("button", name="Leave it").click()
    until(dispute, "(old) => document.getElementById('position').innerText !== old", before)


def test_what_an_annotator_changed_meanwhile_is_told(page, running, dispute):
    shown = dispute.inner_text("#caption").strip()
    pair = next(one for one in running.project.pairs.values() if one.caption == shown)
    log = Store(running.project.folder).log("a02")
    log.save(Draft(pair.pair_id, (span(shown, shown.split()[0], "Misc", "NIL"),), base=1))
    press(dispute, "1", "a")
    dispute.wait_for_selector("#alarm:not([hidden])")
    assert "Nothing was saved" in dispute.inner_text("#alarm")
    assert read_decisions(running.project.folder) == []
    dispute.get_by_role("button", name="Show what is there now").click()
    until(dispute, "document.getElementById('readings')?.innerText.includes('NIL')")
    page.take_problems()
