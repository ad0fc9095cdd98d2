"""The funnel's page and its table in the terminal."""

import io
import re
from html.parser import HTMLParser

import pytest

from pipeline.report.funnel_page import funnel_html
from pipeline.report.funnel_table import print_funnel
from pipeline.report.funnel_words import rule_label, rule_meaning
from pipeline.wikinews.cleaning import Drop
from pipeline.wikinews.funnel import make_funnel
from tests.support.corpus_rows import article_row, article_table, pair_row, pair_table
from tests.support.hostile import HOSTILE_TEXTS

ROWS = [
    *(pair_row(n, topic="sports") for n in range(4)),
    pair_row(4, status="dropped", reasons=["no_caption", "icon"], caption=""),
    pair_row(5, status="dropped", reasons=["icon"], year=2012),
    pair_row(6, status="dropped", reasons=["term:violent:gore", "decided:gore shown"]),
    pair_row(7, status="review", reasons=["term:violent:blood", "unknown_template:Foo"], year=None),
]


def funnel_of(rows=ROWS, *, wiki="enwikinews", date="20210101", drops=None, templates=None):
    articles = [article_row(n) for n in range(10)]
    return make_funnel(
        [pair_table(rows)], [article_table(articles)], wiki=wiki, date=date, article_drops=drops or {},
        unknown_templates=templates or {},
    )  # fmt: skip


class Tables(HTMLParser):
    """Tables by caption: a list of rows of cell texts."""

    def __init__(self, text):
        super().__init__()
        self.found, self.caption, self.cell = {}, None, None
        self.scopes = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.rows, self.caption = [], ""
        if tag == "caption":
            self.cell = []
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.cell = []
        if tag == "th":
            self.scopes.append(dict(attrs).get("scope"))

    def handle_data(self, data):
        if self.cell is not None:
            self.cell.append(data)

    def handle_endtag(self, tag):
        if tag == "caption":
            self.caption = " ".join("".join(self.cell).split())
            self.cell = None
        if tag in ("th", "td"):
            self.rows[-1].append(" ".join("".join(self.cell).split()))
            self.cell = None
        if tag == "table" and self.caption:
            self.found[self.caption] = self.rows


def test_the_tables_hold_the_figures():
    tables = Tables(funnel_html(funnel_of(drops={"unpublished": 3}, templates={"Foo": 1})))
    assert set(tables.scopes) == {"col", "row"}
    rules = {row[0]: row[3:] for row in tables.found["Pairs per rule"]}
    assert rules["no caption"] == ["8", "1", "12.5%", "7", "1"]
    assert rules["icon"] == ["7", "1", "14.3%", "6", "2"]
    assert rules["violent term"] == ["5", "1", "20.0%", "4", "2"]
    assert rules["kept"] == ["", "", "", "4", ""]
    assert tables.found["Articles in and out"][1:] == [
        ["all articles", "10", ""], ["unpublished", "3", "30.0%"], ["taken", "7", "70.0%"],
    ]  # fmt: skip
    [name] = [name for name in tables.found if name.startswith("Pairs by year")]
    header, *years = tables.found[name]
    assert header[:6] == ["year", "articles", "pairs found", "kept", "in review", "dropped"]
    assert [row[:6] for row in years] == [
        ["2011", "10", "6", "4", "0", "2"], ["2012", "0", "1", "0", "0", "1"], ["no year", "0", "1", "0", "1", "0"],
        ["all", "10", "8", "4", "1", "3"],
    ]  # fmt: skip
    assert header[6:] == ["no caption", "icon", "decided by reviewers", "violent term"]
    assert years[-1][6:] == ["1", "1", "1", "1"]
    assert tables.found["Pairs per term"][1:] == [["blood", "violent", "1"], ["gore", "violent", "1"]]
    assert tables.found["Captions per template"][1:] == [["Foo", "1"]]


def test_weak_dates_are_shown():
    articles = [
        article_row(1),
        *(article_row(n, date_evidence="") for n in (2, 3)),
        article_row(4, date_evidence="first_line"),
    ]
    funnel = make_funnel(
        [], [article_table(articles)], wiki="w", date="", article_drops={}, unknown_templates={}
    )  # fmt: skip
    rows = Tables(funnel_html(funnel)).found["Articles per source of the date"]
    assert rows[1:] == [["no date", "2"], ["the first line of the text", "1"]]


def test_the_papers_figures_stand_beside_those_of_its_wiki_only():
    assert "the paper: about 14,000" in funnel_html(funnel_of())
    assert "the paper: about" not in funnel_html(funnel_of(wiki="dewikinews"))


@pytest.mark.parametrize(
    ("date", "shown"), [("20210101", "dump of 1 January 2021"), ("", "from its dump"), ("latest", "dump of latest")]
)
def test_the_date(date, shown):
    assert shown in funnel_html(funnel_of(date=date))


def test_an_empty_corpus_is_a_page():
    page = funnel_html(make_funnel([], [], wiki="enwikinews", date="20210101", article_drops={}, unknown_templates={}))
    assert "There are no pairs." in page
    assert "No rule spoke." in page


def test_long_lists_say_that_they_are_cut():
    page = funnel_html(funnel_of(templates={f"T{n:03}": 1 for n in range(201)}))
    assert "The first 200 of 201." in page
    assert "T199" in page
    assert "T200" not in page


def test_every_rule_has_words():
    for rule in [*Drop, "maybe_audio", "credit_only", "unknown_template", "decided", "term:violent"]:
        assert rule_meaning(rule), rule
        assert "_" not in rule_label(rule)
    assert (rule_label("a_new_rule"), rule_meaning("a_new_rule")) == ("a new rule", "")


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_texts_change_no_tag(text):
    def tags(value):
        safe = value.replace("\ud800", "?")  # no Arrow table holds half a character
        rows = [
            pair_row(1, status="dropped", reasons=["icon", f"term:violent:{safe}"], caption=safe, credit=safe,
                     article_title=safe, file_title=safe, topic=safe),
        ]  # fmt: skip
        return re.findall(r"<[a-z/!][^>\s]*", funnel_html(funnel_of(rows, wiki="w", date=safe, templates={safe: 2})))

    assert tags(text) == tags("plain")


def test_the_same_funnel_gives_the_same_page():
    assert funnel_html(funnel_of()) == funnel_html(funnel_of(list(reversed(ROWS))))


def test_the_terminal_shows_what_spoke():
    stream = io.StringIO()
    print_funnel(funnel_of(), stream)
    lines = [line.split() for line in stream.getvalue().splitlines()]
    assert lines[0] == ["funnel", "of", "enwikinews", "20210101"]
    assert ["icon", "dropped", "7", "1", "6", "2"] in lines
    assert ["decided", "decided", "6", "1", "5", "1"] in lines
    assert lines[-2] == ["pairs", "kept", "-", "-", "4", "-"]
    assert stream.getvalue().splitlines()[-1].startswith("taken out: pairs that end at this step; spoke: pairs that")
    assert not any(line[0] == "audio" for line in lines)
