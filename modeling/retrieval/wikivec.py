"""Candidates by the cosine of word and entity vectors (paper 5.1, WikiVec)."""

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import marisa_trie
import numpy as np
import numpy.typing as npt

from modeling.config.options import Option, read_options
from modeling.data.entities import EntityCatalog, KbCatalog
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking, empty_ranking
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.dense import prepare_shard, search_vectors
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from modeling.retrieval.wikivec_text import date_in_name, read_vectors
from modeling.retrieval.wikivec_train import train_vectors, words_of
from pipeline.records.digest import file_digest
from pipeline.records.errors import ArtifactError, InputError, UsageError

Vectors = npt.NDArray[np.float32]

OPTIONS = (
    Option("window", int, 8, "words of the caption on either side of the mention", least=0),
    Option("mention_weight", float, 1.0, "weight of the mention's own words in the mean", least=0),
    Option("dimensions", int, 100, "width of vectors fitted here", least=1, most=1000),
    Option("epochs", int, 40, "passes of the fit", least=1),
    Option("sample", float, 0.0, "thin out words above this frequency; 1e-3 for a large wiki", least=0, most=1),
    Option("min_count", int, 1, "words that come less often are left out; 5 for a large wiki", least=1),
    Option("seed", int, 1, "seed of the fit", least=0),
)
_WORDS, _WORD_VECTORS, _IDS, _VECTORS = "words.marisa", "words.npy", "ids.npy", "entities.npy"
_WORD_PART, _ENTITY_PART, _TRAINED = "words.part", "entities.part", "vectors.txt"
_SHARD_ROWS = 1 << 18


class WikiVec:
    """The mean vector of the words of a mention and its window against every entity's vector.

    With a model (`Sources.model`) it reads published vectors, titles resolved through redirects; without one it fits
    vectors on the knowledge base itself. Entities without a vector are absent from the index.
    """

    name = "wikivec"

    def __init__(self, folder: Path, options: Mapping[str, Any], device: str) -> None:
        self._words = marisa_trie.Trie()
        self._words.mmap(str(folder / _WORDS))
        self._word_vectors: Vectors = np.load(folder / _WORD_VECTORS, mmap_mode="r", allow_pickle=False)
        ids: npt.NDArray[np.int64] = np.load(folder / _IDS, allow_pickle=False)
        vectors: Vectors = np.load(folder / _VECTORS, mmap_mode="c", allow_pickle=False)  # torch copies read-only maps
        parts = [slice(at, at + _SHARD_ROWS) for at in range(0, len(ids), _SHARD_ROWS)]
        self._shards = [prepare_shard(ids[part], vectors[part], device=device) for part in parts]
        self._options = options
        self._device = device

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Turn a text file into memory maps; `OPTIONS` lists the options.

        Raises:
            ArtifactError: the file's name tells the date of another dump (see `Sources.any_catalog`).
            InputError: the file is broken, or knows none of the entities.
            UsageError: there is neither a model nor a knowledge base.
        """
        values = read_options(cls.name, OPTIONS, options)
        with staged_index(folder) as staged:
            path = _published(sources) if sources.model is not None else _fitted(sources, staged, values)
            report = _write(path, sources.entities, staged)
            (staged / _TRAINED).unlink(missing_ok=True)
            return write_index_manifest(staged, cls.name, sources.entities, values, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Map the vectors into memory."""
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        _check_date(Path(manifest["facts"]["source"]), sources)
        return cls(folder, manifest["options"], sources.device)

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The entities of the highest cosine; a mention without known words gets an empty list."""
        queries = np.stack([self.query(mention) for mention in mentions]) if mentions else np.zeros((0, 1), np.float32)
        known = np.flatnonzero(np.linalg.norm(queries, axis=1) > 0)
        found = empty_ranking(len(mentions), k)
        if len(known):
            part = search_vectors(unit(queries[known]), self._shards, k, device=self._device)
            found.ids[known], found.scores[known] = part.ids, part.scores
        return found

    def query(self, mention: Mention) -> Vectors:
        """(D,) weighted mean of the word vectors; zeros where no word is known."""
        left, right = words_of(mention.left), words_of(mention.right)
        window = self._options["window"]
        around = [*left[max(0, len(left) - window) :], *right[:window]]
        weights = [(word, 1.0) for word in around]
        weights += [(word, self._options["mention_weight"]) for word in words_of(mention.surface)]
        rows = [(self._words.get(word), weight) for word, weight in weights]
        vectors = [self._word_vectors[row] * np.float32(weight) for row, weight in rows if row is not None]
        if not vectors:
            return np.zeros(self._word_vectors.shape[1], np.float32)
        return np.asarray(np.mean(vectors, axis=0), np.float32)


def unit(vectors: Vectors) -> Vectors:
    """(N, D) rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def _published(sources: Sources) -> Path:
    path = Path(sources.model or "")
    if not path.is_file():
        raise UsageError(f"--model wikivec={path} is no file; it wants vectors in wikipedia2vec's text format")
    _check_date(path, sources)
    return path


