"""Links against wikitextparser on every real dump: recall and precision of at least 99.9 %.

What is set aside, with its reason:
- `[[Otter (animal)|]]`, the pipe trick, is replaced when a page is saved; met in a dump it is text to MediaWiki and a
  link to wikitextparser. The dumps hold one.
"""

from collections import Counter

import pytest

from pipeline.jobs.audit import Audit, our_links, their_links
from tests.support.parts import shipped_wiki
from tests.support.real_pages import real_pages

pytestmark = pytest.mark.data
wikitextparser = pytest.importorskip("wikitextparser", reason="needs the extra `audit`")

# File, wiki whose title rules apply, links to the main namespace. The French sample was exported under an English
# header, so its wiki is named here.
DUMPS = [
    ("enwiki-20160501-sample-pages-articles.xml.bz2", "enwiki", 30_205),
    ("enwiki-2017-table-markup.xml.bz2", "enwiki", 2_836),
    ("enwiki-2014-sample-export09.xml.bz2", "enwiki", 303),
    ("enwiki-20090902-sample-export03.xml", "enwiki", 855),
    ("frwiki-20101103-sample-export03.xml", "frwiki", 412),
    ("itwiki-2013-sample-pages-articles.xml.gz", "itwiki", 64_349),
    ("bgwiki-utf16le-pages-articles.xml.bz2", "bgwiki", 104),
    ("aawiki-20260101-pages-meta-current.xml.bz2", "aawiki", 0),
]
PIPE_TRICKS = {("Baseball", "Esterno (baseball)")}


def pages_of(data_dir, name):
    return [page for page in real_pages(data_dir / "dumps" / name) if page.namespace == 0 and page.redirect is None]


@pytest.mark.parametrize(("name", "wiki_name", "n_links"), DUMPS)
def test_links_agree(data_dir, name, wiki_name, n_links):
    wiki = shipped_wiki(wiki_name)
    found = Audit()
    for page in pages_of(data_dir, name):
        theirs = their_links(page.title, page.text, wiki, wikitextparser)
        kept = Counter({pair: n for pair, n in theirs.items() if (page.title, pair[0]) not in PIPE_TRICKS})
        found.add(page.title, our_links(page.title, page.text, wiki), kept)
    assert found.ours == n_links
    assert {figure: share >= 0.999 for figure, share in found.figures().items()} == dict.fromkeys(found.figures(), True)


def test_pages_of_other_namespaces_agree_too(data_dir):
    """The aawiki dump has no article; its other wikitext pages give links as well."""
    wiki = shipped_wiki("aawiki")
    found = Audit()
    for page in real_pages(data_dir / "dumps" / "aawiki-20260101-pages-meta-current.xml.bz2"):
        if page.redirect is None and not page.title.endswith((".js", ".css", ".json")):
            found.add(
                page.title,
                our_links(page.title, page.text, wiki),
                their_links(page.title, page.text, wiki, wikitextparser),
            )
    assert found.theirs == 66
    assert min(found.figures().values()) >= 0.999, found.kinds
