"""Counting agreement, and the sample."""

from collections import Counter

import pytest

from pipeline.jobs.audit import MAX_EXAMPLES, Audit, audit_links, our_links, their_links
from pipeline.records.errors import UsageError
from tests.support.dumps import dump_xml, page_xml, write_bz2, write_multistream
from tests.support.parts import shipped_wiki

wikitextparser = pytest.importorskip("wikitextparser", reason="needs the extra `audit`")


def test_kinds_of_disagreement():
    found = Audit()
    ours = Counter({("A", "a"): 2, ("B", "b"): 1, ("C", "c"): 1})
    theirs = Counter({("A", "a"): 1, ("A", "x"): 1, ("B", "b"): 1, ("D", "d"): 2})
    found.add("Page", ours, theirs)
    assert (found.ours, found.theirs, found.same_target, found.same_surface) == (4, 5, 3, 2)
    assert found.figures() == {
        "target recall": 0.6, "target precision": 0.75, "surface recall": 0.4, "surface precision": 0.5,
    }  # fmt: skip
    assert {name: (kind.n, kind.examples) for name, kind in found.kinds.items()} == {
        "same target, other surface": (1, [("Page", "A", "a")]),
        "found by us only": (1, [("Page", "C", "c")]),
        "found by wikitextparser only": (2, [("Page", "D", "d")]),
    }


def test_examples_are_few_and_counts_whole():
    found = Audit()
    for number in range(20):
        found.add(f"P{number}", Counter({("A", "a"): 1}), Counter())
    kind = found.kinds["found by us only"]
    assert kind.n == 20
    assert len(kind.examples) == MAX_EXAMPLES


def test_nothing_to_compare_is_agreement():
    assert set(Audit().figures().values()) == {1.0}


def test_both_sides_read_alike():
    text = "[[a]]s [[:B|''b'' &amp; {{small|c}}]] [[Page]] [[File:x.jpg|[[d#e]]]] <ref>[[f]]</ref> [[Category:G]] [[h|i [j]]]"
    wiki = shipped_wiki()
    ours = our_links("Page", text, wiki)
    assert ours == their_links("Page", text, wiki, wikitextparser)
    assert ours == Counter({("A", "as"): 1, ("B", "b & c"): 1, ("D", "d#e"): 1, ("F", "f"): 1, ("H", "i [j]"): 1})


@pytest.fixture
def dump(tmp_path):
    path = tmp_path / "x.xml.bz2"
    pages = [(n, f"P{n}", page_xml(n, f"P{n}", f"[[T{n}]]<includeonly>[[U{n}]]</includeonly>")) for n in range(1, 301)]
    write_multistream(path, pages, pages_a_stream=1)
    return path


def sampled_pages(dump, **options):
    found = audit_links([dump], shipped_wiki(), **options)
    assert found.theirs == 2 * found.pages
    return found


def test_the_seed_decides_the_sample(dump):
    first = sampled_pages(dump, pages=4, seed=1)
    assert first.pages == 4
    assert sampled_pages(dump, pages=4, seed=1).kinds == first.kinds
    assert sampled_pages(dump, pages=4, seed=2).kinds != first.kinds


def test_progress_is_heard(dump):
    heard = []
    audit_links([dump], shipped_wiki(), pages=3, on_page=heard.append)
    assert heard == [1, 2, 3]


def test_a_small_dump_is_taken_whole(tmp_path):
    pages = [page_xml(n, f"P{n}", "[[a]]") for n in range(1, 4)]
    dump = write_bz2(tmp_path / "x.xml.bz2", dump_xml(pages))
    assert audit_links([dump], shipped_wiki(), pages=500).pages == 3


def test_no_pages_are_refused(dump):
    with pytest.raises(UsageError, match="--pages is 0"):
        audit_links([dump], shipped_wiki(), pages=0)
