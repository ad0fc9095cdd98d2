"""Which flags Beam knows: a parser with every registered option."""

import argparse

from pipeline.beamx.logs import quiet_beam


def beam_parser() -> argparse.ArgumentParser:
    """A parser of all options of all `PipelineOptions` classes; imports Beam when called."""
    quiet_beam()
    from apache_beam.options.pipeline_options import PipelineOptions  # noqa: PLC0415 - 1 s of CPU; never for --help

    found: list[argparse.ArgumentParser] = []
    PipelineOptions([]).get_all_options(add_extra_args_fn=found.append)
    return found[0]
