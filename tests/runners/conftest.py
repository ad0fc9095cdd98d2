"""The small news dump for these tests."""

from tests.support.news_dump import dump

__all__ = ["dump"]
