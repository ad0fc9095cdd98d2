"""Gold labels for pairs, from a file of another format."""

from dataclasses import replace
from pathlib import Path

from annotation.exchange import import_answers
from annotation.pairs import REFERENCE
from annotation.pairs_source import Source
from annotation.records import Answer


def with_reference(source: Source, name: str, path: Path) -> Source:
    """The same pairs with the gold labels of a file, matched by pair id, else by caption; these go before the source's.

    Raises:
        UsageError: there is no such format.
        InputError: the file is not of the format, or holds none of the pairs.
    """
    found = import_answers({pair.pair_id: pair for pair in source.pairs}, name, path)
    read = {pair_id: Answer(pair_id, REFERENCE, spans) for pair_id, spans in found.answers.items()}
    references = {**source.references, **read}
    notes = [*source.notes]
    without = sum(pair.pair_id not in references for pair in source.pairs)
    if without:
        notes.append(f"{without} of {len(source.pairs)} pairs have no gold labels")
    if found.unplaced:
        notes.append(f"{found.unplaced} gold mentions without a usable place were left out of the reference")
    return replace(source, references=references, notes=tuple(notes))
