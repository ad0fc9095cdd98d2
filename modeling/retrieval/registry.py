"""Retrievers by name; each is imported only when it is asked for."""

import difflib
from importlib import import_module

from modeling.config.options import Option
from modeling.retrieval.base import Retriever
from pipeline.records.errors import UsageError

RETRIEVERS = {
    "prior": ("modeling.retrieval.prior", "Prior", "P(e|m) of the knowledge base's mention store"),
    "bm25": ("modeling.retrieval.bm25", "Bm25", "BM25 over titles and leads (tantivy)"),
    "wikivec": ("modeling.retrieval.wikivec", "WikiVec", "word and entity vectors of wikipedia2vec's text format"),
    "blink": ("modeling.retrieval.blink", "Blink", "bi-encoder of mention in context and entity text"),
    "clip": ("modeling.retrieval.clip", "Clip", "image to image by CLIP or SigLIP; text to image too"),
    "tfidf": ("modeling.retrieval.tfidf", "Tfidf", "letters that mention and title share"),
    "sentence": ("modeling.retrieval.sentence", "Sentence", "sentence embeddings of mention, caption and title"),
    "floor": ("modeling.retrieval.floor", "Floor", "training prior plus sentence similarity"),
    "train_prior": ("modeling.retrieval.train_prior", "TrainPrior", "what training mentions of the same surface mean"),
}
"""Name -> (module, class, what it is)."""
MOST_ENTITIES = {"tfidf": 1_000_000}
"""Those that hold all entities in memory: 1M titles take about 1.2 GiB and 22 ms a mention."""


def retriever_class(name: str) -> type[Retriever]:
    """The class behind a name.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    check_name(name)
    module, class_name, _ = RETRIEVERS[name]
    found: type[Retriever] = getattr(import_module(module), class_name)
    return found


def options_of(name: str) -> tuple[Option, ...]:
    """The options of a retriever; its packages are imported.

    Raises:
        UsageError: there is no such retriever.
    """
    check_name(name)
    found: tuple[Option, ...] = getattr(import_module(RETRIEVERS[name][0]), "OPTIONS", ())
    return found


def check_size(name: str, n_entities: int) -> None:
    """Refuse more entities than a retriever is meant for.

    Raises:
        UsageError: there are more.
    """
    most = MOST_ENTITIES.get(name, n_entities)
    if n_entities > most:
        raise UsageError(
            f"the retriever {name} holds all titles in memory, at most {most:,}, and here are {n_entities:,}; "
            "bm25 searches the titles of a whole wiki"
        )


def check_name(name: str) -> None:
    """Refuse a name that no retriever has; nothing is imported.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    if name not in RETRIEVERS:
        near = difflib.get_close_matches(name, RETRIEVERS, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(RETRIEVERS)}"
        raise UsageError(f"{name!r} is no retriever{hint}")
