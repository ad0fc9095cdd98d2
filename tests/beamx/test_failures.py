"""What runners throw, as one sentence."""

import errno
import traceback

import pytest

from pipeline.beamx.failures import DISK_FULL, to_mel_error
from pipeline.beamx.processes import describe_end
from pipeline.records.errors import ArtifactError, InputError, MelError, PageError


def trace(error):
    try:
        raise error
    except type(error):
        return traceback.format_exc()


def chained():
    try:
        try:
            {}["inner"]
        except KeyError as error:
            raise InputError("outer: what [the] user sees [while running 'A/B']") from error
    except InputError:
        return traceback.format_exc()


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (InputError("cut short [while running 'Read/ParDo(X)-ptransform-12']"), InputError, "cut short"),
        (RuntimeError(trace(InputError("cut [while running 'Read']"))), InputError, "cut"),
        (trace(ArtifactError("a: b: c")), ArtifactError, "a: b: c"),
        (chained(), InputError, "outer: what [the] user sees"),
        (trace(RuntimeError("pipeline.records.errors.PageError: odd [while running 'X']")), MelError, "odd"),
        (PageError("reason", "odd"), MelError, "odd"),
        (trace(KeyError("k [while running 'Get-ptransform-3']")), MelError, 'job, step Get, failed: KeyError: "k'),
        (trace(ValueError()), MelError, "job failed: ValueError"),
        (ConnectionError("no job service"), MelError, "job failed: ConnectionError: no job service"),
        (OSError(errno.ENOSPC, "No space left on device"), MelError, f"job: {DISK_FULL}"),
        (trace(OSError(errno.EDQUOT, "Quota exceeded [while running 'W']")), MelError, f"job: {DISK_FULL}"),
        (
            RuntimeError(trace(OSError("[Errno 28] Error writing bytes to file. Detail: [errno 28] No space left"))),
            MelError,
            f"job: {DISK_FULL}",
        ),
        (OSError(errno.EACCES, "No"), MelError, "job failed: PermissionError: [Errno 13] No"),
        ("Pipeline failed.", MelError, "job failed: Error: Pipeline failed."),
    ],
)
def test_the_sentence(error, kind, message):
    found = to_mel_error("job", error)
    assert type(found) is kind
    assert str(found) == message


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (-9, r"was killed \(SIGKILL\); .*use fewer --workers$"),
        (-11, "crashed with SIGSEGV: last words$"),
        (1, "ended with exit code 1: last words$"),
    ],
)
def test_how_a_worker_ended(code, sentence):
    import re

    assert re.search(sentence, describe_end(12, code, "last words"))
