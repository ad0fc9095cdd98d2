"""Named rules that drop pairs or send them to review.

| reason | status | rule |
|---|---|---|
| no_caption | dropped | the caption is empty, or was only a credit that a template gave or of fewer than 3 words |
| too_short | dropped | fewer than 3 words; a word is a run of word characters (paper 4.1) |
| no_image_file | dropped | no file title, or no image, video or document by its extension |
| audio | dropped | a sound by its extension |
| location_map | dropped | the file's name is that of a map which only points out a place |
| icon | dropped | the file's name is that of an icon of the interface, svg, png or gif |
| duplicate_pair | dropped | same file and caption as an earlier pair |
| maybe_audio | review | `.ogg` may be sound or video |
| credit_only | review | a label makes the whole caption read as a credit; it stands in `caption` and in `credit` |
| term:KIND:WORD | review | a word of the reviewed list (`terms`); never dropped for it |
| unknown_template:NAME | review | a template in the caption that no table knows |
| decided:REASON | as decided | a line of the decisions file |

A dropped pair keeps its row and all its reasons.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.records.corpus import PAIR_DROPPED, PAIR_KEPT, PAIR_REVIEW, Pair
from pipeline.titles.surfaces import surface_key
from pipeline.titles.words import MIN_WORDS, WORD, count_words
from pipeline.wikinews.terms import review_terms

_SHOWN = frozenset(
    (
        "jpg", "jpeg", "jpe", "png", "svg", "gif", "apng", "tif", "tiff", "webp", "bmp", "xcf", "ogv", "webm", "mpg",
        "mpeg", "mp4", "ogg", "pdf", "djvu", "stl",
    )
)  # fmt: skip
_AUDIO = frozenset(("oga", "mp3", "wav", "flac", "mid", "midi", "opus", "m4a", "aac", "spx"))
_MAYBE_AUDIO = frozenset(("ogg",))
_LOCATION_NAME = re.compile(r"Location(?:[A-Z]\w*\.(?i:png|svg|gif)\Z|[ _](?!.*photo))")
_LOCATOR = re.compile(r"(?:.*[\W\d_])?(?:location[ -]map|(?<!with )locator)\b(?!.*photo)", re.IGNORECASE)
_ICON = re.compile(
    r"(?:(?:nuvola|crystal(?: clear)?|gnome|oxygen480|ambox|emblem)[ -](?:apps?|mimetypes?|filesystems?|devices?"
    r"|actions?|emblem|icon|important|edit|clock)\b.*|(?:commons|wikinews|wiktionary|wikiquote|wikisource)-logo.*"
    r"|(?:.* )?icons?(?:[ -]?\d*)?|padlock.*|speaker icon.*|loudspeaker|sound-icon.*)\.(?:svg|png|gif)",
    re.IGNORECASE,
)


class Drop(StrEnum):
    """Rules that drop a pair."""

    NO_CAPTION = "no_caption"
    TOO_SHORT = "too_short"
    NO_IMAGE_FILE = "no_image_file"
    AUDIO = "audio"
    LOCATION_MAP = "location_map"
    ICON = "icon"
    DUPLICATE_PAIR = "duplicate_pair"


MAYBE_AUDIO, CREDIT_ONLY, TERM, UNKNOWN_TEMPLATE = "maybe_audio", "credit_only", "term", "unknown_template"
RULES = (*(str(rule) for rule in Drop), MAYBE_AUDIO, CREDIT_ONLY, TERM, UNKNOWN_TEMPLATE)
"""All rules in the order of the table; reviewers' decisions are none."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules are in force.

    Attributes:
        off: Names of `RULES` that say nothing.
        min_words: A caption of fewer words is too short.
    """

    off: frozenset[str] = frozenset()
    min_words: int = MIN_WORDS


ALL_RULES = Rules()


def drop_reasons(file_title: str, caption: str, min_words: int = MIN_WORDS) -> list[Drop]:
    """Rules that refuse this file with this caption, in the order of the table; duplicates apart."""
    found = []
    if not caption:
        found.append(Drop.NO_CAPTION)
    elif count_words(caption) < min_words:
        found.append(Drop.TOO_SHORT)
    extension = _extension(file_title)
    if extension in _AUDIO:
        found.append(Drop.AUDIO)
    elif extension not in _SHOWN:
        found.append(Drop.NO_IMAGE_FILE)
    if is_location_map(file_title):
        found.append(Drop.LOCATION_MAP)
    if _ICON.fullmatch(file_title):
        found.append(Drop.ICON)
    return found


def is_location_map(file_title: str) -> bool:
    """Whether a file is named as maps are that only point out a place; the paper's corpus kept about a hundred."""
    return _LOCATION_NAME.match(file_title) is not None or _LOCATOR.match(file_title) is not None


def is_credit_only(caption: str, credit: str) -> bool:
    """Whether a caption has no word beside its credit."""
    return bool(credit) and bool(caption) and WORD.findall(caption) == WORD.findall(credit)


def _extension(file_title: str) -> str:
    return file_title.rpartition(".")[2].casefold() if "." in file_title else ""


def review_reasons(pair: Pair, unknown_templates: Sequence[str] = ()) -> list[str]:
    """Why a person should look at this pair, each reason once."""
    found = [MAYBE_AUDIO] if _extension(pair.file_title) in _MAYBE_AUDIO else []
    found += [CREDIT_ONLY] if is_credit_only(pair.caption, pair.credit) else []
    found += [f"{TERM}:{term.kind}:{term.text.casefold()}" for term in review_terms(pair.caption)]
    found += [f"{UNKNOWN_TEMPLATE}:{name}" for name in unknown_templates]
    return list(dict.fromkeys(found))


def clean(pair: Pair, unknown_templates: Sequence[str] = (), rules: Rules = ALL_RULES) -> Pair:
    """The pair with its number of words, status and reasons."""
    found = drop_reasons(pair.file_title, pair.caption, rules.min_words)
    dropped = [reason for reason in found if reason not in rules.off]
    asked = review_reasons(pair, unknown_templates)
    reviewed = [reason for reason in asked if reason.partition(":")[0] not in rules.off]
    status = PAIR_DROPPED if dropped else PAIR_REVIEW if reviewed else PAIR_KEPT
    reasons = (*(str(reason) for reason in dropped), *reviewed)
    return replace(pair, n_words=count_words(pair.caption), status=status, reasons=reasons)


def duplicate_key(pair: Pair) -> tuple[str, str]:
    """Pairs with this key in common show the same: file title and surface key of the caption."""
    return pair.file_title, surface_key(pair.caption)


def mark_duplicates(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """All pairs in their order; each one that repeats an earlier pair that is not dropped becomes a dropped one."""
    seen: set[bytes] = set()
    for pair in pairs:
        if pair.status == PAIR_DROPPED:
            yield pair
            continue
        key = hashlib.blake2b("\n".join(duplicate_key(pair)).encode(), digest_size=16).digest()
        if key in seen:
            yield replace(pair, status=PAIR_DROPPED, reasons=(*pair.reasons, str(Drop.DUPLICATE_PAIR)))
        else:
            seen.add(key)
            yield pair
