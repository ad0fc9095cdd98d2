"""A knowledge base, a data set and a retriever small enough to reckon by hand."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, ranking_of
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from pipeline.formats.dataset_writing import write_by_split
from pipeline.records.dataset import DatasetMention
from pipeline.records.dataset_schemas import DATASET_MENTIONS
from pipeline.records.errors import UsageError
from pipeline.records.manifest import write_json
from tests.support.stores import SmallKB

N_TOWNS = 30
FIRST_ID = 100


def make_kb(folder: Path, *, n_towns: int = N_TOWNS, date: str = "20210101") -> Path:
    """Towns 0, 1, 2 … with ids from 100; "Place g" means three of them, the first most often."""
    entities = {FIRST_ID + number: (f"Town {number}", number) for number in range(n_towns)}
    mentions = {
        f"Place {group}": {FIRST_ID + 3 * group + rank: (5 - 2 * rank, 0, 0, 0, 0) for rank in range(3)}
        for group in range(n_towns // 3)
    }
    folder.mkdir(parents=True)
    kb = SmallKB(mentions, entities, {"Old Town 1": FIRST_ID + 1})
    kb.store(folder)
    write_json(folder / "_manifest.json", {"wiki": "enwiki", "date": date})
    (folder / "_SUCCESS").touch()
    return folder


def row(number: int, split: str, surface: str, gold: int | str | None, **other: Any) -> DatasetMention:
    """A mention whose caption tells the number of its gold town (`told` puts another there)."""
    told = other.pop("told", gold)
    caption = f"{surface} was seen, number {told}." if told is not None else f"{surface} was seen."
    title = f"Town {gold}" if isinstance(gold, int) else gold
    known: dict[str, Any] = {
        "mention_id": f"{split}-{number:03}-000", "pair_id": f"{split}-{number // 2:03}", "split": split,
        "caption": caption, "surface": surface, "start": 0, "end": len(surface), "type": "Location",
        "entity_id": FIRST_ID + gold if isinstance(gold, int) else None, "entity": title, "qid": None,
        "is_nil": title is None, "topic": "travel", "image_id": None, "visual_clues": None, "ambiguity": None,
        "provenance": "gold",
    }  # fmt: skip
    return DatasetMention(**{**known, **other})


def rows_of(split: str, n: int = 12) -> list[DatasetMention]:
    """Known surfaces, unknown surfaces, a NIL and a gold entity that no knowledge base has."""
    rows = [row(number, split, f"Place {number % 10}", 3 * (number % 10) + number % 3) for number in range(n)]
    unseen = [row(n + number, split, f"Nickname {number}", 7 * number) for number in range(4)]
    return [*rows, *unseen, row(n + 4, split, "Nobody", None), row(n + 5, split, "Atlantis", "Atlantis")]


def make_dataset(folder: Path, splits: Mapping[str, Sequence[DatasetMention]] | None = None) -> Path:
    """The mentions of a data set; train, valid and test by default."""
    given = {name: rows_of(name) for name in ("train", "valid", "test")} if splits is None else splits
    write_by_split(folder, "mentions", DATASET_MENTIONS, "made-by-hand", given)
    return folder


def write_captions(folder: Path) -> tuple[Path, Path]:
    """Released captions and their split file, in miniature."""
    names = ["Ann Lee", "Ann (ship)", "Rome", "Romania", "Ann-Marie"]
    items = [
        {"id": number, "sentence": f"{names[number % 5]} came by.", "imgPath": "x.jpg", "mention": [names[number % 5]],
         "entity": [names[number % 5]], "answer": [f"Q{1 + number % 5}"]}
        for number in range(15)
    ]  # fmt: skip
    captions, splits = folder / "captions.json", folder / "split.json"
    captions.write_text(json.dumps(items))
    splits.write_text(json.dumps({"train": list(range(5)), "valid": list(range(5, 10)), "test": list(range(10, 15))}))
    return captions, splits


class Nearest:
    """Finds the towns whose numbers are nearest to the one in the caption."""

    name = "nearest"

    def __init__(self, numbers: Mapping[int, int], limit: int) -> None:
        self._numbers = numbers
        self._limit = limit

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        if set(options) - {"limit"}:
            raise UsageError(f"the retriever nearest has no option {min(set(options) - {'limit'})}; it has limit")
        numbers = {one.entity_id: int(one.title.split()[-1]) for batch in sources.entities.batches(7) for one in batch}
        with staged_index(folder) as staged:
            write_json(staged / "numbers.json", numbers)
            report = IndexReport(len(numbers), 0, 0)
            given = {"limit": options.get("limit", 4), "model": sources.model}
            return write_index_manifest(staged, cls.name, sources.entities, given, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        numbers = json.loads((folder / "numbers.json").read_text())
        return cls({int(id_): number for id_, number in numbers.items()}, manifest["options"]["limit"])

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        return ranking_of([self._towns(mention) for mention in mentions], min(k, self._limit))

    def _towns(self, mention: Mention) -> list[tuple[int, float]]:
        told = re.search(r"number (\d+)", mention.caption)
        return [(id_, -abs(number - int(told[1]))) for id_, number in self._numbers.items()] if told else []


class Broken(Nearest):
    """Gives its lists upside down."""

    name = "broken"

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        found = super().search(mentions, k)
        return Ranking(found.ids[:, ::-1], found.scores[:, ::-1])
