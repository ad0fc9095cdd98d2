"""Fixtures for the tests of pages."""

from tests.support.browser import browser, page

__all__ = ["browser", "page"]
