"""One file to disk: resumed by Range, verified, then renamed."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from pipeline.net.answers import check_type
from pipeline.net.client import PoliteClient
from pipeline.net.errors import FetchError, FetchReason
from pipeline.records.digest import file_digest
from pipeline.records.errors import LockedError

PART = ".part"
ABOUT = ".part.json"
ROUNDS = 2
"""A file that is not the published one is fetched once more."""
MISMATCHES = frozenset({FetchReason.CHECKSUM, FetchReason.SIZE, FetchReason.TOO_LARGE})
RESERVE_BYTES = 64 << 20
"""Disk space that is left free."""
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known of a file before it is fetched; None where nothing is said."""

    size_bytes: int | None = None
    sha1: str | None = None


def download_file(
    client: PoliteClient, url: str, target: Path, expected: Expected = Expected(), on_bytes: OnBytes | None = None
) -> int:
    """Fetch `url` into `target` unless it lies there; bytes that came over the net.

    What an earlier run left in `target`.part is kept. `on_bytes` hears how many bytes of the file are there.

    Raises:
        FetchError: it cannot be had, or twice is not the published file.
        LockedError: another process is fetching it.
    """
    if is_there(target, expected):
        _tell(on_bytes, target.stat().st_size)
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target) as file:
        part = _Part(client, url, target, file, expected=expected, on_bytes=on_bytes)
        try:
            part.fetch()
        except BaseException:
            part.leave()
            raise
        os.fsync(file.fileno())
        os.replace(part.path, target)
        part.about.unlink(missing_ok=True)
    return part.received


def is_there(target: Path, expected: Expected) -> bool:
    """Whether the file lies there in full: only a verified one ever gets its name."""
    return target.is_file() and expected.size_bytes in (None, target.stat().st_size)


def bytes_missing(target: Path, expected: Expected) -> int:
    """Bytes that are still to come; 0 where the size is not known."""
    if is_there(target, expected):
        return 0
    part = _with(target, PART)
    have = part.stat().st_size if part.is_file() else 0
    return max((expected.size_bytes or 0) - have, 0)


