"""Table 4 in the paper's order, the paper's figures beside ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modeling.metrics.outcomes import CUTS
from modeling.retrieval.fusion import MARK

PAPER_CUTS = (10, 50, 100)
MODALITIES = ("P", "T", "V")
SHOWN_CUTS = (1, 10, 50, 100)
"""R@k in the main table; the others stand with the intervals."""
_SPELLED_OUT = 3
"""Methods of a combination whose names are told."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the paper's Table 4, or one of ours.

    Attributes:
        modality: P, T, V or a sum of them.
        method: As printed.
        paper: R@10, R@50, R@100 of the paper, in per cent; empty for methods that it does not have.
        paper_ms: Its milliseconds a mention.
    """

    modality: str
    method: str
    paper: tuple[float, ...] = ()
    paper_ms: int | None = None


ROWS: dict[str, Row] = {
    "prior": Row("P", "P(e|m)", (83.34, 87.59, 88.15), 12),
    "train_prior": Row("P", "train prior"),
    "bm25": Row("T", "BM25", (38.37, 48.78, 53.34), 40),
    "tfidf": Row("T", "TF-IDF"),
    "wikivec": Row("T", "WikiVec", (16.23, 20.56, 23.11), 183),
    "sentence": Row("T", "sentence encoder"),
    "floor": Row("P+T", "train prior+sentence"),
    "blink": Row("T", "BLINK", (61.76, 71.30, 73.87), 60),
    "clip": Row("V", "CLIP", (17.34, 26.82, 31.38), 183),
    "blink+clip": Row("T+V", "BLINK+CLIP", (61.51, 74.80, 79.66)),
    "prior+blink+clip": Row("P+T+V", "P(e|m)+BLINK+CLIP", (86.28, 91.64, 93.14)),
}
"""Retriever or combination -> its row; single ones stand in this order in the table."""
PAPER_NOTE = (
    "paper: Table 4 of Wang et al. (ACL 2022), another data set (WikiDiverse test, 16M entities): shown for "
    "orientation, not comparable"
)
LETTERS_NOTE = (
    "letters: better than those systems at that k (exact McNemar over mentions, Holm-corrected, p <= 0.05); "
    "intervals: 95 %, bootstrap over captions"
)


def row_of(name: str) -> Row:
    """The row of a system; those of unknown combinations are put together.

    The paper fuses by quotas, so its figures stand beside these alone.
    """
    if name in ROWS:
        return ROWS[name]
    name, _, method = name.partition(MARK)
    if method:
        row = row_of(name)
        return Row(row.modality, f"{row.method}, {method}")
    parts = name.split("+")
    if len(parts) == 1:
        return Row("-", name)
    members = [row_of(part) for part in parts]
    modalities = [letter for letter in MODALITIES if any(letter in one.modality for one in members)]
    told = "+".join(one.method for one in members) if len(parts) <= _SPELLED_OUT else f"{len(parts)} lists fused"
    return Row("+".join(modalities) or "-", told)


def in_table_order(names: Sequence[str]) -> list[str]:
    """Names of single retrievers as the paper orders them; unknown ones last, as given."""
    known = list(ROWS)
    return sorted(names, key=lambda name: known.index(name) if name in ROWS else len(known))


def table_rows(judged: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of Table 4: R@k in per cent with letters, MRR, the paper's R@k."""
    columns = ["", "modality", "method", *(f"R@{k}" for k in SHOWN_CUTS), "MRR", *(f"paper@{k}" for k in PAPER_CUTS)]
    rows = []
    methods = _methods(list(judged["systems"]))
    for name, one in judged["systems"].items():
        row = row_of(name)
        cells = [_with_letters(one, judged, name, k) for k in SHOWN_CUTS]
        paper = [f"{value:.2f}" for value in row.paper] or ["-"] * len(PAPER_CUTS)
        mrr = percent(one["scores"]["mrr"])
        rows.append([judged["letters"][name], row.modality, methods[name], *cells, mrr, *paper])
    return columns, rows


def interval_rows(judged: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows: the interval of every figure."""
    names = [*(str(k) for k in CUTS), "mrr"]
    columns = ["", "method", *(f"R@{k}" for k in CUTS), "MRR"]
    rows = []
    methods = _methods(list(judged["systems"]))
    for name, one in judged["systems"].items():
        cells = [_interval(one["intervals"].get(key)) for key in names]
        rows.append([judged["letters"][name], methods[name], *cells])
    return columns, rows


def paper_figures(names: Sequence[str]) -> dict[str, Any]:
    """The paper's R@k in per cent of those systems that it has, and what they are."""
    figures = {name: dict(zip(PAPER_CUTS, row_of(name).paper, strict=True)) for name in names if row_of(name).paper}
    return {"note": PAPER_NOTE, "recall": figures}


def percent(value: float | None) -> str:
    """A share in per cent with two places, without the sign."""
    return "-" if value is None else f"{100 * value:.2f}"


def _methods(names: Sequence[str]) -> dict[str, str]:
    """System -> its method as printed; lists that are fused again, in another way, are not named again."""
    shown, before = {}, ""
    for name in names:
        lists, _, way = name.partition(MARK)
        shown[name] = f"  by {way}" if lists == before else row_of(name).method
        before = lists
    return shown


def _with_letters(one: Mapping[str, Any], judged: Mapping[str, Any], name: str, k: int) -> str:
    letters = judged["significance"][str(k)]["beats"][name]
    return f"{percent(one['scores']['recall'][k])} {letters}".rstrip()


def _interval(value: Mapping[str, Any] | None) -> str:
    return "-" if value is None else f"{100 * value['low']:.1f}-{100 * value['high']:.1f}"
