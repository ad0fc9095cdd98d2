"""What a retrieval run leaves in its folder: candidates, results, manifest."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from modeling.data.ranking import Ranking
from modeling.metrics.trec import write_qrels, write_run
from modeling.retrieval.candidates import SplitLists, write_candidates
from modeling.retrieval.evaluate import Lists
from modeling.retrieval.evaluate_chance import chances_of
from modeling.retrieval.evaluate_latex import latex_of, latex_of_costs
from modeling.retrieval.evaluate_table import paper_figures
from modeling.retrieval.run import RESULTS, Systems
from modeling.retrieval.run_inputs import TRAIN, Inputs
from modeling.retrieval.run_options import RunOptions
from pipeline.formats.dataset_writing import STAGING
from pipeline.records.digest import options_digest
from pipeline.records.errors import UsageError
from pipeline.records.locks import held
from pipeline.records.manifest import MANIFEST, SUCCESS, write_json

KIND = "retrieval"
TABLE, COSTS = "table4.tex", "costs.tex"
LOCK = ".lock"


@contextmanager
def run_lock(out: Path) -> Iterator[None]:
    """While it is held, no other run writes into `out`; the system lets go when the process ends.

    Raises:
        LockedError: another run is at it.
        UsageError: `out` is a file.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file; it should be a folder")
    out.mkdir(parents=True, exist_ok=True)
    with held(out / LOCK, f"{out} is being written by another run; wait for it"):
        yield


def final_system(systems: Systems, options: RunOptions) -> str:
    """The system whose candidates are written: the one named, else the last of the table.

    Raises:
        UsageError: the one named is not there.
    """
    names = systems.names
    if options.write and options.write not in names:
        raise UsageError(f"--write {options.write!r} is no system of this run; there are {', '.join(names)}")
    return options.write or names[-1]


def write_outputs(
    out: Path, inputs: Inputs, options: RunOptions, systems: Systems, judged: Mapping[str, Any]
) -> dict[str, Any]:
    """Write everything but the indexes, `_SUCCESS` last; gives what `results.json` holds."""
    (out / SUCCESS).unlink(missing_ok=True)
    chosen = final_system(systems, options)
    manifest = make_manifest(inputs, options, systems, chosen)
    splits = {}
    for split in options.searched:
        final = _final(systems, chosen, split, options)
        members = systems.fusions[chosen].names if chosen in systems.fusions else (chosen,)
        sources = {name: systems.found[name].rankings[split] for name in members}
        splits[split] = SplitLists(inputs.mentions[split], final, sources, inserts_gold=split == TRAIN)
    rows = write_candidates(out, splits, inputs.entities, systems.titles, manifest)
    shutil.rmtree(out / STAGING, ignore_errors=True)
    manifest |= {"rows": {"candidates": rows}}
    results = results_of(systems, manifest, judged)
    write_json(out / RESULTS, results)
    (out / TABLE).write_text(latex_of(results, options.splits[0]), encoding="utf-8")
    (out / COSTS).write_text(latex_of_costs(results["costs"]), encoding="utf-8")
    write_json(out / MANIFEST, manifest)
    (out / SUCCESS).touch()
    return results


def results_of(systems: Systems, manifest: Mapping[str, Any], judged: Mapping[str, Any]) -> dict[str, Any]:
    """All that a run found, as JSON: what the printed tables are made from."""
    spent = costs(systems)
    return {
        "manifest": manifest,
        "splits": judged,
        "costs": spent,
        "chance": chances_of(spent, tuple(systems.fusions)),
        "paper": paper_figures(systems.names),
    }


def make_manifest(inputs: Inputs, options: RunOptions, systems: Systems, chosen: str) -> dict[str, Any]:
    """Digests of all that the candidates depend on, and the fusion with what it chose."""
    told = {
        "kind": KIND,
        "inputs": dict(inputs.facts),
        "indexes": {
            name: _index_facts(index.manifest, index.digest, options.models.get(name))
            for name, index in systems.indexes.items()
        },
        "runs": {name: path.name for name, path in options.runs.items()},
        "skipped": dict(systems.skipped),
        "fusions": {name: dict(fusion.facts) for name, fusion in systems.fusions.items()},
        "candidates": {"system": chosen, "k": options.k, "gold_inserted_in": [TRAIN]},
        "splits": list(options.splits),
        "dev_split": options.dev,
        "depth": options.depth,
    }
    return told | {"stage_id": options_digest(told)}


def costs(systems: Systems) -> dict[str, Any]:
    """Retriever -> entities, bytes, seconds, milliseconds a mention."""
    found: dict[str, Any] = {}
    for name, one in systems.found.items():
        index, latency = systems.indexes.get(name), systems.latencies.get(name)
        found[name] = {
            "n_entities": index and index.manifest["n_entities"],
            "n_absent": index and index.manifest["n_absent"],
            "index_bytes": index and index.size_bytes,
            "built_s": index and index.built_s,
            "ms_per_mention": one.ms_per_mention,
            "latency": None if latency is None else asdict(latency),
        }
    return found


def write_trec(folder: Path, inputs: Inputs, options: RunOptions, systems: Systems) -> list[Path]:
    """A run file for every system and split (for every K where that changes the order), and qrels; the files written.

    Quotas make other lists for each K: R@10 of the table is that of the file for K = 10.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for split in options.splits:
        mentions = inputs.mentions[split]
        for name, lists in systems.lists[split].items():
            for mark, ranking in run_files(lists).items():
                written.append(folder / f"{name}.{split}{mark}.run")
                write_run(written[-1], mentions, ranking, name)
        written.append(folder / f"{split}.qrels")
        write_qrels(written[-1], mentions)
    return written


def run_files(lists: Lists) -> dict[str, Ranking]:
    """Mark in the file's name -> lists; one without a mark where shorter lists are the beginnings of longer ones."""
    longest = lists[max(lists)]
    if all(np.array_equal(one.ids, longest.ids[:, : one.ids.shape[1]]) for one in lists.values()):
        return {"": longest}
    return {f".{k}": one for k, one in lists.items()}


def _final(systems: Systems, chosen: str, split: str, options: RunOptions) -> Ranking:
    lists = systems.lists[split][chosen]
    return lists[options.k] if options.k in lists else lists[max(lists)].cut(options.k)


def _index_facts(manifest: Mapping[str, Any], digest: str, model: str | None) -> dict[str, Any]:
    facts = {name: manifest[name] for name in ("options", "n_entities", "n_absent", "catalog")}
    return {**facts, "manifest": digest, "model": None if model is None else Path(model).name}
