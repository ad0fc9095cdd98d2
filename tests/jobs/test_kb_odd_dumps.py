"""Dumps that are sound but odd: nothing in them, or things in them that no wiki should hold."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.jobs.kb import KbResult, build_kb
from pipeline.jobs.kb_options import KbOptions
from pipeline.kb import red_links
from pipeline.kb.store import MentionStore
from pipeline.records import schemas
from pipeline.records.artifacts import KB_ARTIFACTS
from pipeline.records.errors import InputError, MelError
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import Schema
from tests.support.dumps import FOOT, SITEINFO, dump_head, dump_xml, page_xml, write_bz2, write_plain, write_streams

LONGEST = "\u00c9" * 127 + "x"
A, B = page_xml(1, "A", "[[B]]"), page_xml(2, "B", "[[A]]")
SURROGATE, NUL_ENTITY = "&#xD800;", "&#0;"


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., KbResult]:
    """Builds the KB of some pages; whatever they are, the reckoning holds and the store answers."""

    def run(pages: list[str], *, keep_red_links: bool = True, **head: str) -> KbResult:
        file = write_bz2(tmp_path / "dump.xml.bz2", dump_xml(pages, **head))
        return check(build_kb(options(file, tmp_path / "kb", keep_red_links=keep_red_links)))

    return run


def options(file: Path, out: Path, **given: Any) -> KbOptions:
    return KbOptions(out=out, files=(file,), max_error_rate=1.0, **given)


def check(result: KbResult) -> KbResult:
    """Every stage's reckoning, every artifact opened, every mention found in the store."""
    for report in result.reports:
        if "in" in report.figures:
            figures = report.figures
            for part in (figures, *figures.get("of_rows", {}).values()):
                assert part["in"] == part["out"] + sum(part["dropped"].values()) + part["dead"], report.name
    for artifact in KB_ARTIFACTS:
        if not artifact.staging:
            assert open_artifact(result.out / artifact.name, artifact.schema).table().schema == artifact.schema.arrow
    store = MentionStore.open(result.out / "store")
    for row in table(result, schemas.MENTIONS):
        assert row["entity_id"] in [candidate.entity_id for candidate in store.lookup(row["surface"])]
    assert list(store.lookup("no such surface")) == []
    return result


def table(result: KbResult, schema: Schema) -> list[dict[str, Any]]:
    return open_artifact(result.out / schema.name, schema).table().to_pylist()


def column(result: KbResult, schema: Schema, name: str) -> list[Any]:
    return [row[name] for row in table(result, schema)]


@pytest.mark.parametrize(
    ("pages", "titles", "entities"),
    [
        ([], [], []),
        ([page_xml(1, "Talk:A", "[[B]]", namespace=1)], [], []),
        ([page_xml(1, "A", "plain")], ["A"], [1]),
        ([page_xml(1, "A", "")], ["A"], [1]),
        ([A, B], ["A", "B"], [1, 2]),
        ([page_xml(1, "A", "#REDIRECT [[A]]", redirect="A")], ["A"], []),
        (
            [
                page_xml(1, "A", "#REDIRECT [[B]]", redirect="B"),
                page_xml(2, "B", "#REDIRECT [[A]]", redirect="A"),
            ],
            ["A", "B"],
            [],
        ),
        ([page_xml(1, "A (disambiguation)", "* [[B]]\n{{disambiguation}}")], ["A (disambiguation)"], []),
    ],
    ids=["no page", "talk only", "no link", "no text", "no redirect", "self redirect", "loop", "list page only"],
)
@pytest.mark.parametrize("keep_red_links", [False, True], ids=["default", "red links"])
def test_dump_without_some_kind_of_row(build, pages, titles, entities, keep_red_links):
    result = build(pages, keep_red_links=keep_red_links)
    assert column(result, schemas.TITLES, "title_key") == titles
    assert column(result, schemas.ENTITIES, "entity_id") == entities


def test_streams_without_a_page(tmp_path: Path):
    """A multistream dump of a head and a closing tag, cut into ranges."""
    write_streams(tmp_path / "dump.xml.bz2", [dump_head(), FOOT])
    result = check(build_kb(options(tmp_path / "dump.xml.bz2", tmp_path / "kb", range_bytes=1)))
    assert result.reports[0].figures["in"] == 0


@pytest.mark.parametrize(
    "siteinfo",
    [
        re.sub(r"    <namespaces>.*</namespaces>\n", "", SITEINFO, flags=re.DOTALL),
        re.sub(r"      <namespace .*</namespace>\n", "", SITEINFO),
        re.sub(r"    <(sitename|dbname|base|generator|case)>.*\n", "", SITEINFO),
    ],
    ids=["no namespaces", "main namespace only", "no names"],
)
def test_wiki_that_says_little_about_itself(build, siteinfo):
    result = build([A, B, page_xml(3, "Talk:A", "[[A]]", namespace=1)], siteinfo=siteinfo)
    assert [title for title in column(result, schemas.TITLES, "title_key") if title in "AB"] == ["A", "B"]
    assert column(result, schemas.ENTITIES, "n_inlinks")[:2] == [1, 1]


@pytest.mark.parametrize("page_id", [0, 2**40 + 5, 2**53 + 1])
def test_page_ids_far_apart(build, page_id):
    result = build([page_xml(page_id, "A", "[[B]]"), page_xml(3, "B", "[[A]]")])
    assert sorted(column(result, schemas.ENTITIES, "entity_id")) == sorted([page_id, 3])
    assert {row["entity_id"]: row["entity"] for row in table(result, schemas.MENTIONS)} == {page_id: "A", 3: "B"}


