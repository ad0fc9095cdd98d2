"""Items that are not as they should be: long, from right to left, without a picture, with thirty candidates."""

from dataclasses import replace

import pytest

from annotation.events import Draft
from annotation.store import Store
from tests.browser.steps import candidates, chips, enter, go_to, press, stored, until, wait_saved
from tests.support.annotation_server import LIONS, campaign, mention, pairs, serving, small_images
from tests.support.stores import SmallKB

pytestmark = pytest.mark.browser
LONG = "Guests of the Lions and the Packers " * 14 + "gather in Berlin."
ARABIC = "منظر عام لمدينة القاهرة مع Obama"
LINES = "A banner reads\nEngland forever\nin Cape Town"
SIGNS = "👩‍👩‍👧‍👦 and e\u0301te\u0301 in Zoe\u0301s Cape Town 🇿🇦"
CAPTIONS = (LIONS, LONG, ARABIC, LINES, SIGNS)
SPRINGFIELDS = {100 + n: (f"Springfield {n:02}", 100 - n) for n in range(24)}
VISIBLE = """() => { const [unit, box] = [document.querySelector('#caption .unit.in'), document.getElementById('caption')].map((one) => one.getBoundingClientRect());
    return unit.top >= box.top && unit.bottom <= box.bottom; }"""


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kb") / "kb"
    many = {id_: (50 - at, 0, 1, 0, 0) for at, id_ in enumerate(SPRINGFIELDS)}
    SmallKB({"Lions": many}, SPRINGFIELDS).store(folder, wiki="enwiki", lang="en")
    return folder


@pytest.fixture
def running(tmp_path, kb, page):
    own = [replace(pairs()[at], caption=caption, caption_links=()) for at, caption in enumerate(CAPTIONS)]
    with serving(campaign(tmp_path / "project", of=own), kb, [small_images(tmp_path / "images")]) as found:
        yield found
        page.end_watching()


def surfaces(running, caption):
    return [one.surface for one in stored(running.project, "a01", caption).draft.annotations]


def selected(opened):
    return "".join(opened.locator("#caption .in").all_inner_texts())


def test_the_selection_of_a_long_caption_is_always_in_sight(page, running):
    opened = enter(page, running)
    go_to(opened, LONG)
    assert opened.evaluate(
        "document.getElementById('caption').scrollHeight > document.getElementById('caption').clientHeight"
    )
    press(opened, "End")
    assert opened.evaluate(VISIBLE)
    press(opened, "Home")
    assert opened.evaluate(VISIBLE)
    for _ in range(70):
        press(opened, "ArrowRight")
    assert opened.evaluate(VISIBLE)


def test_arrow_keys_go_where_they_point_also_from_right_to_left(page, running):
    opened = enter(page, running)
    go_to(opened, ARABIC)
    press(opened, "Home")
    x = opened.locator("#caption .unit.in").bounding_box()["x"]
    press(opened, "ArrowLeft")
    assert opened.locator("#caption .unit.in").bounding_box()["x"] < x
    press(opened, "Shift+ArrowLeft", "l", "0")
    wait_saved(opened)
    assert surfaces(running, ARABIC) == ["عام لمدينة"]
    press(opened, "ArrowRight")
    assert selected(opened) == "منظر"


def test_a_mention_may_run_over_a_line_break(page, running):
    opened = enter(page, running)
    go_to(opened, LINES)
    first = opened.locator("#caption .unit", has_text="reads").bounding_box()
    last = opened.locator("#caption .unit", has_text="England").bounding_box()
    opened.mouse.move(first["x"] + 5, first["y"] + 10)
    opened.mouse.down()
    opened.mouse.move(last["x"] + 9, last["y"] + 10, steps=5)
    opened.mouse.up()
    press(opened, "w", "0")
    wait_saved(opened)
    assert surfaces(running, LINES) == ["reads\nEngland"]


def test_signs_of_several_code_points_are_one_step(page, running):
    opened = enter(page, running)
    go_to(opened, SIGNS)
    press(opened, "Home")
    assert selected(opened) == "👩‍👩‍👧‍👦"
    press(opened, "ArrowRight", "ArrowRight")
    assert selected(opened) == "e\u0301te\u0301"
    press(opened, "m", "0", "End", "l", "0")
    wait_saved(opened)
    assert surfaces(running, SIGNS) == ["e\u0301te\u0301", "🇿🇦"]


