"""Word and entity vectors from our own knowledge base, fitted by gensim."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from modeling.config.extras import missing_package
from modeling.data.entities import KbCatalog
from modeling.retrieval.wikivec_text import ENTITY, NamedVector, write_vectors
from pipeline.records import schemas
from pipeline.records.errors import UsageError
from pipeline.records.manifest import open_artifact, read_groups

WINDOW = 6
"""Words of a lead that stand beside the entity in one sentence."""
_WORD = re.compile(r"\w+")
_BATCH = 2_000
_LINKED_AT_ONCE = 8
_RATE = 0.05
_COLUMNS = ("page_title", "target", "surface")


class Sentences:
    """What the vectors are learnt from, read anew in every epoch (after wikipedia2vec: words, links, anchors).

    Leads: an entity beside each run of its words. Link graph: a page beside those that it links to. Anchors: an entity
    beside the words of the links that lead to it.
    """

    def __init__(self, kb: KbCatalog) -> None:
        self._kb = kb
        self._links = open_artifact(kb.folder / schemas.LINKS.name, schemas.LINKS)

    def __iter__(self) -> Iterator[list[str]]:
        """One list of words and entity names after the other."""
        for batch in self._kb.batches(_BATCH):
            for entity in batch:
                name, words = entity_name(entity.title), words_of(f"{entity.title}. {entity.text}")
                for at in range(0, len(words), WINDOW):
                    yield [name, *words[at : at + WINDOW]]
        for path in self._links.paths:
            for table in read_groups(path, _COLUMNS):
                yield from self._of_links(*(table.column(name).to_pylist() for name in _COLUMNS))

    def _of_links(self, pages: list[str], targets: list[str], surfaces: list[str]) -> Iterator[list[str]]:
        graph: list[str] = []
        source = ""
        for page, target, surface in zip(pages, targets, surfaces, strict=True):
            name = entity_name(self._title(target))
            yield [name, *words_of(surface)]
            if page != source or len(graph) > _LINKED_AT_ONCE:
                yield graph
                source, graph = page, [entity_name(page)]
            graph.append(name)
        yield graph

    def _title(self, target: str) -> str:
        hit = self._kb.store.find_title(target)
        return target if hit is None else hit.entity


def train_vectors(
    kb: KbCatalog, out: Path, *, dimensions: int, epochs: int, sample: float, seed: int, min_count: int = 1
) -> None:
    """Fit skip-gram vectors (negative sampling) and write them in wikipedia2vec's text format.

    A word gets the vector with which it predicts its neighbours, an entity the one by which it is predicted: their
    product is what skip-gram fits, and so words find entities even where the text is small. One thread, so that the
    same knowledge base and seed give the same bytes. Words that come less often than `min_count` are left out, entities
    never.

    Raises:
        UsageError: gensim is not installed.
    """
    try:
        from gensim.models import Word2Vec  # noqa: PLC0415 - an extra, and slow to import
    except ModuleNotFoundError:
        what = "fitting vectors (--model wikivec=FILE reads those of wikipedia2vec instead)"
        raise UsageError(missing_package(what, "gensim")) from None
    model = Word2Vec(
        Sentences(kb), vector_size=dimensions, window=WINDOW + 1, min_count=min_count, trim_rule=_keep_entities, sg=1,
        negative=5, epochs=epochs, workers=1, seed=seed, sample=sample, alpha=_RATE,
    )  # fmt: skip
    places = sorted(model.wv.key_to_index.items())
    rows = (_named(name, (model.syn1neg if name.startswith(ENTITY) else model.wv.vectors)[at]) for name, at in places)
    with out.open("wb") as file:
        write_vectors(file, len(places), dimensions, rows)


def _keep_entities(name: str, count: int, min_count: int) -> int:
    """What gensim does with a name: 1 leaves it out, 2 keeps it."""
    return 2 if name.startswith(ENTITY) or count >= min_count else 1


def entity_name(title: str) -> str:
    """An entity as the text format names it."""
    return ENTITY + title.replace(" ", "_")


def words_of(text: str) -> list[str]:
    """Words in lower case, as vectors know them."""
    return _WORD.findall(text.lower())


def _named(name: str, vector: np.ndarray) -> NamedVector:
    is_entity = name.startswith(ENTITY)
    return NamedVector(name.removeprefix(ENTITY).replace("_", " ") if is_entity else name, is_entity, vector)
