"""The child process: whatever a file does, it does to itself alone."""

import base64
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib

import psutil
import pytest

from pipeline.images.isolated import ImageFile, Isolated, Limits
from pipeline.images.normalize import normalize
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure, NormalizedImage, Reason
from pipeline.images.wire import WireError, pack, read_frame
from pipeline.records.errors import UsageError
from tests.support import images

MISBEHAVING = "tests.support.images:misbehaving"
GOOD = images.saved(images.quarters(), "PNG")


def isolated(seconds=30.0, memory_bytes=2 << 30, **options) -> Isolated:
    limits = Limits(seconds=seconds, memory_bytes=memory_bytes)
    return Isolated(NormalizeOptions(**options), limits, decoder=MISBEHAVING)


def test_same_outcomes_as_without_a_child():
    files = [ImageFile(name, data) for name, data in images.every_format().items()]
    files += [ImageFile("broken", b"GIF89a"), ImageFile("empty", b"")]
    with Isolated() as child:
        inside = list(child.normalize_many(files))
    assert inside == [normalize(file.data, name=file.name) for file in files]


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("hang", Reason.TIMEOUT, "1.5 s"),
        ("crash", Reason.CRASHED, "SIGSEGV"),
        ("exit", Reason.CRASHED, "code 3"),
        ("raise", Reason.CRASHED, "ended"),
        ("nonsense", Reason.CRASHED, "nonsense"),
        ("allocate", Reason.OUT_OF_MEMORY, "memory"),
    ],
)
def test_a_bad_file_spoils_itself_alone(name, reason, words):
    with isolated(seconds=1.5) as child:
        before, bad, after = child.normalize_many([ImageFile("a", GOOD), ImageFile(name, GOOD), ImageFile("b", GOOD)])
    assert isinstance(bad, Failure)
    assert bad.reason == reason
    assert bad.message.startswith(f"{name}: ")
    assert words in bad.message
    assert isinstance(before, NormalizedImage)
    assert before == after


def test_noise_of_a_library_does_not_reach_the_pipe(capfd):
    with isolated() as child:
        assert isinstance(child.normalize(ImageFile("noise", GOOD)), NormalizedImage)
    assert capfd.readouterr() == ("", "")


def test_the_child_stays_for_good_files_and_goes_after_a_bad_one():
    with isolated(seconds=1.0) as child:
        child.normalize(ImageFile("a", GOOD))
        first = child.child_id
        child.normalize(ImageFile("b", b"GIF89a"))
        assert child.child_id == first
        child.normalize(ImageFile("hang", GOOD))
        child.normalize(ImageFile("c", GOOD))
        assert child.child_id not in (None, first)
    assert child.child_id is None


def test_a_child_killed_from_outside_is_replaced():
    with isolated() as child:
        child.normalize(ImageFile("a", GOOD))
        os.kill(child.child_id, signal.SIGKILL)
        lost = child.normalize(ImageFile("b", GOOD))
        assert isinstance(lost, Failure)
        assert lost.reason == Reason.CRASHED
        assert isinstance(child.normalize(ImageFile("c", GOOD)), NormalizedImage)


def test_a_stopped_child_does_not_block_the_sender():
    large = b"II*\x00" + bytes(8 << 20)
    with isolated(seconds=1.0) as child:
        child.normalize(ImageFile("a", GOOD))
        os.kill(child.child_id, signal.SIGSTOP)
        stopped = child.normalize(ImageFile("b", large))
        assert isinstance(stopped, Failure)
        assert stopped.reason == Reason.TIMEOUT


def test_what_the_child_started_ends_with_it():
    with isolated(seconds=1.0) as child:
        before = set(psutil.Process().children(recursive=True))
        thread_sees: list[psutil.Process] = []

        def look() -> None:
            time.sleep(0.7)
            thread_sees.extend(p for p in psutil.Process().children(recursive=True) if p.name() == "sleep")

        watcher = threading.Thread(target=look)
        watcher.start()
        child.normalize(ImageFile("helper", GOOD))
        watcher.join()
    assert thread_sees
    _, alive = psutil.wait_procs(thread_sees, timeout=5)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
    assert set(psutil.Process().children(recursive=True)) <= before


def test_bombs_stay_within_the_limits():
    bomb = images.bomb_png(13_000)  # 169 million pixels in under a megabyte
    assert len(bomb) < 1 << 20
    with isolated(max_pixels=178_000_000, memory_bytes=400 << 20) as child:
        burst = child.normalize(ImageFile("bomb", bomb))
        assert isinstance(burst, Failure)
        assert burst.reason == Reason.OUT_OF_MEMORY
        assert isinstance(child.normalize(ImageFile("good", GOOD)), NormalizedImage)
    with isolated() as child:
        refused = child.normalize(ImageFile("bomb", bomb))
        assert isinstance(refused, Failure)
        assert refused.reason == Reason.TOO_MANY_PIXELS
        assert psutil.Process(child.child_id).memory_info().rss < 200 << 20


def test_peak_memory_of_the_child_is_bounded():
    limit = 500 << 20
    peaks = [0]
    done = threading.Event()
    with isolated(max_pixels=178_000_000, memory_bytes=limit) as child:
        child.normalize(ImageFile("warm", GOOD))
        process = psutil.Process(child.child_id)

        def watch() -> None:
            while not done.wait(0.01):
                try:
                    peaks.append(process.memory_info().rss)
                except psutil.Error:
                    return

        watcher = threading.Thread(target=watch)
        watcher.start()
        outcomes = list(child.normalize_many([ImageFile("bomb", images.bomb_png(13_000)), ImageFile("good", GOOD)]))
        done.set()
        watcher.join()
    assert isinstance(outcomes[0], Failure)
    assert outcomes[0].reason == Reason.OUT_OF_MEMORY
    assert 0 < max(peaks) <= limit


