"""CPU of other tools over that of our extraction, bz2 included.

Needs MEL_DATA_DIR. Each peer and the extraction (all artifacts, as Parquet) read the same real dump, taken several
times over, in processes of their own. Every run of a peer follows one of ours; a figure is the median of the ratios of
these pairs, start-up included. The ratio without start-up takes from both what they need for a dump of one short page.

The peers live in `.venv-peers`, made by the first run: their licences (WikiExtractor: AGPL) and pinned versions stay
out of our environment. A peer that cannot be installed or run is skipped with its reason; the exit code is then 77.
"""

import argparse
import bz2
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from extract import SAMPLE, SKIPPED, extract, take_times
from peers_tools import PEERS, Command, CommandError, Peer, install, run

SHORT_PAGE = (
    "<page><title>Page</title><ns>0</ns><id>1</id><revision><id>1</id><timestamp>2016-05-01T00:00:00Z</timestamp>"
    '<model>wikitext</model><format>text/x-wiki</format><text xml:space="preserve">{}</text></revision></page>'
).format("A page with [[Page|a link]] to itself. " * 20)


def ours(dump: Path, folder: Path) -> list[Command]:
    return [[sys.executable, __file__, "--extract", dump, folder]]


def fresh(folder: Path) -> Path:
    """A new empty folder under `folder`."""
    return Path(tempfile.mkdtemp(dir=folder))


def measure(peer: Peer, dumps: tuple[Path, Path], folder: Path, pairs: int) -> tuple[float, Path]:
    """Median ratio of the pairs, and what the last run left; prints each pair."""
    dump, short = dumps
    whole_ratios, net_ratios = [], []
    for _ in range(pairs):
        out = fresh(folder)
        mine, other = run(ours(dump, fresh(folder))), run(peer.commands(dump, out))
        my_start, other_start = run(ours(short, fresh(folder))), run(peer.commands(short, fresh(folder)))
        whole_ratios.append(other / mine)
        net_ratios.append((other - other_start) / (mine - my_start))
        print(
            f"{peer.name} {other:.2f} s (start-up {other_start:.2f}), extraction {mine:.2f} s "
            f"(start-up {my_start:.2f}): {other / mine:.2f}, without start-up {net_ratios[-1]:.2f}",
            flush=True,
        )
    for label, ratios in (("with start-up", whole_ratios), ("without start-up", net_ratios)):
        print(f"  {label}: median {statistics.median(ratios):.2f}, range {min(ratios):.2f} to {max(ratios):.2f}")
    return statistics.median(whole_ratios), out


def links_of_articles(targets: Iterable[str]) -> int:
    """How many of the targets are pages of the main namespace."""
    from pipeline.titles.siteinfo import load_siteinfo  # noqa: PLC0415 - no part of our timed child
    from pipeline.titles.wiki import Wiki  # noqa: PLC0415 - the same

    parse = Wiki.for_siteinfo(load_siteinfo("enwiki")[0]).titles.parse
    parsed = map(parse, targets)
    return sum(p.problem is None and p.namespace == 0 and not p.interwiki and p.key != "" for p in parsed)


def our_links(dump: Path, folder: Path) -> int:
    import pyarrow.compute as pc  # noqa: PLC0415 - no part of our timed child
    import pyarrow.parquet as pq  # noqa: PLC0415 - the same

    run(ours(dump, folder))
    return sum(pc.sum(pq.read_table(path)["n"]).as_py() for path in (folder / "links").glob("*.parquet"))


def make_dumps(source: Path, folder: Path, copies: int) -> tuple[Path, Path]:
    """The sample `copies` times over, and its head with one short page."""
    dump, short = folder / "sample.xml.bz2", folder / "short.xml.bz2"
    size = take_times(source, dump, copies)
    head = bz2.decompress(source.read_bytes()).partition(b"<page>")[0]
    short.write_bytes(bz2.compress(head + SHORT_PAGE.encode() + b"</mediawiki>"))
    print(f"{SAMPLE} x {copies}: {size / 1e6:.1f} MB XML, {dump.stat().st_size / 1e6:.1f} MB bz2")
    return dump, short


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--peers", nargs="+", choices=[peer.name for peer in PEERS])
    parser.add_argument("--extract", nargs=2, type=Path, help=argparse.SUPPRESS)
    values = parser.parse_args()
    if values.extract:
        extract(*values.extract)
        return 0
    data = os.environ.get("MEL_DATA_DIR")
    if not data:
        print("skipped: set MEL_DATA_DIR to the folder of the real data")
        return SKIPPED
    begun, skipped = time.monotonic(), False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dumps = make_dumps(Path(data) / SAMPLE, folder, values.copies)
        n_links = our_links(dumps[0], fresh(folder))
        for peer in PEERS:
            if values.peers and peer.name not in values.peers:
                continue
            try:
                install(peer)
                ratio, out = measure(peer, dumps, folder, values.pairs)
                kept = links_of_articles(peer.targets(out))
            except CommandError as reason:
                print(f"skipped {peer.name}: {reason}")
                skipped = True
                continue
            print(f"  links to articles: {kept:,}, extraction {n_links:,} ({kept / n_links:.1%})")
            print(f"figure: {peer.name}_over_extract {ratio:.3f}", flush=True)
    print(f"{time.monotonic() - begun:.0f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return SKIPPED if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
