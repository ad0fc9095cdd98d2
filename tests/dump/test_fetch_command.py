"""The command that fetches a dump: ended in the middle, run again, asked what it costs."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from pipeline.dump.layout import find_dump
from tests.support.dump_server import BODIES, LISTS, PAGES, PROPS, STEM, WANTED, serve
from tests.support.http_server import Answer

ROOT = Path(__file__).parents[2]


def there(tmp_path):
    return {path.name for path in (tmp_path / "dumps/testwiki/20210101").iterdir()}


def run(*arguments, **options):
    command = [sys.executable, "runners/fetch_dump.py", "--dump", "20210101", "--wiki", "testwiki", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **options)


def command(server, tmp_path, *more):
    return ["--dump-dir", str(tmp_path / "dumps"), "--source", server.url("/{wiki}/{date}/"), *more]


def slow_run(server, tmp_path, ready):
    """A run in its middle: the first part drips, `ready` has come; its process, and the unfinished file."""
    serve(server)
    folder = tmp_path / "dumps/testwiki/20210101"
    server.put(f"/testwiki/20210101/{PAGES[0]}", BODIES[PAGES[0]], Answer(bytes_per_s=1000, piece=50))
    arguments = command(server, tmp_path, "--contact", "tests@example.org")
    process = subprocess.Popen(
        [sys.executable, "runners/fetch_dump.py", "--dump", "20210101", "--wiki", "testwiki", *arguments],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    part = folder / f"{PAGES[0]}.part"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if part.is_file() and part.stat().st_size > 300 and (folder / ready).exists():
            return process, part, arguments
        time.sleep(0.01)
    process.kill()
    raise TimeoutError(process.communicate()[1])


def test_ctrl_c_ends_it_soon_and_keeps_what_came(server, tmp_path):
    process, part, _ = slow_run(server, tmp_path, PAGES[2])
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=5)[1] == "interrupted; the same command goes on from here\n"
    assert process.returncode == 130
    assert part.stat().st_size > 300


def test_two_runs_do_not_mix(server, tmp_path):
    process, _, arguments = slow_run(server, tmp_path, PAGES[2])
    second = run(*arguments)
    assert second.returncode == 1
    assert "is being fetched by another run" in second.stderr
    assert process.communicate(timeout=20)[1].endswith("files 8/8\n")
    assert process.returncode == 0
    assert server.sent(f"/testwiki/20210101/{PAGES[0]}") == len(BODIES[PAGES[0]])


def test_a_killed_run_is_gone_on_with(server, tmp_path):
    first, part, arguments = slow_run(server, tmp_path, PAGES[2])
    slow = PAGES[0]
    first.kill()
    first.communicate(timeout=10)
    kept = part.stat().st_size
    assert 300 < kept < len(BODIES[slow])
    server.put(f"/testwiki/20210101/{slow}", BODIES[slow])
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    for name in WANTED:
        tries = server.asked(f"/testwiki/20210101/{name}")
        assert [seen.start for seen in tries] == ([0, kept] if name == slow else [0])
    assert "fetched now" in done.stdout
    assert there(tmp_path) == WANTED | LISTS
    find_dump(tmp_path / "dumps", "testwiki", "20210101", verify=True)


def test_the_dry_run_says_what_it_would_cost(server, tmp_path):
    serve(server)
    shown = run(*command(server, tmp_path, "--contact", "tests@example.org", "--dry-run", "--max-rate", "0.01"))
    assert shown.returncode == 0, shown.stderr
    total = sum(len(BODIES[name]) for name in WANTED)
    assert all(name.removeprefix(f"{STEM}-") in shown.stdout for name in WANTED)
    assert "8, 8 of them to come" in shown.stdout
    assert re.search(rf"disk needed +{total / 1000:.0f} kB", shown.stdout)
    assert "about 1.6 s at 10 kB/s" in shown.stdout
    assert not (tmp_path / "dumps").exists()


def test_the_command_says_what_is_wrong_in_short_lines(server, tmp_path):
    serve(server, names=[name for name in BODIES if name != PROPS])
    failed = run(*command(server, tmp_path))
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.startswith("error: --contact must be")
    failed = run(*command(server, tmp_path, "--contact", "tests@example.org"))
    assert failed.returncode == 1
    assert f"{PROPS} answers 404" in failed.stderr
    lines = failed.stderr.splitlines()
    assert lines[0] == "error: 1 of the 8 missing files could not be fetched:"
    assert lines[-1] == "or name another place with --source"
    assert len(lines) < 20
    assert "Traceback" not in failed.stderr


def test_verify_reads_old_files_again(server, tmp_path):
    serve(server)
    arguments = command(server, tmp_path, "--contact", "tests@example.org", "--verify")
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    assert "7 files" in done.stdout
    path = tmp_path / "dumps/testwiki/20210101" / PAGES[0]
    path.write_bytes(b"x" * len(BODIES[PAGES[0]]))
    failed = run(*arguments)
    assert failed.returncode == 1
    assert "was published: download it again" in failed.stderr
