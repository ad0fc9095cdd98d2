"""Classes of ambiguity beside a data set: the file ambiguity.tsv."""

from collections.abc import Collection, Mapping
from pathlib import Path

from annotation.files import write_text
from annotation.statistics.ambiguity import AMBIGUITIES
from pipeline.records.errors import InputError

AMBIGUITY = "ambiguity.tsv"


def write_ambiguity(classes: Mapping[str, str], folder: Path) -> None:
    """Write the classes of pairs, or remove the file where there is none."""
    if classes:
        write_text(folder / AMBIGUITY, "".join(f"{key}\t{kind}\n" for key, kind in sorted(classes.items())))
    else:
        (folder / AMBIGUITY).unlink(missing_ok=True)


def read_ambiguity(path: Path, known: Collection[str] | None = None) -> dict[str, str]:
    """Classes of Figure 2(b) that persons chose: lines of an id (of a pair or a mention), tab, class.

    Args:
        path: The file.
        known: All ids that may stand there; None = any.

    Raises:
        InputError: the file cannot be read, a line is no such line, or names what is not in the data set.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        key, _, kind = line.partition("\t")
        if not key or kind not in AMBIGUITIES or key in found:
            raise InputError(
                f"{path}, line {number}: should be the id of a pair or mention, named once, a tab and one of "
                f"{', '.join(AMBIGUITIES)}"
            )
        if known is not None and key not in known:
            raise InputError(f"{path}, line {number}: {key[:60]!r} is no pair and no mention of the data set")
        found[key] = kind
    return found
