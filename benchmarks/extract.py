"""CPU of extraction: against bare decompression, and for all of enwiki.

Needs MEL_DATA_DIR. Both sides run in turn in this process; imports and start-up are left out; the figures are the
median of the ratios of the pairs, and the median speed carried over to 80 GB of XML. `--profile` prints where the time
of one extraction goes; MEL_NATIVE=0 leaves the compiled loops out (docs/decisions/010-native-loops.md).
"""

import argparse
import bz2
import cProfile
import os
import pstats
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from pipeline.dump.header import read_header
from pipeline.dump.ranges import plan_ranges
from pipeline.native.chosen import STATE
from pipeline.titles.siteinfo import load_siteinfo
from pipeline.transforms.extract_range import ExtractOptions, RangeExtractor
from pipeline.transforms.read_range import ExtractUnit

SAMPLE = "dumps/enwiki-20160501-sample-pages-articles.xml.bz2"
SKIPPED = 77
FEED_BYTES = 256 << 10
ENWIKI_XML_BYTES = 80e9
_PAGE = re.compile(rb"<title>(.*?)</title>(.*?)<id>(\d+)</id>", re.DOTALL)


def take_times(source: Path, target: Path, copies: int) -> int:
    """Write the sample `copies` times over as one bz2 stream, titles and ids changed; bytes of XML."""
    xml = bz2.decompress(source.read_bytes())
    first, last = xml.index(b"<page>"), xml.rindex(b"</mediawiki>")
    head, pages, foot = xml[:first], xml[first:last], xml[last:]
    size = 0
    compressor = bz2.BZ2Compressor(9)
    with target.open("wb") as file:
        parts = [head, pages]
        for number in range(1, copies):

            def renamed(match: re.Match[bytes], number: int = number) -> bytes:
                title, between, page_id = match.groups()
                return b"<title>%s (copy %d)</title>%s<id>%d</id>" % (
                    title,
                    number,
                    between,
                    int(page_id) + number * 100_000,
                )

            parts.append(_PAGE.sub(renamed, pages))
        for part in [*parts, foot]:
            size += len(part)
            file.write(compressor.compress(part))
        file.write(compressor.flush())
    return size


def decompress(path: Path) -> float:
    """CPU seconds of Python's bz2 over the whole file."""
    begun = time.process_time()
    with path.open("rb") as file:
        decompressor = bz2.BZ2Decompressor()
        while chunk := file.read(FEED_BYTES):
            decompressor.decompress(chunk)
    return time.process_time() - begun


def extract(path: Path, folder: Path) -> float:
    """CPU seconds of reading the file to staging shards."""
    siteinfo, _ = load_siteinfo("enwiki")
    options = ExtractOptions(str(folder), siteinfo, {str(path): read_header(path)}, None, (0,), "fast")
    extractor = RangeExtractor(options)
    begun = time.process_time()
    for dump_range in plan_ranges([path], range_bytes=path.stat().st_size):
        extractor.extract(ExtractUnit(dump_range))
    return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    values = parser.parse_args()
    data = os.environ.get("MEL_DATA_DIR")
    if not data:
        print("skipped: set MEL_DATA_DIR to the folder of the real data")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "sample.xml.bz2"
        size = take_times(Path(data) / SAMPLE, path, values.copies)
        print(f"compiled loops: {STATE}")
        print(f"{SAMPLE} x {values.copies}: {size / 1e6:.1f} MB XML, {path.stat().st_size / 1e6:.1f} MB bz2")
        if values.profile:
            profile = cProfile.Profile()
            profile.runcall(extract, path, Path(name) / "profile")
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
            return 0
        pairs = []
        for number in range(values.pairs):
            alone, whole = decompress(path), extract(path, Path(name) / f"out-{number}")
            pairs.append((alone, whole))
            print(f"decompress {alone:.2f} s, extract {whole:.2f} s, ratio {whole / alone:.3f}", flush=True)
    report(size, pairs)
    return 0


def report(size: int, pairs: Sequence[tuple[float, float]]) -> None:
    """Print the figures of (decompress, extract) seconds for `size` bytes of XML."""
    ratios = [whole / alone for alone, whole in pairs]
    alone_s, whole_s = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    print(f"median {statistics.median(ratios):.3f}, range {min(ratios):.3f} to {max(ratios):.3f}")
    print(
        f"MB of XML a core-second: bz2 alone {size / alone_s / 1e6:.1f}, all beside it "
        f"{size / (whole_s - alone_s) / 1e6:.1f}, whole {size / whole_s / 1e6:.1f}"
    )
    print(f"figure: extract_over_decompress {statistics.median(ratios):.4f}")
    print(f"figure: enwiki_extract_core_hours {ENWIKI_XML_BYTES / size * whole_s / 3600:.2f}")


if __name__ == "__main__":
    sys.exit(main())
