"""Worker processes of one local run, supervised."""

import json
import logging
import os
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any

import grpc  # type: ignore[import-untyped]
from apache_beam.portability.api import beam_fn_api_pb2
from apache_beam.runners.job.utils import struct_to_dict
from apache_beam.runners.portability.fn_api_runner import worker_handlers
from apache_beam.transforms import environments

from pipeline.beamx.processes import ChildProcess, child_environment

_LOGGER = logging.getLogger(__name__)
_WORKER = "pipeline.beamx.worker"
_LEAVE_S = 10.0


class Fleet:
    """The worker processes of a run: starts them, notices the first failure, ends them.

    Beam itself waits for ever for a worker that died, and for the slowest worker before it shows an error.
    """

    def __init__(self) -> None:
        self.urn = f"mel:worker_process:{uuid.uuid4().hex}"
        self.failed = threading.Event()
        self.failure: str | None = None
        """What went wrong first: a sentence (`died`) or the traceback of the step that failed."""
        self.died = False
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()

    def environment(self) -> environments.Environment:
        """The Beam environment that makes an FnApiRunner use this fleet."""

        def build(_payload: bytes, state: Any, provision_info: Any, grpc_server: Any) -> "_Worker":  # noqa: ANN401
            worker = _Worker(self, state, provision_info, grpc_server)
            with self._lock:
                self._workers.append(worker)
            return worker

        worker_handlers.WorkerHandler.register_environment(self.urn, bytes)(build)
        return _FleetEnvironment(self.urn)

    def note_failure(self, failure: str, *, died: bool) -> None:
        """Keep the first failure; what follows is its consequence."""
        with self._lock:
            if self.failure is None:
                self.failure, self.died = failure, died
        self.failed.set()

    def end(self) -> None:
        """Kill what still runs and answer every request that Beam waits for, so that it lets go."""
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.answer_all("the run was ended")


class _FleetEnvironment(environments.Environment):  # type: ignore[misc]
    """Names a fleet in the pipeline's description."""

    def __init__(self, urn: str) -> None:
        super().__init__(capabilities=environments.python_sdk_capabilities(), artifacts=())
        self.urn = urn

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _FleetEnvironment) and other.urn == self.urn

    def __hash__(self) -> int:
        return int(self.urn.rpartition(":")[2], 16)

    def to_runner_api_parameter(self, _context: object) -> tuple[str, bytes]:
        return self.urn, b""


class _Connection(worker_handlers.ControlConnection):  # type: ignore[misc]
    """Beam's connection to a worker; tells of a failed bundle at once."""

    def __init__(self, on_error: Callable[[str], None]) -> None:
        super().__init__()
        self._on_error = on_error

    def _read(self) -> None:
        try:
            for answer in self._input:
                if answer.error:
                    self._on_error(answer.error)
                future = self._futures_by_id.pop(answer.instruction_id, None)
                if future is not None:
                    future.set(answer)
        except grpc.RpcError:
            # gRPC's way to say that the worker is gone; who waits for its process tells why.
            _LOGGER.debug("a worker's control stream broke", exc_info=True)

    def answer_all(self, error: str) -> None:
        """Answer all open requests with an error."""
        for number, future in list(self._futures_by_id.items()):
            future.set(beam_fn_api_pb2.InstructionResponse(instruction_id=number, error=error))


class _Worker(worker_handlers.GrpcWorkerHandler):  # type: ignore[misc]
    """Beam's side of one worker process."""

    def __init__(self, fleet: Fleet, state: Any, provision_info: Any, grpc_server: Any) -> None:  # noqa: ANN401
        super().__init__(state, provision_info, grpc_server)
        self._fleet = fleet
        self._process: ChildProcess | None = None
        self._connection = _Connection(lambda error: fleet.note_failure(error, died=False))
        # The servicer gives a connection to whoever asks by the worker's id: ours has to be there first.
        self.control_handler._connections_by_worker_id[self.worker_id] = self._connection  # noqa: SLF001
        self.control_conn = self._connection
        _break_quietly(self.data_conn)

    def start_worker(self) -> None:
        options = struct_to_dict(self.provision_info.provision_info.pipeline_options)
        environment = child_environment(
            CONTROL_API_SERVICE_DESCRIPTOR=f'url: "{self.control_address}"',
            PIPELINE_OPTIONS=json.dumps(options),
            WORKER_ID=self.worker_id,
        )
        command = [sys.executable, "-m", _WORKER, str(os.getpid())]
        self._process = ChildProcess(command, environment, lambda end: self._fleet.note_failure(end, died=True))

    def close(self) -> None:
        if self._process is not None:
            self._process.allow_end()
        super().close()

    def stop_worker(self) -> None:
        if self._process is not None:
            self._process.wait(_LEAVE_S)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def answer_all(self, error: str) -> None:
        self._connection.answer_all(error)


def _break_quietly(channel: Any) -> None:  # noqa: ANN401 - Beam is untyped
    """Have a data channel whose worker is gone end its reading thread without a traceback on stderr."""
    read = channel._read_inputs  # noqa: SLF001 - there is no other way in

    def read_inputs(elements: Any) -> None:  # noqa: ANN401 - Beam is untyped
        try:
            read(elements)
        except grpc.RpcError:
            _LOGGER.debug("a worker's data stream broke", exc_info=True)

    channel._read_inputs = read_inputs  # noqa: SLF001 - the same
