"""Link targets and title keys."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.names import DropReason
from pipeline.titles import parsing
from pipeline.titles.capitals import capital
from pipeline.titles.keys import ParsedTitle, TitleParser, title_key
from pipeline.titles.shipped import shipped_siteinfo
from pipeline.titles.siteinfo import SiteInfo
from tests.support.cases import each_case

ENGLISH = TitleParser(shipped_siteinfo("enwiki"))
PARSERS = {name: TitleParser(shipped_siteinfo(name)) for name in ("frwiki", "aawiki", "bgwiki", "enwikinews")}
PARSERS["enwiki"] = ENGLISH

# Texts rich in the characters that titles give meaning to.
PIECES = st.sampled_from(
    [*" _:#%&;/.~'\u00a0\u3000\u200e\u0301\u0307\u0338{[<|", "en:", "File:", "Talk:", "fr:", "&amp;", "&#38;", "%25", "%C3%A9",
     "../", "ß", "ı", "i", "h\u0331", "ǆ", "ა", "é", "A", "x", "K", "\u037e"]
)  # fmt: skip
ODD = st.lists(PIECES, max_size=12).map("".join)
ANY = st.one_of(st.text(), ODD)


@each_case("titles.case")
def test_target(case):
    parser = PARSERS[case.get("wiki", "enwiki")]
    found = parser.parse(case["raw"])
    assert [*found[:4], found.problem and found.problem.value] == case["is"]
    if found.problem is None:
        assert found.colon == case.get("colon", False)


@each_case("titles.case")
def test_quick_way_agrees_with_the_long_one(case):
    parser = PARSERS[case.get("wiki", "enwiki")]
    quick = parser._read_plain(case["raw"])
    assert quick is None or quick == parser._read(case["raw"])


@given(ANY)
def test_quick_way_agrees_on_any_text(text):
    quick = ENGLISH._read_plain(text)
    assert quick is None or quick == ENGLISH._read(text)


def test_plain_titles_take_the_quick_way():
    assert ENGLISH._read_plain("Otter of the sea") == ENGLISH._read("Otter of the sea")


@given(ANY)
def test_key_is_idempotent(text):
    key = title_key(text, ENGLISH)
    assert unicodedata.is_normalized("NFC", key)
    if key[1:2].isascii() and ":" in key and key[0] != text.lstrip(" _:")[:1]:
        # "ıA:" is raised to "IA:" after its prefix was looked at, as in MediaWiki: read again, it is another wiki's.
        assert title_key(key, ENGLISH) in {key, ""}
    else:
        assert title_key(key, ENGLISH) == key


def test_a_letter_that_is_raised_to_ascii_makes_no_prefix():
    assert ENGLISH.parse("ıA:").key == "IA:"
    assert ENGLISH.parse("IA:").interwiki == "ia"


@given(ANY)
def test_parse_answers_any_text(text):
    found = ENGLISH.parse(text)
    assert (found.problem is None) == bool(found.key or found.interwiki)
    assert ENGLISH.parse(text) == found


@given(st.text(st.characters(), max_size=20))
def test_parse_answers_lone_surrogates(text):
    # The default alphabet of st.characters() holds surrogates; a key must always be encodable.
    key = ENGLISH.parse(text).key
    assert key.encode("utf-8", "replace").decode() == key


def test_lone_surrogate_is_bad():
    assert ENGLISH.parse("A\ud800").problem is DropReason.BAD_TITLE


def test_entity_with_more_digits_than_python_reads_is_bad():
    assert ENGLISH.parse(f"A&#{'9' * 5000};").problem is DropReason.BAD_TITLE


def test_title_of_255_bytes_is_the_longest():
    assert len(ENGLISH.parse("A" * 255).key) == 255
    assert ENGLISH.parse("A" * 256).problem is DropReason.BAD_TITLE
    assert ENGLISH.parse("é" * 127).problem is None
    assert ENGLISH.parse("é" * 128).problem is DropReason.BAD_TITLE
    assert ENGLISH.parse("Special:" + "x" * 512).problem is None
    assert ENGLISH.parse("Special:" + "x" * 513).problem is DropReason.BAD_TITLE
    assert ENGLISH.parse("User:" + "x" * 255).problem is None


def test_key_of_another_wikis_title_is_empty():
    assert title_key("fr:Paris", ENGLISH) == ""
    assert title_key("http://example.org", ENGLISH) == "Http://example.org"


def test_case_sensitive_namespaces_keep_their_letters():
    value = shipped_siteinfo("enwiki").to_json()
    for space in value["namespaces"]:
        if space["id"] in (0, 14):
            space["case"] = "case-sensitive"
    parser = TitleParser(SiteInfo.from_json(json.loads(json.dumps(value))))
    assert parser.parse("austin").key == "austin"
    assert parser.parse("austin (a/b)").key == "austin (a/b)"
    assert parser.parse("category:austin").key == "Category:austin"
    assert parser.parse("user:austin").key == "User:Austin"


def test_cache_forgets_and_answers_the_same(monkeypatch):
    monkeypatch.setattr(parsing, "CACHE_TITLES", 4)
    parser = TitleParser(shipped_siteinfo("enwiki"))
    for _ in range(3):
        for number in range(20):
            assert parser.parse(f"title {number}") == ParsedTitle(0, f"Title {number}", "", "", None, colon=False)
    assert len(parser._recent) <= 4
    assert len(parser._older) <= 4
    parser.parse("x" * 5000)
    assert "x" * 5000 not in parser._recent


def test_prefix_and_namespace_of():
    parser = PARSERS["frwiki"]
    assert parser.prefix(6) == "Fichier:"
    assert parser.prefix(0) == ""
    assert parser.namespace_of("image:X.png") == 6
    assert parser.namespace_of("Star Trek: Picard") == 0
    assert parser.namespace_of("Paris") == 0
    with pytest.raises(KeyError):
        parser.prefix(4242)


# Letters of KB definitions section 1 that stay, and of Wikimedia's own list of exceptions.
STAY = "ßŉǰΐΰևﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗẖẗẘẙẚὐὒὔὖᾲᾴᾶᾷῂῄῆῇῒΐῖῗῢΰῤῦῧῲῴῶῷⅰⅿⓐⓩꞹͅ𖹠𖹿"


@pytest.mark.parametrize("letter", [*STAY, *map(chr, range(0x10D0, 0x1100))])
def test_letters_without_capital_in_titles(letter):
    assert capital(letter) == letter


def test_every_other_letter_follows_unicode():
    greek = dict(zip("ᾀᾗᾧᾳῃῳ", "ᾈᾟᾯᾼῌῼ", strict=True))
    assert {small: capital(small) for small in greek} == greek
    stay = {
        *STAY,
        *map(chr, [*range(0x10D0, 0x1100), *range(0x2170, 0x2180), *range(0x24D0, 0x24EA), *range(0x16E60, 0x16E80)]),
    }
    for letter in map(chr, range(0x110000)):
        upper = letter.upper()
        if len(upper) == 1:
            assert capital(letter) == (letter if letter in stay else upper)
        else:
            assert capital(letter) in {letter, letter.title()}
    assert [capital(letter) for letter in "aéжωǆǅÿ"] == [*"AÉЖΩǄǄŸ"]
