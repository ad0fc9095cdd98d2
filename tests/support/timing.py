"""Whether time grows with size: ratios of CPU time, robust on a busy machine."""

import gc
import time
from collections.abc import Callable

FACTOR = 4
BOUND = 2.5**2
"""Two doublings, each allowed 2.5 times the time; one doubling alone drowns in the noise of caches."""
_TRIES = 5
_TIMES = 3
_FLOOR_S = 0.002


def cpu_s(run: Callable[[], object]) -> float:
    """Least CPU seconds of three runs, the garbage collector kept out."""
    spent = []
    for _ in range(_TIMES):
        gc.disable()
        try:
            began = time.process_time()
            run()
            spent.append(time.process_time() - began)
        finally:
            gc.enable()
    return min(spent)


def assert_linear(make: Callable[[int], Callable[[], object]], n: int) -> None:
    """`make(n)` gives the work of size n; four times the size may cost at most 6.25 times the time."""
    ratio = float("inf")
    for _ in range(_TRIES):
        small, large = cpu_s(make(n)), cpu_s(make(FACTOR * n))
        ratio = min(ratio, large / (small + _FLOOR_S))
        if ratio < BOUND:
            return
    raise AssertionError(f"{ratio:.1f} times the time for {FACTOR} times the size")
