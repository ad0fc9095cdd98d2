"""Repair of addresses that lead nowhere, each repair by its name."""

import re
from dataclasses import dataclass

from pipeline.records.dataset import RepairKind
from pipeline.records.errors import PageError
from pipeline.titles.file_urls import FileAddress, read_upload_url, upload_url
from pipeline.titles.thumb_names import STANDARD_WIDTHS

# https:// and what stray fingers make of it: nhttps://, ttps://, ]https://, "https ://", https:///
_SCHEME = re.compile(r"[^A-Za-z0-9/]*[A-Za-z]{0,2}?h?t{1,2}ps?[\s:;]*/{1,3}(?=[A-Za-z0-9])", re.IGNORECASE)
_BARE = re.compile(r"/{0,2}(?=(?:[a-z0-9-]+\.)+(?:wikipedia|wikinews|wikimedia)\.org(?:/|$))", re.IGNORECASE)
_STRAY, _QUOTES = "[]<>{}", "\"'"
_SCHEME_TEXT = "https://"
MAX_URL_CHARS = 4_000
"""A longer address is left as it is."""


@dataclass(frozen=True, slots=True)
class RepairedUrl:
    """An address after repair.

    Attributes:
        url: The repaired address; the one given where nothing could be done.
        kinds: Names of the repairs made, in order; none twice.
        unresolved: Names of the faults that stay.
        address: What the address as given names; None where that cannot be told.
    """

    url: str
    kinds: tuple[RepairKind, ...]
    unresolved: tuple[RepairKind, ...]
    address: FileAddress | None


def repair_file_url(url: str) -> RepairedUrl:
    """The address of the file that `url` means, with the repairs by name.

    Thumbnails that lack `/thumb/` and those of a width that the host refuses become the file itself; what they say of
    page and time stays in `address`. Folders that are not the title's are listed and left alone: a rename.
    """
    if len(url) > MAX_URL_CHARS:
        return RepairedUrl(url, (), (RepairKind.IMAGE_URL_UNKNOWN,), None)
    text, kinds = repair_scheme(url)
    try:
        address = read_upload_url(text)
    except PageError:
        return RepairedUrl(text if kinds else url, kinds, (RepairKind.IMAGE_URL_UNKNOWN,), None)
    fixed = _target(address, text)
    if address.thumb is not None and not address.has_thumb_folder:
        kinds += (RepairKind.THUMBNAIL_WITHOUT_THUMB,)
    elif address.thumb is not None and fixed != text:
        kinds += (RepairKind.THUMBNAIL_WIDTH,)
    elif fixed != text:
        kinds += (RepairKind.URL_SPELLING,)
    unresolved = () if address.is_hashed_right else (RepairKind.HASH_MISMATCH,)
    return RepairedUrl(fixed, kinds, unresolved, address)


def repair_scheme(url: str) -> tuple[str, tuple[RepairKind, ...]]:
    """`url` with a whole `https://` in front and without stray brackets around it."""
    text = url.strip()
    kinds = {RepairKind.URL_SPELLING: None} if text != url else {}
    while True:
        bare = _without_brackets(text)
        found = _SCHEME.match(bare) or _BARE.match(bare)
        whole = bare if found is None else _SCHEME_TEXT + bare[found.end() :]
        if bare != text:
            kinds.pop(RepairKind.URL_SPELLING, None)
            kinds[RepairKind.URL_BRACKETS] = None
        if whole != bare:
            kinds[RepairKind.URL_SCHEME] = None
        if whole == text:
            return whole, tuple(kinds)
        # A broken scheme may have hidden the bracket that a last one closes.
        text = whole


def _without_brackets(text: str) -> str:
    """`text` without stray brackets around it; what it opens and closes itself stays, quotes go in pairs."""
    bare = text.strip()
    while (less := _without_outermost(bare)) != bare:
        bare = less
    return bare


def _without_outermost(text: str) -> str:
    bare = text.lstrip(_STRAY + _QUOTES + "(")
    for quote_mark in _QUOTES:
        if quote_mark in text[: len(text) - len(bare)]:
            bare = bare.removesuffix(quote_mark)
    if bare and (bare[-1] in _STRAY or (bare[-1] == ")" and bare.count(")") > bare.count("("))):
        bare = bare[:-1]
    return bare.strip()


def _target(address: FileAddress, text: str) -> str:
    """Where the address should lead: to itself, or to the file."""
    if address.thumb is not None and address.has_thumb_folder and address.thumb.width_px in STANDARD_WIDTHS:
        return text
    if not address.is_hashed_right or address.archived:
        return address.original_url
    return upload_url(address.title, address.repo)
