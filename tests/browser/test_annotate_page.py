"""The annotation page driven as a person would, in headless Chromium."""

import pytest

from annotation.decisions import read_decisions
from annotation.events import Draft
from annotation.records import Annotation
from annotation.store import Store
from tests.browser.steps import candidates, chips, enter, go_to, press, stored, until, wait_saved
from tests.support.annotation_server import (
    CAPTIONS,
    LIONS,
    SCRIPT,
    campaign,
    mention,
    pairs,
    serving,
)
from tests.support.projects import span

pytestmark = pytest.mark.browser


@pytest.fixture
def running(tmp_path, world_kb, pictures, page):
    project = campaign(tmp_path / "project", layers=("visual_clues", "ambiguity"))
    with serving(project, world_kb, [pictures]) as found:
        yield found
        page.end_watching()


def test_two_mentions_by_keyboard_and_everything_is_there_after_a_reload(page, running):
    opened = enter(page, running)
    assert "#" + running.token("a01") not in opened.url
    go_to(opened, LIONS)
    press(opened, "Home", "o")
    assert candidates(opened)[:2] == ["Lion", "Detroit Lions"]
    press(opened, "2")
    press(opened, "ArrowRight", "ArrowRight", "o", "0")
    assert chips(opened) == ["Lions Organization → Detroit Lions", "Tigers Organization → NIL"]
    press(opened, "Control+z")
    assert chips(opened)[1] == "Tigers Organization → entity?"
    press(opened, "Control+y", "n")
    opened.keyboard.type("seen 😀")
    press(opened, "Escape")
    wait_saved(opened)
    opened.reload()
    opened.wait_for_selector("#caption .mention")
    assert opened.inner_text("#caption").strip() == LIONS
    assert chips(opened) == ["Lions Organization → Detroit Lions", "Tigers Organization → NIL"]
    assert opened.input_value("#note") == "seen 😀"
    draft = stored(running.project, "a01", LIONS).draft
    assert [(one.start, one.end, one.surface, one.entity) for one in draft.annotations] == [
        (0, 5, "Lions", "Detroit Lions"), (10, 16, "Tigers", "NIL"),
    ]  # fmt: skip


def test_words_behind_emoji_and_accents_have_the_right_offsets(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "End", "Shift+ArrowLeft", "l", "0", "ArrowLeft")
    assert opened.locator("#caption .unit.in").all_inner_texts() == ["Zoe\u0301s"]
    press(opened, "p", "0")
    wait_saved(opened)
    spans = stored(running.project, "a01", LIONS).draft.annotations
    assert [(one.start, one.end, one.surface) for one in spans] == [(27, 32, "Zoe\u0301s"), (33, 42, "Cape Town")]
    assert all(LIONS[one.start : one.end] == one.surface for one in spans)


def test_the_mouse_selects_whole_words(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    first = opened.locator("#caption .unit", has_text="Cape").bounding_box()
    last = opened.locator("#caption .unit", has_text="Town").bounding_box()
    opened.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    opened.mouse.down()
    opened.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] / 2, steps=6)
    opened.mouse.up()
    opened.locator("#types .Location").click()
    assert chips(opened) == ["Cape Town Location → entity?"]
    opened.locator("#caption .unit", has_text="Lions").click()
    opened.locator("#types .Organization").click()
    opened.locator("#cards .card", has=opened.locator(".title", has_text="Detroit Lions")).click()
    assert chips(opened)[0] == "Lions Organization → Detroit Lions"


def test_search_finds_titles_by_their_beginning(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "/")
    opened.keyboard.type("phoe", delay=20)
    until(opened, "[...document.querySelectorAll('#cards .title')].every((one) => one.innerText.startsWith('Phoe'))")
    titles = candidates(opened)
    assert titles
    assert all(title.startswith("Phoe") for title in titles)
    press(opened, "ArrowDown", "Enter")
    assert chips(opened) == [f"Lions type? → {titles[1]}"]
    assert opened.evaluate("document.activeElement.id") == "caption"


