"""One news page to its article row and pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.corpus import PAIR_KEPT, NewsArticle, Pair, pair_id
from pipeline.records.digest import image_id
from pipeline.titles.surfaces import surface_key
from pipeline.wikinews.article import article_of, article_url, licence_of
from pipeline.wikinews.captions import captioned_images
from pipeline.wikinews.cleaning import ALL_RULES, Drop, clean, mark_duplicates
from pipeline.wikinews.site import NewsSite
from pipeline.wikinews.topics import Topic, topic_of
from pipeline.wikitext.mask import mask
from pipeline.wikitext.structure import read_structure


@dataclass(frozen=True, slots=True)
class RawPage:
    """What the dump says of a page; `first_timestamp` is its first revision's, '' when unknown."""

    page_id: int
    title: str
    text: str
    timestamp: str
    revision_id: int | None
    first_timestamp: str = ""


@dataclass(frozen=True, slots=True)
class NewsPage:
    """The rows of one article; `unknown_templates` counts templates in captions that no table knows."""

    article: NewsArticle
    pairs: tuple[Pair, ...]
    topic: Topic
    unknown_templates: Mapping[str, int]


def read_news_page(page: RawPage, site: NewsSite, rules: frozenset[Drop] = ALL_RULES) -> NewsPage:
    """Read one page; its pairs are cleaned, those repeated within the page marked; image addresses are left empty."""
    structure = read_structure(mask(page.text), site.wiki)
    told = article_of(page.title, structure, page.timestamp, site.wiki, first_timestamp=page.first_timestamp)
    topic = topic_of(told.categories, told.templates)
    article = NewsArticle(
        article_id=page.page_id,
        title=page.title,
        date=told.date,
        date_evidence=told.date_evidence,
        status=told.status,
        categories=told.categories,
        topic=topic.topic,
        topic_evidence=topic.evidence,
        revision_id=page.revision_id,
        url=article_url(page.title, site.wiki),
        licence=licence_of(told.date),
    )
    unknown: dict[str, int] = {}
    pairs = []
    for image in captioned_images(structure, site):
        for name in image.unknown_templates:
            unknown[name] = unknown.get(name, 0) + 1
        wiki = site.wiki.siteinfo.wiki
        pair = Pair(
            pair_id=pair_id(wiki, page.page_id, image.file_title, surface_key(image.caption)),
            article_id=page.page_id,
            article_title=page.title,
            date=told.date,
            topic=topic.topic,
            position=image.position,
            image_id=image_id(wiki, image.file_title),
            file_title=image.file_title,
            image_url="",
            caption=image.caption,
            caption_links=image.caption_links,
            credit=image.credit,
            n_words=0,
            revision_id=page.revision_id,
            status=PAIR_KEPT,
            reasons=(),
        )
        pairs.append(clean(pair, image.unknown_templates, rules))
    return NewsPage(article, tuple(mark_duplicates(pairs)), topic, unknown)
