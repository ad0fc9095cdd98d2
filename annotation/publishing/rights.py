"""ATTRIBUTION and LICENSES of a published data set, image by image."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.publishing.licences import licence_url
from annotation.publishing.release import Release
from pipeline.records.images_schemas import IMAGES
from pipeline.records.manifest import open_artifact, read_shard

ATTRIBUTION, LICENSES = "ATTRIBUTION", "LICENSES"
UNKNOWN = "unknown"
_COLUMNS = ("image_id", "file_title", "licence", "author", "description_url", "redistributable")
PAIR_COLUMNS = ("pair_id", "article_title", "licence", "image_id", "image_url")
_WORDS = {True: "yes", False: "no", None: UNKNOWN}
_N_TOLD = 5
_TEXTS_HEAD = """\
Captions come from the articles below; their authors are those of the articles. Licences are those of the captions.
Mentions and entities were added by the makers of this data set. Titles and leads of entities belong to Wikipedia.

article\tlicence
"""
_IMAGE_COLUMNS = "image\tfile\tauthor\tlicence\tpassed on\tpage\n"
_IMAGES_HEAD = (
    """

Images are named by address and not contained; each has its own author and licence. "passed on" says whether a copy may
be given to anybody for any purpose.

"""
    + _IMAGE_COLUMNS
)


@dataclass(frozen=True, slots=True)
class ImageRights:
    """Whose an image is."""

    file_title: str
    licence: str | None
    author: str | None
    page: str | None
    redistributable: bool | None


def read_image_rights(folders: Iterable[Path]) -> dict[str, ImageRights]:
    """Image id -> its rights, of folders of the image job.

    Raises:
        ArtifactError: a folder is none of the image job, or unfinished.
    """
    found = {}
    for folder in folders:
        artifact = folder / IMAGES.name if (folder / IMAGES.name).is_dir() else folder
        for shard in open_artifact(artifact, IMAGES).paths:
            for row in read_shard(shard, _COLUMNS).to_pylist():
                told = (row["file_title"], row["licence"], row["author"], row["description_url"])
                found[row["image_id"]] = ImageRights(*told, row["redistributable"])
    return found


def told_rights(path: Path) -> dict[str, ImageRights]:
    """Image id -> its rights as an ATTRIBUTION of ours told them; none where there is none, or another's."""
    try:
        _, _, lines = path.read_text(encoding="utf-8").partition(_IMAGE_COLUMNS)
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    known = {word: value for value, word in _WORDS.items()}
    for line in lines.split("\n"):
        key, *cells = line.split("\t")
        if len(cells) != _N_TOLD or cells[3] not in known:
            continue
        file_title, author, licence, passed_on, page = (None if cell == UNKNOWN else cell for cell in cells)
        if file_title and (author or licence or page):
            found[key] = ImageRights(file_title, licence, author, page, known[passed_on or UNKNOWN])
    return found


def pairs_to_pass_on(release: Release, rights: Mapping[str, ImageRights]) -> set[str]:
    """Pairs whose caption has a licence and whose image, if there is one, may be passed on."""
    return {
        row["pair_id"]
        for row in pair_rights(release)
        if row["licence"] and (row["image_id"] is None or _is_free(rights.get(row["image_id"])))
    }


def pair_rights(release: Release) -> list[dict[str, Any]]:
    """What rights depend on, a row a pair."""
    rows: list[dict[str, Any]] = release.tables["pairs"].select(list(PAIR_COLUMNS)).to_pylist()
    return rows


def write_rights(out: Path, pairs: Sequence[Mapping[str, Any]], rights: Mapping[str, ImageRights]) -> tuple[str, ...]:
    """Write both files; the licences of the texts, the most frequent first.

    Args:
        out: Where to.
        pairs: Rows with the columns of `pair_rights`.
        rights: What is known of images.
    """
    texts = Counter(row["licence"] or UNKNOWN for row in pairs)
    articles = sorted({(_plain(row["article_title"] or UNKNOWN), row["licence"] or UNKNOWN) for row in pairs})
    images = {row["image_id"]: row["image_url"] for row in pairs if row["image_id"] is not None}
    lines = ["\t".join(_image_line(key, url, rights.get(key))) for key, url in sorted(images.items())]
    (out / ATTRIBUTION).write_text(
        _TEXTS_HEAD + _lines("\t".join(one) for one in articles) + _IMAGES_HEAD + _lines(lines), encoding="utf-8"
    )
    of_images = Counter((rights[key].licence if key in rights else None) or UNKNOWN for key in images)
    (out / LICENSES).write_text(_licences(texts, of_images), encoding="utf-8")
    return tuple(name for name, _ in _by_number(texts) if name != UNKNOWN)


def _licences(texts: Counter[str], images: Counter[str]) -> str:
    return (
        "Texts (captions), by licence and number of pairs:\n\n"
        + _lines(_licence_line(name, n) for name, n in _by_number(texts))
        + "\nImages (named, not contained), by licence and number:\n\n"
        + (_lines(_licence_line(name, n) for name, n in _by_number(images)) or "There is no image.\n")
        + "\nMentions, types, entities: as the captions they belong to. ATTRIBUTION names every article and image.\n"
    )


def _licence_line(name: str, n: int) -> str:
    url = licence_url(name)
    return f"{n:,}\t{_plain(name)}" + (f"\t{url}" if url else "")


def _image_line(key: str, url: str | None, known: ImageRights | None) -> Sequence[str]:
    if known is None:
        return key, _plain(url or UNKNOWN), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    told = (known.file_title, known.author, known.licence, _WORDS[known.redistributable], known.page)
    return key, *(_plain(one or UNKNOWN) for one in told)


def _is_free(known: ImageRights | None) -> bool:
    return known is not None and known.redistributable is True


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _by_number(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _plain(text: str) -> str:
    return " ".join(text.split())
