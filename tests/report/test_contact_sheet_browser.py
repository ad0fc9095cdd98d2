"""Contact sheets in Chromium: filters by mouse and keyboard, hostile texts, many cells."""

import base64

import pytest

from pipeline.report.contact_sheet import SheetCell, contact_sheet_html, write_contact_sheet
from tests.support.hostile import HOSTILE_TEXTS

pytestmark = pytest.mark.browser

# One red pixel.
GIF = base64.b64decode("R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==")
N_CELLS = 130


def cells(n_cells=N_CELLS):
    for n in range(n_cells):
        failed = n % 10 == 0
        yield SheetCell(
            image_id=f"{n:016x}",
            file_title=f"Photo {n}.jpg",
            caption="Flooding in São Paulo" if n % 2 else "The old mill",
            outcome="failed" if failed else "usable",
            reason=("timeout" if n % 20 else "broken") if failed else "",
            thumbnail=None if failed else GIF,
            facts={"licence": "CC0" if n == 7 else "CC BY 4.0"},
            format="svg" if n % 3 == 0 else "jpg",
        )


@pytest.fixture
def sheet(page, tmp_path):
    return page.open_html(contact_sheet_html("Images", cells(), note="A note."), tmp_path)


def expect(locator):
    from playwright.sync_api import expect as expect_it

    return expect_it(locator)


def count(sheet):
    return sheet.inner_text("#count")


def files(sheet):
    return sheet.locator(".cell .file").all_inner_texts()


def focused(sheet):
    return sheet.evaluate("document.activeElement.dataset.place ?? document.activeElement.id")


def test_sixty_cells_are_drawn_with_their_pictures(sheet):
    assert count(sheet) == "1–60 of 130"
    assert sheet.locator(".cell").count() == 60
    drawn = sheet.evaluate(
        "[...document.querySelectorAll('.cell img')].every((i) => i.complete && i.naturalWidth === 1)"
    )
    assert drawn
    assert sheet.locator(".cell img").count() == 54
    assert sheet.locator(".cell").first.inner_text().startswith("no picture: broken")


def test_filters_by_mouse(sheet):
    sheet.select_option("#outcome", label="failed (13)")
    assert count(sheet) == "1–13 of 13 (130 in all)"
    sheet.select_option("#reason", label="broken (7)")
    assert files(sheet) == [f"Photo {n}.jpg" for n in range(0, 130, 20)]
    sheet.select_option("#format", label="svg (44)")
    assert files(sheet) == ["Photo 0.jpg", "Photo 60.jpg", "Photo 120.jpg"]
    sheet.click("button[type=reset]")
    expect(sheet.locator("#count")).to_have_text("1–60 of 130")
    sheet.select_option("#reason", label="none (117)")
    assert count(sheet) == "1–60 of 117 (130 in all)"


def test_filters_by_keyboard(sheet):
    sheet.keyboard.press("/")
    sheet.keyboard.type("sao PAULO")
    assert count(sheet) == "1–60 of 65 (130 in all)"
    sheet.keyboard.type(" 17.jpg")
    assert files(sheet) == ["Photo 17.jpg", "Photo 117.jpg"]
    sheet.keyboard.press("Escape")
    assert count(sheet) == "1–60 of 130"
    sheet.keyboard.press("Tab")
    assert focused(sheet) == "outcome"
    sheet.keyboard.type("failed")
    assert count(sheet) == "1–13 of 13 (130 in all)"


def test_facts_are_searched(sheet):
    sheet.fill("#query", "cc0")
    assert files(sheet) == ["Photo 7.jpg"]


def test_nothing_found_is_told(sheet):
    sheet.fill("#query", "no such thing")
    assert count(sheet) == "0 (130 in all)"
    assert sheet.is_visible("#empty")


def test_screens_turn_by_mouse_and_keyboard(sheet):
    assert sheet.is_disabled("#previous")
    sheet.click("#next")
    assert count(sheet) == "61–120 of 130"
    sheet.keyboard.press("n")
    assert (count(sheet), len(files(sheet))) == ("121–130 of 130", 10)
    assert sheet.is_disabled("#next")
    sheet.keyboard.press("n")
    assert count(sheet) == "121–130 of 130"
    sheet.keyboard.press("p")
    assert count(sheet) == "61–120 of 130"
    sheet.fill("#query", "photo")
    assert count(sheet) == "1–60 of 130"


def test_letters_typed_into_the_search_turn_nothing(sheet):
    sheet.fill("#query", "")
    sheet.locator("#query").press_sequentially("np/")
    assert sheet.input_value("#query") == "np/"


