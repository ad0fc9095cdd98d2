"""Options that cannot be meant are refused by name."""

from pathlib import Path

import pytest

from pipeline.jobs.kb_options import KbOptions, default_out
from pipeline.kb.priors import Weights
from pipeline.records.errors import UsageError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either --file PATH… or --dump DATE"),
        ({"files": (Path("x"),), "dump": "20210101"}, "give either --file"),
        ({"dump": "20210101", "lead": "slow"}, "--lead got 'slow'; allowed are fast, mwparserfromhell"),
        ({"dump": "20210101", "count": "words"}, "--count got 'words'"),
        ({"dump": "20210101", "contexts": ("leed",)}, "--contexts got 'leed'; allowed are reference, gallery"),
        ({"dump": "20210101", "item_kinds": ("article",)}, "--item-kinds got 'article'"),
        ({"dump": "20210101", "limit_pages": 0}, "--limit-pages is a number of pages from 1, got 0"),
        ({"dump": "20210101", "max_error_rate": 2}, "--max-error-rate is a share between 0 and 1, got 2"),
        ({"dump": "20210101", "namespaces": (14,)}, "--namespaces must hold 0, the main namespace, got 14"),
        (
            {"dump": "20210101", "weights": Weights(title=-1)},
            "--weight-title is a whole number from 0 to 1,000,000, got -1",
        ),
    ],
)
def test_wrong_options_are_named(options, message):
    with pytest.raises(UsageError) as error:
        KbOptions(out=Path("out"), **options)
    assert message in str(error.value)


def test_the_output_is_named_after_wiki_and_date_or_file():
    assert default_out((), "20210101", "dewiki") == Path("data/kb/dewiki-20210101")
    assert default_out((), "20210101", "") == Path("data/kb/enwiki-20210101")
    assert default_out((Path("x/simplewiki-20210101-pages-articles.xml.bz2"),), None, "") == Path(
        "data/kb/simplewiki-20210101"
    )
