"""Errors that users meet, and the row a failed page leaves."""

from dataclasses import dataclass


class MelError(Exception):
    """A failure whose message is one sentence for the user; never shown as a traceback."""


class UsageError(MelError):
    """A wrong flag or option: says which, what it got and what is allowed."""


class InputError(MelError):
    """An input file that cannot be read as what it should be; names the file and the place."""


class ArtifactError(MelError):
    """An artifact folder that is unfinished, damaged or of another schema."""


class LockedError(MelError):
    """Another live run owns the output folder."""


class PageError(MelError):
    """One page that cannot be processed; becomes a dead letter with `reason`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that failed with an error (artifact `errors`)."""

    stage: str
    unit: str
    page_id: int | None
    title: str
    reason: str
    message: str
