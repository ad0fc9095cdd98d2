"""Whose each file is, and the page that says so."""

from dataclasses import dataclass
from random import Random

from newsgen.library import Picture

# What stands on the page, the licence's short names, whether anybody may pass the file on.
LICENCES: tuple[tuple[str, str, bool], ...] = (
    ("{{Cc-by-sa-4.0}}", "CC BY-SA 4.0", True), ("{{self|cc-by-sa-3.0}}", "CC BY-SA 3.0", True),
    ("{{PD-self}}", "Public domain", True), ("{{cc-by-2.0}}", "CC BY 2.0", True), ("{{Cc-zero}}", "CC0", True),
    ("{{self|GFDL|cc-by-sa-2.5}}", "GFDL / CC BY-SA 2.5", True), ("{{PD-USGov}}", "Public domain", True),
    ("{{cc-by-4.0}}", "CC BY 4.0", True),
)  # fmt: skip
AUTHORS = (
    ("[[User:Ann Reader|Ann Reader]]", "Ann Reader"), ("Ben Lens", "Ben Lens"),
    ("[https://photos.example/cara Cara Lens] from Oxford", "Cara Lens from Oxford"), ("Dora & Söhne", "Dora & Söhne"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileRights:
    """The page of a file and what it says; licence None where none is free."""

    text: str
    licence: str | None
    author: str
    redistributable: bool


def rights_of(picture: Picture) -> FileRights:
    """A local file is there by fair use, every other one under a free licence."""
    rng = Random(f"rights of {picture.file_title}")
    written, author = rng.choice(AUTHORS)
    day = f"{rng.randrange(2004, 2020)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    if picture.local:
        return FileRights(f"{_information(written, day)}{{{{Fair use}}}}\n", None, author, redistributable=False)
    template, name, free = rng.choice(LICENCES)
    text = f"{_information(written, day)}== {{{{int:license-header}}}} ==\n{template}\n\n[[Category:Sample pictures]]\n"
    return FileRights(text, name, author, free)


def _information(author: str, day: str) -> str:
    return (
        "== {{int:filedesc}} ==\n{{Information\n|description={{en|1=A picture of the sample world}}\n"
        f"|date={day}\n|source={{{{own}}}}\n|author={author}\n|permission=\n}}}}\n\n"
    )
