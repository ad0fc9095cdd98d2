"""Progress on a terminal, in a log, on a closed stream, from many threads."""

import io
import os
import pty
import re
import threading
import time

import pytest

from pipeline.console.progress import FIRST_S, Progress

SOON_S = 0.2
LONG_S = SOON_S + 0.5


class Pipe(io.StringIO):
    """A text stream that is no terminal."""


def run(stream, seconds, total=100, **figures):
    with Progress("extract", total, stream=stream, first_s=SOON_S) as progress:
        progress.update(0)
        progress.update(25, **figures)
        time.sleep(seconds)
        progress.update(total or 100, **figures)


def test_a_short_job_shows_nothing():
    stream = Pipe()
    run(stream, 0.05)
    assert stream.getvalue() == ""


def test_two_seconds_are_short():
    stream = Pipe()
    with Progress("extract", 2, stream=stream) as progress:
        progress.update(1)
        time.sleep(FIRST_S - 0.3)
        assert stream.getvalue() == ""
        time.sleep(0.8)
        assert stream.getvalue().startswith("extract: 1/2 ranges (50 %)")


def test_plain_lines_tell_share_time_and_figures():
    stream = Pipe()
    run(stream, LONG_S, pages=120_000, dead=0)
    first, last = stream.getvalue().splitlines()
    assert re.fullmatch(r"extract: 25/100 ranges \(25 %\), (1\.\d|2\.\d|0\.\d\d) s left, pages 120,000, dead 0", first)
    assert re.fullmatch(r"extract: 100/100 ranges in 0\.\d\d s, pages 120,000, dead 0", last)


def test_a_total_that_is_not_known():
    stream = Pipe()
    run(stream, LONG_S, total=None)
    assert stream.getvalue().splitlines()[0] == "extract: 25 ranges"


def test_a_failed_job_does_not_say_that_it_is_done():
    stream = Pipe()

    def fail():
        with Progress("extract", 9000, unit="bytes", stream=stream, first_s=SOON_S) as progress:
            progress.update(3000)
            time.sleep(LONG_S)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert stream.getvalue().startswith("extract: 3.0 kB/9.0 kB (33 %)")
    assert stream.getvalue().splitlines()[-1].endswith(", stopped")


def test_a_resumed_run_measures_its_speed_from_where_it_began():
    stream = Pipe()
    with Progress("extract", 1000, stream=stream, first_s=SOON_S) as progress:
        progress.update(900)
        time.sleep(0.1)
        progress.update(910)
        time.sleep(LONG_S)
    left_s = float(re.search(r"([\d.]+) s left", stream.getvalue())[1])
    assert 1.5 < left_s < 30  # 90 units at 10 in 0.2 s; 0.02 s if the first 900 counted


def read_terminal(monkeypatch, job, term="xterm"):
    """What `job` writes to a pseudo-terminal."""
    monkeypatch.setenv("TERM", term)
    leader, follower = pty.openpty()
    chunks = []

    def read():
        while True:
            try:
                chunk = os.read(leader, 4096)
            except OSError:
                return
            if not chunk:
                return
            chunks.append(chunk)

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(follower, "w", encoding="utf-8") as stream:
        job(stream)
    reader.join(10)
    os.close(leader)
    return b"".join(chunks).decode()


def test_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    text = read_terminal(monkeypatch, lambda stream: run(stream, LONG_S, pages=120_000))
    assert "\x1b[" in text
    for part in ("extract", "25 %", "25/100 ranges", "s left", "pages 120,000", "100 %", "in 0."):
        assert part in text
    assert text.endswith(("\x1b[?25h", "\n"))


def test_a_terminal_that_cannot_draw_gets_lines(monkeypatch):
    text = read_terminal(monkeypatch, lambda stream: run(stream, LONG_S), term="dumb")
    assert "\x1b[" not in text
    assert "extract: 25/100 ranges (25 %)" in text


def test_a_short_job_on_a_terminal_shows_nothing(monkeypatch):
    assert read_terminal(monkeypatch, lambda stream: run(stream, 0.05)) == ""


@pytest.mark.parametrize("kind", ["closed before", "closed meanwhile", "reader gone"])
def test_a_stream_that_ends_is_no_error(kind):
    read_end, write_end = os.pipe()
    stream = os.fdopen(write_end, "w")
    if kind == "closed before":
        stream.close()
    with Progress("extract", 10, stream=stream, first_s=SOON_S) as progress:
        progress.update(1)
        if kind == "closed meanwhile":
            stream.close()
        if kind == "reader gone":
            os.close(read_end)
        time.sleep(LONG_S)
        progress.update(10)
    if kind == "reader gone":
        with pytest.raises(BrokenPipeError):
            stream.close()
    else:
        os.close(read_end)


def test_updates_from_many_threads():
    stream = Pipe()
    with Progress("extract", 8000, stream=stream, first_s=SOON_S) as progress:
        lock, count = threading.Lock(), 0

        def work():
            nonlocal count
            for _ in range(1000):
                with lock:
                    count += 1
                    progress.update(count, pages=count)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(LONG_S)
    assert stream.getvalue().splitlines()[-1].startswith("extract: 8,000/8,000 ranges in ")
    assert stream.getvalue().endswith("pages 8,000\n")


def test_hostile_labels_and_figures_cannot_steer_the_terminal():
    stream = Pipe()
    with Progress("a\x1b[2Jb", 2, stream=stream, first_s=SOON_S) as progress:
        progress.update(1, title="x\x1b]0;y\x07")
        time.sleep(LONG_S)
    assert "\x1b" not in stream.getvalue()
