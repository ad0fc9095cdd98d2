"""Captions to look up: of a corpus, a data set, a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.jobs.sources import read_finished
from pipeline.records.corpus import PAIR_DROPPED
from pipeline.records.corpus_schemas import PAIRS as CORPUS_PAIRS
from pipeline.records.dataset_schemas import DATASET_MENTIONS
from pipeline.records.dataset_schemas import PAIRS as DATASET_PAIRS
from pipeline.records.errors import InputError, UsageError
from pipeline.records.manifest import Reader, open_artifact


@dataclass(frozen=True, slots=True)
class KnownCaption:
    """A caption with what is known of the names in it.

    Attributes:
        caption: The text.
        surfaces: Texts of links or annotated mentions.
        titles: Titles that links or annotations point to, in the wiki of the knowledge base.
    """

    caption: str
    surfaces: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Captions:
    """Captions in a fixed order and their number; `read` starts from the first each time.

    Attributes:
        linked: the Wikipedia that they link to, '' when it is not known.
    """

    source: Path
    n: int
    kind: str
    linked: str = ""

    def read(self, wiki: str) -> Iterator[KnownCaption]:
        """All captions; links to other wikis than `wiki` give no titles."""
        if self.kind == "corpus":
            return _of_corpus(open_artifact(self.source / CORPUS_PAIRS.name, CORPUS_PAIRS), wiki)
        if self.kind == "dataset":
            return _of_dataset(self.source)
        return _of_lines(self.source)


def corpus_captions(corpus: Path) -> Captions:
    """The pairs of a corpus that are not dropped.

    Raises:
        UsageError: the folder is no corpus.
        ArtifactError: it is unfinished or of another version.
    """
    about = read_finished(corpus, "corpus")
    linked = (about.get("wikipedia") or {}).get("wiki", "")
    reader = open_artifact(corpus / CORPUS_PAIRS.name, CORPUS_PAIRS)
    n = sum(status != PAIR_DROPPED for table in reader.tables(["status"]) for status in table["status"].to_pylist())
    return Captions(corpus, n, "corpus", linked)


def given_captions(path: Path) -> Captions:
    """A data set that runners/import_dataset.py made, or a text file with a caption a line.

    Raises:
        UsageError: the folder is no data set.
        InputError: the file is missing or no UTF-8 text.
    """
    if path.is_dir():
        if not (path / "pairs").is_dir():
            raise UsageError(f"--captions {path} holds no pairs/; it wants a data set's folder, or a file of captions")
        return Captions(path, open_artifact(path / "pairs", DATASET_PAIRS).rows, "dataset")
    return Captions(path, sum(1 for _ in _of_lines(path)), "lines")


def _of_corpus(reader: Reader, wiki: str) -> Iterator[KnownCaption]:
    for table in reader.tables(["caption", "caption_links", "status"]):
        for row in table.to_pylist():
            if row["status"] != PAIR_DROPPED:
                yield _with_links(row["caption"], row["caption_links"], wiki)


def _with_links(caption: str, links: list[Mapping[str, Any]], wiki: str) -> KnownCaption:
    titles = (link["target"] for link in links if link["wiki"] == wiki)
    return KnownCaption(caption, tuple(link["surface"] for link in links), tuple(titles))


def _of_dataset(folder: Path) -> Iterator[KnownCaption]:
    """Pairs by id, each with its mentions; the same pair in two splits comes twice."""
    known: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    mentions = open_artifact(folder / "mentions", DATASET_MENTIONS)
    for table in mentions.tables(["pair_id", "split", "surface", "entity"]):
        for row in table.to_pylist():
            known.setdefault((row["pair_id"], row["split"]), []).append((row["surface"], row["entity"]))
    for table in open_artifact(folder / "pairs", DATASET_PAIRS).tables(["pair_id", "split", "caption"]):
        for row in table.to_pylist():
            found = known.get((row["pair_id"], row["split"]), [])
            titles = (entity for _, entity in found if entity is not None)
            yield KnownCaption(row["caption"], tuple(surface for surface, _ in found), tuple(titles))


def _of_lines(path: Path) -> Iterator[KnownCaption]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line in file:
                if line.strip():
                    yield KnownCaption(line.strip())
    except FileNotFoundError:
        raise InputError(
            f"--captions {path} does not exist; it wants a data set's folder, or a file with a caption a line"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(f"--captions {path} is no UTF-8 text: {error}") from error
