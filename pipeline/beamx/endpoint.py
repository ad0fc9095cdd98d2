"""Whether a job service answers, asked before Beam waits for it."""

import socket
from typing import Any
from urllib.parse import urlsplit

from apache_beam.options.pipeline_options import PortableOptions

from pipeline.records.errors import UsageError

CONNECT_S = 10.0
_NO_ADDRESSES = ("embed",)
"""Values of --job_endpoint that Beam takes for something else than an address."""


def check_endpoint(options: Any, timeout_s: float = CONNECT_S) -> None:  # noqa: ANN401 - Beam is untyped
    """Connect to `--job_endpoint`, where one is given; Beam itself would wait for it without a word.

    Raises:
        UsageError: it is no HOST:PORT, or nothing answers there.
    """
    endpoint = options.view_as(PortableOptions).job_endpoint
    if not endpoint or endpoint in _NO_ADDRESSES:
        return
    try:
        parts = urlsplit(f"//{endpoint}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise UsageError(f"--job_endpoint must be HOST:PORT, got {endpoint!r}")
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except OSError as error:
        reason = f"no answer within {timeout_s:g} s" if isinstance(error, TimeoutError) else error.strerror or error
        raise UsageError(
            f"--job_endpoint={endpoint} cannot be reached: {reason}; is the job service running there?"
        ) from error
