"""One range of a news dump to staging shards."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipeline.dump.header import DumpHeader
from pipeline.dump.pages import DumpPage
from pipeline.dump.ranges import DumpRange
from pipeline.records.corpus_rows import row_of
from pipeline.records.corpus_schemas import LOCAL_FILES, NEWS_ARTICLES, RAW_PAIRS
from pipeline.records.names import DropReason
from pipeline.records.schemas import Schema
from pipeline.titles.parsing import FILE
from pipeline.titles.siteinfo import SiteInfo
from pipeline.titles.wiki import Wiki
from pipeline.transforms.read_range import RangeReader, RangeRun, Reading
from pipeline.wikinews.news_page import NewsPage, RawPage, read_news_page
from pipeline.wikinews.site import NewsSite
from pipeline.wikitext.redirects import parse_redirect

ARTIFACTS: tuple[Schema, ...] = (NEWS_ARTICLES, RAW_PAIRS, LOCAL_FILES)
MAIN_NAMESPACE = 0


@dataclass(frozen=True, slots=True)
class NewsOptions:
    """What a worker needs to know to read any range of a news wiki's dump; `wikipedia` is where `{{w}}` leads."""

    folder: str
    siteinfo: SiteInfo
    wikipedia: SiteInfo
    headers: dict[str, DumpHeader]


class NewsExtractor(RangeReader):
    """Reads ranges of a news wiki's dump."""

    def __init__(self, options: NewsOptions) -> None:
        wiki = Wiki.for_siteinfo(options.siteinfo)
        super().__init__(Reading(options.folder, options.headers, wiki, (MAIN_NAMESPACE,)))
        self.site = NewsSite(wiki, Wiki.for_siteinfo(options.wikipedia))

    def begin(self, dump_range: DumpRange) -> "_NewsRun":
        """An empty output for one range."""
        return _NewsRun(self, dump_range)


class _NewsRun(RangeRun[NewsPage]):
    """The growing output of one range."""

    def __init__(self, extractor: NewsExtractor, dump_range: DumpRange) -> None:
        super().__init__(extractor.reading, dump_range, ARTIFACTS)
        self.site = extractor.site
        self.unknown_templates: Counter[str] = Counter()

    def refuse(self, page: DumpPage) -> str:
        """Redirects, and pages that hold no wikitext."""
        reason = super().refuse(page)
        if reason:
            return reason
        redirect = parse_redirect(page.text or "", page.redirect, self.reading.wiki)
        return "" if redirect is None else str(DropReason.REDIRECT)

    def pass_over(self, page: DumpPage) -> None:
        """Note the files that the wiki itself holds: they have a page in its File namespace."""
        if page.namespace != FILE or page.redirect is not None or page.page_id < 0:
            return
        found = self.reading.wiki.titles.parse(page.title)
        if found.namespace == FILE and not found.interwiki and found.problem is None:
            self.columns[LOCAL_FILES.name].append((page.page_id, found.key.partition(":")[2]))

    def read(self, page: DumpPage) -> NewsPage:
        """Read the wikitext."""
        raw = RawPage(page.page_id, self.title(page), page.text or "", page.timestamp, page.revision_id)
        return read_news_page(raw, self.site)

    def add(self, page: DumpPage, content: NewsPage) -> None:  # noqa: ARG002 - one signature for all readers
        """Rows of one article."""
        self.columns[NEWS_ARTICLES.name].append(row_of(content.article))
        self.columns[RAW_PAIRS.name].extend(row_of(pair) for pair in content.pairs)
        self.unknown_templates.update(content.unknown_templates)

    def figures(self) -> dict[str, Any]:
        """Templates in captions that no table knows, with their uses."""
        return {"unknown_templates": dict(sorted(self.unknown_templates.items()))}
