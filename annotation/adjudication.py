"""The queue of disputes as a spreadsheet's table, out and in."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from annotation.decisions import REASONS, Decision, decide
from annotation.disputes import Dispute, Merged, queue
from annotation.files import write_text
from annotation.pairs import ProjectPair
from annotation.records import NIL, Annotation
from pipeline.formats.json_input import read_text
from pipeline.formats.mention_types import known_type
from pipeline.records.errors import InputError

COLUMNS = (
    "pair_id", "dispute", "basis", "expert", "cost", "kinds", "article", "image", "caption", "options", "choice",
    "reason", "note",
)  # fmt: skip
BETWEEN_SPANS, BETWEEN_OPTIONS = " || ", " ;; "
_NOTHING = "(nothing)"
_SPAN = re.compile(r"\s*(\d+)-(\d+)\s(.*)\|([^|]*)\|([^|]*)", re.DOTALL)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAX_FAULTS = 20


def export_queue(
    merged: Iterable[Merged],
    pairs: Mapping[str, ProjectPair],
    adjudicators: Mapping[str, str],
    decided: Mapping[tuple[str, str], Decision],
) -> str:
    """A table of all disputes that nobody has decided, tab-separated, the costliest pair first.

    Args:
        merged: All pairs.
        pairs: Pair id -> pair.
        adjudicators: Group -> expert.
        decided: Decisions that hold.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in queue(merged):
        pair = pairs[one.pair_id]
        for dispute in one.disputes:
            if (one.pair_id, dispute.dispute_id) not in decided:
                writer.writerow([_cell(text) for text in _row(pair, dispute, adjudicators.get(pair.group, ""))])
    return out.getvalue()


def write_queue(text: str, path: Path) -> None:
    """Write the table with a byte order mark, which spreadsheets need to see UTF-8."""
    write_text(path, "\ufeff" + text)


def import_queue(
    path: Path, merged: Mapping[str, Merged], pairs: Mapping[str, ProjectPair], expert: str | None = None
) -> list[Decision]:
    """Decisions of a table that came back; rows without a choice are passed over.

    Args:
        path: The table, tab-separated.
        merged: All pairs.
        pairs: Pair id -> pair.
        expert: Who decided, where the table does not say.

    Raises:
        InputError: a row is wrong; names all wrong rows, and nothing of the table counts.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(path), newline=""), dialect="excel-tab", restval=""))
    missing = [name for name in ("pair_id", "dispute", "basis", "choice", "reason") if rows and name not in rows[0]]
    if not rows or missing:
        raise InputError(f"{path}: should be a table with tabs between the columns {', '.join(COLUMNS)}")
    faults, decisions = [], []
    for number, row in enumerate(rows, start=2):
        if not row["choice"].strip():
            continue
        try:
            decisions.append(_decision(row, merged, pairs, expert))
        except InputError as error:
            faults.append(f"line {number}: {error}")
    if faults:
        more = f" (and {len(faults) - _MAX_FAULTS} more)" if len(faults) > _MAX_FAULTS else ""
        raise InputError(f"{path}: nothing was imported; {'; '.join(faults[:_MAX_FAULTS])}{more}")
    return decisions


def span_text(one: Annotation) -> str:
    """A span as `start-end surface|Type|Entity`."""
    return f"{one.start}-{one.end} {one.surface}|{one.type or '?'}|{one.entity or '?'}"


def read_spans(text: str, caption: str) -> list[Annotation]:
    """Spans that an expert wrote: `12-17 Lions|Organization|Detroit Lions`, with ` || ` between them.

    Raises:
        InputError: one is not of that form, or its text does not stand there.
    """
    spans = []
    for part in text.split(BETWEEN_SPANS):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise InputError(f"{part[:60]!r} should look like 12-17 Lions|Organization|Detroit Lions")
        start, end, surface, kind, entity = int(found[1]), int(found[2]), found[3], found[4].strip(), found[5].strip()
        type_name = known_type(kind)
        if type_name is None or not entity or entity == "?":
            raise InputError(f"{part[:60]!r} needs one of the seven types and an entity or NIL")
        if caption[start:end] != surface and " ".join(caption[start:end].split()) != surface.strip():
            raise InputError(f"{surface[:40]!r} does not stand at {start}-{end}")
        title = NIL if entity.casefold() == NIL.casefold() else entity.replace("_", " ")
        spans.append(Annotation(start, end, caption[start:end], type_name, title))
    return spans


def _row(pair: ProjectPair, dispute: Dispute, expert: str) -> Sequence[str]:
    options = BETWEEN_OPTIONS.join(
        f"{number}: {BETWEEN_SPANS.join(map(span_text, option.spans)) or _NOTHING} [{', '.join(option.annotators)}]"
        for number, option in enumerate(dispute.options, start=1)
    )
    marked = (
        f"{pair.caption[: dispute.start]}⟦{pair.caption[dispute.start : dispute.end]}⟧{pair.caption[dispute.end :]}"
    )
    return (
        pair.pair_id, dispute.dispute_id, dispute.basis, expert, str(dispute.cost), " ".join(dispute.kinds),
        pair.article_title or "", pair.image_file or pair.image_url or "", marked, options, "", "", "",
    )  # fmt: skip


def _decision(
    row: Mapping[str, str], merged: Mapping[str, Merged], pairs: Mapping[str, ProjectPair], expert: str | None
) -> Decision:
    pair_id, place = _plain(row["pair_id"]), _plain(row["dispute"])
    disputes = {one.dispute_id: one for one in merged[pair_id].disputes} if pair_id in merged else {}
    dispute = disputes.get(place)
    if dispute is None:
        raise InputError(f"{pair_id[:40]} {place[:20]} is no dispute")
    if dispute.basis != _plain(row["basis"]):
        raise InputError(f"{pair_id} {place}: an annotator has changed it since the table was made; export it again")
    who = expert or _plain(row.get("expert") or "")
    if not who:
        raise InputError("names no expert; say --expert")
    reason, note = row["reason"].strip(), (row.get("note") or "").strip()
    if reason not in REASONS or (reason == "other" and not note):
        raise InputError(f"{reason[:40]!r} is no reason; there are {', '.join(REASONS)} (other needs a note)")
    choice, _, written = row["choice"].strip().partition(":")
    new = read_spans(written.strip(), pairs[pair_id].caption) if choice == "new" else []
    return decide(pairs[pair_id], merged[pair_id], (place, choice), (who, reason, note), new)


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line."""
    flat = " ".join(text.split("\t")).replace("\r", " ").replace("\n", " ")
    return f"'{flat}" if flat.startswith(_FORMULA) else flat


def _plain(text: str) -> str:
    return text.strip().removeprefix("'")
