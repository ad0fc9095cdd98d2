"""What a retrieval run would do: for dry runs."""

import json
from pathlib import Path
from typing import Any

from modeling.retrieval.run import RESULTS, names_of, wish_for
from modeling.retrieval.run_indexes import check_needs, is_current, load_class
from modeling.retrieval.run_inputs import Inputs
from modeling.retrieval.run_options import ALL, RunOptions
from pipeline.records.errors import UsageError


def plan(inputs: Inputs, options: RunOptions, out: Path) -> list[tuple[str, str, float | None]]:
    """(retriever, what the run would do with it, seconds as an earlier run into `out` took them), nothing built."""
    rows: list[tuple[str, str, float | None]] = []
    earlier = _earlier_costs(out)
    n_mentions = sum(len(inputs.mentions[split]) for split in options.searched)
    for name in names_of(options):
        wish = wish_for(name, inputs, options, out)
        cost = earlier.get(name, {})
        search_s = None if cost.get("ms_per_mention") is None else cost["ms_per_mention"] * n_mentions / 1000
        try:
            check_needs(name, wish.sources, has_kb=inputs.has_kb)
            load_class(name)
        except UsageError as error:
            if ALL not in options.retrievers:
                raise
            rows.append((name, f"skip: {error}", None))
            continue
        if is_current(wish):
            rows.append((name, "reuse its index, then search", search_s))
        else:
            built_s = cost.get("built_s")
            whole_s = None if built_s is None or search_s is None else built_s + search_s
            rows.append((name, "build its index, then search", whole_s))
    return rows + [(name, f"read {path}", None) for name, path in options.runs.items()]


def _earlier_costs(out: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((out / RESULTS).read_text(encoding="utf-8"))["costs"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
