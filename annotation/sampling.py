"""Some pairs of a source, every topic with its share."""

from dataclasses import replace

from annotation.pairs_source import Source
from annotation.statistics.ambiguity import draw_sample
from pipeline.records.errors import UsageError


def sampled(source: Source, n: int, seed: int) -> Source:
    """`n` pairs in the source's order, by topic; the same pairs whatever that order is.

    The paper labelled 200 pairs for ambiguity (section 4.3) and 800 for visual clues (section 6.3).

    Raises:
        UsageError: `n` is 0.
    """
    if n < 1:
        raise UsageError("--sample 0: at least one pair should be drawn")
    drawn = draw_sample(source.pairs, n, seed, key=lambda one: one.pair_id, stratum=lambda one: one.topic or "")
    kept = set(drawn.ids)
    pairs = tuple(one for one in source.pairs if one.pair_id in kept)
    told = f"{len(pairs)} of {drawn.available} pairs by topic, seed {seed}"
    return replace(
        source,
        pairs=pairs,
        references={pair_id: one for pair_id, one in source.references.items() if pair_id in kept},
        fingerprint={**source.fingerprint, "sample": told},
        notes=(*source.notes, *([drawn.note] if drawn.note else [])),
    )
