"""Whether time grows with size: ratios of CPU time, robust on a busy machine."""

import gc
import time
from collections.abc import Callable

FACTOR = 4
BOUND = 2.5**2
"""Two doublings, each allowed 2.5 times the time; one doubling alone drowns in the noise of caches."""
_TRIES = 12
_TIMES = 3
_FLOOR_S = 0.002


def cpu_s(run: Callable[[], object]) -> float:
    """CPU seconds of one run, the garbage collector kept out."""
    gc.disable()
    try:
        began = time.process_time()
        run()
        return time.process_time() - began
    finally:
        gc.enable()


def assert_linear(make: Callable[[int], Callable[[], object]], n: int) -> None:
    """`make(n)` gives the work of size n; four times the size may cost at most 6.25 times the time.

    The small size counts with the least of three runs. One run of the large size within the bound is enough, since
    noise only adds time.
    """
    small = make(n)
    allowed = BOUND * (min(cpu_s(small) for _ in range(_TIMES)) + _FLOOR_S)
    large = make(FACTOR * n)
    spent = float("inf")
    for _ in range(_TRIES):
        spent = min(spent, cpu_s(large))
        if spent < allowed:
            return
    raise AssertionError(f"{BOUND * spent / allowed:.1f} times the time for {FACTOR} times the size")
