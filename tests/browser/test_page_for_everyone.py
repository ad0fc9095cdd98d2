"""The page for a screen reader, for eyes that want contrast, and on screens of several sizes."""

import pytest

from annotation.events import Draft
from annotation.store import Store
from tests.browser.steps import accessible, candidates, chips, enter, go_to, press, script, until, wait_saved
from tests.support.annotation_server import CAPTIONS, LIONS, campaign, pairs, serving
from tests.support.projects import span

pytestmark = pytest.mark.browser
LAPTOP, DESKTOP, NARROW = (1366, 768), (1920, 1080), (900, 1000)
NAMED = {"button", "combobox", "textbox", "searchbox", "option", "image", "list", "listbox", "region", "group", "application", "progressbar", "dialog", "heading"}  # fmt: skip
FOCUS_ORDER = """() => [...document.querySelectorAll('button, input, select, textarea, [tabindex="0"]')]
    .filter((one) => one.checkVisibility() && !one.disabled).map((one) => one.id || one.className.split(' ')[0])"""
BOXES = """() => ['.look', '.work', '.choose'].map((name) => document.querySelector(name).getBoundingClientRect())
    .map(({ left, right, top, bottom }) => [left, right, top, bottom].map(Math.round))"""


@pytest.fixture
def running(tmp_path, world_kb, pictures, page):
    project = campaign(tmp_path / "project", of=pairs()[:3], layers=("visual_clues", "ambiguity"))
    for name, entity in (("a01", "Lion"), ("a02", "Detroit Lions")):
        log = Store(project.folder).log(name)
        for number, caption in enumerate(CAPTIONS[:3]):
            spans = (span(LIONS, "Lions", "Organization", entity), span(LIONS, "Tigers", "Misc", "NIL"))
            log.save(Draft(f"{number:016x}", spans if caption == LIONS else (), note="not sure"))
    with serving(project, world_kb, [pictures]) as found:
        yield found
        page.end_watching()


