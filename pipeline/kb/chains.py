"""Following redirects: every page to the page where it ends."""

from dataclasses import dataclass

import numpy as np

from pipeline.records.names import RedirectStatus

MAX_HOPS = 8
STATUS_NAMES = tuple(RedirectStatus)
NO_REDIRECT = -1
_OK, _MISSING, _LOOP = (
    STATUS_NAMES.index(status) for status in (RedirectStatus.OK, RedirectStatus.MISSING, RedirectStatus.LOOP)
)
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Ends:
    """Where each of P pages ends.

    Attributes:
        page: (P,) int32 row of the page where it ends, -1 when it ends at none; its own for a page that is no redirect.
        last: (P,) int32 row of the last redirect followed: its target is the end's title; -1 for no redirect.
        hops: (P,) int8 redirects followed, the first included; `MAX_HOPS` for a loop, 0 for no redirect.
        status: (P,) int8 places in `STATUS_NAMES`; `NO_REDIRECT` for no redirect.
    """

    page: np.ndarray
    last: np.ndarray
    hops: np.ndarray
    status: np.ndarray


def follow_redirects(target: np.ndarray, status: np.ndarray) -> Ends:
    """Follow every redirect for at most `MAX_HOPS` hops (KB definitions, section 3).

    Args:
        target: (P,) int32 row of the page that each redirect names, -1 when no page has that title.
        status: (P,) int8 places in `STATUS_NAMES` as far as the target's text tells; `NO_REDIRECT` for no redirect.

    A chain that meets itself, or is longer than `MAX_HOPS`, is a loop.
    """
    n = len(target)
    ends = Ends(np.arange(n, dtype=np.int32), np.full(n, -1, np.int32), np.zeros(n, np.int8), status.copy())
    for start in range(0, n, _BLOCK):
        rows = start + np.flatnonzero(status[start : start + _BLOCK] != NO_REDIRECT)
        ends.page[rows], ends.last[rows], ends.hops[rows], ends.status[rows] = _follow(rows, target, status)
    return ends


def _follow(
    rows: np.ndarray, target: np.ndarray, status: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Page, last redirect, hops and status for the redirects in `rows`."""
    last, hops = rows.copy(), np.ones(len(rows), dtype=np.int8)
    for _ in range(MAX_HOPS - 1):
        onward = _leads_on(last, target, status)
        if not onward.any():
            break
        last[onward] = target[last[onward]]
        hops[onward] += 1
    end_status = status[last]
    end_status[_leads_on(last, target, status)] = _LOOP
    end = np.where(end_status == _OK, target[last], -1)
    end_status[(end_status == _OK) & (end < 0)] = _MISSING
    return end, last, hops, end_status


def _leads_on(redirects: np.ndarray, target: np.ndarray, status: np.ndarray) -> np.ndarray:
    """Whether each redirect names another redirect."""
    following = target[redirects]
    leads: np.ndarray = (status[redirects] == _OK) & (following >= 0) & (status[following] != NO_REDIRECT)
    return leads
