"""One retrieval run: indexes, searches, fusion, scores, candidates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking
from modeling.metrics.latency import Latency, measure_latency
from modeling.metrics.outcomes import questions_of
from modeling.metrics.trec import read_run
from modeling.retrieval.base import Sources
from modeling.retrieval.evaluate import JudgeOptions, Lists, judge
from modeling.retrieval.evaluate_table import in_table_order
from modeling.retrieval.fusion import Development, Fusion, FusionOptions, tune_fusion
from modeling.retrieval.registry import RETRIEVERS
from modeling.retrieval.run_indexes import (
    Index,
    IndexWish,
    MissingInputError,
    check_needs,
    ensure_index,
    is_current,
    load_class,
)
from modeling.retrieval.run_inputs import Inputs
from modeling.retrieval.run_search import Found, check_known, search_splits
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError

ALL = "all"
INDEXES = "index"


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
        fusion: How lists are fused; None = not at all.
        combine: Lists to fuse; empty = the paper's and all together.
        write: System whose candidates are written; "" = the last of the table.
        judging: How systems are judged.
        device: For encoders.
        any_catalog: Take indexes of another catalog.
        rebuild: Build every index again.
        latency: Time single searches.
    """

    retrievers: tuple[str, ...]
    models: Mapping[str, str]
    options: Mapping[str, Mapping[str, Any]]
    splits: tuple[str, ...]
    dev: str | None
    fusion: FusionOptions | None
    runs: Mapping[str, Path] = field(default_factory=dict)
    k: int = 10
    combine: tuple[tuple[str, ...], ...] = ()
    write: str = ""
    judging: JudgeOptions = field(default_factory=JudgeOptions)
    device: str = "cpu"
    any_catalog: bool = False
    rebuild: bool = False
    latency: bool = False

    @property
    def searched(self) -> tuple[str, ...]:
        """All splits that are searched."""
        return tuple(dict.fromkeys((*self.splits, *(() if self.dev is None else (self.dev,)))))

    @property
    def depth(self) -> int:
        """Candidates that every retriever is asked for."""
        return max(self.k, *self.judging.cuts, *(self.fusion.cuts if self.fusion else ()))


@dataclass(frozen=True, slots=True)
class Systems:
    """Everything that was searched and fused.

    Attributes:
        found: Retriever -> its lists.
        indexes: Retriever -> its index; run files have none.
        latencies: Retriever -> its times, where they were asked for.
        fusions: Name -> fusion.
        skipped: Retriever -> why it was left out.
        titles: Entity id -> title of every candidate.
    """

    found: Mapping[str, Found]
    indexes: Mapping[str, Index]
    latencies: Mapping[str, Latency]
    fusions: Mapping[str, Fusion]
    skipped: Mapping[str, str]
    titles: Mapping[int, str]

    def lists(self, split: str, depth: int) -> dict[str, Lists]:
        """Name -> lists of one split, single retrievers first."""
        single = {name: one.rankings[split] for name, one in self.found.items()}
        found: dict[str, Lists] = {name: {depth: ranking} for name, ranking in single.items()}
        return found | {name: fusion.lists(single) for name, fusion in self.fusions.items()}


def wish_for(name: str, inputs: Inputs, options: RunOptions, out: Path) -> IndexWish:
    """The index that a run wants of a retriever."""
    sources = Sources(
        inputs.entities, inputs.images, inputs.train, options.models.get(name), options.device, options.any_catalog
    )
    images = options_digest(inputs.facts["images"])
    return IndexWish(name, out / INDEXES / name, sources, options.options.get(name, {}), images, options.rebuild)


def plan(inputs: Inputs, options: RunOptions, out: Path) -> list[tuple[str, str]]:
    """(retriever, what the run would do with it), nothing built."""
    rows = []
    for name in _names(options):
        wish = wish_for(name, inputs, options, out)
        try:
            check_needs(name, wish.sources, has_kb=inputs.has_kb)
            load_class(name)
            rows.append((name, "reuse its index" if is_current(wish) else "build its index, then search"))
        except MissingInputError as error:
            if ALL not in options.retrievers:
                raise
            rows.append((name, f"skip: {error}"))
    return rows + [(name, f"read {path}") for name, path in options.runs.items()]


