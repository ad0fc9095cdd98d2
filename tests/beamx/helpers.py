"""Functions and tables that worker processes import."""

import functools
import logging
import os
import random
import re
import signal
import time
from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow as pa

from pipeline.beamx.arrow import decode_table, encode_table
from pipeline.beamx.engine import Engine
from pipeline.records.errors import InputError, PageError

ENGINES = {
    "1 worker": Engine(),
    "2 threads": Engine(workers=2, worker_mode="thread"),
    "2 processes": Engine(workers=2),
}
PAIRS = pa.schema([("surface", pa.string()), ("target", pa.string()), ("n", pa.int64())])
PLACES = pa.schema([("target", pa.string()), ("page_id", pa.int64())])


def pair_batches(seed, batches=12, rows=200):
    """Tables of (surface, target, n) with many repeated pairs, some of them empty or of odd texts."""
    rng = random.Random(seed)
    words = ["", "Austin", "Łódź", "北京", "a b", "e\u0301", "😀"] + [f"word {i}" for i in range(60)]
    tables = []
    for number in range(batches):
        count = 0 if number == 3 else rng.randrange(1, rows)
        columns = [
            [rng.choice(words) for _ in range(count)],
            [rng.choice(words[:20]) for _ in range(count)],
            [rng.randrange(1, 5) for _ in range(count)],
        ]
        tables.append(pa.table([pa.array(c, type=f.type) for c, f in zip(columns, PAIRS, strict=True)], schema=PAIRS))
    return tables


def add_up(table):
    """Sum n over equal (surface, target)."""
    grouped = table.group_by(["surface", "target"]).aggregate([("n", "sum")])
    return grouped.rename_columns(["surface", "target", "n"]).select(PAIRS.names).cast(PAIRS)


def by_length(limit, table):
    """A partitioner: length of the surface, cut at `limit`."""
    return np.array([min(len(s), limit - 1) for s in table.column("surface").to_pylist()], dtype=np.int64)


by_length_4 = functools.partial(by_length, 4)


def bad_partitioner(table):
    return np.full(table.num_rows, 99)


class Emit(beam.DoFn):
    """Turns a number into its table, so that only numbers travel before the shuffle."""

    def __init__(self, tables):
        self.tables = tables

    def process(self, number):
        yield self.tables[number]


def feed(pipeline, label, tables):
    numbers = pipeline | f"Create {label}" >> beam.Create(list(range(len(tables))), reshuffle=False)
    return (
        numbers
        | f"Spread {label}" >> beam.Reshuffle()
        | f"Emit {label}" >> beam.ParDo(Emit(tables)).with_output_types(pa.Table)
    )


class Keep(beam.DoFn):
    """Writes each result to `folder`, named by its partition: results from any engine and process.

    A partition may come twice (a repeated bundle) if it is the same.
    """

    def __init__(self, folder):
        self.folder = folder

    def process(self, element):
        partition, value = element
        tables = value if isinstance(value, dict) else {"": value}
        for tag, table in tables.items():
            path = Path(self.folder) / f"{partition:05d}{tag and '-'}{tag}.arrow"
            if path.exists():
                assert decode_table(path.read_bytes()).equals(table)
            else:
                path.write_bytes(encode_table(table))
        yield partition


def double(value):
    return 2 * value


def kill_worker(when, value):
    """Kills the process at one value; the file `when` holds the time."""
    time.sleep(0.05)
    if value == 7:
        when.write_text(str(time.monotonic()))
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def crawl(value):
    time.sleep(0.2)
    return value


def leave_0(_value):
    os._exit(0)


def leave_3(_value):
    os._exit(3)


def warn(value):
    logging.getLogger("helpers").warning("odd\n%s", "thing")
    return value


class LeaveFile:
    """Leaves a file per value that holds the id of the process."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, value):
        time.sleep(0.01)
        (Path(self.folder) / str(value)).write_text(str(os.getpid()))


def refuse_page(_value):
    raise PageError("odd_page", "the page is odd")


def refuse(value):
    if value == 7:
        raise InputError("the dump enwiki.xml.bz2 is cut short at byte 900")
    return value


def refuse_in_lines(value):
    raise InputError(f"the dump says:\n  odd: {value // 100} things\nand ends")


def refuse_key(bad, when, element):
    """Fails at once for the key `bad`, and the file `when` holds the time; any other key takes very long."""
    if element[0] == bad:
        when.write_text(str(time.monotonic()))
        raise InputError("the first one is bad")
    time.sleep(30)


def never_end(_value):
    """Holds the interpreter's lock in C code: no thread of this process runs any more."""
    re.match("(a+)+b", "a" * 60)


def divide(value):
    return 1 / (value - 7)


class FailAtEnd(beam.DoFn):
    """Fails when its bundle ends."""

    def process(self, value):
        yield value

    def finish_bundle(self):
        raise InputError("the end is bad")


def big_bytes(value):
    """Ten megabytes under ten keys."""
    for i in range(10):
        yield value * 10 + i, bytes(1_000_000)


def die_at_once(_element):
    os.kill(os.getpid(), signal.SIGKILL)