@pytest.fixture
def item(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home")
    candidates(opened)
    return opened


@pytest.fixture
def dispute(page, running):
    opened = enter(page, running, "e01")
    opened.wait_for_selector("#readings .reading")
    return opened


def of(tree, role):
    return [one["name"] for one in tree if one["role"] == role]


def test_every_control_of_an_item_has_a_role_and_a_name(item):
    tree = accessible(item)
    assert not [one for one in tree if one["role"] in NAMED and not one["name"].strip()]
    buttons = of(tree, "button")
    for name in (
        "Previous item",
        "Next item",
        "Item",
        "Keys",
        "Light or dark",
        "Person",
        "discuss",
        "object",
        "Finish, next",
        "NIL: the wiki",
    ):
        assert any(one.startswith(name) for one in buttons), name  # fmt: skip
    assert of(tree, "textbox") == ["Note"]
    assert of(tree, "combobox") == ["Ambiguity", "Search a title"]
    assert [one["keyshortcuts"] for one in tree if (one["role"], one["name"]) == ("button", "object")] == ["Shift+1"]
    chosen = [one["name"] for one in tree if one["role"] == "option" and one.get("selected")]
    assert any(one.startswith("Lion ") for one in chosen)
    assert not {"generic"} & {one["role"] for one in tree if one.get("focusable")}


def test_the_marks_of_a_caption_are_told(item):
    tree = accessible(item)
    assert [one for one in of(tree, "group") if ", mention, " in one] == [
        "Lions, mention, Organization, Lion", "Tigers, mention, Misc, NIL",
    ]  # fmt: skip
    (caption,) = [one for one in tree if one["role"] == "application"]
    assert caption["focused"]
    assert "arrows go from word to word" in caption["description"]
    press(item, "ArrowRight")
    until(item, "document.getElementById('live').innerText.startsWith('and')")
    press(item, "ArrowRight")
    until(item, "document.getElementById('live').innerText.startsWith('Tigers, mention, Misc, NIL')")


def test_saves_and_faults_are_told_by_live_regions(page, item):
    live = {(one["role"], one.get("live")) for one in accessible(item) if one.get("live")}
    assert ("status", "polite") in live
    press(item, "p")
    wait_saved(item)
    assert "Saved" in item.locator("[role=status]#saved").inner_text()
    item.route("**/api/items/*", lambda route: route.fulfill(status=409, json={"error": "changed", "version": 7}))
    press(item, "m")
    item.wait_for_selector("#alarm:not([hidden])")
    (alarm,) = [one for one in accessible(item) if one["role"] == "alert"]
    assert alarm["live"] == "assertive"
    assert item.evaluate("document.activeElement.closest('#alarm') !== null")
    page.take_problems()


def test_a_live_list_is_not_read_again_while_nothing_in_it_changes(item):
    item.evaluate("""() => {
        window.changes = 0;
        new MutationObserver((all) => { window.changes += all.length; }).observe(document.getElementById('checks'), { childList: true, subtree: true });
    }""")
    press(item, "ArrowRight", "ArrowRight", "ArrowLeft", "Home")
    item.wait_for_timeout(100)
    assert item.evaluate("window.changes") == 0


def test_the_tab_key_goes_through_the_page_as_it_is_read(item):
    order = item.evaluate(FOCUS_ORDER)
    places = [order.index(name) for name in ("all", "help", "rules", "caption", "type", "row", "mark-button", "note", "finish", "search", "card-0", "nil")]  # fmt: skip
    assert places == sorted(places)
    press(item, "Tab", "Tab")
    assert item.evaluate("document.activeElement.className.startsWith('type')")
    outline = item.evaluate(
        "() => { const told = getComputedStyle(document.activeElement); return [told.outlineStyle, parseFloat(told.outlineWidth)]; }"
    )
    assert outline == ["solid", 3]


def test_an_expert_hears_readings_and_reasons(dispute):
    tree = accessible(dispute)
    assert not [one for one in tree if one["role"] in NAMED and not one["name"].strip()]
    readings = [one for one in of(tree, "button") if "of 2" in one]
    assert [" ".join(one.split()[:6]) for one in readings] == ["1 of 2 Lions Organization Lion", "1 of 2 Lions Organization Detroit"]  # fmt: skip
    assert "Previous pair" in of(tree, "button")
    assert any("Reason" in one or "REASON" in one for one in of(tree, "group"))
    press(dispute, "1")
    until(dispute, "document.getElementById('live').innerText.includes('now the reason')")
    assert [one["name"] for one in accessible(dispute) if one.get("pressed") == "true"] == [readings[0]]


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_texts_have_the_contrast_of_wcag_aa(page, running):
    opened = enter(page, running)
    go_to(opened, LIONS)
    press(opened, "Home")
    candidates(opened)
    for keys in ((), ("End", "p"), ("d", "Enter")):
        press(opened, *keys)
        opened.wait_for_timeout(100)
        n, faults = opened.evaluate(script("contrast.js"))
        assert n > 60
        assert faults == []
    press(opened, "?")
    assert opened.evaluate(script("contrast.js"))[1] == []
    press(opened, "Escape", "g")
    assert opened.evaluate(script("contrast.js"))[1] == []


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_the_experts_texts_too(page, running):
    opened = enter(page, running, "e01")
    opened.wait_for_selector("#readings .reading")
    for keys in ((), ("1",), ("Escape", "n")):
        press(opened, *keys)
        assert opened.evaluate(script("contrast.js"))[1] == []


@pytest.mark.parametrize("size", [LAPTOP, DESKTOP, NARROW], ids=str)
@pytest.mark.parametrize("name", ["a01", "e01"])
def test_nothing_is_cut_off_and_the_main_action_needs_no_scrolling(page, running, size, name):
    page.page.set_viewport_size({"width": size[0], "height": size[1]})
    opened = enter(page, running, name)
    if name == "e01":
        press(opened, "1")
    else:
        go_to(opened, LIONS)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.evaluate("document.documentElement.scrollHeight <= innerHeight")
    shown = ["#caption", "#finish", "#note", "#nil", "#image", "#position", "#saved"]
    shown += ["#types"] if name == "a01" else ["#readings .reading >> nth=0", "#reason-buttons button >> nth=6"]
    for selector in shown:
        box = opened.locator(selector).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0], selector
        assert box["y"] + box["height"] <= size[1], selector
        assert box["height"] > 10, selector
    if name == "a01":
        title = opened.locator("#cards .title", has_text="Detroit Lions")
        title.wait_for()
        assert title.bounding_box()["height"] < 40, "a title of two words is on more than two lines"
    look, work, choose = opened.evaluate(BOXES)
    for one, other in ((look, work), (work, choose), (look, choose)):
        assert one[1] <= other[0] or one[3] <= other[2], "two parts of the page lie on one another"


def test_a_phone_scrolls_and_hides_nothing(page, running):
    page.page.set_viewport_size({"width": 420, "height": 800})
    opened = enter(page, running)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look, work, choose = opened.evaluate(BOXES)
    assert look[3] <= work[2] < work[3] <= choose[2]
    opened.locator("#finish").scroll_into_view_if_needed()
    opened.locator("#finish").click()
    assert chips(opened) is not None
