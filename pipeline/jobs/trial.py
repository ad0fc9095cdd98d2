"""A few ranges read for their speed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.transforms.read_range import ExtractUnit, RangeReader

TRIAL_S = 5.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What some ranges tell of all.

    Attributes:
        size_bytes: compressed size of all ranges.
        parse_s: seconds that parsing would take with the asked workers.
        staged_bytes: size of what parsing would write.
        trial_ranges: ranges that were read.
    """

    size_bytes: int
    ranges: int
    parse_s: float
    staged_bytes: int
    trial_ranges: int


def try_ranges(reader: RangeReader, units: Sequence[ExtractUnit], workers: int, trial_s: float = TRIAL_S) -> Trial:
    """Read ranges from the middle on for some seconds; the reader's folder keeps what it writes."""
    begun = time.perf_counter()
    read = staged = trials = 0
    for unit in units[len(units) // 2 :]:
        record = reader.extract(unit)
        read += record["bytes"]
        staged += sum(shard["size_bytes"] for shard in record["shards"])
        trials += 1
        if time.perf_counter() - begun > trial_s:
            break
    seconds = time.perf_counter() - begun
    size = sum(unit.dump_range.size_bytes for unit in units)
    share = size / max(read, 1)
    return Trial(size, len(units), seconds * share / workers, int(staged * share), trials)
