"""Main module of a local worker process; it never outlives its parent."""

import ctypes
import logging
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_POLL_S = 1.0


def main() -> None:
    """Run Beam's worker until the parent (pid in the first argument) says so or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    _die_with(int(sys.argv[1]))
    # Only now: importing Beam takes a second.
    from pipeline.beamx.logs import quiet_beam  # noqa: PLC0415
    from pipeline.beamx.processes import ChildLogHandler  # noqa: PLC0415

    logging.getLogger().addHandler(ChildLogHandler(sys.stderr))
    quiet_beam()
    from apache_beam.runners.worker import sdk_worker_main  # noqa: PLC0415

    sdk_worker_main.main(sys.argv)


def _die_with(parent: int) -> None:
    """Tie this process to its parent: by the kernel on Linux, by looking every second elsewhere too."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_watch_parent, args=(parent,), name="watch parent", daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(1)


if __name__ == "__main__":
    main()