def hidden_bombs() -> dict[str, bytes]:
    """Files whose picture is small and whose other parts are not, and sizes that are lies."""
    zeros = zlib.compress(bytes(300 << 20), 9)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    def with_chunk(kind: bytes, body: bytes) -> bytes:
        return GOOD[:33] + chunk(kind, body) + GOOD[33:]  # after IHDR

    inside = base64.b64encode(images.bomb_png(13_000)).decode()
    still = images.saved(images.quarters(), "TIFF")
    return {
        "text.png": with_chunk(b"zTXt", b"a\0\0" + zeros),
        "profile.png": with_chunk(b"iCCP", b"a\0\0" + zeros),
        "canvas.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + images.saved(images.quarters(), "GIF")[10:],
        "lie.tif": still.replace(
            struct.pack("<HHIHH", 256, 4, 1, 48, 0), struct.pack("<HHII", 256, 4, 1, 3_000_000_000)
        ),
        "embedded.svg": images.svg(f'<image width="9" height="9" xlink:href="data:image/png;base64,{inside}"/>'),
        "laughs.svg": images.svg(
            "<desc>&c;</desc>",
            prolog='<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>',
        ),
    }


def test_hidden_bombs_are_outcomes_within_the_limits():
    files = [ImageFile(name, data) for name, data in hidden_bombs().items()]
    with isolated(seconds=20.0, memory_bytes=700 << 20) as child:
        for file in files:
            outcome = child.normalize(file)
            if isinstance(outcome, Failure):
                assert outcome.reason != Reason.TIMEOUT, file.name
                assert outcome.message.startswith(f"{file.name}: ")
            if child.child_id is not None:
                assert psutil.Process(child.child_id).memory_info().rss < 700 << 20
        assert isinstance(child.normalize(ImageFile("good", GOOD)), NormalizedImage)


@pytest.mark.parametrize("name", sorted(images.every_format()))
@pytest.mark.parametrize("n_bytes", [1, 12, 60, -2])
def test_truncated_files_of_each_type_never_end_the_child(name, n_bytes):
    with Isolated() as child:
        outcome = child.normalize(ImageFile(name, images.every_format()[name][:n_bytes]))
        assert child.child_id is not None
    if n_bytes > 0:
        assert isinstance(outcome, Failure)
        assert outcome.reason in (Reason.BROKEN, Reason.NOT_AN_IMAGE, Reason.NO_FRAME, Reason.AUDIO)


def test_hostile_svgs_are_outcomes():
    slow = "".join(f'<g id="l{n + 1}">' + f'<use xlink:href="#l{n}"/>' * 10 + "</g>" for n in range(5))
    files = [
        ImageFile("entity", images.svg(prolog='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
        ImageFile("file", images.svg('<image xlink:href="file:///etc/passwd" width="9" height="9"/>')),
        ImageFile("recursion", images.svg('<g id="a"><use xlink:href="#a"/></g>')),
        ImageFile("size", images.svg(attributes='width="1e9" height="1e9"')),
        ImageFile("slow", images.svg(f'<rect id="l0" width="1" height="1"/>{slow}<use xlink:href="#l5"/>')),
        ImageFile("good", GOOD),
    ]
    with isolated(seconds=2.0) as child:
        *bad, good = child.normalize_many(files)
    reasons = [outcome.reason for outcome in bad if isinstance(outcome, Failure)]
    assert reasons[:4] == [
        Reason.UNSAFE_SVG,
        Reason.EXTERNAL_REFERENCE,
        Reason.SVG_RECURSION,
        Reason.TOO_MANY_PIXELS,
    ]
    assert reasons[4:] in ([Reason.TIMEOUT], [Reason.TOO_COMPLEX])
    assert isinstance(good, NormalizedImage)


def test_moment_of_a_video_by_file():
    film = images.video("webm")
    with Isolated() as child:
        chosen, named = child.normalize_many([ImageFile("a", film), ImageFile("b", film, frame_time_s=0.2)])
    assert (chosen.is_override, named.is_override) == (False, True)
    assert named.frame_time_s == 0.2


def test_too_many_bytes_never_reach_the_child():
    with isolated(max_bytes=10) as child:
        refused = child.normalize(ImageFile("a", GOOD))
        assert isinstance(refused, Failure)
        assert refused.reason == Reason.TOO_LARGE
        assert child.child_id is None


def test_a_decoder_that_cannot_start_is_an_error_of_use():
    child = Isolated(decoder="pipeline.images.nothing:normalize")
    with child, pytest.raises(UsageError, match="install"):
        child.normalize(ImageFile("a", GOOD))


def test_the_child_dies_with_its_parent():
    script = f"""
import sys, time
from pipeline.images.isolated import ImageFile, Isolated, Limits
child = Isolated(limits=Limits(seconds=300), decoder={MISBEHAVING!r})
child.normalize(ImageFile("a", b"GIF89a"))
print(child.child_id, flush=True)
child.normalize(ImageFile("hang", b"x"))
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.3)
        parent.kill()
    psutil.wait_procs([orphan], timeout=10)
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


def test_the_folder_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Isolated() as child:
        child.normalize(ImageFile("film", images.video("webm")))
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "frame", [b"\x00", pack({}, b"abc")[:-1], b"\xff" * 12, pack({}, b"x" * 100), pack({}, b"")[:12] + b"[}"]
)
def test_frames_that_are_none(frame):
    rest = memoryview(frame)

    def read(n: int) -> bytes:
        nonlocal rest
        part, rest = bytes(rest[:n]), rest[n:]
        return part

    with pytest.raises(WireError):
        read_frame(read, 10)
