"""Failed records: from exceptions to rows of `errors/`."""

import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple

import pyarrow as pa

from pipeline.records.errors import DeadLetter, MelError, PageError
from pipeline.records.schemas import ERRORS
from pipeline.records.shards import concat

MAX_MESSAGE = 500


class DeadLetters:
    """Collects the dead letters of one unit of a stage."""

    def __init__(self, stage: str, unit: str) -> None:
        self.stage = stage
        self.unit = unit
        self.letters: list[DeadLetter] = []

    def add(self, reason: str, message: str, *, page_id: int | None = None, title: str = "") -> None:
        """Note one failed record."""
        texts = (_writable(title), reason, _writable(message)[:MAX_MESSAGE])
        self.letters.append(DeadLetter(self.stage, self.unit, page_id, *texts))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.letters)

    @property
    def reasons(self) -> dict[str, int]:
        """How many of each reason, by reason."""
        return dict(sorted(Counter(letter.reason for letter in self.letters).items()))

    def table(self) -> pa.Table:
        """Rows of the artifact `errors`."""
        columns = zip(*(astuple(letter) for letter in self.letters), strict=True)
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, ERRORS.arrow, strict=False)]
        return concat([pa.table(arrays, schema=ERRORS.arrow)] if arrays else [], ERRORS)


@contextmanager
def guard(dead: DeadLetters, *, page_id: int | None = None, title: str = "") -> Iterator[None]:
    """Turn an error in the body into a dead letter; the loop around it goes on.

    Not caught, because no single record is to blame: a message for the user (any MelError but PageError), the file
    system's errors, and memory that ran out.
    """
    try:
        yield
    except PageError as error:
        dead.add(error.reason, str(error), page_id=page_id, title=title)
    except (MelError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - the one place: whatever a page provokes ends here, named
        dead.add(type(error).__name__, _describe(error), page_id=page_id, title=title)


def check_error_rate(dead: int, total: int, limit: float, story: str = "errors/ names each of them") -> None:
    """Refuse a run in which too many records failed.

    Raises:
        MelError: more than `limit` of `total` are dead; the message ends with `story`.
    """
    if dead and dead > limit * total:
        share = 100 * dead / max(total, 1)
        raise MelError(
            f"{dead:,} of {total:,} records failed ({share:.3g} %), more than --max-error-rate {limit:g} allows; "
            f"{story}"
        )


def _writable(text: str) -> str:
    """The text with lone surrogates, which no file can hold, spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def _describe(error: Exception) -> str:
    """What happened and in which function, without the machine's paths."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}: {error}"
