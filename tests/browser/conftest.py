"""Fixtures for the tests of the annotation page."""

from tests.support.browser import browser, page

__all__ = ["browser", "page"]
