"""Aligned tables at the end of a command."""

import io

import pytest

from pipeline.console.summary import print_summary, print_table


@pytest.fixture(autouse=True)
def _no_columns(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


def printed(function, *arguments, **options):
    stream = io.StringIO()
    function(*arguments, stream=stream, **options)
    return stream.getvalue()


def test_a_summary_is_aligned_and_numbers_stand_right():
    text = printed(print_summary, "KB", {"pages": 12345, "links": 7})
    assert text == "KB\npages  12,345\nlinks       7\n"


def test_a_table_aligns_numbers_right_and_words_left():
    text = printed(print_table, ("title", "n"), [("Lions", 4), ("Detroit Lions", 12345)])
    assert text == "title               n\nLions               4\nDetroit Lions  12,345\n"


def test_markup_in_titles_is_text():
    assert "[bold]x[/]" in printed(print_table, ("t",), [("[bold]x[/]",)])


def test_control_characters_do_not_reach_the_terminal():
    assert "\x1b" not in printed(print_table, ("t",), [("a\x1b[31mb\n",)], title="c\x07")


def test_long_cells_are_folded_not_cut():
    text = printed(print_table, ("lead", "n"), [("x" * 300, 1)])
    assert text.count("x") == 300
    assert max(map(len, text.splitlines())) <= 120


def test_an_empty_table_shows_its_head():
    assert printed(print_table, ("title", "n"), []).split() == ["title", "n"]


def test_columns_may_be_set_for_pipes(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, printed(print_table, ("lead",), [("x" * 300,)]).splitlines())) <= 40


def test_words_stay_whole_where_there_is_room(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    row = ("University of Texas at Austin", "8.6 % ██", "link 2, disambiguation 12, title 1")
    text = printed(print_table, ("entity", "p", "evidence"), [row], whole=("p",))
    assert "8.6 % ██" in text
    assert {"University", "Texas", "Austin", "disambiguation"} <= set(text.split())
    assert max(map(len, text.splitlines())) <= 40


def test_where_there_is_no_room_words_are_broken_and_nothing_is_lost(monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    text = printed(print_table, ("a", "b"), [("disambiguation", "0123456789")], whole=("b",))
    assert max(map(len, text.splitlines())) <= 20
    assert sorted("".join(text.split())) == sorted("ab" + "disambiguation" + "0123456789")


def test_a_long_title_is_one_line():
    title = "Links of /a/long/path/to/a/file-of-pages.xml.bz2, seed 0"
    assert printed(print_summary, title, {"n": 1}).splitlines()[0] == title
