"""One news page to its article row and pairs."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.corpus import NewsArticle, RawPair, pair_id
from pipeline.records.digest import image_id
from pipeline.titles.surfaces import surface_key
from pipeline.wikinews.article import article_of, article_url, licence_of
from pipeline.wikinews.captions import captioned_images
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
    pairs: tuple[RawPair, ...]
    topic: Topic
    unknown_templates: Mapping[str, int]


def read_news_page(page: RawPage, site: NewsSite) -> NewsPage:
    """Read one page: what it shows, no rule applied."""
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
        licence=licence_of(told.date, site.wiki.siteinfo.wiki),
    )
    wiki = site.wiki.siteinfo.wiki
    unknown: dict[str, int] = {}
    pairs = []
    for image in captioned_images(structure, site, page.title):
        for name in image.unknown_templates:
            unknown[name] = unknown.get(name, 0) + 1
        pairs.append(
            RawPair(
                article_id=page.page_id,
                position=image.position,
                pair_id=pair_id(wiki, page.page_id, image.file_title, surface_key(image.caption)),
                article_title=page.title,
                date=told.date,
                topic=topic.topic,
                image_id=image_id(wiki, image.file_title),
                file_title=image.file_title,
                caption=image.caption,
                caption_links=image.caption_links,
                credit=image.credit,
                revision_id=page.revision_id,
                unknown_templates=image.unknown_templates,
            )
        )
    return NewsPage(article, tuple(pairs), topic, unknown)
