"""CLIP or SigLIP as a retriever: pictures find pictures, or texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from modeling.config.options import Option, read_options
from modeling.data.entities import IndexedEntity
from modeling.data.images import ImageStore
from modeling.data.mentions import Mention
from modeling.data.ranking import Ids, Ranking, empty_ranking
from modeling.encoders.hub import model_digest, model_folder
from modeling.encoders.image import ImageEncoder
from modeling.retrieval.base import IndexReport, Sources
from modeling.retrieval.dense import PRECISIONS, Vectors
from modeling.retrieval.dense_index import SEARCH_OPTIONS, DenseIndex, check_search, finish_search
from modeling.retrieval.encoding import encode_entities
from modeling.retrieval.index_folder import open_index, staged_index, write_index_manifest
from pipeline.records.digest import options_digest
from pipeline.records.errors import ArtifactError, UsageError

MODES = ("image-image", "text-image", "image-text")
TEXTS = ("both", "mention", "caption")
OPTIONS = (
    Option("mode", str, "image-image", "what is compared: of the mention, then of the entity", choices=MODES),
    Option("text", str, "both", "text of a mention in mode text-image; both adds two vectors", choices=TEXTS),
    Option("precision", str, "fp32", "numbers inside the towers and of the search", choices=PRECISIONS),
    Option("shard_rows", int, 8192, "entities a shard, the unit of resume", least=1),
    *SEARCH_OPTIONS,
)
_AT_ONCE = 256
_LEAD_CHARACTERS = 1000


class Clip:
    """Cosine of the caption's image with the entity's image (paper 5.1), or of an image with a text.

    Entities without a picture are not in the index, and mentions without one get an empty list: a vector of zeros would
    tie with everything.
    """

    name = "clip"

    def __init__(
        self, encoder: ImageEncoder, images: ImageStore, index: DenseIndex, options: Mapping[str, Any]
    ) -> None:
        self._encoder, self._images, self._index, self._options = encoder, images, index, options

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Encode the entities; a killed run goes on where it stood.

        `options`: those of `OPTIONS`. Mode image-image compares pictures as the paper does; text-image the mention's
        text with the entity's picture; image-text the mention's picture with title and lead.

        Raises:
            UsageError: there is no model or no image, or an option is unknown.
        """
        chosen = read_options(cls.name, OPTIONS, options)
        check_search(chosen)
        encoder, images = _tools(sources, chosen)
        digest = model_digest(model_folder(str(sources.model)))
        plan = options_digest(
            {"model": digest, "catalog": sources.entities.digest, "options": chosen, "images": images.digest}
        )

        def encode(batch: Sequence[IndexedEntity]) -> tuple[Ids, Vectors]:
            if chosen["mode"] == "image-text":
                texts = [f"{one.title}. {one.text[:_LEAD_CHARACTERS]}" for one in batch]
                return np.array([one.entity_id for one in batch]), encoder.encode_texts(texts)
            shown = [one for one in batch if one.image_id in images]
            ids = np.array([one.entity_id for one in shown], np.int64)
            return ids, _encode_images(encoder, images, [str(one.image_id) for one in shown])

        with staged_index(folder, plan=plan) as staged:
            found = encode_entities(staged, sources.entities, encode, shard_rows=int(chosen["shard_rows"]))
            finish_search(staged, chosen)
            facts = {"width": encoder.width, "model": str(sources.model), "model_digest": digest}
            report = IndexReport(found, len(sources.entities) - found, 0, facts)
            return write_index_manifest(staged, cls.name, sources.entities, chosen, report)

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open a finished index with the model that it was built with.

        Raises:
            ArtifactError: the index is damaged or of other entities, or `sources.model` is another model.
        """
        manifest = open_index(folder, cls.name, sources.entities, any_catalog=sources.any_catalog)
        encoder, images = _tools(sources, manifest["options"])
        index = DenseIndex(folder, encoder.width, manifest["options"], sources.device)
        if model_digest(model_folder(str(sources.model))) != manifest["facts"]["model_digest"]:
            built = manifest["facts"]["model"]
            raise ArtifactError(f"{folder} was built with the model {built}, not with these weights of {sources.model}")
        return cls(encoder, images, index, manifest["options"])

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k` entities of each mention that has a picture (a text, in mode text-image)."""
        found = empty_ranking(len(mentions), k)
        rows, queries = self._queries(mentions)
        if len(rows):
            ranking = self._index.search(queries, k)
            found.ids[rows], found.scores[rows] = ranking.ids, ranking.scores
        return found

    def _queries(self, mentions: Sequence[Mention]) -> tuple[Ids, Vectors]:
        """Places of the mentions that can be searched, and their vectors."""
        if self._options["mode"] == "text-image":
            return np.arange(len(mentions)), self._texts(mentions)
        rows = [row for row, mention in enumerate(mentions) if mention.image_id in self._images]
        ids = [str(mentions[row].image_id) for row in rows]
        unique = list(dict.fromkeys(ids))  # the mentions of a caption share its image
        vectors = _encode_images(self._encoder, self._images, unique)
        places = {id_: place for place, id_ in enumerate(unique)}
        return np.array(rows, np.int64), vectors[[places[id_] for id_ in ids]]

    def _texts(self, mentions: Sequence[Mention]) -> Vectors:
        kind = self._options["text"]
        parts = [[m.surface for m in mentions]] if kind != "caption" else []
        parts += [[m.caption for m in mentions]] if kind != "mention" else []
        summed: Vectors = np.sum([self._encoder.encode_texts(texts) for texts in parts], axis=0, dtype=np.float32)
        summed /= np.linalg.norm(summed, axis=1, keepdims=True)
        return summed


def _tools(sources: Sources, options: Mapping[str, Any]) -> tuple[ImageEncoder, ImageStore]:
    if sources.model is None:
        raise UsageError("clip wants a CLIP or SigLIP folder, or its name on the hub (--model)")
    if sources.images is None:
        raise UsageError("clip wants pictures of captions and entities (--images)")
    return ImageEncoder.open(sources.model, sources.device, precision=options["precision"]), sources.images


def _encode_images(encoder: ImageEncoder, images: ImageStore, ids: Sequence[str]) -> Vectors:
    parts = [np.empty((0, encoder.width), np.float32)]
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        contents = images.read(some)
        parts.append(encoder.encode([contents[id_] for id_ in some]))
    return np.concatenate(parts)