def test_checks_speak_at_once_and_keep_an_open_item_from_being_finished(page, running):
    opened = enter(page, running)
    caption = CAPTIONS[1]
    go_to(opened, caption)
    press(opened, "ArrowRight", "Shift+ArrowRight", "p")
    opened.wait_for_selector("#checks .finding")
    told = opened.locator("#checks").inner_text()
    assert "neither an entity nor NIL" in told
    assert "belongs to the span" in told
    assert opened.locator("#rules li.touched").count() == 1
    before = opened.inner_text("#position")
    press(opened, "Enter")
    until(opened, "document.getElementById('live').innerText.startsWith('Not finished')")
    assert opened.inner_text("#position") == before
    press(opened, "0", "Enter")
    until(opened, "(old) => document.getElementById('position').innerText !== old", before)
    assert opened.inner_text("#count") == "1 done"
    assert stored(running.project, "a01", caption).draft.is_done


def test_delete_flags_clues_and_ambiguity(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "o", "0", "d", "y", "Shift+Digit1", "Shift+Digit3")
    assert chips(opened) == ["Lions Organization → NIL discuss metonymy object, property"]
    press(opened, "a")
    opened.select_option("#ambiguity", "Metm")
    press(opened, "Escape")
    wait_saved(opened)
    draft = stored(running.project, "a01", LIONS).draft
    assert (draft.ambiguity, draft.annotations[0].flags) == ("Metm", ("discuss", "metonymy"))
    assert draft.annotations[0].visual_clues == ("object", "property")
    press(opened, "Delete")
    assert chips(opened) == []
    press(opened, "Control+z", "d")
    assert "discuss" not in chips(opened)[0]


