"""Rules of wikis: API answers, shipped tables, dump headers, and their order."""

import json
import logging
from pathlib import Path

import pytest

from pipeline.records.errors import InputError
from pipeline.titles.keys import TitleParser
from pipeline.titles.shipped import shipped_siteinfo, shipped_wikis
from pipeline.titles.siteinfo import DumpNames, SiteInfo, load_siteinfo, read_siteinfo_api

ANSWER = {
    "general": {"wikiid": "xxwiki", "lang": "xx", "linktrail": "/^([a-zé]+)(.*)$/sDu", "legaltitlechars": " %A-Za-z0-9:\\x80-\\xFF"},
    "namespaces": {
        "0": {"id": 0, "case": "first-letter", "name": ""},
        "6": {"id": 6, "case": "first-letter", "name": "Datoteka", "canonical": "File"},
        "2302": {"id": 2302, "case": "case-sensitive", "name": "Gadget definition", "canonical": "Gadget definition"},
    },
    "namespacealiases": [{"id": 6, "alias": "Slika"}],
    "interwikimap": [{"prefix": "fr", "url": "u"}, {"prefix": "XX", "localinterwiki": True, "url": "u"}],
    "magicwords": [
        {"name": "redirect", "aliases": ["#PREUSMERITEV", "#REDIRECT"], "case-sensitive": False},
        {"name": "img_thumbnail", "aliases": ["sličica", "thumb"], "case-sensitive": True},
        {"name": "expr", "aliases": ["expr"], "case-sensitive": False},
    ],
}  # fmt: skip
HEADER = DumpNames("itwiki", "it", "first-letter", {0: ("", "first-letter"), 6: ("Immagine", ""), 14: ("Categoria", ""), 106: ("Bottega", "")})  # fmt: skip


def old_format(answer):
    """The same answer in formatversion 1: names under `*`, flags as empty strings."""
    value = json.loads(json.dumps(answer))
    for row in value["namespaces"].values():
        row["*"] = row.pop("name")
    for row in value["namespacealiases"]:
        row["*"] = row.pop("alias")
    for row in value["interwikimap"]:
        if row.get("localinterwiki"):
            row["localinterwiki"] = ""
    return value


def write(path: Path, value) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_api_answer():
    site = read_siteinfo_api(ANSWER)
    assert (site.wiki, site.lang, site.link_trail) == ("xxwiki", "xx", "[a-zé]+")
    assert [(space.id, space.name, space.canonical, space.aliases, space.case) for space in site.namespaces] == [
        (0, "", "", (), "first-letter"),
        (6, "Datoteka", "File", ("Slika",), "first-letter"),
        (2302, "Gadget definition", "Gadget definition", (), "case-sensitive"),
    ]
    assert (site.interwiki, site.local_interwiki) == (("fr", "xx"), ("xx",))
    assert site.redirect_words == ("#PREUSMERITEV", "#REDIRECT")
    assert site.image_words == (("img_thumbnail", ("sličica", "thumb")),)


def test_both_formats_and_the_query_wrapper_say_the_same():
    site = read_siteinfo_api(ANSWER)
    assert read_siteinfo_api(old_format(ANSWER)) == site
    assert read_siteinfo_api({"query": ANSWER}) == site
    assert read_siteinfo_api(ANSWER, "other").wiki == "other"


def test_an_answer_without_words_gets_the_english_ones():
    site = read_siteinfo_api({key: ANSWER[key] for key in ("general", "namespaces", "interwikimap")})
    assert site.redirect_words == ("#REDIRECT",)
    assert dict(site.image_words)["img_thumbnail"] == ("thumb", "thumbnail")


def test_legal_characters_of_the_wiki_rule():
    parser = TitleParser(read_siteinfo_api(ANSWER))
    assert parser.parse("datoteka:a b").key == "Datoteka:A b"
    assert parser.parse("a-b").key == ""


@pytest.mark.parametrize("key", ["general", "namespaces", "interwikimap"])
def test_an_answer_that_lacks_a_part_is_refused(key):
    with pytest.raises(InputError, match=key):
        read_siteinfo_api({name: value for name, value in ANSWER.items() if name != key})


def test_json_round_trip_and_digest():
    site = read_siteinfo_api(ANSWER)
    again = SiteInfo.from_json(json.loads(json.dumps(site.to_json())))
    assert again == site
    assert again.digest() == site.digest()
    assert shipped_siteinfo("enwiki").digest() != shipped_siteinfo("frwiki").digest()
    with pytest.raises(InputError, match="link_trail"):
        SiteInfo.from_json({key: value for key, value in site.to_json().items() if key != "link_trail"})


def test_order_of_sources(tmp_path):
    file = write(tmp_path / "mine.json", ANSWER)
    cached = {**ANSWER, "general": {**ANSWER["general"], "lang": "cached"}}
    write(tmp_path / "enwiki.json", cached)
    by_file, source = load_siteinfo("enwiki", file=file, cache_dir=tmp_path, dump_header=None)
    assert (by_file.lang, by_file.wiki, source) == ("xx", "enwiki", f"file {file}")
    by_cache, source = load_siteinfo("enwiki", file=None, cache_dir=tmp_path, dump_header=None)
    assert (by_cache.lang, source) == ("cached", f"cached answer {tmp_path / 'enwiki.json'}")
    shipped, source = load_siteinfo("enwiki", file=None, cache_dir=tmp_path / "none", dump_header=None)
    assert (shipped, source) == (shipped_siteinfo("enwiki"), "shipped table enwiki")


def test_the_table_of_a_manifest_is_a_siteinfo_file(tmp_path):
    file = write(tmp_path / "site.json", shipped_siteinfo("dewiki").to_json())
    assert load_siteinfo("", file=file, cache_dir=None, dump_header=None)[0] == shipped_siteinfo("dewiki")


