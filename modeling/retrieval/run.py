"""One retrieval run: indexes, searches, fusion, scores, candidates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking
from modeling.metrics.latency import Latency, measure_latency, some_mentions
from modeling.metrics.outcomes import questions_of
from modeling.metrics.trec import read_run
from modeling.retrieval.base import Sources
from modeling.retrieval.evaluate import Lists, judge
from modeling.retrieval.evaluate_table import in_table_order
from modeling.retrieval.fusion import Development, Fusion, default_combinations, fusion_name, tune_fusion
from modeling.retrieval.reference_rows import to_beat
from modeling.retrieval.registry import RETRIEVERS
from modeling.retrieval.run_indexes import (
    Index,
    IndexWish,
    MissingInputError,
    check_needs,
    ensure_index,
    load_class,
)
from modeling.retrieval.run_inputs import Inputs
from modeling.retrieval.run_options import ALL, RunOptions
from modeling.retrieval.run_search import Found, check_known, search_splits
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError

INDEXES = "index"
RESULTS = "results.json"


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
        lists: Split -> name -> lists, single retrievers first, in the order of the table.
    """

    found: Mapping[str, Found]
    indexes: Mapping[str, Index]
    latencies: Mapping[str, Latency]
    fusions: Mapping[str, Fusion]
    skipped: Mapping[str, str]
    titles: Mapping[int, str]
    lists: Mapping[str, Mapping[str, Lists]]

    @property
    def names(self) -> list[str]:
        """All systems in the order of the table."""
        return [*self.found, *self.fusions]


def wish_for(name: str, inputs: Inputs, options: RunOptions, out: Path) -> IndexWish:
    """The index that a run wants of a retriever."""
    sources = Sources(
        inputs.entities, inputs.images, inputs.train, options.models.get(name), options.device, options.any_catalog
    )
    images = options_digest(inputs.facts["images"])
    return IndexWish(name, out / INDEXES / name, sources, options.options.get(name, {}), images, options.rebuild)


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
    for name in names_of(options):
        try:
            index = _index(name, inputs, options, out)
        except UsageError as error:
            if ALL not in options.retrievers or (name in options.options and not isinstance(error, MissingInputError)):
                raise
            skipped[name] = str(error)
            note(f"{name} is skipped: {error}")
            continue
        indexes[name] = index
        wish = wish_for(name, inputs, options, out)
        if options.latency:  # before all else is opened: memory that an earlier opening left would be used again
            mentions = some_mentions(splits[options.splits[0]], options.latency, options.judging.seed)
            opened = partial(_open_search, name, index, wish)
            latencies[name] = measure_latency(opened, mentions, options.depth, files=index.files)
        found[name] = search_splits(_open_search(name, index, wish), name, splits, options.depth)
    found |= {name: _read_run(path, inputs, splits, options.depth) for name, path in options.runs.items()}
    if not found:
        raise UsageError("no retriever is left: every one was skipped")
    gold = (one.entity_id for some in splits.values() for one in some if one.entity_id is not None)
    known, titles = check_known(found, gold, inputs.entities, note, any_catalog=options.any_catalog)
    fusions = _fusions(known, inputs, options)
    lists = {split: _lists(known, fusions, split) for split in splits}
    return Systems(known, indexes, latencies, fusions, skipped, titles, lists)


def judge_systems(systems: Systems, inputs: Inputs, options: RunOptions) -> dict[str, Any]:
    """Split -> what `judge` says of all systems."""
    judged = {}
    for split in options.splits:
        judged[split] = judge(
            systems.lists[split], inputs.mentions[split], inputs.train, systems.titles, options.judging
        ) | {"to_beat": to_beat(inputs.entities, inputs.mentions[split])}
    return judged


def _lists(found: Mapping[str, Found], fusions: Mapping[str, Fusion], split: str) -> dict[str, Lists]:
    single = {name: one.rankings[split] for name, one in found.items()}
    lists: dict[str, Lists] = {name: {ranking.ids.shape[1]: ranking} for name, ranking in single.items()}
    return lists | {name: fusion.lists(single) for name, fusion in fusions.items()}


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


def names_of(options: RunOptions) -> tuple[str, ...]:
    """The retrievers of a run in the order of the table."""
    return tuple(in_table_order(tuple(RETRIEVERS) if ALL in options.retrievers else options.retrievers))


def _fusions(found: Mapping[str, Found], inputs: Inputs, options: RunOptions) -> dict[str, Fusion]:
    dev = None
    if options.dev is not None:
        gold = questions_of(inputs.mentions[options.dev]).gold
        dev = Development({name: one.rankings[options.dev] for name, one in found.items()}, gold)
    fusions = {}
    for names in options.combine or default_combinations(tuple(found)):
        missing = [name for name in names if name not in found]
        if missing and options.fusions:
            raise UsageError(f"--combine {'+'.join(names)}: {missing[0]} was skipped or is not in this run")
        for one in options.fusions:
            fusions[fusion_name(names, one.method)] = tune_fusion(names, one, dev)
    return fusions