def test_a_picture_never_stands_beside_another_caption(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    until(opened, "!document.getElementById('image').hidden")
    opened.reload()
    opened.wait_for_selector("#caption .unit")
    until(opened, "!document.getElementById('image').hidden")
    opened.route("**/picture", lambda _: None)  # the network is slow
    press(opened, "PageDown" if opened.locator("#next").is_enabled() else "PageUp")
    until(opened, "(old) => document.getElementById('caption').textContent !== old", LIONS)
    shown = "() => { const image = document.getElementById('image'); return image.hidden || image.complete; }"
    assert opened.evaluate(shown)
    opened.unroute("**/picture")


def test_a_picture_that_cannot_be_shown_is_said_so(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    opened.route("**/picture", lambda route: route.fulfill(body=b"\xff\xd8\xff no picture", content_type="image/jpeg"))
    opened.reload()
    opened.wait_for_selector("#caption .unit")
    until(opened, "document.getElementById('no-image').textContent === 'The image cannot be shown'")
    assert opened.locator("#image").is_hidden()
    assert opened.locator("#no-image").is_visible()


def test_candidates_beyond_the_ninth_can_be_taken_by_keyboard(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "o")
    titles = candidates(opened)
    assert len(titles) == 24
    press(opened, "/", *["ArrowDown"] * 12, "Enter")
    assert chips(opened) == [f"Lions Organization → {titles[11]}"]
    press(opened, "/")
    opened.keyboard.type("springfield 23", delay=5)
    press(opened, "Enter")
    until(opened, "document.getElementById('mentions').innerText.includes('Springfield 23')")


def test_undo_and_redo_reach_behind_a_reload(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "o")
    wait_saved(opened)
    press(opened, "0")
    wait_saved(opened)
    opened.reload()
    opened.wait_for_selector("#caption .mention")
    press(opened, "Control+z")
    until(opened, "document.getElementById('mentions').innerText.includes('entity?')")
    press(opened, "Control+y")
    until(opened, "document.getElementById('mentions').innerText.includes('NIL')")
    wait_saved(opened)
    assert stored(running.project, "a01", LIONS).draft.annotations[0].entity == "NIL"


def test_an_undo_that_the_server_does_not_hear_is_told(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "o")
    wait_saved(opened)
    opened.reload()
    opened.wait_for_selector("#caption .mention")
    opened.route("**/undo", lambda route: route.abort())
    press(opened, "Control+z")
    opened.wait_for_selector("#alarm:not([hidden])")
    opened.unroute("**/undo")
    opened.get_by_role("button", name="Try again").click()
    until(opened, "!document.querySelector('#mentions .row')")
    page.take_problems()
    assert stored(running.project, "a01", LIONS).draft.annotations == ()


def test_a_finished_item_that_is_mended_and_left_at_once_stays_finished(page, running):
    pair = next(one for one in running.project.pairs.values() if one.caption == LIONS)
    Store(running.project.folder).log("a01").save(Draft(pair.pair_id))
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home", "o")
    wait_saved(opened)
    until(opened, "document.querySelector('#checks .finding.E') !== null")
    press(opened, "0", "PageDown" if opened.locator("#next").is_enabled() else "PageUp")
    until(opened, "(old) => document.getElementById('caption').textContent !== old", LIONS)
    assert stored(running.project, "a01", LIONS).draft.is_done


def test_another_link_in_the_same_tab_is_taken(page, running):
    opened = page.open_url(f"{running.url}/enter#not-a-token", allow=running.url)
    until(opened, "document.getElementById('say').innerText.includes('not valid')")
    page.take_problems()
    opened.evaluate("(token) => { location.hash = token; }", running.token("a01"))
    opened.wait_for_selector("#caption .unit")
    captions = {one.caption for one in running.project.pairs.values()}
    assert opened.inner_text("#caption").strip() in captions


def test_a_mention_of_two_tabs_is_refused_with_a_way_out(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    other = running.client("a01")
    other.save(other.shown()[LIONS], mention(LIONS, "Tigers"))
    press(opened, "Home", "o")
    opened.wait_for_selector("#alarm:not([hidden])")
    opened.route("**/api/items/*", lambda route: route.abort())
    opened.get_by_role("button", name="Save mine instead").click()
    until(opened, "document.getElementById('alarm').innerText.includes('does not answer')")
    opened.unroute("**/api/items/*")
    opened.get_by_role("button", name="Try again").click()
    wait_saved(opened)
    page.take_problems()
    assert surfaces(running, LIONS) == ["Lions"]
