"""What every retriever is: build an index, open it, search a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

from modeling.data.entities import EntityCatalog
from modeling.data.images import ImageStore
from modeling.data.mentions import Mention
from modeling.data.ranking import Ranking


@dataclass(frozen=True, slots=True)
class Sources:
    """What an index may be built from.

    Attributes:
        entities: The entities that can be candidates.
        images: Pictures of mentions and entities; None where there are none.
        train: Mentions of the training split; empty where there are none.
        model: Folder or hub name of an encoder, or a file of vectors; None where the retriever needs none.
        device: `cpu`, `cuda` or another torch device.
        any_catalog: Also take an index of another catalog, and published vectors of another dump date.
    """

    entities: EntityCatalog
    images: ImageStore | None = None
    train: Sequence[Mention] = ()
    model: str | None = None
    device: str = "cpu"
    any_catalog: bool = False


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a finished index holds, for tables and manifests.

    Attributes:
        n_entities: Entities that it can find.
        n_absent: Entities of the catalog that it cannot (no image, no vector, no text).
        size_bytes: Bytes on disk.
        facts: Everything else worth telling: coverage, vocabulary, training loss.
    """

    n_entities: int
    n_absent: int
    size_bytes: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class Retriever(Protocol):
    """Finds candidates of mentions (paper 5.1).

    `build` writes a folder (staged, then renamed; resumable where it is long) with a manifest that names the digest and
    the date of the catalog, the model's digest and the options; `open` refuses what is unfinished, damaged or of
    another catalog. Lists are sorted by (-score, entity id), also at the cut.
    """

    name: str

    @classmethod
    def build(cls, sources: Sources, folder: Path, options: Mapping[str, Any]) -> IndexReport:
        """Make the index in `folder`."""

    @classmethod
    def open(cls, folder: Path, sources: Sources) -> Self:
        """Open a finished index; `sources.entities` must be the catalog that it was built from."""

    def search(self, mentions: Sequence[Mention], k: int) -> Ranking:
        """The best `k` candidates of each mention; short and empty lists are normal."""
