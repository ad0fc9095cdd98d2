"""Runs a pipeline on the local engine or on another Beam runner."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.beamx.failures import to_mel_error
from pipeline.beamx.logs import quiet_beam
from pipeline.records.errors import MelError, UsageError

if TYPE_CHECKING:
    import apache_beam as beam

    from pipeline.beamx.fleet import Fleet
    from pipeline.beamx.progress import Watch

LOCAL = "local"
WORKER_MODES = ("thread", "process")
SHUFFLES = ("spill", "inline")
_LET_GO_S = 5.0
_LOCAL_RUNNERS = ("directrunner", "direct", "switchingdirectrunner", "bundlebaseddirectrunner", "fnapirunner", "fnapi")


@dataclass(frozen=True, slots=True)
class Engine:
    """Where and how pipelines run.

    Attributes:
        name: `local`; with `--runner` among `beam_args` that runner is used and the fields below do not matter to it.
        workers: at least 1.
        worker_mode: `thread` or `process`; None = process for more than one worker.
        shuffle: `spill` or `inline`, for HashShuffle and HashJoin.
        beam_args: Beam's own flags, as written.
    """

    name: str = LOCAL
    workers: int = 1
    worker_mode: str | None = None
    shuffle: str = "spill"
    beam_args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.name != LOCAL:
            raise UsageError(f"--engine must be {LOCAL}, got {self.name!r}; Beam's --runner chooses another engine")
        if self.workers < 1:
            raise UsageError(f"--workers must be at least 1, got {self.workers}")
        if self.worker_mode not in (None, *WORKER_MODES):
            raise UsageError(f"--worker-mode must be thread or process, got {self.worker_mode!r}")
        if self.shuffle not in SHUFFLES:
            raise UsageError(f"--shuffle must be spill or inline, got {self.shuffle!r}")
        _check_runner(self.runner)

    @property
    def runner(self) -> str | None:
        """The Beam runner asked for by `--runner`; None for the local engine."""
        return _value_of("--runner", self.beam_args)


def choose_engine(
    *,
    engine: str | None = None,
    workers: int = 1,
    worker_mode: str | None = None,
    shuffle: str | None = None,
    beam_args: Sequence[str] = (),
) -> Engine:
    """The engine that a command's flags ask for; None = flag not given. Another runner is made once, as a trial.

    Without `--shuffle`, `spill` on the local engine and `inline` on any other (`spill` needs a shared file system).

    Raises:
        UsageError: flags contradict each other, or the runner is not to be used.
    """
    runner = _value_of("--runner", beam_args)
    if engine is not None and runner is not None:
        raise UsageError(f"--engine {engine} and --runner={runner} contradict each other; give one of them")
    if runner is None and _value_of("--job_endpoint", beam_args) is not None:
        raise UsageError("--job_endpoint is for --runner=PortableRunner; the local engine would not use it")
    mode = shuffle or ("spill" if runner is None else "inline")
    chosen = Engine(engine or LOCAL, workers, worker_mode, mode, tuple(beam_args))
    if runner is not None:
        _try_runner(chosen)
    return chosen


def run_pipeline(
    label: str, build: "Callable[[beam.Pipeline], None]", engine: Engine, *, watch: "Watch | None" = None
) -> None:
    """Build a pipeline, run it and wait for its end.

    Args:
        label: name of the stage, for messages.
        build: puts the steps on the pipeline.
        engine: where to run it.
        watch: shows progress meanwhile.

    Raises:
        MelError: a step failed or a worker died; a MelError raised inside a step comes back as itself.
    """
    quiet_beam()
    from apache_beam import Pipeline  # noqa: PLC0415 - costs a second

    from pipeline.beamx.arrow import register_table_coder  # noqa: PLC0415 - imports Beam
    from pipeline.beamx.beam_runner import make_options, make_runner  # noqa: PLC0415 - the same

    register_table_coder()
    options = make_options(engine)
    fleet, runner = make_runner(engine, options)
    pipeline = Pipeline(runner=runner, options=options)
    build(pipeline)
    with watch or nullcontext():
        if engine.runner is None:
            _run_aside(label, pipeline, fleet)
        else:
            _run_here(label, pipeline)


def _run_here(label: str, pipeline: Any) -> None:  # noqa: ANN401 - Beam is untyped
    """Run in this thread: a runner elsewhere."""
    result = None
    try:
        result = pipeline.run()
        state = result.wait_until_finish()
    except KeyboardInterrupt:
        if result is not None:
            result.cancel()
        raise
    except Exception as error:
        raise to_mel_error(label, error) from error
    if str(state) not in ("DONE", "None"):
        raise MelError(f"{label} ended in state {state} on {type(pipeline.runner).__name__}")


def _run_aside(label: str, pipeline: Any, fleet: "Fleet | None") -> None:  # noqa: ANN401 - Beam is untyped
    """Run in a thread of its own, so that this one can watch the worker processes and hear Ctrl-C."""
    changed = threading.Event() if fleet is None else fleet.failed
    errors: list[BaseException] = []

    def run() -> None:
        try:
            pipeline.run()
        except BaseException as error:  # noqa: BLE001 - carried over to the waiting thread
            errors.append(error)
        finally:
            changed.set()

    # A daemon, and so is every thread that Beam starts from it: none of them can keep the program from ending.
    thread = threading.Thread(target=run, name=f"run {label}", daemon=True)
    thread.start()
    try:
        changed.wait()
    finally:
        if fleet is not None:
            _end(fleet, thread)
    if fleet is not None and fleet.failure is not None:
        raise MelError(f"{label} ended early: {fleet.failure}") if fleet.died else to_mel_error(label, fleet.failure)
    if errors:
        raise to_mel_error(label, errors[0]) from errors[0]


def _end(fleet: "Fleet", thread: threading.Thread) -> None:
    """End the workers and give Beam some seconds to notice; its thread dies with the program at the latest."""
    waited = 0.0
    while thread.is_alive() and waited < _LET_GO_S:
        fleet.end()
        thread.join(timeout=0.2)
        waited += 0.2


def _try_runner(engine: Engine) -> None:
    """Refuse a runner that cannot be made before any input is read."""
    quiet_beam()
    from pipeline.beamx.beam_runner import make_options, make_runner  # noqa: PLC0415 - imports Beam: costs a second

    make_runner(engine, make_options(engine))


def _check_runner(runner: str | None) -> None:
    name = (runner or "").rpartition(".")[2].lower()
    if "dask" in name:
        raise UsageError(
            "--runner=DaskRunner is refused: under Beam 2.77 it loses data without an error "
            "(outputs of finish_bundle, tagged outputs); use --engine local or another runner"
        )
    if name in _LOCAL_RUNNERS:
        raise UsageError(
            f"--runner={runner} is not used here; --engine local with --workers and --worker-mode is meant"
        )


def _value_of(flag: str, args: Sequence[str]) -> str | None:
    """The last value of a flag, written `--flag=value` or `--flag value`."""
    value = None
    for position, arg in enumerate(args):
        if arg.startswith(f"{flag}="):
            value = arg.partition("=")[2]
        elif arg == flag and position + 1 < len(args):
            value = args[position + 1]
    return value
