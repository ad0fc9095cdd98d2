"""What can go wrong when a file is fetched, by name."""

import re
from collections.abc import Iterable
from enum import StrEnum

from pipeline.records.errors import MelError


class FetchReason(StrEnum):
    """Why a fetch failed; the outcome code of one file."""

    NOT_FOUND = "not_found"
    REFUSED = "refused"
    STATUS = "status"
    FOREIGN_HOST = "foreign_host"
    PRIVATE_ADDRESS = "private_address"
    REDIRECTS = "redirects"
    CONTENT_TYPE = "content_type"
    TOO_LARGE = "too_large"
    SIZE = "size"
    CHECKSUM = "checksum"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    BUSY = "busy"
    DISK_FULL = "disk_full"
    STOPPED = "stopped"


_ADDRESS = re.compile(r"https?://([^\s/?#]+)[^\s]*")
_SHORT_CHARS = 300
PASSING = frozenset({FetchReason.TRUNCATED, FetchReason.TIMEOUT, FetchReason.CONNECTION, FetchReason.BUSY})
"""Failures that another try may heal."""


class FetchError(MelError):
    """A file could not be fetched; `reason` is the code, `urls` what was tried, in order."""

    def __init__(
        self,
        reason: FetchReason,
        message: str,
        urls: Iterable[str] = (),
        *,
        retry_after_s: float | None = None,
        most_tries: int | None = None,
    ) -> None:
        """`most_tries`: fewer than usual, where more hardly help."""
        super().__init__(message)
        self.reason = reason
        self.urls = tuple(urls)
        self.retry_after_s = retry_after_s
        self.most_tries = most_tries

    @property
    def is_passing(self) -> bool:
        """Whether another try may heal it."""
        return self.reason in PASSING


def in_short(error: FetchError) -> str:
    """The message with hosts in the place of whole addresses, which may have thousands of characters."""
    return _ADDRESS.sub(r"\1", str(error))[:_SHORT_CHARS]
