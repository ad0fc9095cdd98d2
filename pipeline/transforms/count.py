"""Links to counts per surface and title as written."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.beamx.shuffle import HashShuffle
from pipeline.beamx.sink import WriteShards
from pipeline.beamx.units import UnitLog
from pipeline.kb.counting import COUNT_KEY, add_inlink_counts, add_target_counts, count_links, whole_pages
from pipeline.records import schemas
from pipeline.records.manifest import read_groups
from pipeline.records.names import DropReason

PARTITIONS = 64
"""Hash partitions of targets and of surfaces: a constant, so that bytes do not depend on the machine."""

_INLINKS = "inlinks"


class CountLinks(beam.PTransform):  # type: ignore[misc]
    """PCollection[path of a links shard] to the artifacts target_counts and inlink_counts in `folder`.

    The dropped occurrences of each shard stand in the completion records under `folder/_tally`.
    """

    def __init__(self, folder: str, *, mode: str, staging: str) -> None:
        super().__init__()
        self.folder = Path(folder)
        self.mode = mode
        self.staging = staging

    def expand(self, paths: Any) -> Any:  # noqa: ANN401 - Beam is untyped
        """Count each shard, bring equal targets together, add up."""
        counts, inlinks = (
            paths
            | "Spread shards" >> beam.Reshuffle()
            | "Count" >> beam.ParDo(_Count(self.folder / "_tally")).with_outputs(_INLINKS, main="counts")
        )
        written = (
            counts
            | "By target"
            >> HashShuffle(("target",), PARTITIONS, combine=add_target_counts, mode=self.mode, staging=self.staging)
            | "Write counts" >> WriteShards(str(self.folder / schemas.TARGET_COUNTS.name), schemas.TARGET_COUNTS)
        )
        written_inlinks = (
            inlinks
            | "In-links by target"
            >> HashShuffle(("target",), PARTITIONS, combine=add_inlink_counts, mode=self.mode, staging=self.staging)
            | "Write in-links" >> WriteShards(str(self.folder / schemas.INLINK_COUNTS.name), schemas.INLINK_COUNTS)
        )
        return written, written_inlinks


class _Count(beam.DoFn):  # type: ignore[misc]
    def __init__(self, tally: Path) -> None:
        super().__init__()
        self.tally = UnitLog(tally)

    def process(self, path: str) -> Iterator[Any]:  # Beam takes no unions with tagged outputs
        dropped = Counter({str(DropReason.EMPTY_SURFACE): 0})
        for links in whole_pages(read_groups(Path(path), ("page_id", *COUNT_KEY, "n"))):
            counts, inlinks, lost = count_links(links)
            dropped.update(lost)
            yield counts
            yield beam.pvalue.TaggedOutput(_INLINKS, inlinks)
        self.tally.finish(Path(path).stem, dict(dropped))