def _check_date(path: Path, sources: Sources) -> None:
    """Refuse vectors whose file tells another dump than the catalog's: titles have moved since then."""
    told, wanted = date_in_name(path), sources.entities.date
    if told and wanted and told != wanted and not sources.any_catalog:
        raise ArtifactError(
            f"{path.name} has vectors of the dump {told}, and the entities in use are of {wanted}; "
            "take vectors of that date, let wikivec fit its own, or give --any-catalog"
        )


def _fitted(sources: Sources, staged: Path, options: Mapping[str, Any]) -> Path:
    if not isinstance(sources.entities, KbCatalog):
        raise UsageError(
            "the retriever wikivec wants vectors (--model wikivec=FILE) or a knowledge base to fit them on"
        )
    path = staged / _TRAINED
    fit = {name: options[name] for name in ("dimensions", "epochs", "sample", "seed", "min_count")}
    train_vectors(sources.entities, path, **fit)
    return path


def _write(path: Path, entities: EntityCatalog, staged: Path) -> IndexReport:
    """Words in trie order, entities by id; of several names of one entity its own title counts, else the first.

    Of a word that comes again the last row counts, as in wikipedia2vec's own table.
    """
    words: list[str] = []
    ids, own_titles = array("q"), array("b")
    n_unknown = 0
    with (staged / _WORD_PART).open("wb") as word_part, (staged / _ENTITY_PART).open("wb") as entity_part:
        for row in read_vectors(path):
            if not row.is_entity:
                words.append(row.name)
                word_part.write(row.vector.tobytes())
                continue
            id_ = entities.find(row.name)
            if id_ is None or not row.vector.any():
                n_unknown += 1
                continue
            ids.append(id_)
            own_titles.append(entities.is_own(row.name))
            entity_part.write(row.vector.tobytes())
    if not ids or not words:
        raise InputError(f"{path} has {len(words):,} words, and vectors of {len(ids)} of {len(entities):,} entities")
    n_words = _write_words(words, staged)
    n_entities = _write_entities(np.array(ids, np.int64), np.array(own_titles, np.bool_), staged)
    facts = {
        "words": n_words,
        "words again": len(words) - n_words,
        "other names of an entity": len(ids) - n_entities,
        "vectors of no entity": n_unknown,
        "source": path.name,
        "sha256": file_digest(path),
    }
    return IndexReport(n_entities, len(entities) - n_entities, 0, facts)


def _write_words(words: list[str], staged: Path) -> int:
    """One row of each word; how many there are."""
    trie = marisa_trie.Trie(words)
    trie.save(str(staged / _WORDS))
    order = np.empty(len(trie), np.int64)
    for row, word in enumerate(words):
        order[trie[word]] = row
    _write_rows(staged / _WORD_PART, len(words), order, staged / _WORD_VECTORS, at_unit_length=False)
    return len(trie)


def _write_entities(ids: npt.NDArray[np.int64], is_own: npt.NDArray[np.bool_], staged: Path) -> int:
    """One row of each entity (ids and flags stand in the order of the rows); how many there are."""
    order = np.lexsort((~is_own, ids))  # stable: of one entity, its own title first, then the first row
    is_first = np.ones(len(ids), np.bool_)
    is_first[1:] = np.diff(ids[order]) != 0
    chosen = order[is_first]
    np.save(staged / _IDS, ids[chosen], allow_pickle=False)
    _write_rows(staged / _ENTITY_PART, len(ids), chosen, staged / _VECTORS, at_unit_length=True)
    return len(chosen)


def _write_rows(part: Path, n_rows: int, order: npt.NDArray[np.int64], out: Path, *, at_unit_length: bool) -> None:
    """The rows of a raw file in another order, as they are or at length 1, a block at a time."""
    rows = np.memmap(part, np.float32, "r").reshape(n_rows, -1)
    written = np.lib.format.open_memmap(out, "w+", np.float32, (len(order), rows.shape[1]))
    for at in range(0, len(order), _SHARD_ROWS):
        block = slice(at, at + _SHARD_ROWS)
        written[block] = unit(rows[order[block]]) if at_unit_length else rows[order[block]]
    written.flush()
    part.unlink()
