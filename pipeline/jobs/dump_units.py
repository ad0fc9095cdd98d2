"""The ranges of a dump that a job reads."""

from collections.abc import Mapping, Sequence

from pipeline.console.progress import Progress
from pipeline.dump.header import DumpHeader
from pipeline.dump.pages import iter_pages
from pipeline.dump.ranges import DumpRange
from pipeline.transforms.read_range import ExtractUnit


def plan_units(
    ranges: Sequence[DumpRange], headers: Mapping[str, DumpHeader], limit_pages: int | None
) -> list[ExtractUnit]:
    """All ranges; with a limit, those that hold the first pages of the dump."""
    if limit_pages is None:
        return [ExtractUnit(dump_range) for dump_range in ranges]
    units: list[ExtractUnit] = []
    left = limit_pages
    with Progress("first pages", total=limit_pages, unit="pages") as progress:
        for dump_range in ranges:
            n_pages = _count_pages(dump_range, headers[dump_range.path], left)
            units.append(ExtractUnit(dump_range, left if n_pages >= left else None))
            left -= n_pages
            progress.update(limit_pages - left)
            if left <= 0:
                break
    return units


def _count_pages(dump_range: DumpRange, header: DumpHeader, at_most: int) -> int:
    pages = iter_pages(dump_range, header, namespace_of=header.namespace_of, keep=lambda _: False)
    return sum(1 for _ in zip(range(at_most), pages, strict=False))
