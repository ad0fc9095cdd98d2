from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.wikitext.mask import mask
from pipeline.wikitext.structure import arguments, read_structure
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki, structure_of
from tests.wikitext.test_links import hostile


def texts(structure, spans):
    return [structure.text[start:end] for start, end in spans]


@each_case("structure.case")
def test_golden(case):
    found = read_structure(mask(case["text"]), shipped_wiki(case.get("wiki", "enwiki")))
    seen = {
        "templates": [[one.name, found.text[one.start : one.end], one.depth] for one in found.templates],
        "references": texts(found, found.references),
        "galleries": texts(found, found.galleries),
        "tables": texts(found, found.tables),
        "headings": [[heading.level, heading.title] for heading in found.headings],
        "lead": found.text[: found.lead_end],
    }
    expected = {key: value for key, value in case.items() if key not in ("name", "text", "wiki")}
    assert expected
    assert {key: seen[key] for key in expected} == expected


def argument_pairs(call):
    structure = read_structure(call, shipped_wiki())
    return arguments(structure, structure.templates[0])


def test_arguments_are_split_outside_inner_markup():
    call = "{{a|b|c = d |{{e|f=g}}|[[h|i=j]]|<ref name=k>l|m=n</ref>|{{{o|p}}}|q=r=s}}"
    assert argument_pairs(call) == [
        (None, "b"), ("c", "d"), (None, "{{e|f=g}}"), (None, "[[h|i=j]]"), (None, "<ref name=k>l|m=n</ref>"),
        (None, "{{{o|p}}}"), ("q", "r=s"),
    ]  # fmt: skip


def test_arguments_keep_blanks_of_unnamed_values_only():
    assert argument_pairs("{{a| b \n| c = \n d \n}}") == [(None, " b \n"), ("c", "d")]


def test_a_call_without_arguments():
    assert argument_pairs("{{a}}") == []
    assert argument_pairs("{{a|}}") == [(None, "")]
    assert argument_pairs("{{#if:x=y|z}}") == [(None, "z")]


def test_unclosed_tags_hide_no_bars():
    assert argument_pairs("{{a|<ref>b|c<ref name=d/>|e}}") == [(None, "<ref>b"), (None, "c<ref name=d/>"), (None, "e")]


def test_arguments_take_text_too():
    structure = read_structure("x{{a|b}}", shipped_wiki())
    assert arguments("x{{a|b}}", structure.templates[0]) == [(None, "b")]


@given(hostile)
def test_spans_are_sound(text):
    found = structure_of(text, shipped_wiki())
    length = len(found.text)
    for spans in (found.references, found.galleries, found.tables):
        assert all(0 <= start < end <= length for start, end in spans)
        assert all(left[1] <= right[0] for left, right in pairwise(spans))
    for one in found.templates:
        assert found.text.startswith("{{", one.start)
        assert found.text.endswith("}}", one.start, one.end)
    assert all(left.start < right.start for left, right in pairwise(found.templates))
    # Calls nest or lie apart; they never cross.
    for left, right in pairwise(found.templates):
        assert right.start >= left.end or right.end <= left.end
    assert 0 <= found.lead_end <= length


@given(st.integers(1, 6), st.text(alphabet="ab =", min_size=1).filter(lambda title: title.strip(" =")))
def test_a_heading_is_read_back(level, title):
    title = title.strip(" =")
    found = structure_of(f"x\n{'=' * level} {title} {'=' * level}\ny", shipped_wiki())
    assert [(heading.level, heading.title) for heading in found.headings] == [(level, title)]
