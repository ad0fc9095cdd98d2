"""How often and how late a request is tried again."""

import email.utils
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Retries:
    """Exponential back-off with jitter that depends on the seed, the URL and the try alone.

    `tries` counts in a row without progress; a download that has grown by `progress_bytes` starts to count anew.
    """

    tries: int = 6
    first_s: float = 1.0
    longest_s: float = 60.0
    retry_after_longest_s: float = 600.0
    progress_bytes: int = 4 << 20
    seed: int = 0

    def delay_s(self, url: str, n_failed: int, retry_after_s: float | None = None) -> float:
        """Seconds to wait after the `n_failed`-th failure in a row, from 1.

        Between half and all of first_s·2^(n−1), at most longest_s; never less than the server asked for, whose wish
        is honoured up to retry_after_longest_s.
        """
        full = min(self.longest_s, self.first_s * 2.0 ** min(n_failed - 1, 60))
        digest = hashlib.blake2b(f"{self.seed}\n{url}\n{n_failed}".encode(), digest_size=8).digest()
        delay = full * (0.5 + int.from_bytes(digest, "big") / 2**65)
        return max(delay, min(retry_after_s or 0.0, self.retry_after_longest_s))


def read_retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for, given in seconds or as an HTTP date; None when it says nothing."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((when - (now or datetime.now(UTC))).total_seconds(), 0.0)