def test_last_resort_is_warned_about(caplog):
    header = DumpNames(
        "qqwiki", "de", "first-letter", {0: ("", ""), 6: ("Bildchen", ""), 14: ("Fach", "case-sensitive")}
    )
    with caplog.at_level(logging.WARNING):
        site, source = load_siteinfo("", file=None, cache_dir=None, dump_header=header)
    assert source == "dump header and MediaWiki defaults"
    assert "qqwiki" in caplog.text
    assert "--siteinfo" in caplog.text
    assert (site.wiki, site.lang, site.link_trail, site.local_interwiki) == ("qqwiki", "de", "[äöüßa-z]+", ("de",))
    parser = TitleParser(site)
    assert parser.parse("bildchen:x").key == "Bildchen:X"
    assert parser.parse("file:x").key == "Bildchen:X"
    assert parser.parse("category:x").key == "Fach:x"
    assert parser.parse("Module:x").namespace == 0


def test_no_header_at_all(caplog):
    site, _ = load_siteinfo("svwiki", file=None, cache_dir=None, dump_header=None)
    assert site.link_trail == "[a-zåäöéÅÄÖÉ]+"
    assert TitleParser(site).parse("image:x").key == "File:X"
    assert "svwiki" in caplog.text


@pytest.mark.parametrize("wiki", ["../enwiki", "EN", "", "a/b", "common"])
def test_a_wiki_name_is_never_a_path(wiki, tmp_path, caplog):
    _, source = load_siteinfo(wiki, file=None, cache_dir=tmp_path, dump_header=None)
    assert source == "dump header and MediaWiki defaults"
    assert caplog.records
    assert ("give --wiki NAME or --siteinfo FILE" in caplog.text) == (wiki == "")


def test_header_names_are_added_to_a_table():
    site, _ = load_siteinfo("itwiki", file=None, cache_dir=None, dump_header=HEADER)
    parser = TitleParser(site)
    assert parser.parse("bottega:x").key == "Bottega:X"
    assert parser.parse("immagine:x").key == "File:X"
    # A namespace that the wiki got after the dump was made.
    assert shipped_siteinfo("itwiki") != site
    assert parser.parse("progetto:x").namespace == 0
    assert parser.parse("utente:x").namespace == 2


def test_a_later_namespace_hides_no_article_and_is_no_interwiki_prefix():
    header = DumpNames("enwiki", "en", "first-letter", dict.fromkeys(range(-2, 16), ("", "")))
    old = TitleParser(load_siteinfo("enwiki", file=None, cache_dir=None, dump_header=header)[0])
    assert old.parse("MOS:LEAD")[:4] == (0, "MOS:LEAD", "", "")
    assert old.parse("fr:Paris").interwiki == "fr"
    assert TitleParser(shipped_siteinfo("enwiki")).parse("MOS:LEAD").namespace == 126


def test_a_file_keeps_its_own_namespaces(tmp_path):
    file = write(tmp_path / "mine.json", ANSWER)
    site, _ = load_siteinfo("itwiki", file=file, cache_dir=None, dump_header=HEADER)
    parser = TitleParser(site)
    assert parser.parse("gadget definition:x").key == "Gadget definition:x"
    assert parser.parse("immagine:x").key == "Datoteka:X"
    assert parser.parse("bottega:x").namespace == 106


BROKEN = {
    "no JSON": "{",
    "a list": "[]",
    "no answer": '{"error": "busy"}',
    "namespaces without id": json.dumps({**ANSWER, "namespaces": {"0": {"name": ""}}}),
    "bad letters": json.dumps({**ANSWER, "general": {**ANSWER["general"], "legaltitlechars": "z-a"}}),
    "half a table": json.dumps({"link_trail": ""}),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_an_input_error_that_names_it(text, tmp_path):
    file = tmp_path / "site.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"site\.json"):
        load_siteinfo("enwiki", file=file, cache_dir=None, dump_header=None)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none\.json"):
        load_siteinfo("enwiki", file=tmp_path / "none.json", cache_dir=None, dump_header=None)


def test_shipped_wikis():
    assert {"aawiki", "bgwiki", "dewiki", "enwiki", "enwikinews", "frwiki", "itwiki", "simplewiki"} <= set(
        shipped_wikis()
    )


@pytest.mark.parametrize("wiki", shipped_wikis())
def test_shipped_table_is_whole(wiki):
    site = shipped_siteinfo(wiki)
    owners = {(name.lower(), space.id) for space in site.namespaces for name in (space.name, *space.aliases)}
    assert len(owners) == len({name for name, _ in owners})
    assert site.wiki == wiki
    assert {*range(-2, 16)} <= {space.id for space in site.namespaces}
    assert {space.canonical for space in site.namespaces} >= {"File", "Category", "Template", "Project talk"}
    assert set(site.local_interwiki) <= set(site.interwiki)
    assert "#REDIRECT" in site.redirect_words
    assert dict(site.image_words)["img_width"][-1] == "$1px"
    assert {"img_thumbnail", "img_manualthumb", "img_upright", "timedmedia_thumbtime"} <= set(dict(site.image_words))


def test_local_words_of_shipped_tables():
    french, german = (dict(shipped_siteinfo(wiki).image_words) for wiki in ("frwiki", "dewiki"))
    assert {"vignette", "thumb"} <= set(french["img_thumbnail"])
    assert {"redresse", "redresse=$1", "upright"} <= set(french["img_upright"])
    assert {"mini", "miniatur", "thumb"} <= set(german["img_thumbnail"])
    assert shipped_siteinfo("bgwiki").redirect_words == ("#пренасочване", "#виж", "#REDIRECT")
    assert shipped_siteinfo("enwiki").local_interwiki == ("en", "w")
