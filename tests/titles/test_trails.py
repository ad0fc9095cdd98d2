"""Link trails from PHP patterns."""

import logging
import pickle

import pytest

from pipeline.titles.shipped import common_table, shipped_siteinfo
from pipeline.titles.trails import compile_trail, trail_letters
from pipeline.titles.wiki import Wiki

# PHP pattern, text after the link, the trail in it.
TRAILS = [
    ("/^([a-z]+)(.*)$/sD", "s and more", "s"),
    ("/^([a-z]+)(.*)$/sD", "é", ""),
    ("/^([a-zàâé]+)(.*)$/sDu", "és.", "és"),
    ("/^([äöüßa-z]+)(.*)$/sDu", "ßen", "ßen"),
    ("/^((?:[a-zàèéíòóúç·ïü]|'(?!'))+)(.*)$/sDu", "l'alt''x", "l'alt"),
    ("/^([a-z\\x{0900}-\\x{0963}\\x{0966}-\\x{A8E0}-\\x{A8FF}]+)(.*)$/sDu", "की x", "की"),
    ("/^([\\x{0980}-\\x{09FF}]+)(.*)$/sDu", "abc", ""),
    ("/^()(.*)$/sD", "abc", ""),
    ("", "abc", ""),
    ("/^([a-z]+)(.*)$/sDi", "Sx", "Sx"),
    ("/^([áðéíóúýþæöa-z-–]+)(.*)$/sDu", "-ið", "-ið"),
]


@pytest.mark.parametrize(("php", "text", "trail"), TRAILS)
def test_trail(php, text, trail):
    match = compile_trail(trail_letters(php)).match(text)
    assert match is not None
    assert match.group() == trail


@pytest.mark.parametrize("php", ["nonsense", "/^([a-z+)(.*)$/sD", "/[a-z]+/"])
def test_unreadable_trail_is_warned_about(php, caplog):
    with caplog.at_level(logging.WARNING):
        assert trail_letters(php) == "[a-z]+"
    assert "trail" in caplog.text


def test_trails_of_all_languages_compile():
    trails = common_table()["link_trails"]
    assert len(trails) > 100
    for letters in trails.values():
        assert compile_trail(letters).match("")
    assert compile_trail(trails["zh"]).match("abc").group() == ""


def test_trail_of_a_wiki_matches_at_a_position():
    wiki = Wiki.for_siteinfo(shipped_siteinfo("frwiki"))
    assert wiki.trail.match("[[chat]]sé x", 8).group() == "sé"
    assert wiki.trail.match("[[chat]] x", 8).group() == ""


def test_wiki_pickles_as_its_siteinfo():
    wiki = Wiki(shipped_siteinfo("enwiki"))
    for number in range(1000):
        wiki.titles.parse(f"title {number}")
    data = pickle.dumps(wiki)
    assert len(data) < 20_000
    again = pickle.loads(data)
    assert again.siteinfo == wiki.siteinfo
    assert again.titles.parse("image:x").key == "File:X"
    assert again.templates is wiki.templates
