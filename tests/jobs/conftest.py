"""The small news dump and its corpus for these tests."""

from tests.support.news_dump import built_corpus, corpus, dump

__all__ = ["built_corpus", "corpus", "dump"]
