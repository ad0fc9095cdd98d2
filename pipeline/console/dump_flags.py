"""Flags of the commands that read a dump: input, download, engine."""

import argparse
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000


def add_dump_flags(group: argparse._ArgumentGroup, *, default_wiki: str, page_props: bool) -> None:
    """`--file` or `--dump`, and what describes the wiki; `page_props` for jobs that read that table.

    `--wiki` is '' when it is not given: the wiki is then told by the files, or `default_wiki` with `--dump`.
    """
    group.add_argument("--file", type=Path, nargs="+", default=[], metavar="PATH", help="dump files (.xml, .bz2, .gz)")
    group.add_argument("--dump", metavar="DATE", help="date of a dump in --dump-dir, such as 20210101")
    group.add_argument("--wiki", default="", metavar="NAME", help=f"database name of the wiki, such as {default_wiki}")
    group.add_argument("--dump-dir", type=Path, default=Path("data/dumps"), metavar="DIR", help="where dumps lie")
    if page_props:
        group.add_argument("--page-props", type=Path, metavar="FILE", help="page_props.sql(.gz), for use with --file")
    group.add_argument(
        "--siteinfo",
        type=Path,
        metavar="FILE",
        help="API answer that describes the wiki (JSON); else DUMP_DIR/siteinfo/WIKI.json, else shipped tables",
    )
    add_fetch_flags(group)


def add_fetch_flags(group: argparse._ActionsContainer) -> None:
    """Who asks for a download, where, and how fast."""
    group.add_argument(
        "--contact", default="", metavar="MAIL",
        help="your mail address or URL, told to the hosts; a dump that is not there is downloaded with it",
    )  # fmt: skip
    group.add_argument(
        "--source", nargs="+", default=[], metavar="URL",
        help="folders to ask, in this order, with {wiki} and {date} to fill in; else the dump site, the Internet "
        "Archive and mirrors",
    )  # fmt: skip
    group.add_argument(
        "--allow-host", nargs="+", default=[], metavar="HOST",
        help="further hosts that a source may redirect to, such as *.example.org",
    )  # fmt: skip
    group.add_argument("--max-rate", type=bytes_per_s, metavar="MB", help="at most so many megabytes a second")


def add_engine_flags(group: argparse._ArgumentGroup) -> None:
    """Where pipelines run, and how large their units are."""
    group.add_argument("--engine", choices=("local",), help="local (default); others by Beam's --runner")
    group.add_argument("--workers", type=int, default=1, metavar="N", help="parallel workers")
    group.add_argument("--worker-mode", choices=("thread", "process"), help="process by default for more than one")
    group.add_argument("--shuffle", choices=("spill", "inline"), help="through files (local) or through Beam")
    group.add_argument(
        "--range-bytes", type=int, default=1 << 20, metavar="N", help="compressed size of a unit of parsing"
    )


def engine_values(values: argparse.Namespace) -> dict[str, Any]:
    """What `add_engine_flags` gave, as the arguments of `choose_engine` (`--range-bytes` is the job's own)."""
    return {name: getattr(values, name) for name in ("engine", "workers", "worker_mode", "shuffle")}


def fetch_values(values: argparse.Namespace) -> dict[str, Any]:
    """What `add_fetch_flags` gave, as the arguments of `FetchSettings`."""
    return {
        "contact": values.contact,
        "sources": tuple(values.source),
        "allow_hosts": tuple(values.allow_host),
        "max_bytes_per_s": values.max_rate,
    }


def bytes_per_s(text: str) -> float:
    """A rate in bytes a second, from a flag in megabytes a second."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of megabytes a second above 0")
    return rate * MEGABYTE
