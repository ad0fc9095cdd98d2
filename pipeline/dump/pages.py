"""Pages of a range: a byte scanner, lxml where that fails."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.dump.blocks import PageWindow
from pipeline.dump.careful import read_carefully
from pipeline.dump.header import DumpHeader
from pipeline.dump.page import DumpPage, PageProblem, PageRules, problem
from pipeline.dump.quick import Unsure, read_quickly
from pipeline.dump.ranges import DumpRange
from pipeline.dump.streams import DamagedStream, OpenRange
from pipeline.records.errors import InputError, PageError

__all__ = ["DumpPage", "PageProblem", "iter_pages"]


def iter_pages(
    dump_range: DumpRange,
    header: DumpHeader,
    *,
    namespace_of: Callable[[str], int] | None = None,
    keep: Callable[[int], bool],
) -> Iterator[DumpPage | PageProblem]:
    """The pages whose <page> begins in the range, in order; bad ones as problems, and reading goes on.

    Args:
        dump_range: what to read; must begin and end at streams, as `plan_ranges` cuts it.
        header: head of the same file.
        namespace_of: namespace of a title where the schema has no <ns>; by default the dump's own names.
        keep: whether the texts of a namespace are wanted; others are neither decoded nor unescaped.

    Raises:
        InputError: the file is cut off or damaged; names file, place, and the number of pages read before.
    """
    rules = PageRules(namespace_of or header.namespace_of, keep)
    path = Path(dump_range.path)
    n_pages = 0
    with OpenRange(path, dump_range.start, dump_range.end, header.encoding) as opened:
        window = PageWindow(opened.source, header.prefix)
        try:
            for block in window.blocks():
                n_pages += 1
                try:
                    yield read_quickly(block, rules)
                except Unsure:
                    yield read_carefully(window.careful(block), rules, header.prefix)
                except PageError as error:
                    yield problem(block, error)
        except DamagedStream as error:
            raise InputError(f"{path}: {error}; {n_pages:,} pages of the range were read before it") from error
        if not window.closed and dump_range.end >= path.stat().st_size:
            raise InputError(
                f"{path} ends without </mediawiki>, at byte {window.at:,}: it is cut off; "
                f"{n_pages:,} pages of the range were read"
            )
