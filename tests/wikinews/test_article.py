"""Date, status and licence of articles; whole pages to rows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.columns import Columns
from pipeline.records.corpus import NewsArticle
from pipeline.records.corpus_rows import new_pair, pairs_table, read_pairs, read_raw_pairs, row_of
from pipeline.records.corpus_schemas import NEWS_ARTICLES, RAW_PAIRS
from pipeline.wikinews.article import article_url, licence_of, read_article
from pipeline.wikinews.cleaning import ALL_RULES, Drop, Rules, clean, mark_duplicates
from pipeline.wikinews.dates import find_date
from pipeline.wikinews.news_page import RawPage, read_news_page
from tests.support.cases import each_case
from tests.support.parts import shipped_wiki

PAGE = """{{date|June 3, 2011}}
{{Disasters and accidents}}
[[File:Mill fire.jpg|thumb|The mill at {{w|Otterton}} burns.<br>Photo: Sam Roe]]
The mill burnt.
[[Image:Mill fire.jpg|left|The mill at {{w|Otterton}} burns.]]
[[File:LocationOtterland.svg|thumb|Map of Otterland]]
[[File:B.jpg|thumb|The {{odd thing|old}} wheel]]
== Sources ==
* {{source|url=http://x.org|title=Fire|date=June 2, 2011}}
{{Publish}}
[[Category:Otterland]]
[[Category:Fires]]
"""


@each_case("dates.case")
def test_dates(case):
    wiki = shipped_wiki(case.get("wiki", "enwikinews"))
    found = read_article("T", case["text"], case.get("timestamp", ""), wiki, first_timestamp=case.get("first", ""))
    assert [found.date and found.date.strftime("%Y-%m-%d"), found.date_evidence] == case["out"]


@each_case("statuses.case")
def test_statuses(case, site):
    assert read_article("T", case["text"], "", site.wiki).status == case["out"]


def test_categories_stand_in_order(site):
    found = read_article("T", "[[Category:B]]{{date|x}}[[category:A|k]][[Category:B]]", "", site.wiki)
    assert found.categories == ("B", "A")
    assert found.templates == ("Date",)


@given(st.text(max_size=80))
def test_any_text_has_a_day_or_none(text):
    day = find_date(text)
    assert day is None or (day.tzinfo is UTC and 1990 <= day.year <= 2100)


@given(st.dates(min_value=datetime(1990, 1, 1, tzinfo=UTC).date(), max_value=datetime(2099, 12, 31, tzinfo=UTC).date()))
def test_written_days_are_read_back(day):
    for form in ("%B %d, %Y", "%B %d %Y", "%d %B %Y", "%Y-%m-%d", "%b. %d,  %Y"):
        found = find_date(f"x {day.strftime(form)} y")
        assert found is not None
        assert found.date() == day


@pytest.mark.parametrize(
    ("day", "licence"),
    [((2005, 9, 24), "Public domain"), ((2005, 9, 25), "CC BY 2.5"), ((2019, 1, 1), "CC BY 2.5")],
)
def test_the_licence_changed_in_2005(day, licence):
    assert licence_of(datetime(*day, tzinfo=UTC)) == licence


def test_an_unknown_day_has_the_stricter_licence():
    assert licence_of(None) == "CC BY 2.5"


def test_addresses_are_escaped(site):
    assert article_url("Mill burns: 3 dead? 100% of $5", site.wiki) == (
        "https://en.wikinews.org/wiki/Mill_burns:_3_dead%3F_100%25_of_$5"
    )


def test_a_page_becomes_rows(site):
    page = read_news_page(RawPage(7, "Mill burns", PAGE, "2012-01-01T00:00:00Z", 99), site)
    assert page.article == NewsArticle(
        7, "Mill burns", datetime(2011, 6, 3, tzinfo=UTC), "template:date", "published", ("Otterland", "Fires"),
        "disaster", "infobox:Disasters and accidents, category:Fires", 99, "https://en.wikinews.org/wiki/Mill_burns", "CC BY 2.5",
    )  # fmt: skip
    pairs = cleaned(page)
    rows = [(one.position, one.file_title, one.caption, one.credit, one.status, one.reasons) for one in pairs]
    assert rows == [
        (0, "Mill fire.jpg", "The mill at Otterton burns.", "Photo: Sam Roe", "kept", ()),
        (1, "Mill fire.jpg", "The mill at Otterton burns.", "", "dropped", ("duplicate_pair",)),
        (2, "LocationOtterland.svg", "Map of Otterland", "", "dropped", ("location_map",)),
        (3, "B.jpg", "The old wheel", "", "review", ("unknown_template:Odd thing",)),
    ]
    assert page.unknown_templates == {"Odd thing": 1}
    assert [one.n_words for one in pairs] == [5, 5, 3, 3]
    first, second, third, _ = pairs
    assert first.pair_id == second.pair_id != third.pair_id
    assert len(first.pair_id) == len(first.image_id) == 16


def cleaned(page, rules=ALL_RULES):
    return list(mark_duplicates(clean(new_pair(raw), raw.unknown_templates, rules) for raw in page.pairs))


@pytest.mark.parametrize(
    ("rules", "statuses"),
    [
        (Rules(frozenset([Drop.LOCATION_MAP])), ["kept", "dropped", "kept", "review"]),
        (Rules(frozenset(["unknown_template"])), ["kept", "dropped", "dropped", "kept"]),
        (Rules(min_words=4), ["kept", "dropped", "dropped", "dropped"]),
    ],
)
def test_rules_can_be_switched_off(site, rules, statuses):
    page = read_news_page(RawPage(7, "T", PAGE, "", None), site)
    assert [one.status for one in cleaned(page, rules)] == statuses


def test_rows_come_back_as_they_were(site):
    page = read_news_page(RawPage(7, "T", PAGE, "2012-01-01T00:00:00Z", 99), site)
    articles, raw = Columns(NEWS_ARTICLES), Columns(RAW_PAIRS)
    articles.append(row_of(page.article))
    raw.extend(map(row_of, page.pairs))
    (row,) = articles.take().to_pylist()
    lists = {"categories": tuple(row["categories"])}
    assert NewsArticle(**(row | lists)) == page.article
    assert tuple(read_raw_pairs(raw.take())) == page.pairs
    assert any(pair.caption_links for pair in page.pairs)
    pairs = cleaned(page)
    table = pairs_table(pairs)
    table.validate(full=True)
    assert list(read_pairs(table)) == pairs
