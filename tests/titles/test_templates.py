"""Template tables of the languages."""

import json

import pytest

from pipeline.records.names import PageKind
from pipeline.titles.hatnote_forms import HATNOTE_FORMS
from pipeline.titles.shipped import TABLES, shipped_siteinfo, shipped_wikis
from pipeline.titles.templates import LAST, TextRule, template_tables

ENGLISH = template_tables("enwiki", "en")
FILES = sorted(TABLES.glob("templates.*.json"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Disambiguation", PageKind.DISAMBIGUATION),
        ("disambig", PageKind.DISAMBIGUATION),
        ("Dab", PageKind.DISAMBIGUATION),
        ("hndis", PageKind.DISAMBIGUATION),
        ("Geodis", PageKind.DISAMBIGUATION),
        ("Human_name_disambiguation", PageKind.DISAMBIGUATION),
        ("Letter–number combination disambiguation", PageKind.DISAMBIGUATION),
        ("Surname", PageKind.SURNAME),
        ("given name", PageKind.GIVEN_NAME),
        ("SIA", PageKind.SET_INDEX),
        ("Shipindex", PageKind.SET_INDEX),
        ("Mountain index", PageKind.SET_INDEX),
        ("Disambiguation needed", None),
        ("Infobox given name", None),
    ],
)
def test_english_page_kinds(name, kind):
    assert ENGLISH.kind_of(name) is kind


@pytest.mark.parametrize(
    ("wiki", "name"),
    [
        ("frwiki", "Homonymie"),
        ("itwiki", "Disambigua"),
        ("dewiki", "Begriffsklärung"),
        ("bgwiki", "Пояснение"),
        ("simplewiki", "Disambig"),
        ("enwikinews", "Disambig"),
    ],
)
def test_disambiguation_of_other_wikis(wiki, name):
    tables = template_tables(wiki, shipped_siteinfo(wiki).lang)
    assert tables.has_table
    assert tables.kind_of(name) is PageKind.DISAMBIGUATION


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("For", "for"),
        ("about", "about"),
        ("Two other uses", "about"),
        ("Otheruses4", "about"),
        ("Other uses", "other_uses"),
        ("Otheruses", "other_uses"),
        ("Other_uses_of", "other_uses_of"),
        ("Redirect", "redirect"),
        ("Redirect2", "redirect2"),
        ("Other people", "other_people"),
        ("Other places", "other_places"),
        ("Distinguish", None),
        ("About-distinguish", None),
        ("Main", None),
        ("See also", None),
    ],
)
def test_english_hatnotes(name, form):
    assert ENGLISH.hatnote_form(name) == form


def test_hatnotes_of_other_wikis():
    assert template_tables("frwiki", "fr").hatnote_form("voir homonymes") == "other_uses"
    assert template_tables("itwiki", "it").hatnote_form("Nota disambigua") == "for"
    assert template_tables("dewiki", "de").hatnote_form("Begriffsklärungshinweis") == "other_uses"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Infobox person", "person"),
        ("Infobox_settlement", "settlement"),
        ("infobox", "infobox"),
        ("Infobox/ship", "ship"),
        ("Taxobox", "Taxobox"),
        ("Automatic taxobox", "Automatic taxobox"),
        ("speciesbox", "speciesbox"),
        ("Drugbox", "Drugbox"),
        ("Chembox", "Chembox"),
        ("Football club infobox", "Football club infobox"),
        ("Hurricane infobox", "Hurricane"),
        ("Infoboxes", None),
        ("Navbox", None),
        ("Cite web", None),
        ("", None),
    ],
)
def test_infobox_types(name, kind):
    assert ENGLISH.infobox_type(name) == kind
    assert ENGLISH.is_infobox(name) is (kind is not None)


def test_infoboxes_of_other_wikis():
    assert template_tables("frwiki", "fr").infobox_type("Infobox Ville") == "Ville"
    assert template_tables("frwiki", "fr").is_infobox("Taxobox début")
    assert template_tables("itwiki", "it").is_infobox("Divisione amministrativa")
    assert not template_tables("itwiki", "it").is_infobox("Bio")
    assert template_tables("bgwiki", "bg").infobox_type("Филм инфо") == "Филм"


def test_text_templates():
    assert ENGLISH.text_template("Nowrap") == TextRule(1, names=("text",))
    assert ENGLISH.text_template("lang") == TextRule(2, names=("text",))
    assert ENGLISH.text_template("transl") == TextRule(LAST, names=("text",))
    assert ENGLISH.text_template("lang-fr") == TextRule(1, names=("text",))
    assert ENGLISH.text_template("nbsp") == TextRule(0, " ")
    assert ENGLISH.text_template("!") == TextRule(0, "|")
    assert ENGLISH.text_template("Cite web") is None
    assert ENGLISH.text_template("convert") is None


def test_a_wiki_without_table():
    tables = template_tables("tlhwiki", "tlh")
    assert not tables.has_table
    assert tables.disambiguation_suffix == "(disambiguation)"
    assert tables.kind_of("Disambig") is None
    assert tables.hatnote_form("For") is None
    assert not tables.is_infobox("Infobox person")
    assert tables.text_template("lang-fr") is None
    assert not template_tables("../en", "../en").has_table


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_table_file_is_sound(path):
    table = json.loads(path.read_text(encoding="utf-8"))
    assert set(table["kinds"]) == {"disambiguation", "surname", "given_name", "set_index"}
    assert set(table["hatnotes"]) <= set(HATNOTE_FORMS)
    assert {*table["text"]} == {"1", "2", "last", "literal"}
    texts = [list(table["text"]["literal"])] + [table["text"][key] for key in ("1", "2", "last")]
    for families in (list(table["kinds"].values()), list(table["hatnotes"].values()), texts):
        names = [name.casefold() for family in families for name in family]
        assert all(names)
        assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    infobox = table["infobox"]
    assert all(
        [*infobox["prefixes"], *infobox["suffixes"], *infobox["names"], *table["text_prefixes"], *table["see_also"]]
    )
    assert table["disambiguation_suffix"].startswith("(")


def test_every_form_says_where_its_pages_stand():
    for name, form in HATNOTE_FORMS.items():
        assert form.name == name
        assert form.first >= 1
        assert not form.surfaces or max(form.surfaces) < form.first


@pytest.mark.parametrize("wiki", shipped_wikis())
def test_every_shipped_wiki_but_afar_has_templates(wiki):
    assert template_tables(wiki, shipped_siteinfo(wiki).lang).has_table is (wiki != "aawiki")
