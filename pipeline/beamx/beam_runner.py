"""Beam's runner and options for an engine; imports Beam."""

import logging
from typing import Any

from apache_beam.options.pipeline_options import PipelineOptions, PortableOptions
from apache_beam.options.pipeline_options_validator import PipelineOptionsValidator
from apache_beam.portability.api import beam_provision_api_pb2
from apache_beam.runners.portability.fn_api_runner import fn_runner
from apache_beam.runners.portability.portable_runner import JobServiceHandle, PortableRunner
from apache_beam.runners.runner import create_runner
from apache_beam.runners.worker import sdk_worker

from pipeline.beamx.endpoint import check_endpoint
from pipeline.beamx.engine import Engine
from pipeline.beamx.fleet import Fleet
from pipeline.records.errors import UsageError

_LOGGER = logging.getLogger(__name__)


def make_options(engine: Engine) -> Any:  # noqa: ANN401 - Beam is untyped
    """Beam's own flags, and what the local engine adds to them."""
    flags = list(engine.beam_args)
    if engine.runner is None:
        level = logging.getLogger().getEffectiveLevel()
        flags += [f"--direct_num_workers={engine.workers}", f"--default_sdk_harness_log_level={level}"]
        if engine.workers > 1 and engine.worker_mode == "thread":
            flags.append("--direct_running_mode=multi_threading")
    return PipelineOptions(flags)


def make_runner(engine: Engine, options: Any) -> tuple[Fleet | None, Any]:  # noqa: ANN401 - Beam is untyped
    """The runner, with the fleet of worker processes where it has one."""
    _silence_traces()
    if engine.runner is not None:
        check_endpoint(options)
        return None, _foreign_runner(engine.runner, options)
    # Without this the workers would see no options at all.
    encoded = JobServiceHandle.encode_pipeline_options(options.get_all_options())
    info = fn_runner.ExtendedProvisionInfo(beam_provision_api_pb2.ProvisionInfo(pipeline_options=encoded))
    if engine.workers == 1 or engine.worker_mode == "thread":
        return None, fn_runner.FnApiRunner(provision_info=info)
    fleet = Fleet()
    return fleet, fn_runner.FnApiRunner(default_environment=fleet.environment(), provision_info=info)


def _silence_traces() -> None:
    """Send what a worker thread prints to stderr when a step fails to the log: the error is told once, by us."""
    sdk_worker.print = lambda text, **_: _LOGGER.debug("worker: %s", text)


def _foreign_runner(name: str, options: Any) -> Any:  # noqa: ANN401 - Beam is untyped
    try:
        runner = create_runner(name)
    except (ValueError, ImportError, AttributeError) as error:
        raise UsageError(f"--runner={name} cannot be used: {error}") from error
    errors = PipelineOptionsValidator(options, runner).validate()
    if type(runner) is PortableRunner and not options.view_as(PortableOptions).job_endpoint:
        errors.append("It needs --job_endpoint=HOST:PORT, where a job service runs.")
    if errors:
        raise UsageError(f"--runner={name} cannot be used: {' '.join(error.strip() for error in errors)}")
    return runner
