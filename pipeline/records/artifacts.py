"""The road as a table: every artifact, its writer and its readers."""

from dataclasses import dataclass

from pipeline.records import (
    candidates,
    corpus,
    corpus_schemas,
    dataset,
    dataset_schemas,
    images,
    images_schemas,
    kb,
    schemas,
)
from pipeline.records.errors import DeadLetter
from pipeline.records.schemas import Schema


@dataclass(frozen=True, slots=True)
class Artifact:
    """A folder of shards: what a row is, which stage writes it, which steps read it.

    `staging` artifacts live under `.staging/` while a job runs and go when it ends. `folder` is the schema's name
    where it is not given.
    """

    schema: Schema
    record: type
    writer: str
    readers: tuple[str, ...]
    staging: bool = False
    folder: str = ""

    @property
    def name(self) -> str:
        """Folder name of the artifact."""
        return self.folder or self.schema.name


KB_ARTIFACTS: tuple[Artifact, ...] = (
    Artifact(schemas.PAGES, kb.Page, "compact", ("resolve", "priors")),
    Artifact(schemas.LINKS, kb.Link, "compact", ("count",)),
    Artifact(schemas.ENTITY_IMAGES, kb.EntityImage, "compact", ("build_images",)),
    Artifact(schemas.RAW_REDIRECTS, kb.RawRedirect, "compact", ("resolve",), staging=True),
    Artifact(schemas.RAW_DISAMBIGUATION, kb.RawDisambiguationItem, "compact", ("resolve",), staging=True),
    Artifact(schemas.RAW_HATNOTES, kb.RawHatnote, "compact", ("resolve",), staging=True),
    Artifact(schemas.ARTICLES, kb.ArticleText, "compact", ("resolve",), staging=True),
    Artifact(schemas.ERRORS, DeadLetter, "compact", ("a person",)),
    Artifact(schemas.TARGET_COUNTS, kb.TargetCount, "count", ("resolve",), staging=True),
    Artifact(schemas.INLINK_COUNTS, kb.InlinkCount, "count", ("resolve",), staging=True),
    Artifact(schemas.TITLES, kb.Title, "resolve", ("priors", "store")),
    Artifact(schemas.REDIRECTS, kb.Redirect, "resolve", ("priors",)),
    Artifact(schemas.DISAMBIGUATION, kb.DisambiguationItem, "resolve", ("priors",)),
    Artifact(schemas.HATNOTES, kb.Hatnote, "resolve", ("priors",)),
    Artifact(schemas.TARGETS, kb.Target, "resolve", ("resolve",), staging=True),
    Artifact(schemas.EVIDENCE, kb.Evidence, "resolve", ("priors",), staging=True),
    Artifact(schemas.RED_ENTITIES, kb.RedEntity, "resolve", ("priors",), staging=True),
    Artifact(schemas.ENTITY_INLINKS, kb.EntityInlinks, "resolve", ("resolve",), staging=True),
    Artifact(schemas.COUNTS, kb.Count, "resolve", ("priors",)),
    Artifact(schemas.ENTITIES, kb.Entity, "resolve", ("store", "lookup")),
    Artifact(schemas.SURFACE_EVIDENCE, kb.SurfaceEvidence, "priors", ("priors",), staging=True),
    Artifact(schemas.MENTIONS, kb.Mention, "priors", ("store",)),
)
"""The knowledge base in the order in which it is made."""

CORPUS_ARTIFACTS: tuple[Artifact, ...] = (
    Artifact(corpus_schemas.NEWS_ARTICLES, corpus.NewsArticle, "compact", ("clean", "annotation")),
    Artifact(corpus_schemas.RAW_PAIRS, corpus.RawPair, "compact", ("clean",), staging=True),
    Artifact(corpus_schemas.LOCAL_FILES, corpus.LocalFile, "compact", ("clean",), staging=True),
    Artifact(corpus_schemas.PAIRS, corpus.Pair, "clean", ("build_images", "list_entities", "annotation")),
    Artifact(schemas.ERRORS, DeadLetter, "compact", ("a person",)),
)
"""The corpus of a news wiki."""

WANTED = Artifact(images_schemas.WANTED_IMAGES, images.WantedImage, "list", ("fetch", "normalize"), staging=True)
PICTURES = Artifact(images_schemas.IMAGES, images.ImageRow, "normalize", ("annotation", "modeling"))
IMAGE_ARTIFACTS: tuple[Artifact, ...] = (WANTED, PICTURES)
"""The images of a corpus or of entities."""

DATASET_ARTIFACTS: tuple[Artifact, ...] = (
    Artifact(dataset_schemas.PAIRS, dataset.Pair, "import_dataset", ("modeling",), folder="pairs"),
    Artifact(
        dataset_schemas.DATASET_MENTIONS, dataset.DatasetMention, "import_dataset", ("modeling",), folder="mentions"
    ),
    Artifact(dataset_schemas.GIVEN_CANDIDATES, dataset.GivenCandidate, "import_dataset", ("modeling",)),
    Artifact(dataset_schemas.REPAIRS, dataset.Repair, "import_dataset", ("a person",)),
)
"""A data set, gold labels included."""

CANDIDATE_ARTIFACTS: tuple[Artifact, ...] = (
    Artifact(candidates.CANDIDATES, candidates.Candidate, "modeling.retrieve", ("modeling",)),
)
"""Candidates of a data set's mentions."""

ROAD: tuple[tuple[str, tuple[Artifact, ...]], ...] = (
    ("Knowledge base", KB_ARTIFACTS),
    ("Corpus", CORPUS_ARTIFACTS),
    ("Images", IMAGE_ARTIFACTS),
    ("Data set", DATASET_ARTIFACTS),
    ("Candidates", CANDIDATE_ARTIFACTS),
)
"""All folders of artifacts in the order in which they are made."""