def check_space(folder: Path, n_bytes: int) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises:
        FetchError: there is too little space.
    """
    place = next(path for path in (folder, *folder.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(place).free
    if n_bytes + RESERVE_BYTES > free:
        raise FetchError(
            FetchReason.DISK_FULL,
            f"{folder} has room for {max(free - RESERVE_BYTES, 0):,} bytes, but {n_bytes:,} are to come",
        )


class _Part:
    """The unfinished file while it is being fetched."""

    def __init__(
        self,
        client: PoliteClient,
        url: str,
        target: Path,
        file: BinaryIO,
        *,
        expected: Expected,
        on_bytes: OnBytes | None,
    ) -> None:
        self.client = client
        self.url = url
        self.expected = expected
        self.file = file
        self.on_bytes = on_bytes
        self.path = _with(target, PART)
        self.about = _with(target, ABOUT)
        self.received = 0

    def fetch(self) -> None:
        """Fill the file and verify it, twice at most.

        Raises:
            FetchError: it cannot be had, or is not the published file.
        """
        for last in range(ROUNDS):
            try:
                self.client.retrying(self.url, self._fill, self._size)
                self._verify()
            except FetchError as error:
                if error.reason not in MISMATCHES:
                    raise
                self._start_over()
                if last == ROUNDS - 1:
                    raise FetchError(error.reason, f"{error} (fetched twice)", error.urls) from error
            else:
                return

    def leave(self) -> None:
        """Leave no empty file behind."""
        if self._size() == 0:
            self.path.unlink(missing_ok=True)
            self.about.unlink(missing_ok=True)

    def _fill(self) -> None:
        """One request for what is missing."""
        have, size = self._size(), self.expected.size_bytes
        if size is not None and have > size:
            self._start_over()
            have = 0
        _tell(self.on_bytes, have)
        if size is not None and have == size:
            return
        with self.client.open(self.url, headers=self._range(have)) as response:
            total = self._begin(response, have)
            if response.status_code == 416:
                return
            check_space(self.path.parent, max((total or 0) - self._size(), 0))
            self._write(response)
        if total is not None and self._size() < total:
            raise FetchError(
                FetchReason.TRUNCATED, f"{self.url} breaks off at {self._size():,} of {total:,} bytes", [self.url]
            )

    def _begin(self, response: httpx.Response, have: int) -> int | None:
        """Make the file ready for the body of this answer; the size of the whole file, if known.

        Raises:
            FetchError: the answer does not fit what is there (then that is thrown away) or what was published.
        """
        total = _total(response)
        if response.status_code == 416 or (response.status_code == 206 and not self._continues(response, have)):
            if response.status_code == 416 and have and total == have:
                return total
            self._start_over()
            raise FetchError(FetchReason.TRUNCATED, f"{self.url} changed meanwhile and is begun anew", [self.url])
        check_type(response, self.url)
        size = self.expected.size_bytes
        if size is not None and total not in (None, size):
            raise FetchError(
                FetchReason.SIZE, f"{self.url} has {total:,} bytes, but {size:,} were published", [self.url]
            )
        bound = self.client.limits.max_file_bytes
        if total is not None and total > bound:
            raise FetchError(
                FetchReason.TOO_LARGE, f"{self.url} has {total:,} bytes, more than the {bound:,} allowed", [self.url]
            )
        if response.status_code != 206:
            self._start_over()
            self._remember(response)
        return size if total is None else total

    def _write(self, response: httpx.Response) -> None:
        """Append the body, never more than the file may have."""
        bound = self.expected.size_bytes
        bound = self.client.limits.max_file_bytes if bound is None else bound
        have = self._size()
        for chunk in self.client.chunks(response, self.url):
            if have + len(chunk) > bound:
                raise FetchError(FetchReason.TOO_LARGE, f"{self.url} is larger than {bound:,} bytes", [self.url])
            _write_all(self.file, chunk)
            have += len(chunk)
            self.received += len(chunk)
            _tell(self.on_bytes, have)

    def _verify(self) -> None:
        """Compare size and sha1 with the published ones."""
        size, sha1 = self.expected.size_bytes, self.expected.sha1
        if size is not None and self._size() != size:
            raise FetchError(FetchReason.SIZE, f"{self.url} has {self._size():,} bytes, not {size:,}", [self.url])
        if sha1 is not None and (found := file_digest(self.path, "sha1")) != sha1.lower():
            raise FetchError(
                FetchReason.CHECKSUM, f"{self.url} has the sha1 {found}, but {sha1.lower()} was published", [self.url]
            )

    def _range(self, have: int) -> dict[str, str]:
        """Headers that ask for the rest; If-Range makes a changed file come whole."""
        if not have:
            return {}
        known = self._known()
        if known.get("url") == self.url and known.get("validator"):
            return {"Range": f"bytes={have}-", "If-Range": known["validator"]}
        if self.expected.sha1 is not None:  # the digest tells whether both ends belong together
            return {"Range": f"bytes={have}-"}
        self._start_over()
        return {}

    def _continues(self, response: httpx.Response, have: int) -> bool:
        """Whether a 206 begins where the file ends and is of the same file."""
        found = _RANGE.fullmatch(response.headers.get("content-range", "").strip())
        if found is None or int(found[1]) != have or self._size() != have:
            return False
        known = self._known()
        is_same_place = known.get("url") == self.url and bool(known.get("validator"))
        return not is_same_place or _validator(response) in ("", known["validator"])

    def _known(self) -> dict[str, str]:
        """What was noted when the file was begun."""
        try:
            value = json.loads(self.about.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(text) for name, text in value.items()} if isinstance(value, dict) else {}

    def _remember(self, response: httpx.Response) -> None:
        self.about.write_text(json.dumps({"url": self.url, "validator": _validator(response)}), encoding="utf-8")

    def _start_over(self) -> None:
        self.file.truncate(0)
        self.about.unlink(missing_ok=True)

    def _size(self) -> int:
        return os.fstat(self.file.fileno()).st_size


@contextmanager
def _locked(target: Path) -> Iterator[BinaryIO]:
    """The .part file, opened to append, for this process alone."""
    path = _with(target, PART)
    with path.open("ab", buffering=0) as file:  # unbuffered: nothing is lost when the process dies
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(f"{path} is being fetched by another run; wait for it") from error
        if not path.exists() or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
            raise LockedError(f"{target} was being fetched by another run, which has just ended: start again")
        yield file


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of it: one call may take only a part."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _total(response: httpx.Response) -> int | None:
    """Size of the whole file by Content-Range, else by Content-Length."""
    if response.status_code in (206, 416):
        text = response.headers.get("content-range", "").rpartition("/")[2].strip()
    else:
        text = response.headers.get("content-length", "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


def _validator(response: httpx.Response) -> str:
    """A strong ETag, else the date of the last change: what If-Range may hold."""
    tag = str(response.headers.get("etag", ""))
    return tag if tag and not tag.startswith("W/") else str(response.headers.get("last-modified", ""))


def _tell(on_bytes: OnBytes | None, n_bytes: int) -> None:
    if on_bytes is not None:
        on_bytes(n_bytes)


def _with(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)
