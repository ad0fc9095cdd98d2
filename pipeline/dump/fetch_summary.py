"""Tables that tell what a download would bring."""

from collections.abc import Iterable

from pipeline.console.format import format_bytes, format_count, format_duration
from pipeline.console.summary import print_summary, print_table
from pipeline.dump.fetch import ASSUMED_BYTES_PER_S
from pipeline.dump.fetch_plan import FetchPlan, FetchRequest


def show_plan(plan: FetchPlan, request: FetchRequest, *, title: str, more: Iterable[tuple[str, str]] = ()) -> None:
    """Print the files with their sizes, then bytes, disk and time; `more` rows stand at the end."""
    rate = min(request.max_bytes_per_s or ASSUMED_BYTES_PER_S, ASSUMED_BYTES_PER_S)
    start = f"{request.stem}-"
    table = [
        (file.path.name.removeprefix(start), _size(file.expected.size_bytes), _size(file.missing_bytes))
        for file in plan.files
    ]
    print_table((f"{start}…", "size", "to come"), table, title=title)
    rows = [
        ("from", "nowhere: all is there" if plan.source is None else plan.source.url(request.wiki, request.date)),
        ("into", str(plan.folder)),
        ("files", f"{format_count(len(plan.files))}, {format_count(len(plan.missing))} of them to come"),
        ("disk needed", format_bytes(plan.missing_bytes)),
        ("time", f"about {format_duration(plan.missing_bytes / rate)} at {format_bytes(rate)}/s"),
    ]
    if n_unknown := sum(file.missing_bytes is None for file in plan.files):
        rows.append(("of unknown size", f"{format_count(n_unknown)} files, not counted above"))
    print_summary("Download", [*rows, *more])


def _size(n_bytes: int | None) -> str:
    return "unknown" if n_bytes is None else format_bytes(n_bytes)