def run_systems(inputs: Inputs, options: RunOptions, out: Path, note: Callable[[str], None]) -> Systems:
    """Build or reuse indexes, search all splits that are needed, and tune fusions.

    Raises:
        UsageError: a retriever that was named cannot be used, or none is left.
        ArtifactError: an index is damaged or of another catalog.
    """
    splits = {name: inputs.mentions[name] for name in options.searched}
    found: dict[str, Found] = {}
    indexes: dict[str, Index] = {}
    latencies: dict[str, Latency] = {}
    skipped: dict[str, str] = {}
    for name in _names(options):
        try:
            index = _index(name, inputs, options, out)
        except UsageError as error:
            if ALL not in options.retrievers or (name in options.options and not isinstance(error, MissingInputError)):
                raise
            skipped[name] = str(error)
            note(f"{name} is skipped: {error}")
            continue
        wish = wish_for(name, inputs, options, out)
        retriever = load_class(name).open(index.folder, wish.sources)
        found[name] = search_splits(retriever, name, splits, options.depth)
        indexes[name] = index
        if options.latency:
            mentions = splits[options.splits[0]]
            opened = partial(_open_search, name, index, wish)
            latencies[name] = measure_latency(opened, mentions, options.depth, files=index.files)
    found |= {name: _read_run(path, inputs, splits, options.depth) for name, path in options.runs.items()}
    if not found:
        raise UsageError("no retriever is left: every one was skipped")
    known, titles = check_known(found, inputs.entities, note, any_catalog=options.any_catalog)
    fusions = _fusions(known, inputs, options)
    return Systems(known, indexes, latencies, fusions, skipped, titles)


def judge_systems(systems: Systems, inputs: Inputs, options: RunOptions) -> dict[str, Any]:
    """Split -> what `judge` says of all systems."""
    judged = {}
    for split in options.splits:
        lists = systems.lists(split, options.depth)
        judged[split] = judge(lists, inputs.mentions[split], inputs.train, systems.titles, options.judging)
    return judged


def _index(name: str, inputs: Inputs, options: RunOptions, out: Path) -> Index:
    wish = wish_for(name, inputs, options, out)
    check_needs(name, wish.sources, has_kb=inputs.has_kb)
    load_class(name)
    wish.folder.parent.mkdir(parents=True, exist_ok=True)
    return ensure_index(wish)


def _open_search(name: str, index: Index, wish: IndexWish) -> Callable[[Sequence[Mention], int], Ranking]:
    return load_class(name).open(index.folder, wish.sources).search


def _read_run(path: Path, inputs: Inputs, splits: Mapping[str, Sequence[Mention]], k: int) -> Found:
    known = {one.mention_id for mentions in inputs.mentions.values() for one in mentions}
    return Found({split: read_run(path, mentions, k, known) for split, mentions in splits.items()})


def _names(options: RunOptions) -> tuple[str, ...]:
    return tuple(in_table_order(tuple(RETRIEVERS) if ALL in options.retrievers else options.retrievers))


def _fusions(found: Mapping[str, Found], inputs: Inputs, options: RunOptions) -> dict[str, Fusion]:
    if options.fusion is None:
        return {}
    dev = None
    if options.dev is not None:
        gold = questions_of(inputs.mentions[options.dev]).gold
        dev = Development({name: one.rankings[options.dev] for name, one in found.items()}, gold)
    combinations = options.combine or default_combinations(tuple(found))
    for names in combinations:
        missing = [name for name in names if name not in found]
        if missing:
            raise UsageError(f"--combine {'+'.join(names)}: {missing[0]} was skipped or is not in this run")
    return {"+".join(names): tune_fusion(names, options.fusion, dev) for names in combinations}


def default_combinations(names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The paper's two combinations where their members are there, and all lists together."""
    wanted = [("blink", "clip"), ("prior", "blink", "clip"), tuple(names)]
    there = [one for one in wanted if len(one) > 1 and set(one) <= set(names)]
    return tuple(one for number, one in enumerate(there) if all(set(one) != set(other) for other in there[:number]))
