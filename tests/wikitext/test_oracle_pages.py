"""Redirects, categories and images against MediaWiki's own tables; every disagreement is named here."""

from functools import cache
from pathlib import Path

import pytest

from pipeline.records.names import ImageForm
from pipeline.wikitext.categories import page_categories
from pipeline.wikitext.images import page_images
from pipeline.wikitext.redirects import parse_redirect
from tests.support.parts import structure_of
from tests.support.real_pages import SAMPLE, oracle_rows, oracle_wiki, real_pages

pytestmark = pytest.mark.data


@cache
def _articles(data_dir: Path):
    wiki = oracle_wiki(data_dir)
    pages = [page for page in real_pages(data_dir / SAMPLE) if page.namespace == 0 and page.redirect is None]
    return wiki, [(page.title, structure_of(page.text, wiki)) for page in pages]


@pytest.mark.parametrize("with_attribute", [True, False])
def test_redirects(data_dir, with_attribute):
    wiki = oracle_wiki(data_dir)
    found = []
    for page in real_pages(data_dir / SAMPLE):
        redirect = parse_redirect(page.text, page.redirect if with_attribute else None, wiki)
        if redirect is not None:
            found.append((page.title, redirect.target, redirect.fragment, ""))
    assert sorted(found) == sorted(_padded(row, 4) for row in oracle_rows(data_dir, "redirects.tsv"))


def _padded(row, size):
    return (*row, *[""] * (size - len(row)))


MISSING_CATEGORIES = {
    # Tracking categories: MediaWiki adds them itself when {{formatnum:}} gets no number; no page names them.
    ("Abraham Lincoln", "Pages with non-numeric formatnum arguments"),
    ("Asia", "Pages with non-numeric formatnum arguments"),
}


def test_categories(data_dir):
    wiki, articles = _articles(data_dir)
    found = {(title, category) for title, structure in articles for category in page_categories(structure, wiki)}
    expected = set(oracle_rows(data_dir, "categorylinks.tsv"))
    assert expected - found == MISSING_CATEGORIES
    assert not found - expected


MISSING_IMAGES = {
    # [[Media:…]] is a link to the file's data: MediaWiki counts it as a use, a reader sees no image.
    ("Alabama", "Census-2000-Data-Top-US-Ancestries-by-County.jpg"),
}


def test_images_outside_templates(data_dir):
    wiki, articles = _articles(data_dir)
    found = {
        (title, use.file_title)
        for title, structure in articles
        for use in page_images(structure, wiki)
        if use.written_as != ImageForm.PARAMETER and not use.in_template
    }
    expected = set(oracle_rows(data_dir, "imagelinks.tsv"))
    assert expected - found == MISSING_IMAGES
    assert not found - expected


def test_images_with_template_arguments(data_dir):
    wiki, articles = _articles(data_dir)
    found = {
        (title, use.file_title)
        for title, structure in articles
        for use in page_images(structure, wiki)
        if use.written_as != ImageForm.PARAMETER
    }
    expected = set(oracle_rows(data_dir, "imagelinks_with_template_args.tsv"))
    assert expected - found == MISSING_IMAGES
    assert not found - expected
