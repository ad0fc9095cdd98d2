from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.names import Context, DropReason
from pipeline.wikitext.links import file_link_spans, page_links
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of

PIECES = ["[[a]]", "[[b|c", "[[File:d.jpg|", "[[", "]]", "[", "]", "|", "{{x|", "{{", "}}", "{{{", "}}}", "<ref>", "</ref>", "<ref/>",
          "<gallery>", "</gallery>", "\n{|", "\n|}", "\n== h ==\n", "\n* ", "<nowiki>", "</nowiki>", "<!--", "-->", "''", "'''",
          "&amp;", "[http://x ", "{{#tag:ref|", "<math>", "</math>", " ", "text"]  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
CONTEXTS = {context.value for context in Context}


def links_of(text, title="Page", wiki="enwiki"):
    drops = {}
    site = shipped_wiki(wiki)
    return page_links(structure_of(text, site), title, site, drops), drops


@each_case("links.case")
def test_golden(case):
    links, drops = links_of(case["text"], case.get("title", "Page"), case.get("wiki", "enwiki"))
    rows = {}
    for (target, fragment, surface, _, _), n in links.items():
        rows[target, fragment, surface] = rows.get((target, fragment, surface), 0) + n
    assert sorted([*row, n] for row, n in rows.items()) == case["links"]
    assert drops == case.get("drops", {})


@each_case("contexts.case")
def test_contexts(case):
    links, _ = links_of(case["text"], wiki=case.get("wiki", "enwiki"))
    rows = sorted([surface, context, inside] for _, _, surface, context, inside in links)
    assert rows == case["links"]


def test_drops_are_added_up():
    drops = {"self_link": 2, "namespace:6": 1}
    wiki = shipped_wiki()
    page_links(structure_of("[[Page]] [[File:a.jpg]]", wiki), "Page", wiki, drops)
    assert drops == {"self_link": 3, "namespace:6": 2}


def test_file_links_are_found_once():
    wiki = shipped_wiki()
    structure = structure_of("[[File:a.jpg|thumb|b [[c]]]]", wiki)
    assert file_link_spans(structure, wiki) is file_link_spans(structure, wiki)


def test_parts_and_caption_of_a_file_link():
    wiki = shipped_wiki()
    text = "x {{y|[[File:a b.jpg|thumb|left|The [[c|d]]|alt=e]]}} [[Image:f.png]]"
    first, second = file_link_spans(structure_of(text, wiki), wiki)
    assert text[first.start : first.end] == "[[File:a b.jpg|thumb|left|The [[c|d]]|alt=e]]"
    assert first.file_title == "File:a b.jpg"
    assert first.parts == ["thumb", "left", "The [[c|d]]", "alt=e"]
    assert text[first.caption_start : first.caption_end] == "The [[c|d]]"
    assert first.in_template
    assert text[second.start : second.end] == "[[Image:f.png]]"
    assert second.parts == []
    assert second.caption_start == second.caption_end
    assert not second.in_template


@given(hostile)
def test_whatever_the_text_rows_are_sound(text):
    links, drops = links_of(text)
    for (target, _, surface, context, inside), n in links.items():
        assert target
        assert context in CONTEXTS
        assert surface == " ".join(surface.split())
        assert type(inside) is bool
        assert n > 0
    reasons = {reason.value for reason in DropReason}
    assert all(name in reasons or name.startswith("namespace:") for name in drops)


@given(hostile, st.text(alphabet="abc XYZ.,", max_size=30))
def test_prose_after_a_page_changes_no_count(text, prose):
    before, drops_before = links_of(text)
    after, drops_after = links_of(f"{text}\n\n{prose}")
    assert sum(before.values()) == sum(after.values())
    assert drops_before == drops_after


@given(st.lists(st.sampled_from(["[[a]]", "[[B|c]]", "[[d#e|f]]s", "[[File:g.jpg|[[h]]]]"]), max_size=8))
def test_links_of_pages_put_together_add_up(pieces):
    whole, _ = links_of("\n\n".join(pieces))
    parts = sum(sum(links_of(piece)[0].values()) for piece in pieces)
    assert sum(whole.values()) == parts
