"""Days written in text: month names, ISO dates, missing commas, double spaces."""

import re
from datetime import UTC, datetime
from functools import cache

from pipeline.wikinews.site import table

_ISO = re.compile(r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})\b")
_STAMP = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:T|\Z)")
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_MAX_CHARS = 2_000


def find_date(text: str, language: str = "en") -> datetime | None:
    """The first day that `text` names, at midnight UTC; None when it names none.

    Reads "January 5, 2010", "January 5 2010", "5 January 2010", "5. Januar 2010", "le 1er mars 2012", "5 de marzo de
    2010", "2010-01-05". English month names are read in every language. Days that do not exist are passed over.
    """
    text = " ".join(text[:_MAX_CHARS].replace("_", " ").split())
    pattern, months = _patterns(language)
    found = [(match.start(), _day(match, months)) for match in (*pattern.finditer(text), *_ISO.finditer(text))]
    days = sorted((place, day) for place, day in found if day is not None)
    return days[0][1] if days else None


def iso_day(timestamp: str) -> datetime | None:
    """The day of an ISO 8601 time stamp; None when it is none."""
    match = _STAMP.match(timestamp)
    return _day(match, {}) if match else None


def _day(match: re.Match[str], months: dict[str, int]) -> datetime | None:
    parts = match.groupdict()
    word = parts["month"] or parts.get("month2") or ""
    month = int(word) if word.isdigit() else months[word.casefold()]
    year = int(parts["year"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        return datetime(year, month, int(parts["day"] or parts["day2"]), tzinfo=UTC)
    except ValueError:
        return None


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    names: dict[str, int] = {}
    tables = table("months")
    for code in (language, "en"):
        for number, words in enumerate(tables.get(code, ()), 1):
            for word in words.split():
                names.setdefault(word.casefold(), number)
    word = "|".join(sorted(map(re.escape, names), key=lambda name: (-len(name), name)))
    pattern = re.compile(
        rf"(?<!\w)(?:(?P<month>{word})\.? ?(?P<day>\d{{1,2}}){_ORDINAL} ?,? ?"
        rf"|(?P<day2>\d{{1,2}}){_ORDINAL}(?: de| of)? ?(?P<month2>{word})\.? ?,? ?(?:de |of )?)(?P<year>\d{{4}})(?!\d)",
        re.IGNORECASE,
    )
    return pattern, names
