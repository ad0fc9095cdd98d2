"""From what a runner throws to one sentence for the user."""

import errno
import logging
import re
import sys
import traceback

from pipeline.records.errors import MelError

_LOGGER = logging.getLogger(__name__)
_STEP = re.compile(r" \[while running '(?P<step>.*?)(?:-ptransform-\d+)?'\]")
# The line of a traceback that names the error: `package.module.Class: message`.
_ERROR = re.compile(r"^(?:RuntimeError: )*(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?\Z", re.DOTALL)
_NO_SPACE = re.compile(rf"\[Errno ({errno.ENOSPC}|{errno.EDQUOT})\]", re.IGNORECASE)
DISK_FULL = "the disk of --out is full; make room and run the same command again, which goes on from here"
_TRACE = "Traceback (most recent call last):"


def to_mel_error(label: str, error: BaseException | str) -> MelError:
    """The error for the user behind what a runner threw or a worker reported.

    A MelError raised inside a step comes back as itself, without Beam's additions; its kind and message are read from
    the worker's traceback where the object could not travel. Any other error is described by step, type and message.
    The whole story goes to the log at DEBUG.
    """
    text = error if isinstance(error, str) else _text(error)
    _LOGGER.debug("%s failed:\n%s", label, text)
    if is_disk_full(error):
        return MelError(f"{label}: {DISK_FULL}")
    if isinstance(error, MelError):
        return _rebuild(type(error), _STEP.sub("", str(error)), error)
    step = _STEP.search(text)
    kind, message = _last_error(text)
    known = _mel_class(kind)
    if known is not None:
        return _rebuild(known, message, None)
    if kind == "OSError" and _NO_SPACE.search(message):
        return MelError(f"{label}: {DISK_FULL}")
    where = f"{label}, step {step['step']}," if step else label
    return MelError(f"{where} failed: {kind.rpartition('.')[2]}: {message}".rstrip(": \n"))


def is_disk_full(error: BaseException | str) -> bool:
    """Whether writing failed for want of space."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _last_error(text: str) -> tuple[str, str]:
    """Class name and message of the innermost error that a traceback in text form ends with."""
    # A worker's traceback arrives as the message of a RuntimeError: what follows the last "Traceback" line counts.
    tail = text.rpartition(_TRACE)[2].strip("\n")
    # Source lines and frames are indented; the error's own line is not, further lines of its message may be anything.
    lines = tail.split("\n")
    first = next((i for i, line in enumerate(lines) if line and not line.startswith(" ")), 0)
    message = _STEP.split("\n".join(lines[first:]))[0].strip()
    found = _ERROR.match(message)
    if found is None:
        return "Error", message
    return found["kind"], (found["message"] or "").strip()


def _mel_class(name: str) -> type[MelError] | None:
    module, _, attribute = name.rpartition(".")
    found = getattr(sys.modules.get(module), attribute, None)
    return found if isinstance(found, type) and issubclass(found, MelError) else None


def _rebuild(kind: type[MelError], message: str, cause: BaseException | None) -> MelError:
    """An error of the same class, or a plain MelError where its constructor asks for more."""
    try:
        error = kind(message)
    except TypeError:
        error = MelError(message)
    error.__cause__ = cause
    return error
