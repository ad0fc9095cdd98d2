"""What retrieval costs: bytes, memory, seconds; rows for tables."""

from collections.abc import Mapping
from typing import Any

from modeling.retrieval.evaluate_table import row_of
from pipeline.console.format import format_bytes, format_duration

COST_NOTE = "(mentions searched together; the paper: 16M entities, machine not told)"
LATENCY_NOTE = (
    "of one mention each, in milliseconds (warm: the index is open and was asked the same before; cold: opened anew, "
    "its files out of the page cache; memory added: private to the process)"
)


def cost_rows(costs: Mapping[str, Any]) -> tuple[list[str], list[list[object]]]:
    """Columns and rows: size of each index and what building and searching it took."""
    columns = ["method", "entities", "absent", "index", "built in", "ms a mention", "paper's ms"]
    return columns, [_cost_row(name, one) for name, one in costs.items()]


def _cost_row(name: str, one: Mapping[str, Any]) -> list[object]:
    size = built = None
    if one["index_bytes"] is not None:
        size = format_bytes(one["index_bytes"])
        built = "kept" if one["built_s"] is None else format_duration(one["built_s"])
    row = row_of(name)
    return [row.method, one["n_entities"], one["n_absent"], size, built, _ms(one["ms_per_mention"]), row.paper_ms]


def latency_rows(costs: Mapping[str, Any]) -> tuple[list[str], list[list[object]]]:
    """Columns and rows: single searches, warm and cold, of the retrievers that were timed."""
    keys = ("warm_p50_ms", "warm_p99_ms", "open_p50_ms", "cold_p50_ms", "cold_p99_ms")
    columns = [
        "method", "n warm", "warm p50", "warm p99", "n cold", "open p50", "cold p50", "cold p99", "index",
        "memory added",
    ]  # fmt: skip
    rows: list[list[object]] = []
    for name, one in costs.items():
        if (timed := one["latency"]) is not None:
            warm = [timed["n_warm"], *(_ms(timed[key]) for key in keys[:2])]
            cold = [timed["n_cold"], *(_ms(timed[key]) for key in keys[2:])]
            sizes = [format_bytes(one["index_bytes"]), format_bytes(timed["private_bytes"])]
            rows.append([row_of(name).method, *warm, *cold, *sizes])
    return columns, rows


def _ms(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}" if value < 10 else f"{value:.0f}"
