"""Least figures that a campaign must reach, for use in CI."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.agreement.measures import Measure
from annotation.agreement.registry import definition_named
from pipeline.records.errors import UsageError

_GATE = re.compile(r"(?P<id>[^=]+)=(?P<least>[01]?(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Gate:
    """A definition and the least kappa or F1 that passes."""

    definition: str
    least: float


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether a gate is passed; an undefined figure does not pass.

    Attributes:
        gate: The gate.
        value: The figure; None where it is undefined.
        told: A sentence.
    """

    gate: Gate
    value: float | None
    told: str

    @property
    def is_passed(self) -> bool:
        """Whether the figure is large enough."""
        return self.value is not None and self.value >= self.gate.least


def gates_json(results: Iterable[GateResult]) -> list[dict[str, Any]]:
    """Gates as JSON value."""
    return [
        {"definition": one.gate.definition, "least": one.gate.least, "value": one.value, "passed": one.is_passed}
        for one in results
    ]


def read_gate(text: str) -> Gate:
    """A gate such as `md.token.bio=0.85`.

    Raises:
        UsageError: it is no gate, or of no definition.
    """
    found = _GATE.fullmatch(text)
    if found is None or found["least"] in ("", ".") or float(found["least"]) > 1:
        raise UsageError(f"{text!r} is no gate; write a definition and the least figure, as in md.token.bio=0.85")
    return Gate(definition_named(found["id"]).id, float(found["least"]))


def check_gates(measures: Sequence[Measure], gates: Iterable[Gate]) -> list[GateResult]:
    """Hold measures to gates, in the order of `gates`; each definition gated must be measured."""
    by_id = {one.definition: one for one in measures}
    results = []
    for gate in gates:
        figure = by_id[gate.definition].main
        if figure.value is None:
            told = f"{gate.definition} is undefined ({figure.undefined_reason}), wanted {gate.least:g}"
        else:
            told = f"{gate.definition} is {figure.value:.4f}, wanted {gate.least:g}"
        results.append(GateResult(gate, figure.value, told))
    return results
