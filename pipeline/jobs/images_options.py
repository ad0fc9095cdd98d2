"""What the user asks of the image job, checked first."""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.beamx.engine import Engine
from pipeline.images.isolated import Limits as DecodeLimits
from pipeline.images.options import NormalizeOptions
from pipeline.net.client import Limits
from pipeline.net.retries import Retries
from pipeline.records.errors import UsageError
from pipeline.titles.file_urls import UPLOAD
from pipeline.titles.thumb_names import STANDARD_WIDTHS

API_AUTO, API_NONE = "auto", "none"
UPLOAD_BYTES_PER_S = 25e6 / 8
"""What the upload host allows: 25 Mbit/s."""
PAIR_SIDE_PX, ENTITY_SIDE_PX = 960, 500
MAX_SIDE_PX = 3840
MB = 1_000_000
MAX_FILE_BYTES = 100_000 * MB
MIN_SECONDS, MAX_SECONDS = 0.1, 86_400.0
MIN_MEMORY_BYTES, MAX_MEMORY_BYTES = 256 << 20, 1 << 40
"""With less memory the decoder does not even start, or no film can be read."""


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Where files come from, and how politely.

    Attributes:
        contact: mail address or URL that hosts are told; '' with `source_dir` alone.
        source_dir: files lie here and no host is asked for anything.
        originals: the files themselves instead of thumbnails.
        upload: what stands before `/wikipedia/commons/…`.
        api: `auto` for the API of each wiki, `none`, or the address of one API.
        allow_hosts: further hosts that a redirect may lead to.
        max_bytes: size of one file.
        dead_after: failures in a row after which a host is asked whether it is there at all.
        retry_failed: fetch again what failed for good, too.
    """

    contact: str = ""
    source_dir: Path | None = None
    originals: bool = False
    upload: str = UPLOAD
    api: str = API_AUTO
    allow_hosts: tuple[str, ...] = ()
    max_bytes: int = 256 << 20
    max_bytes_per_s: float | None = UPLOAD_BYTES_PER_S
    limits: Limits = field(default_factory=lambda: Limits(whole_s=300.0))
    retries: Retries = field(default_factory=lambda: Retries(tries=5))
    connections: int = 2
    dead_after: int = 5
    retry_failed: bool = False


@dataclass(frozen=True, slots=True)
class ImagesOptions:
    """Options of the image job.

    Attributes:
        out: folder of the result.
        corpus: a corpus; the files of its pairs are wanted.
        kb: a KB; the first images of the entities in `entities` are wanted.
        per_entity: so many still images of an entity, in document order.
        side_px: longest side of a picture; None = 960 for pairs, 500 for entities.
        frames: table of file titles and seconds: these frames of videos, picked by hand.
        commons_dump: dump files of Commons whose file pages tell the rights.
        redistributable_only: leave out the bytes of pictures that may not be passed on.
        scorers: plug-ins that score pictures for review.
        thresholds: from which score on, as `Thresholds.parse` reads them.
        keep_files: keep fetched files for the next run even when nothing is left to retry.
        batch_files: files that one child process is given together: the unit of resume.
    """

    out: Path
    corpus: Path | None = None
    kb: Path | None = None
    entities: Path | None = None
    per_entity: int = 1
    fetch: FetchOptions = field(default_factory=FetchOptions)
    side_px: int | None = None
    image_format: str = "auto"
    jpeg_quality: int = 90
    background: str = "#ffffff"
    svg_backend: str = "auto"
    decode: DecodeLimits = field(default_factory=DecodeLimits)
    frames: Path | None = None
    commons_dump: tuple[Path, ...] = ()
    redistributable_only: bool = False
    scorers: tuple[str, ...] = ()
    thresholds: tuple[str, ...] = ()
    report: bool = False
    keep_files: bool = False
    batch_files: int = 64
    engine: Engine = field(default_factory=Engine)

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            UsageError: names the option, what it got and what is allowed.
        """
        if (self.corpus is None) == (self.kb is None):
            raise UsageError("give either --corpus DIR or --kb DIR with --entities FILE")
        if (self.kb is None) != (self.entities is None):
            raise UsageError("--kb and --entities belong together; runners/list_entities.py makes the list")
        if self.per_entity < 1:
            raise UsageError(f"--images-per-entity is at least 1, got {self.per_entity}")
        if self.per_entity > 1 and self.kb is None:
            raise UsageError("--images-per-entity goes with --kb; of a corpus all pairs get their image")
        if not 1 <= self.batch_files <= 10_000:
            raise UsageError(f"--batch-files lies between 1 and 10,000, got {self.batch_files}")
        if not 16 <= self.longest_side_px <= MAX_SIDE_PX:
            raise UsageError(f"--side lies between 16 and {MAX_SIDE_PX} pixels, got {self.side_px}")
        self._check_limits()
        self.normalize_options()

    def _check_limits(self) -> None:
        """Refuse limits under which no file at all could be read."""
        if not 1 <= self.fetch.max_bytes <= MAX_FILE_BYTES:
            raise UsageError(
                f"--max-file-mb lies between 1 and {MAX_FILE_BYTES // MB:,}, got {self.fetch.max_bytes // MB}"
            )
        if not MIN_SECONDS <= self.decode.seconds <= MAX_SECONDS:  # nor NaN
            raise UsageError(
                f"--decode-seconds lies between {MIN_SECONDS:g} and {MAX_SECONDS:g}, got {self.decode.seconds:g}"
            )
        if not MIN_MEMORY_BYTES <= self.decode.memory_bytes <= MAX_MEMORY_BYTES:
            raise UsageError(
                f"--decode-memory-mb lies between {MIN_MEMORY_BYTES >> 20} and {MAX_MEMORY_BYTES >> 20:,}, "
                f"got {self.decode.memory_bytes >> 20}"
            )

    @property
    def longest_side_px(self) -> int:
        """Longest side of a picture."""
        if self.side_px is not None:
            return self.side_px
        return PAIR_SIDE_PX if self.corpus is not None else ENTITY_SIDE_PX

    @property
    def thumb_px(self) -> int:
        """The standard width that is asked for: the least that gives the longest side its pixels."""
        return next(width for width in STANDARD_WIDTHS if width >= self.longest_side_px)

    def normalize_options(self) -> NormalizeOptions:
        """Options of the normaliser; refused here when they are of no use."""
        return NormalizeOptions(
            side_px=self.longest_side_px,
            format=self.image_format,
            jpeg_quality=self.jpeg_quality,
            background=self.background,
            max_bytes=self.fetch.max_bytes,
            svg_backend=self.svg_backend,
            seconds=min(NormalizeOptions().seconds, self.decode.seconds),
        )

    def check_source(self) -> None:
        """Refuse to begin without a place to read from.

        Raises:
            UsageError: neither a folder nor a contact is given, or the folder is none.
        """
        folder, contact = self.fetch.source_dir, self.fetch.contact
        if folder is not None and not folder.is_dir():
            raise UsageError(f"--source-dir {folder} is no folder")
        if folder is None and not contact:
            raise UsageError(
                "give --contact MAIL, which hosts are told, or --source-dir DIR with the files; --dry-run needs neither"
            )
