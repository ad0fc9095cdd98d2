"""Following redirects: every title to the page where it ends."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kb.tables import as_chunked, positions
from pipeline.records.names import PageKind, RedirectStatus

MAX_HOPS = 8
STATUS_NAMES = tuple(RedirectStatus)
_OK, _MISSING, _LOOP = (
    STATUS_NAMES.index(status) for status in (RedirectStatus.OK, RedirectStatus.MISSING, RedirectStatus.LOOP)
)


@dataclass(frozen=True, slots=True)
class Ends:
    """Where each of N redirects ends.

    Attributes:
        page: (N,) int64 row of the page where it ends, -1 when it ends at none.
        last: (N,) int64 row of the last redirect followed: its target is the end's title.
        hops: (N,) int32 redirects followed, the first included; `MAX_HOPS` for a loop.
        status: (N,) int8 places in `STATUS_NAMES`.
    """

    page: np.ndarray
    last: np.ndarray
    hops: np.ndarray
    status: np.ndarray


def follow_redirects(titles: pa.ChunkedArray, kinds: pa.ChunkedArray, redirects: pa.Table) -> Ends:
    """Follow every redirect for at most `MAX_HOPS` hops (KB definitions, section 3).

    Args:
        titles: (P,) distinct title keys of the pages.
        kinds: (P,) page kinds.
        redirects: N rows of raw_redirects; their `title`s are among `titles`.

    A chain that meets itself, or is longer than `MAX_HOPS`, is a loop.
    """
    n = redirects.num_rows
    own_status = positions(redirects["status"], pa.chunked_array([pa.array(STATUS_NAMES)])).astype(np.int8)
    target_page = positions(redirects["target"], titles)
    next_redirect = _next_redirects(titles, kinds, redirects, target_page)
    last = np.arange(n)
    hops = np.ones(n, dtype=np.int32)
    for _ in range(MAX_HOPS - 1):
        onward = (own_status[last] == _OK) & (next_redirect[last] >= 0)
        if not onward.any():
            break
        last[onward] = next_redirect[last[onward]]
        hops[onward] += 1
    status = own_status[last]
    status[(status == _OK) & (next_redirect[last] >= 0)] = _LOOP
    end = np.where(status == _OK, target_page[last], -1)
    status[(status == _OK) & (end < 0)] = _MISSING
    return Ends(end, last, hops, status)


def _next_redirects(
    titles: pa.ChunkedArray, kinds: pa.ChunkedArray, redirects: pa.Table, target_page: np.ndarray
) -> np.ndarray:
    """(N,) row of the redirect that each redirect points to, -1 when it points to something else."""
    redirect_of_page = np.full(len(titles) + 1, -1, dtype=np.int64)
    source = positions(redirects["title"], titles)
    redirect_of_page[source] = np.arange(len(source))
    is_redirect = np.append(as_chunked(pc.equal(kinds, PageKind.REDIRECT.value)).to_numpy(), False)
    redirect_of_page[~is_redirect] = -1
    following: np.ndarray = redirect_of_page[target_page]
    return following
