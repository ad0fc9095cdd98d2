"""The flags of `python -m modeling.retrieve` as options of a run."""

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modeling.config.assignments import read_assignments, read_numbers, read_settings
from modeling.config.devices import check_device
from modeling.config.extras import check_package
from modeling.retrieval.evaluate import JudgeOptions
from modeling.retrieval.evaluate_table import PAPER_CUTS, in_table_order
from modeling.retrieval.fusion import FusionOptions, default_combinations, fusion_name
from modeling.retrieval.fusion_scores import RANK_CONSTANT
from modeling.retrieval.registry import RETRIEVERS, check_name
from modeling.retrieval.run_inputs import DEV_NAMES, TEST_NAMES, Inputs
from modeling.retrieval.run_options import ALL, NO_FUSION, RunOptions
from pipeline.records.errors import UsageError

FUSION_NAMES = ("rrf", "linear")
"""Names before the dot of --option that are no retrievers."""
_RUN_NAME = re.compile(r"\w[\w.-]*")


def read_flags(values: argparse.Namespace, inputs: Inputs) -> RunOptions:
    """Options of a run, checked against each other and the inputs.

    Raises:
        UsageError: a flag is wrong; the message names it.
    """
    check_device(values.device)
    if values.trec is not None and values.trec.exists() and not values.trec.is_dir():
        raise UsageError(f"--trec {values.trec} is a file; it should be a folder")
    runs = {name: Path(path) for name, path in read_assignments("--run", values.run).items()}
    models, options = read_assignments("--model", values.model), read_settings("--option", values.option)
    own = {name: one for name, one in options.items() if name not in FUSION_NAMES}
    retrievers = _retrievers(values.retriever, runs)
    for name in (*models, *own, *(name for name in retrievers if name != ALL)):
        check_name(name)
    fusions = _fusions(values, options)
    for fusion in fusions:
        _check_weighted(fusion, (*retrievers, *runs))
    combine = _combinations(values.combine, (*retrievers, *runs))
    if ALL not in retrievers:  # of all, it shows later which are there
        _check_written(values.write, (*retrievers, *runs), combine, fusions)
    dev = None
    is_single = ALL not in retrievers and len(retrievers) + len(runs) == 1
    if values.dev_split is not None or (any(one.wants_dev for one in fusions) and not is_single):
        dev = inputs.split(values.dev_split, DEV_NAMES, "--dev-split")
    splits = [inputs.split(name, TEST_NAMES, "--split") for name in values.split or (None,)]
    return RunOptions(
        retrievers=retrievers, models=models, options=own, splits=tuple(dict.fromkeys(splits)), dev=dev,
        fusions=fusions, runs=runs, k=values.k, combine=combine, write=values.write,
        judging=JudgeOptions(values.draws, values.seed, compat=values.wikidiverse_compat), device=values.device,
        any_catalog=values.any_catalog, rebuild=values.rebuild, latency=values.latency,
    )  # fmt: skip


def _retrievers(given: Sequence[str] | None, runs: Mapping[str, Path]) -> tuple[str, ...]:
    """Those named; all without a flag, but none where run files stand alone."""
    if given is None:
        return () if runs else (ALL,)
    if ALL in given and len(given) > 1:
        raise UsageError("--retriever takes names or all, not both")
    for name in runs:
        if not _RUN_NAME.fullmatch(name):  # + and @ make names of fused lists, and files are named by systems
            raise UsageError(f"--run {name!r}: a name holds letters, digits, points, hyphens and underscores")
        if name in given:
            raise UsageError(f"--run {name} has the name of a retriever of this run; choose another")
    return tuple(dict.fromkeys(given))


def _combinations(given: Sequence[str], names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    found = []
    for text in given:
        parts = tuple(text.split("+"))
        if len(parts) < 2 or len(set(parts)) < len(parts):
            raise UsageError(f"--combine {text!r} should join two or more different names: prior+bm25")
        strange = [name for name in parts if name not in names]
        if strange and ALL not in names:
            raise UsageError(f"--combine {text!r}: {strange[0]!r} is not among the retrievers of this run")
        found.append(parts)
    return tuple(dict.fromkeys(found))


def _fusions(values: argparse.Namespace, options: Mapping[str, Mapping[str, Any]]) -> tuple[FusionOptions, ...]:
    methods = dict.fromkeys(values.fuse)
    if NO_FUSION in methods and len(methods) > 1:
        raise UsageError(f"--fuse takes methods or {NO_FUSION}, not both")
    for method in FUSION_NAMES:
        if method in options and method not in methods:
            raise UsageError(f"--option {method}.… goes with --fuse {method}")
    if values.quota and "quota" not in methods:
        raise UsageError("--quota goes with --fuse quota")
    rrf, linear = dict(options.get("rrf", {})), dict(options.get("linear", {}))
    constant, strength = _number("rrf.k", rrf.pop("k", RANK_CONSTANT)), _number("linear.C", linear.pop("C", 1.0))
    if linear:
        raise UsageError(f"--option linear.{min(linear)}: linear has only the option C")
    if not strength:
        raise UsageError("--option linear.C should be above 0")
    if "linear" in methods:
        check_package("--fuse linear", "sklearn")
    shares = read_numbers("--quota", values.quota) if values.quota else None
    weights = {name: _number(f"rrf.{name}", value) for name, value in rrf.items()}
    cuts = tuple(sorted({*PAPER_CUTS, values.k}))
    return tuple(
        FusionOptions(method, cuts, shares, weights, constant, strength) for method in methods if method != NO_FUSION
    )


def _check_written(
    wanted: str, names: Sequence[str], combine: Sequence[tuple[str, ...]], fusions: Sequence[FusionOptions]
) -> None:
    """Refuse a system that the run will not have, before hours of search."""
    combined = combine or default_combinations(in_table_order(names))
    there = [*names, *(fusion_name(one, fusion.method) for one in combined for fusion in fusions)]
    if wanted and wanted not in there:
        raise UsageError(f"--write {wanted!r} is no system of this run; there are {', '.join(there)}")


def _check_weighted(fusion: FusionOptions, names: Sequence[str]) -> None:
    """Refuse shares and weights of lists that the run has not: a slip of the pen would count as 0 or 1."""
    known = (*names, *RETRIEVERS) if ALL in names else names
    for flag, by_name in (("--quota ", fusion.shares), ("--option rrf.", fusion.weights)):
        for name in by_name or ():
            if name not in known:
                raise UsageError(f"{flag}{name}: no list of this run has that name; there are {', '.join(names)}")


def _number(name: str, value: Any) -> float:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise UsageError(f"--option {name}={value} should be a number, 0 or more")
    return float(value)
