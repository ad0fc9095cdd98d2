"""What became of the wanted files, counted."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pipeline.records.images import ImageOutcome
from pipeline.titles.file_kinds import kind_by_name

COLUMNS = ("image_id", "file_title", "repo", "outcome", "reason", "original_format", "size_bytes", "redistributable")


def count_images(tables: Iterable[pa.Table]) -> dict[str, Any]:
    """Counts of the rows of images/: in all, by reason, by format, by repository, by right to pass on.

    The format is that of the content; where nothing was read, the ending of the title.
    """
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    repos: Counter[str] = Counter()
    rights: Counter[str] = Counter()
    formats: dict[str, Counter[str]] = {}
    size = 0
    for table in tables:
        for row in table.select(COLUMNS).to_pylist():
            outcomes[row["outcome"]] += 1
            reasons[row["reason"]] += 1
            formats.setdefault(_format(row), Counter())[row["outcome"]] += 1
            if row["outcome"] in (ImageOutcome.OK, ImageOutcome.WITHHELD):
                repos[row["repo"] or "unknown"] += 1
                rights[{True: "yes", False: "no", None: "unknown"}[row["redistributable"]]] += 1
                size += row["size_bytes"]
    reasons.pop("", None)
    return {
        "wanted": sum(outcomes.values()),
        **{str(name): outcomes[name] for name in ImageOutcome},
        "by_reason": _sorted(reasons),
        "by_format": {name: _sorted(formats[name]) for name in sorted(formats)},
        "by_repository": _sorted(repos),
        "redistributable": _sorted(rights),
        "bytes": size,
    }


def _format(row: dict[str, Any]) -> str:
    if row["original_format"]:
        return str(row["original_format"])
    return f"{kind_by_name(row['file_title'])} (by name)"


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts)}
