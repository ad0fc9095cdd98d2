"""The agreement report and the statistics page in headless Chromium."""

from dataclasses import replace

import pytest

from annotation.agreement.figures import Sampling
from annotation.records import Answer, Item
from annotation.report.browser import Sources
from annotation.report.findings import find_all, material_of
from annotation.report.page import agreement_html
from annotation.report.statistics_page import statistics_html
from annotation.statistics.dataset import dataset_statistics
from tests.annotation.test_report_page import hostile_findings
from tests.annotation.test_statistics import SMALL
from tests.support.answers import RULES, example, span
from tests.support.hostile import HOSTILE_TEXTS

pytestmark = pytest.mark.browser

# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def html():
    items, answers = example()
    items = [replace(item, image_id=f"i{n}", topic="Sports") for n, item in enumerate(items)]
    findings = find_all(material_of("example", items, answers, RULES), Sampling(50))
    return agreement_html(findings, sources=Sources(lambda image_id: PNG if image_id == "i0" else None))


@pytest.fixture
def report(page, html, tmp_path):
    return page.open_html(html, tmp_path)


def count(report):
    return report.inner_text("#count")


def shown(report):
    return report.inner_text("#detail .facts").split(" · ")[0]


def marks(report, layer):
    return report.locator("#detail .layer").nth(layer).locator("mark").all_inner_texts()


@pytest.mark.parametrize("page", ["dark", "light"], indirect=True)
def test_it_opens_and_stays_within_a_laptop(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    assert opened.title() == "Agreement of example"
    assert opened.locator("svg.chart").count() >= 9
    for width in (1366, 420):
        opened.set_viewport_size({"width": width, "height": 768})
        assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_both_layers_are_marked_with_their_differences(report):
    assert shown(report) == "pair p1"
    assert marks(report, 0) == [
        "FrenchCountry → France", "Nicolas SarkozyPerson → Nicolas Sarkozy", "BerlinLocation → Berlin",
    ]  # fmt: skip
    assert marks(report, 1) == ["French President Nicolas SarkozyPerson → Nicolas Sarkozy", "BerlinLocation → Berlin"]
    assert report.locator("#detail .layer").nth(1).locator("mark.differs").count() == 1
    assert report.evaluate("document.querySelector('#detail img').naturalWidth") == 1
    assert "rule 6" in report.inner_text("#detail table") or "rule 5" in report.inner_text("#detail table")


def test_j_and_k_turn_and_stop_at_the_ends(report):
    assert count(report) == "1 of 4"
    for key, place in [("k", "p1"), ("j", "p2"), ("j", "p3"), ("k", "p2"), ("j", "p3"), ("j", "p5"), ("j", "p5")]:
        report.keyboard.press(key)
        assert shown(report) == f"pair {place}"
    assert report.is_disabled("#next")
    assert report.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    report.click("#previous")
    assert count(report) == "3 of 4"


def test_the_list_is_chosen_from_by_mouse_and_keyboard(report):
    report.locator("#list button").nth(2).click()
    assert shown(report) == "pair p3"
    assert report.locator("#list [tabindex='0']").count() == 1


def test_filters(report):
    report.select_option("#annotator", label="B (2)")
    assert count(report) == "1 of 2 (4 in all)"
    report.select_option("#rule", label="rule 7 (1)")
    assert (count(report), shown(report)) == ("1 of 1 (4 in all)", "pair p3")
    report.select_option("#annotator", label="A (3)")
    assert count(report) == "0 (4 in all)"
    assert report.is_visible("#empty")
    report.keyboard.press("j")
    assert count(report) == "0 (4 in all)"
    report.click("button[type=reset]")
    report.wait_for_function("document.getElementById('count').textContent === '1 of 4'")
    report.select_option("#type", label="Location (1)")
    assert shown(report) == "pair p5"


def test_search_takes_letters_as_letters(report):
    report.keyboard.press("/")
    report.keyboard.type("packers")
    assert (count(report), shown(report)) == ("1 of 1 (4 in all)", "pair p2")
    report.keyboard.press("Escape")
    report.keyboard.type("jk")
    assert report.input_value("#query") == "jk"
    assert count(report) == "0 (4 in all)"


def test_definitions_open_by_keyboard(report):
    summary = report.locator(".sensitivity summary").first
    told = report.locator(".sensitivity details p").first
    assert not told.is_visible()
    summary.focus()
    report.keyboard.press("Enter")
    assert told.inner_text().startswith("Every token of a caption is an item")


def test_emoji_and_marks_before_a_span_do_not_move_it(page, tmp_path):
    caption = "👩‍🚀 e\u0301 Obama"
    answers = [Answer("p", "A", (span(caption, "Obama", "Person", "Barack Obama"),)), Answer("p", "B")]
    findings = find_all(material_of("x", [Item("p", caption, "g")], answers), Sampling(0))
    opened = page.open_html(agreement_html(findings), tmp_path)
    assert marks(opened, 0) == ["ObamaPerson → Barack Obama"]


def test_hostile_texts_are_only_text(page, tmp_path):
    opened = page.open_html(agreement_html(hostile_findings()), tmp_path)
    assert count(opened) == f"1 of {len(HOSTILE_TEXTS)}"
    for _ in HOSTILE_TEXTS:
        assert opened.locator("#detail .layer").count() == 2
        opened.keyboard.press("j")
    for name in ("kind", "annotator", "type"):
        opened.select_option(f"#{name}", index=1)
    opened.locator("#list button").first.click()
    assert opened.locator("script").count() == 1
    assert opened.locator("#detail iframe, #detail img, #list img").count() == 0


def test_thousands_of_disagreements_stay_usable(page, tmp_path):
    items = [Item(f"p{n}", f"Rome number {n} and more words of a caption", f"p{n}") for n in range(4000)]
    answers = [Answer(i.pair_id, "A", (span(i.caption, "Rome", "Location", "Rome"),)) for i in items]
    answers += [Answer(item.pair_id, "B") for item in items]
    findings = find_all(material_of("x", items, answers), Sampling(0))
    opened = page.open_html(agreement_html(findings, most=4000), tmp_path)
    took_ms = opened.evaluate(
        """() => { const query = document.getElementById('query'); const began = performance.now();
        for (const text of ['rome', 'number 39', '']) { query.value = text; query.dispatchEvent(new Event('input', {bubbles: true})); }
        return performance.now() - began; }"""
    )
    assert took_ms < 4000
    assert count(opened) == "1 of 4,000"


@pytest.mark.parametrize("page", ["dark", "light"], indirect=True)
def test_the_statistics_page_opens(page, tmp_path):
    opened = page.open_html(statistics_html("news", dataset_statistics(SMALL)), tmp_path)
    assert opened.title() == "Statistics of news"
    assert opened.locator("script").count() == 0
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