def test_a_second_tab_cannot_overwrite_the_first_silently(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    other = running.client("a01")
    item = other.shown()[LIONS]
    assert other.save(item, mention(LIONS, "Tigers", entity="NIL")).status_code == 200
    press(opened, "Home", "o")
    opened.wait_for_selector("#alarm:not([hidden])")
    assert "409" in " ".join(page.take_problems())
    assert "changed in another tab" in opened.inner_text("#alarm")
    assert opened.inner_text("#saved") == "Not saved"
    opened.get_by_role("button", name="Show what is saved").click()
    until(opened, "document.getElementById('mentions').innerText.startsWith('Tigers')")
    assert chips(opened) == ["Tigers Organization → NIL"]
    press(opened, "Home", "e", "0")
    wait_saved(opened)
    assert [one.surface for one in stored(running.project, "a01", LIONS).draft.annotations] == ["Lions", "Tigers"]


def test_ones_own_state_can_be_kept_by_decision(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    other = running.client("a01")
    other.save(other.shown()[LIONS], mention(LIONS, "Tigers"))
    press(opened, "Home", "o")
    opened.wait_for_selector("#alarm:not([hidden])")
    page.take_problems()
    opened.get_by_role("button", name="Save mine instead").click()
    wait_saved(opened)
    state = stored(running.project, "a01", LIONS)
    assert (state.version, [one.surface for one in state.draft.annotations]) == (2, ["Lions"])


def test_text_of_others_stays_text(page, running):
    opened = enter(page, running)
    go_to(opened, f"A caption with {SCRIPT} inside")
    assert opened.evaluate("window.hit") is None
    assert opened.locator("#caption img, #caption script").count() == 0
    press(opened, "n")
    opened.keyboard.type(SCRIPT)
    press(opened, "Escape")
    wait_saved(opened)
    opened.reload()
    opened.wait_for_selector("#caption .unit")
    assert opened.evaluate("window.hit") is None


def test_the_help_tells_every_key_and_the_overview_leads_to_items(page, running):
    opened = enter(page, running)
    press(opened, "?")
    told = opened.inner_text("#keys")
    for word in ("Organization", "NIL", "undo", "finish", "search", "discuss", "ambiguity"):
        assert word in told
    press(opened, "Escape", "g")
    opened.get_by_role("button", name="item 3, open").click()
    until(opened, "document.getElementById('position').innerText.startsWith('Item 3')")
    assert opened.url.endswith("#3")


def test_the_page_can_be_used_without_seeing_it(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    tree = opened.locator("body").aria_snapshot()
    for name in ("Previous item", "Type of the mention", "Search a title", "Mentions", "Checks", "Finish, next"):
        assert name in tree
    press(opened, "Home", "o", "0")
    until(opened, "document.getElementById('live').innerText.includes('NIL')")
    assert "Lions, mention, Organization, NIL" in opened.inner_text("#live")
    assert opened.evaluate(
        "[...document.querySelectorAll('button, input, select, textarea')].every((one) => one.labels?.length || one.textContent.trim() || one.ariaLabel)"
    )


def test_nothing_jumps_when_a_word_is_marked(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    places = "[...document.querySelectorAll('#caption .unit')].map((one) => { const at = one.getBoundingClientRect(); return [Math.round(at.x), Math.round(at.y)]; })"
    before = opened.evaluate(places)
    types = opened.locator("#types").bounding_box()
    press(opened, "Home", "o", "0")
    wait_saved(opened)
    assert opened.evaluate(places) == before
    assert opened.locator("#types").bounding_box() == types
    assert opened.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )


def test_work_goes_on_when_the_server_was_away(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    opened.route("**/api/items/*", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    press(opened, "Home", "o")
    until(opened, "document.getElementById('saved').dataset.state === 'failed'")
    press(opened, "0")
    opened.unroute("**/api/items/*")
    wait_saved(opened)
    page.take_problems()
    assert stored(running.project, "a01", LIONS).draft.annotations[0].entity == "NIL"


def test_a_wrong_link_says_so(page, running):
    opened = page.open_url(f"{running.url}/enter#not-a-token", allow=running.url)
    until(opened, "document.getElementById('say').innerText.includes('not valid')")
    assert opened.url == f"{running.url}/enter"
    assert len(page.take_problems()) == 1


def answered(project, name, caption, *spans: Annotation):
    """Save one person's finished answer."""
    pair = next(one for one in project.pairs.values() if one.caption == caption)
    Store(project.folder).log(name).save(Draft(pair.pair_id, tuple(sorted(spans, key=lambda one: one.span))))


@pytest.fixture
def judged(tmp_path, world_kb, pictures, page):
    """Two people who differ on the lions, and agree on the tigers."""
    project = campaign(tmp_path / "project", of=pairs()[:2])
    tigers = span(LIONS, "Tigers", "Organization", "NIL")
    answered(project, "a01", LIONS, span(LIONS, "Lions", "Organization", "Detroit Lions"), tigers)
    answered(
        project,
        "a02",
        LIONS,
        span(LIONS, "Lions", "Misc", "Lion"),
        tigers,
        span(LIONS, "Cape Town", "Location", "Cape Town"),
    )
    for name in ("a01", "a02"):
        answered(project, name, CAPTIONS[1])
    with serving(project, world_kb, [pictures]) as found:
        yield found
        page.end_watching()


def test_an_expert_accepts_one_reading_and_makes_another(page, judged):
    opened = enter(page, judged, "e01")
    assert opened.inner_text("#position") == "Pair 1 of 1"
    readings = opened.locator("#readings .reading")
    assert "Detroit Lions" in readings.nth(0).inner_text()
    assert "a01" not in opened.inner_text("main")
    press(opened, "1")
    assert readings.nth(0).get_attribute("aria-pressed") == "true"
    press(opened, "a")
    until(opened, "document.getElementById('dispute-name').textContent.includes('2 of 2')")
    press(opened, "n")
    opened.wait_for_selector("#types:not([hidden])")
    press(opened, "l", "0", "Enter", "c")
    opened.wait_for_selector("#alarm:not([hidden])")
    assert "All disputes are decided" in opened.inner_text("#alarm")
    found = {one.dispute_id: one for one in read_decisions(judged.project.folder)}
    assert [(one.choice, one.reason, one.expert) for one in found.values()] == [
        ("1", "annotator_error", "e01"),
        ("new", "guideline_gap", "e01"),
    ]
    assert found["0-5"].spans[0].entity == "Detroit Lions"
    assert [(one.surface, one.entity) for one in found["33-42"].spans] == [("Cape Town", "NIL")]
    opened.reload()
    opened.wait_for_selector("#readings .reading.chosen")
    assert opened.inner_text("#count") == "1 decided"
