"""Links against MediaWiki's own tables. docs/oracle.md tells the reason of every disagreement named here."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pipeline.wikitext.links import page_links
from tests.support.parts import structure_of
from tests.support.real_pages import SAMPLE, oracle_rows, oracle_wiki, real_pages

pytestmark = pytest.mark.data

# Links of transcluded articles ({{:Agricultural science}}, {{:History of agriculture}}), and the links to those.
TRANSCLUDED = {
    ("Agriculture", title) for title in ("Animal science", "Biology", "Social sciences", "Veterinary medicine")
}
TRANSCLUDED_MENTIONS = TRANSCLUDED | {("Agriculture", "History of agriculture")}
# Written, but in a place that MediaWiki parses and does not show.
HIDDEN = {
    ("Alkane", "Propane"), ("Alkane", "Barton–McCombie deoxygenation"), ("Alkane", "Clemmensen Reduction"),
    ("Atlantic Ocean", "Bathymetry"), ("Azerbaijan", "Freedom House"),
}  # fmt: skip
HIDDEN_IN_TEMPLATES = HIDDEN | {
    ("Asia", "Europe"), ("Asia", "Oceania"), ("Abortion", "John Wiley & Sons, Ltd."),
    ("Abortion", "Oxford, United Kingdom"),
}  # fmt: skip
# Anchors that hold a template call: the oracle prints all its arguments, we print what Wikipedia's template shows.
TEMPLATE_ANCHORS = {
    ("A", "English-language vowel changes before historic /r/"), ("Allah", "Aleph"), ("Allah", "Basmala"),
    ("Allah", "Ilah"), ("Allah", "Insha'Allah"), ("Allah", "Shadda"), ("Allah", "Shahada"),
    ("American Revolutionary War", "Anglo-French War (1778–83)"),
    ("American Revolutionary War", "Spain in the American Revolutionary War"), ("Astronaut", "Edge of space"),
}  # fmt: skip


@cache
def our_links(data_dir: Path):
    """(page, target, surface, in_template) -> occurrences."""
    wiki = oracle_wiki(data_dir)
    found = Counter()
    for page in real_pages(data_dir / SAMPLE):
        if page.namespace == 0 and page.redirect is None:
            links = page_links(structure_of(page.text, wiki), page.title, wiki, {})
            for (target, _, surface, _, in_template), n in links.items():
                found[page.title, target, surface, in_template] += n
    return found


def mentions(data_dir, *, in_template):
    """(page, target, surface) -> occurrences, links in template arguments counted or not."""
    found = Counter()
    for (page, target, surface, inside), n in our_links(data_dir).items():
        if in_template or not inside:
            found[page, target, surface] += n
    return found


def oracle_mentions(data_dir, name):
    return Counter({tuple(row[:3]): int(row[3]) for row in oracle_rows(data_dir, name)})


def by_target(counts):
    found = Counter()
    for (page, target, _), n in counts.items():
        found[page, target] += n
    return found


def precision_and_recall(ours, theirs):
    same = (ours & theirs).total()
    return same / ours.total(), same / theirs.total()


@pytest.mark.parametrize(
    ("name", "in_template"), [("pagelinks.tsv", False), ("pagelinks_with_template_args.tsv", True)]
)
def test_pagelinks(data_dir, name, in_template):
    ours = set(by_target(mentions(data_dir, in_template=in_template)))
    theirs = set(oracle_rows(data_dir, name))
    assert len(theirs) > 22_000
    assert ours - theirs == set()  # precision 1.0
    assert theirs - ours == TRANSCLUDED
    assert len(ours & theirs) / len(theirs) >= 0.9998


@pytest.mark.parametrize(
    ("name", "in_template", "hidden"),
    [("mentions.tsv", False, HIDDEN), ("mentions_with_template_args.tsv", True, HIDDEN_IN_TEMPLATES)],
)
def test_targets_of_mentions(data_dir, name, in_template, hidden):
    ours = by_target(mentions(data_dir, in_template=in_template))
    theirs = by_target(oracle_mentions(data_dir, name))
    assert set(ours - theirs) == hidden
    assert set(theirs - ours) == TRANSCLUDED_MENTIONS
    precision, recall = precision_and_recall(ours, theirs)
    assert precision >= 0.9995
    assert recall >= 0.9995


@pytest.mark.parametrize(("name", "in_template"), [("mentions.tsv", False), ("mentions_with_template_args.tsv", True)])
def test_surfaces_of_mentions(data_dir, name, in_template):
    ours, theirs = mentions(data_dir, in_template=in_template), oracle_mentions(data_dir, name)
    precision, recall = precision_and_recall(ours, theirs)
    assert precision >= 0.999
    assert recall >= 0.999


def test_every_other_surface_is_named(data_dir):
    ours, theirs = mentions(data_dir, in_template=True), oracle_mentions(data_dir, "mentions_with_template_args.tsv")
    assert {pair[:2] for pair in ours - theirs} == HIDDEN_IN_TEMPLATES | TEMPLATE_ANCHORS
    assert {pair[:2] for pair in theirs - ours} == TRANSCLUDED_MENTIONS | TEMPLATE_ANCHORS
