"""Real siteinfo files and MediaWiki's own titles as the oracle."""

import json

import pytest

from pipeline.titles.keys import TitleParser, title_key
from pipeline.titles.shipped import shipped_siteinfo
from pipeline.titles.siteinfo import load_siteinfo, read_siteinfo_api

pytestmark = pytest.mark.data
TABLES = ("mentions", "mentions_with_template_args", "pagelinks", "pagelinks_with_template_args")


def column(path, name):
    lines = path.read_text(encoding="utf-8").splitlines()
    index = lines[0].split("\t").index(name)
    return [line.split("\t")[index] for line in lines[1:]]


@pytest.fixture(scope="module")
def oracle(data_dir):
    return data_dir / "oracle/enwiki-sample"


@pytest.fixture(scope="module")
def parser(oracle):
    return TitleParser(load_siteinfo("enwiki", file=oracle / "siteinfo.json", cache_dir=None, dump_header=None)[0])


def test_every_title_of_the_oracle_is_its_own_key(oracle, parser):
    targets = {title for table in TABLES for title in column(oracle / f"{table}.tsv", "target_title")}
    pages = {*column(oracle / "pages.tsv", "title"), *column(oracle / "redirects.tsv", "target")}
    assert len(targets) > 19_000
    wrong = {title: title_key(title, parser) for title in targets | pages if title_key(title, parser) != title}
    assert wrong == {}


def test_a_small_first_letter_and_underscores_give_the_same_key(oracle, parser):
    for title in set(column(oracle / "mentions.tsv", "target_title")):
        # "I Ching" and "i Ching" meet, but no title that begins with a small letter of its own exists here.
        typed = title[0].lower() + title[1:].replace(" ", "_")
        if len(title[0].lower()) == 1 and not title.startswith(("ß", "İ")):
            assert parser.parse(typed).key == title


def test_prefixed_titles_of_the_oracle(oracle, parser):
    for title in column(oracle / "categorylinks.tsv", "category"):
        assert parser.parse(f"category:{title}").key == f"Category:{title}"
    for title in column(oracle / "imagelinks.tsv", "file_title"):
        assert parser.parse(f"Image:{title}").key == f"File:{title}"
    prefixes = column(oracle / "iwlinks.tsv", "prefix")
    for prefix, title in zip(prefixes, column(oracle / "iwlinks.tsv", "title"), strict=True):
        found = parser.parse(f"{prefix}:{title}")
        assert (found.interwiki, found.key) == (prefix, title)


@pytest.mark.parametrize("wiki", ["enwiki", "frwiki"])
def test_shipped_tables_hold_what_the_wikis_say(data_dir, wiki):
    value = json.loads((data_dir / f"siteinfo/{wiki}.json").read_text(encoding="utf-8"))
    real, shipped = read_siteinfo_api(value), shipped_siteinfo(wiki)
    assert (real.wiki, real.lang) == (shipped.wiki, shipped.lang)
    assert real.interwiki == shipped.interwiki
    assert real.local_interwiki == shipped.local_interwiki
    assert real.link_trail == shipped.link_trail
    assert real.legal_title_chars == shipped.legal_title_chars
    assert set(real.redirect_words) == set(shipped.redirect_words)
    assert {name: set(words) for name, words in real.image_words} == {
        name: set(words) for name, words in shipped.image_words
    }
    spaces = {space.id: (space.name, set(space.aliases), space.case) for space in shipped.namespaces}
    assert {space.id: (space.name, set(space.aliases), space.case) for space in real.namespaces} == spaces


def test_the_oracles_answer_without_wiki_id(oracle):
    value = json.loads((oracle / "siteinfo.json").read_text(encoding="utf-8"))
    site = read_siteinfo_api(value)
    assert site.wiki == ""
    assert site.local_interwiki == ("en", "w")
    assert {space.id for space in site.namespaces} >= {108, 446, 2600}
    assert [space.case for space in site.namespaces if space.id == 2302] == ["case-sensitive"]