def test_arrows_move_between_cells(sheet):
    columns = sheet.evaluate("getComputedStyle(document.getElementById('cells')).gridTemplateColumns.split(' ').length")
    sheet.locator(".cell button").first.focus()
    for key, place in [("ArrowRight", 1), ("ArrowDown", 1 + columns), ("ArrowLeft", columns), ("ArrowUp", 0), ("ArrowUp", 0),
                       ("End", 59), ("ArrowRight", 59), ("Home", 0)]:  # fmt: skip
        sheet.keyboard.press(key)
        assert focused(sheet) == str(place), key
    assert sheet.locator(".cell button[tabindex='0']").count() == 1


def test_details_open_move_and_give_the_focus_back(sheet):
    sheet.fill("#query", "mill")
    sheet.locator(".cell button").nth(1).focus()
    sheet.keyboard.press("Enter")
    assert sheet.is_visible("#details")
    assert sheet.inner_text("#details-title") == "Photo 2.jpg"
    sheet.keyboard.press("ArrowRight")
    assert sheet.inner_text("#details-title") == "Photo 4.jpg"
    assert "CC BY 4.0" in sheet.inner_text("#details-facts")
    sheet.keyboard.press("Escape")
    sheet.wait_for_selector("#details", state="hidden")
    expect(sheet.locator("button[data-place='4']")).to_be_focused()


def test_details_beyond_the_screen_turn_it(sheet):
    sheet.locator(".cell button").last.click()
    sheet.keyboard.press("ArrowRight")
    assert sheet.inner_text("#details-title") == "Photo 60.jpg"
    sheet.keyboard.press("Escape")
    expect(sheet.locator("button[data-place='60']")).to_be_focused()
    assert count(sheet) == "61–120 of 130"


def test_hostile_texts_are_only_text(page, tmp_path):
    hostile = [
        SheetCell(text, text, text, text, reason=text, format=text, facts={text: text}) for text in HOSTILE_TEXTS
    ]
    sheet = page.open_html(contact_sheet_html(HOSTILE_TEXTS[0], hostile, note=HOSTILE_TEXTS[1]), tmp_path)
    assert count(sheet) == f"1–{len(hostile)} of {len(hostile)}"
    captions = sheet.locator(".cell .caption").all_text_contents()
    assert captions[0] == HOSTILE_TEXTS[0]
    assert not any("\u202e" in caption for caption in captions)
    for place in range(len(hostile)):
        sheet.locator(".cell button").nth(place).click()
        assert sheet.text_content("#details-caption") == captions[place]
        sheet.keyboard.press("Escape")
        sheet.wait_for_selector("#details", state="hidden")
    for name in ("outcome", "reason", "format"):
        sheet.select_option(f"#{name}", index=1)
    assert sheet.locator(".cell").count() >= 1
    assert sheet.locator("script").count() == 2  # thumbnails, and the page's own


def test_a_caption_of_a_megabyte_is_clipped(page, tmp_path):
    sheet = page.open_html(contact_sheet_html("T", [SheetCell("1", "A.jpg", "word " * 200_000, "usable")]), tmp_path)
    sheet.locator(".cell button").click()
    assert sheet.text_content("#details-caption").endswith("[clipped, 1,000,000 characters]")


@pytest.mark.parametrize("page", ["dark", "light"], indirect=True)
def test_the_colours_follow_the_system(page, tmp_path, request):
    sheet = page.open_html(contact_sheet_html("T", cells(3)), tmp_path)
    colour = sheet.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == {"dark": "rgb(21, 22, 26)", "light": "rgb(251, 251, 249)"}[request.node.callspec.params["page"]]


def test_ten_thousand_cells_stay_usable(page, tmp_path):
    big = GIF + b"\0" * 7000
    many = (
        SheetCell(f"{n:016x}", f"Photo {n}.jpg", "A caption of ten words " * 2, "usable", thumbnail=big)
        for n in range(10_000)
    )
    [path] = write_contact_sheet(tmp_path / "report.html", "T", many)
    assert path.stat().st_size > 90_000_000
    sheet = page.open_file(path)
    sheet.fill("#query", "9999")
    assert files(sheet) == ["Photo 9999.jpg"]
    assert sheet.evaluate("document.querySelector('.cell img').naturalWidth") == 1
    took_ms = sheet.evaluate(
        """() => { const query = document.getElementById('query'); const began = performance.now();
        for (const text of ['photo', 'caption ten', '123', '']) {
            query.value = text; query.dispatchEvent(new Event('input', {bubbles: true})); }
        return performance.now() - began; }"""
    )
    assert took_ms < 4000


def test_parts_link_each_other(page, tmp_path):
    first, second = write_contact_sheet(tmp_path / "report.html", "T", cells(), cells_per_part=100)
    page.allowed.append(second.as_uri())
    sheet = page.open_file(first)
    assert count(sheet) == "1–60 of 100"
    sheet.click("nav.parts a")
    sheet.wait_for_url(second.as_uri())
    assert count(sheet) == "1–30 of 30"
