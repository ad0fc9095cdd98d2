"""Stage `clean`: which pairs are taken, and what speaks against each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.beamx.sink import ShardWriter
from pipeline.console.progress import Progress
from pipeline.jobs.context import reckoning
from pipeline.jobs.corpus_context import CorpusContext
from pipeline.jobs.corpus_targets import linked_titles, redirect_titles
from pipeline.jobs.stages import Stage
from pipeline.records.corpus import Pair, RawPair
from pipeline.records.corpus_rows import new_pair, pairs_table, read_raw_pairs
from pipeline.records.corpus_schemas import LOCAL_FILES, NEWS_ARTICLES, PAIRS, RAW_PAIRS
from pipeline.records.errors import PageError
from pipeline.records.manifest import read_shard
from pipeline.titles.file_urls import COMMONS, local_repo, upload_url
from pipeline.titles.shipped import shipped_wikis
from pipeline.titles.siteinfo import SiteInfo, load_siteinfo
from pipeline.titles.wiki import Wiki
from pipeline.wikinews.cleaning import Drop, clean, mark_duplicates
from pipeline.wikinews.decisions import Review, read_decisions
from pipeline.wikinews.targets import LinkTargets
from pipeline.wikinews.topics import UNMAPPED, kind_of_evidence, topic_of

_ARTICLE_COLUMNS = ("article_id", "date", "status", "licence", "categories", "topic_evidence")
_UNMAPPED_MAX = 100
"""Categories that the record lists: what a reviewer of the topics' table should look at first."""


def clean_stage(context: CorpusContext) -> Stage:
    """Select articles, apply the rules, then the decisions; pairs in the order of article and position."""

    def run(work: Path) -> dict[str, Any]:
        cleaning = _Cleaning(context)
        writer = ShardWriter(str(work / PAIRS.name), PAIRS, is_sorted=True)
        raw = context.open(RAW_PAIRS)
        with Progress("clean", total=raw.rows, unit="pairs") as progress:
            for number, pairs in cleaning.shards():
                writer.write(number, pairs_table(pairs))
                progress.update(cleaning.n_in)
        n_out = context.finish(work, PAIRS, "clean")
        return {**reckoning(cleaning.n_in, n_out, dict(sorted(cleaning.pair_drops.items()))), **cleaning.figures()}

    return Stage("clean", context.ids["clean"], (context.artifact(PAIRS),), run)


class _Cleaning:
    """One pass over the articles in order; what repeats is known over the whole corpus."""

    def __init__(self, context: CorpusContext) -> None:
        self.context = context
        self.options = context.plan.options
        self.wiki = context.plan.siteinfo.wiki
        self.local = frozenset(context.read_all(LOCAL_FILES, ("file_title",))["file_title"].to_pylist())
        self.targets = _link_targets(context)
        decisions = {} if self.options.decisions is None else read_decisions(self.options.decisions)
        self.review = Review(decisions)
        self.n_in = self.n_articles = 0
        self.pair_drops: Counter[str] = Counter()
        self.article_drops: Counter[str] = Counter()
        self.counts = {name: Counter[str]() for name in ("statuses", "addresses", "topics", "topic_evidence")}
        self.unmapped: Counter[str] = Counter()

    def shards(self) -> Iterator[tuple[int, list[Pair]]]:
        """The number of each span of pages that has pairs, and those taken."""
        taken = mark_duplicates(self._cleaned()) if self._marks_duplicates else self._cleaned()
        number = -1
        pairs: list[Pair] = []
        for pair in map(self.review.apply, taken):
            self.counts["statuses"][pair.status] += 1
            self.counts["topics"][pair.topic] += 1
            span = pair.article_id >> self.context.span_bits
            if span != number and pairs:
                yield number, pairs
                pairs = []
            number = span
            pairs.append(pair)
        if pairs:
            yield number, pairs

    @property
    def _marks_duplicates(self) -> bool:
        return Drop.DUPLICATE_PAIR not in self.options.rules.off

    def _cleaned(self) -> Iterator[Pair]:
        """Pairs of the articles that are taken, cleaned by all rules that look at one pair."""
        raw = {path.name: path for path in self.context.open(RAW_PAIRS).paths}
        for path in self.context.open(NEWS_ARTICLES).paths:
            refused = self._refused(read_shard(path, _ARTICLE_COLUMNS))
            for found in read_raw_pairs(read_shard(raw[path.name])) if path.name in raw else ():
                self.n_in += 1
                if found.article_id in refused:
                    self.pair_drops[refused[found.article_id]] += 1
                else:
                    yield self._pair(found)

    def _refused(self, articles: pa.Table) -> dict[int, str]:
        """Articles that give no pairs -> why."""
        selection = self.options.selection
        found = {}
        for row in articles.to_pylist():
            self.n_articles += 1
            if reason := selection.refusal(row):
                found[row["article_id"]] = reason
                self.article_drops[reason] += 1
            else:
                self._count_topic(row["topic_evidence"], row["categories"])
        return found

    def _count_topic(self, evidence: str, categories: list[str]) -> None:
        kind = kind_of_evidence(evidence)
        self.counts["topic_evidence"][kind] += 1
        if kind == UNMAPPED:
            self.unmapped.update(topic_of(categories).unmapped)

    def _pair(self, raw: RawPair) -> Pair:
        links = self.targets.resolve(raw.caption_links)
        pair = replace(new_pair(raw), image_url=self._address(raw.file_title), caption_links=links)
        return clean(pair, raw.unknown_templates, self.options.rules)

    def _address(self, file_title: str) -> str:
        """Address of the original: the wiki's own where it holds the file, else Commons; '' for no file's title."""
        if not file_title:
            self.counts["addresses"]["none"] += 1
            return ""
        is_local = file_title in self.local
        try:
            address = upload_url(file_title, local_repo(self.wiki) if is_local else COMMONS)
        except PageError:
            self.counts["addresses"]["none"] += 1
            return ""
        self.counts["addresses"]["local" if is_local else "commons"] += 1
        return address

    def figures(self) -> dict[str, Any]:
        """What the pass counted beside the pairs."""
        n_used = self.n_articles - self.article_drops.total()
        return {
            "articles": reckoning(self.n_articles, n_used, dict(sorted(self.article_drops.items()))),
            **{name: dict(sorted(counts.items())) for name, counts in self.counts.items()},
            "unmapped_categories": sorted(self.unmapped.items(), key=lambda one: (-one[1], one[0]))[:_UNMAPPED_MAX],
            "decisions": {"applied": self.review.applied, "unused": list(self.review.unused)},
            "redirected_titles": self.targets.n_redirects,
        }


def _link_targets(context: CorpusContext) -> LinkTargets:
    """Rules of the wikis that captions link to; redirects where there is a KB."""
    plan = context.plan
    siteinfos = {plan.wikipedia.wiki: plan.wikipedia, plan.siteinfo.wiki: plan.siteinfo}
    if plan.kb is not None:
        siteinfos[plan.kb["wiki"]] = SiteInfo.from_json(plan.kb["siteinfo"])
    for name in shipped_wikis():
        if name not in siteinfos:
            siteinfos[name] = load_siteinfo(name)[0]
    wikis = {name: Wiki.for_siteinfo(siteinfo) for name, siteinfo in siteinfos.items()}
    targets = LinkTargets(wikis)
    if plan.kb is not None and plan.options.kb is not None:
        wiki = plan.kb["wiki"]
        written = linked_titles(context.open(RAW_PAIRS).tables(("caption_links",)), wiki)
        targets.follow(wiki, redirect_titles(plan.options.kb, (targets.key(wiki, title) for title in written)))
    return targets
