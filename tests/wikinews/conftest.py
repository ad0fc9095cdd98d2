"""The English news site of the tests."""

import pytest

from pipeline.wikinews.site import NewsSite
from tests.support.parts import shipped_wiki


@pytest.fixture(scope="session")
def site():
    return NewsSite(shipped_wiki("enwikinews"), shipped_wiki("enwiki"))