@pytest.mark.parametrize("page_id", ["18446744073709551617", "1_0", "\u0661", "1.5", "", "-5"])
def test_page_id_that_is_none(build, page_id):
    result = build([A.replace("<id>1</id>", f"<id>{page_id}</id>"), B])
    assert column(result, schemas.ENTITIES, "entity_id") == [2]
    assert [row["title"] for row in table(result, schemas.ERRORS)] == ["A"]


@pytest.mark.parametrize("bad", [SURROGATE, NUL_ENTITY, "\x00"], ids=["surrogate", "nul entity", "nul"])
@pytest.mark.parametrize("where", ["text", "title"])
def test_characters_that_xml_forbids(build, bad, where):
    page = page_xml(1, "A BAD", "[[B|x]]") if where == "title" else page_xml(1, "A", "[[B|x BAD y]] BAD")
    result = build([page.replace("BAD", bad), B])
    assert [row["reason"] for row in table(result, schemas.ERRORS)] == ["bad_xml"]
    assert column(result, schemas.ENTITIES, "entity_id") == [2]


def test_wikitext_entities_of_no_character(build):
    """MediaWiki shows U+FFFD, or the entity as it is written; a title with one is no link."""
    result = build(
        [page_xml(1, "A", "[[B|x&#xD800;y]] [[B|&#0;]] [[B|&#x110000;z]] [[C&#0;D]] [[C%00D]] [[&#xD800;]]"), B]
    )
    assert {row["entity"] for row in table(result, schemas.MENTIONS)} == {"A", "B"}
    for row in table(result, schemas.MENTIONS):
        assert "\x00" not in row["surface"]


@pytest.mark.parametrize("title", [LONGEST, "\u00e9" * 500], ids=["255 bytes", "1000 bytes"])
def test_title_at_and_beyond_the_longest(build, title):
    """A longer title is no link target, but the page is there."""
    result = build([page_xml(1, title, "[[B]]"), page_xml(2, "B", f"[[{title}]]")])
    assert column(result, schemas.ENTITIES, "title")[0] == title
    assert column(result, schemas.ENTITIES, "n_inlinks") == [1 if title == LONGEST else 0, 1]


@pytest.mark.parametrize("title", ["", "   "])
def test_page_without_a_title(build, title):
    result = build([page_xml(1, title, "[[B]]"), B])
    assert [row["reason"] for row in table(result, schemas.ERRORS)] == ["no_title"]
    assert column(result, schemas.TITLES, "title_key") == ["B"]


@pytest.mark.parametrize(("one", "other"), [("A b", "A b"), ("a b", "A_b")], ids=["same", "same key"])
def test_two_articles_of_one_title(build, one, other):
    """The older page keeps the title, and only it is an entity; the hatnotes of the other give no evidence."""
    hatnote = "{{About|a thing|the other|B}}"
    result = build([page_xml(1, one, "[[B]]"), page_xml(5, other, hatnote + "[[B|z]]"), page_xml(6, "B", "[[A b]]")])
    assert column(result, schemas.TITLES, "page_id") == [1, 6]
    assert column(result, schemas.ENTITIES, "entity_id") == [1, 6]
    assert table(result, schemas.HATNOTES) == []
    (figures,) = (report.figures["of_rows"] for report in result.reports if report.name == "resolve")
    assert {name: rows["dropped"] for name, rows in figures.items()} == {
        "titles": {"duplicate_title": 1},
        "redirects": {},
        "disambiguation": {},
        "hatnotes": {"duplicate_title": 1},
        "entities": {"duplicate_title": 1},
    }


def test_article_and_redirect_of_one_title(build):
    redirect = page_xml(5, "A", "#REDIRECT [[B]]", redirect="B")
    result = build([A, redirect, page_xml(6, "B", "[[A]]")])
    assert column(result, schemas.TITLES, "page_id") == [1, 6]
    assert table(result, schemas.REDIRECTS) == []
    assert {(row["surface"], row["entity_id"]) for row in table(result, schemas.MENTIONS)} == {("A", 1), ("B", 6)}


@pytest.mark.parametrize("time", ["yesterday", "9999999-01-01T00:00:00Z", "", "2021-13-01T00:00:00Z"])
def test_time_that_is_none(build, time):
    result = build([A.replace("2021-01-01T00:00:00Z", time), B])
    assert [row["timestamp"] is None for row in table(result, schemas.PAGES)] == [True, False]


def test_surface_of_half_a_megabyte(build):
    long = "w " * 250_000
    result = build([page_xml(1, "A", f"[[B|{long}]]"), B])
    assert long.strip() in column(result, schemas.MENTIONS, "surface")


def test_surfaces_of_invisible_characters(build):
    result = build([page_xml(1, "A", "[[B|\u202e\u200b]] [[B|\u00a0]] [[B|\u3000]]"), B])
    assert result.reports[2].figures["dropped"] == {"empty_surface": 2}


def test_pages_in_falling_order_of_ids(build):
    result = build([page_xml(900_000, "C", "[[A]]"), B, A])
    assert column(result, schemas.PAGES, "page_id") == [1, 2, 900_000]


def test_file_without_a_closing_tag(tmp_path: Path):
    file = write_plain(tmp_path / "dump.xml", dump_head() + A + B)
    with pytest.raises(InputError, match=r"dump\.xml"):
        build_kb(options(file, tmp_path / "kb"))


def test_two_red_titles_of_one_id_are_an_error(build, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(red_links, "red_entity_id", lambda _: -5)
    with pytest.raises(MelError, match=r"^the red links 'X' and 'Y' have one id; run without --keep-red-links$"):
        build([page_xml(1, "A", "[[X]] and [[Y]]")])
