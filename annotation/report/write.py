"""Writes the files of an agreement report."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from annotation.agreement.gates import GateResult, gates_json
from annotation.files import json_line, write_json
from annotation.report.browser import Sources
from annotation.report.disputed import disputed_json
from annotation.report.findings import Findings
from annotation.report.page import MOST_SHOWN, agreement_parts

PAGE, FIGURES, DISAGREEMENTS = "agreement.html", "agreement.json", "disagreements.jsonl"


def write_report(
    findings: Findings,
    folder: Path,
    *,
    most: int = MOST_SHOWN,
    sources: Sources | None = None,
    gates: Sequence[GateResult] = (),
) -> list[Path]:
    """Write page, figures and all disagreements; equal answers give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_parts(folder / PAGE, agreement_parts(findings, most=most, sources=sources, gates=gates))
    write_json(folder / FIGURES, {**findings.to_json(), "gates": gates_json(gates)})
    write_parts(folder / DISAGREEMENTS, (json_line(disputed_json(one)) for one in findings.disputed))
    return [folder / name for name in (PAGE, FIGURES, DISAGREEMENTS)]


def write_parts(path: Path, parts: Iterable[str]) -> None:
    """Write a text in pieces; the file appears whole or not at all."""
    waiting = path.with_name(f".{path.name}.part")
    with waiting.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.writelines(parts)
    os.replace(waiting, path)
