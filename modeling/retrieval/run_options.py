"""What a retrieval run is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modeling.retrieval.evaluate import JudgeOptions
from modeling.retrieval.fusion import FusionOptions

ALL = "all"
NO_FUSION = "none"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run does.

    Attributes:
        retrievers: Names; `ALL` = every one whose inputs are there.
        models: Name -> model folder, hub name or file of vectors.
        options: Name -> options of its index.
        runs: Name -> TREC run file that stands for a retriever.
        splits: Splits to be judged and written; the first is the table's.
        dev: Split on which fusions are tuned; None where nothing is tuned.
        k: Candidates that are written for a mention.
        fusions: The ways in which lists are fused, one row of the table each; empty = not at all.
        combine: Lists to fuse; empty = the paper's and all together.
        write: System whose candidates are written; "" = the last of the table.
        judging: How systems are judged.
        device: For encoders.
        any_catalog: Take indexes of another catalog.
        rebuild: Build every index again.
        latency: Mentions whose single searches are timed; 0 = none.
    """

    retrievers: tuple[str, ...]
    models: Mapping[str, str]
    options: Mapping[str, Mapping[str, Any]]
    splits: tuple[str, ...]
    dev: str | None
    fusions: tuple[FusionOptions, ...]
    runs: Mapping[str, Path] = field(default_factory=dict)
    k: int = 10
    combine: tuple[tuple[str, ...], ...] = ()
    write: str = ""
    judging: JudgeOptions = field(default_factory=JudgeOptions)
    device: str = "cpu"
    any_catalog: bool = False
    rebuild: bool = False
    latency: int = 0

    @property
    def searched(self) -> tuple[str, ...]:
        """All splits that are searched."""
        return tuple(dict.fromkeys((*self.splits, *(() if self.dev is None else (self.dev,)))))

    @property
    def depth(self) -> int:
        """Candidates that every retriever is asked for."""
        return max(self.k, *self.judging.cuts, *(k for fusion in self.fusions for k in fusion.cuts))
