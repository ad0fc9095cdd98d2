import pytest
from hypothesis import given

from pipeline.wikitext.mask import mask
from pipeline.wikitext.surface import visible_text
from tests.support.parts import shipped_wiki
from tests.wikitext.test_links import hostile

CASES = {
    "plain  text\n of two lines": "plain text of two lines",
    "''a'' '''b''' '''''c'''''": "a b c",
    "a [[b]] [[c|d]]s [[e#f]]": "a b ds e#f",
    "a [[File:b.jpg|thumb|c [[d]]]] [[Category:e]] [[:Category:f]]": "a Category:f",
    "a [[File:b.jpg|c": "a [[File:b.jpg|c",
    "[http://example.org a b] [http://example.org] [https://example.org/x?y=z c]s": "a b cs",
    "a [sic] [b": "a [sic] [b",
    "{{nowrap|a b}} {{lang|fr|c}} {{flag|d}}": "a b c",
    "{{small|{{nowrap|a}} ''b''}}": "a b",
    "a{{nbsp}}b{{snd}}c{{spaces|2}}{{shy}}d": "a b – c d",
    "{{small|a{{nbsp}}}}b": "a b",
    "a{{·}}[[b|{{nowrap|c{{nbsp}}d}}]]": "a · c d",
    "a [[File:b.jpg|thumb|c [[d]] [http://x.org e]]] f": "a f",
    "{{formatnum:1234}} a{{!}}b": "1234 a|b",
    "a<ref>b</ref> c<ref name=d/> <gallery>e</gallery>f": "a c f",
    'a<br>b<br />c <span style="x">d</span> <unknown>e</unknown>': "a b c d <unknown>e</unknown>",
    "a &lt;b&gt; &nbsp;c &unknown; &amp;amp;": "a <b> c &unknown; &amp;",
    "a < b > c": "a < b > c",
    "<nowiki>''a'' [[b]]</nowiki>": "''a'' [[b]]",
    "a<!-- b -->c <math>x</math> __NOTOC__": "ac",
    "[[a|{{small|b}} [c]]] d": "b [c] d",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize(("inline", "seen"), CASES.items())
def test_golden(inline, seen):
    assert visible_text(mask(inline), shipped_wiki()) == seen


def test_text_templates_are_followed_eight_deep():
    wiki = shipped_wiki()
    assert visible_text("{{small|" * 8 + "a" + "}}" * 8, wiki) == "a"
    assert visible_text("{{small|" * 9 + "a" + "}}" * 9, wiki) == ""


@given(hostile)
def test_never_fails_and_leaves_single_spaces(text):
    seen = visible_text(mask(text), shipped_wiki())
    assert seen == " ".join(seen.split())
    assert not any("\ufdd0" <= letter <= "\ufdef" for letter in seen)
