"""The funnel's page in Chromium."""

import pytest

from pipeline.report.funnel_page import funnel_html
from pipeline.wikinews.funnel import make_funnel
from tests.support.corpus_rows import article_row, article_table, pair_row, pair_table
from tests.support.hostile import HOSTILE_TEXTS

pytestmark = pytest.mark.browser


@pytest.fixture
def html():
    texts = [text.replace("\ud800", "?") for text in HOSTILE_TEXTS]
    rows = [
        pair_row(n, status="dropped", reasons=["icon", f"term:violent:{text}"], caption=text, credit=text, file_title=text,
                 article_title=text, topic=text)
        for n, text in enumerate(texts)
    ]  # fmt: skip
    rows += [pair_row(100 + n, year=2007 + n) for n in range(12)]
    funnel = make_funnel(
        [pair_table(rows)], [article_table([article_row()])], wiki="enwikinews", date="20210101", article_drops={},
        unknown_templates=dict.fromkeys(texts, 1), examples_per_rule=50,
    )  # fmt: skip
    return funnel_html(funnel)


@pytest.mark.parametrize("page", ["dark", "light"], indirect=True)
def test_it_opens_and_runs_nothing(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    assert opened.title() == "Funnel of enwikinews"
    assert opened.locator("script").count() == 0
    assert opened.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") == "30.4px"


def test_examples_open_by_mouse_and_keyboard(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    caption = opened.locator("td.caption .foreign").first
    assert not caption.is_visible()
    opened.locator("summary").first.click()
    assert caption.is_visible()
    assert caption.text_content() == HOSTILE_TEXTS[0]
    opened.locator("summary").first.focus()
    opened.keyboard.press("Enter")
    assert not caption.is_visible()


def test_bars_are_drawn_in_the_colours_of_the_scheme(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    bar = "document.querySelector('svg.chart rect')"
    assert opened.evaluate(f"getComputedStyle({bar}).fill") == "rgb(0, 114, 178)"
    assert opened.evaluate(f"{bar}.getBoundingClientRect().width") > 100
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(f"getComputedStyle({bar}).fill") == "rgb(74, 168, 224)"


def test_nothing_overflows_a_laptop(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.set_viewport_size({"width": 420, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    letters = "[...document.querySelectorAll('.chart text')].map((one) => one.getBoundingClientRect().height)"
    assert min(opened.evaluate(letters)) >= 9


def test_it_prints_on_white(page, html, tmp_path):
    opened = page.open_html(html, tmp_path)
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
