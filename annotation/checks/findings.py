"""What a check says, and where."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from annotation.records import Annotation


class Severity(StrEnum):
    """How much a finding matters; only errors block."""

    ERROR = "E"
    WARNING = "W"
    INFORMATION = "I"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, or doubt.

    Attributes:
        code: Id of the check.
        severity: Of the check.
        pair_id: The item.
        annotator: Whose answer.
        place: Number of the annotation in the answer, from 0; None for the answer or caption as a whole.
        message: A sentence for the annotator.
        fix: The annotation as it should be, where that is certain.
        span: The place in the caption, where no annotation stands: what could be marked.
    """

    code: str
    severity: Severity
    pair_id: str
    annotator: str
    place: int | None
    message: str
    fix: Annotation | None = None
    span: tuple[int, int] | None = None

    def line(self, file: str) -> str:
        """As a linter prints it; annotations count from 1."""
        place = "-" if self.place is None else str(self.place + 1)
        mark = " [*]" if self.fix is not None else ""
        return f"{file}:{self.pair_id}:{place} {self.code}{mark} {self.message}"

    def to_json(self) -> dict[str, Any]:
        """As JSON value."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Note:
    """What a check function gives; the registry adds code and severity."""

    place: int | None
    message: str
    fix: Annotation | None = None
    span: tuple[int, int] | None = None
