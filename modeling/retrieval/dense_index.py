"""How a retriever searches its vectors: exactly, or through faiss."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modeling.config.options import Option
from modeling.data.ranking import Ranking
from modeling.retrieval.ann import AnnIndex, load_faiss
from modeling.retrieval.dense import Vectors, search_vectors
from modeling.retrieval.dense_files import VectorFolder, resident

_ANN = "ann"
_FILE = "ann.faiss"
SEARCH_OPTIONS = (
    Option("search", str, "exact", "ann: through faiss (extra ann), quicker, may miss some", choices=("exact", _ANN)),
    Option("lists", int, 0, "cells of search=ann; 0 for the square root of the number of vectors", least=0),
    Option("probe", int, 32, "cells that a search=ann looks into", least=1),
)


def check_search(options: Mapping[str, Any]) -> None:
    """Refuse a search that cannot be, before hours of encoding.

    Raises:
        UsageError: faiss is asked for and not installed.
    """
    if options["search"] == _ANN:
        load_faiss()


def finish_search(staged: Path, options: Mapping[str, Any]) -> None:
    """Add what the search wants to a staged index that has its vectors."""
    if options["search"] == _ANN:
        vectors = VectorFolder(staged / "vectors")
        AnnIndex.build(vectors, n_lists=options["lists"], probe=options["probe"]).save(staged / _FILE)


class DenseIndex:
    """The vectors of an index, searched as its options say.

    Attributes:
        vectors: The shards.
    """

    def __init__(self, folder: Path, width: int, options: Mapping[str, Any], device: str) -> None:
        """Open the shards.

        Raises:
            ArtifactError: they are damaged, or of another width than the encoder gives.
            UsageError: faiss is missing.
        """
        self.vectors = VectorFolder(folder / "vectors", width)
        self._device, self._precision = device, str(options.get("precision", "fp32"))
        self._ann = AnnIndex.open(folder / _FILE) if options.get("search") == _ANN else None
        self._shards = () if self._ann else resident(self.vectors, device, self._precision)

    def search(self, queries: Vectors, k: int) -> Ranking:
        """The best `k` entities of each query."""
        if self._ann:
            return self._ann.search(queries, k)
        return search_vectors(queries, self._shards, k, device=self._device, precision=self._precision)
