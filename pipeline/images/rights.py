"""Licence and author of a file, from the API or its page.

What is not said is None: nothing is guessed. `redistributable` tells whether anybody may pass a changed copy on for
any purpose, which is what a data set with resized pictures needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from pipeline.images.licence_names import Licence, Mark, licences_of, mark_of
from pipeline.images.plain_text import html_text
from pipeline.records.file_page import FilePage, PageCall
from pipeline.titles.file_urls import COMMONS, file_name, wiki_of

MAX_AUTHOR = 500
_SEPARATOR = " / "
_FAMILIES = (
    "wiktionary", "wikiquote", "wikibooks", "wikisource", "wikinews", "wikiversity", "wikivoyage",
)  # fmt: skip
_SPECIAL_HOSTS = {"commonswiki": "commons.wikimedia.org", "metawiki": "meta.wikimedia.org"}
_MULTI = frozenset(("self", "self2", "self3", "multilicense", "dual", "dual license", "multi-license"))
"""Calls whose unnamed arguments are names of licences."""
_LICENSED_ART = frozenset(("licensed-pd-art", "licensed-pd-art-two", "licensed-pd"))
_PD_ART = frozenset(("pd-art", "pd-scan", "pd-two", "pd-art-two", "pd-art-100", "pd-art-life-70"))
_AUTHOR_ARGUMENT = {"geograph": 1}
"""Licence templates that name the author: which unnamed argument it is, from 0."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with a file, and whom to name.

    Attributes:
        licence: Short names such as "CC BY-SA 4.0"; several with " / " between them.
        author: Plain text, at most 500 characters.
        description_url: The page that says so.
        redistributable: True under a free licence, False for fair use, NC and ND licences, None where it is not
            known or doubted on the page (a deletion request, no source).
        restrictions: Other rights than copyright that the API names: trademarked, personality …
    """

    licence: str | None = None
    author: str | None = None
    description_url: str | None = None
    redistributable: bool | None = None
    restrictions: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether nothing is known but perhaps the page."""
        return self.licence is None and self.author is None and self.redistributable is None


def rights_from_imageinfo(info: Mapping[str, object]) -> Rights:
    """Rights of one `imageinfo` item of the MediaWiki API (iiprop=extmetadata|url)."""
    metadata, url = info.get("extmetadata"), info.get("descriptionurl")
    found = rights_from_extmetadata(metadata) if isinstance(metadata, Mapping) else Rights()
    return replace(found, description_url=url if isinstance(url, str) and url.startswith("https://") else None)


def rights_from_extmetadata(metadata: Mapping[str, object]) -> Rights:
    """Rights of an `extmetadata` object (Extension:CommonsMetadata); values of strangers, HTML allowed."""
    values = {name: _value(metadata, name) for name in _FIELDS}
    short, code, url = values["LicenseShortName"], values["License"], values["LicenseUrl"]
    licences = licences_of(code) or licences_of(short) or licences_of(_code_of_url(url))
    marks = {mark for name in (short, values["UsageTerms"], code) if name and (mark := mark_of(name))}
    if values["NonFree"] and values["NonFree"].casefold() not in ("false", "0"):
        marks.add(Mark.NON_FREE)
    if values["DeletionReason"]:
        marks.add(Mark.DOUBTED)
    return Rights(
        licence=short or _names(licences) or values["UsageTerms"],
        author=_cut(values["Artist"] or values["Attribution"]),
        redistributable=_redistributable(licences, marks),
        restrictions=tuple(part for part in (values["Restrictions"] or "").split("|") if part),
    )


def rights_of_file_page(page: FilePage, description_url: str | None = None) -> Rights:
    """Rights by the templates of a file's page (`pipeline/wikitext/file_page.py` reads it)."""
    licences = list(dict.fromkeys(one for call in page.calls for one in _of_call(call)))
    marks = {mark for call in page.calls if (mark := mark_of(call.name))}
    return Rights(
        licence=_names(licences),
        author=_cut(page.author or _author_by_licence(page.calls)),
        description_url=description_url,
        redistributable=_redistributable(licences, marks),
    )


def description_url(title: str, repo: str = COMMONS) -> str:
    """Address of the page of a file; `repo` is its folder on the upload host, such as "wikinews/en".

    Raises:
        PageError: no wiki takes such a file title.
    """
    return f"https://{_host(repo)}/wiki/File:{quote(file_name(title), safe='')}"


def _host(repo: str) -> str:
    wiki = wiki_of(repo)
    if wiki in _SPECIAL_HOSTS:
        return _SPECIAL_HOSTS[wiki]
    folder, _, lang = repo.partition("/")
    return f"{lang}.{folder if folder in _FAMILIES else 'wikipedia'}.org"


_FIELDS = (
    "LicenseShortName", "License", "LicenseUrl", "UsageTerms", "Artist", "Attribution", "NonFree", "Restrictions",
    "DeletionReason",
)  # fmt: skip


def _value(metadata: Mapping[str, object], name: str) -> str | None:
    """The text of one field; None for '' and for what is no text."""
    item = metadata.get(name)
    value = item.get("value") if isinstance(item, Mapping) else None
    if isinstance(value, bool):
        return "true" if value else None
    return html_text(str(value)) or None if isinstance(value, str | int) else None


def _code_of_url(url: str | None) -> str | None:
    """`https://creativecommons.org/licenses/by-sa/3.0/de/` -> `cc-by-sa-3.0-de`."""
    host, _, path = (url or "").partition("://")[2].partition("/")
    parts = [part for part in path.split("/") if part and not part.startswith(("deed", "legalcode"))]
    if not host.endswith("creativecommons.org") or len(parts) < 2:
        return None
    if parts[0] == "publicdomain":
        return "cc0" if parts[1] == "zero" else "pd"
    return "cc-" + "-".join(parts[1:]) if parts[0] == "licenses" else None


def _of_call(call: PageCall) -> list[Licence]:
    """The licences that one template call gives."""
    name = call.name.casefold()
    if name in _MULTI:
        found = [one for argument in call.unnamed for one in licences_of(argument)]
    elif name in _LICENSED_ART:
        # The work is in the public domain; the photograph's licence is what binds.
        found = [one for argument in call.unnamed for one in licences_of(argument)]
        found = [one for one in found if not one.is_public_domain] or found
    else:
        found = licences_of("pd" if name in _PD_ART else call.name)
    migration = dict(call.named).get("migration", "")
    if migration.casefold() in ("relicense", "migrated") and any(one.name.startswith("GFDL") for one in found):
        found += licences_of("cc-by-sa-3.0")
    return found


def _author_by_licence(calls: Iterable[PageCall]) -> str | None:
    """The author that a licence template names: `{{self|author=…}}`, `{{Geograph|id|name}}`."""
    for call in calls:
        name = call.name.casefold()
        place = _AUTHOR_ARGUMENT.get(name)
        if place is not None and len(call.unnamed) > place:
            return call.unnamed[place]
        if (author := dict(call.named).get("author")) and (name in _MULTI or licences_of(call.name)):
            return author
    return None


def _redistributable(licences: Sequence[Licence], marks: Iterable[Mark]) -> bool | None:
    """False wins, then doubt; one free licence of several is enough."""
    if Mark.NON_FREE in marks:
        return False
    if Mark.DOUBTED in marks or not licences:
        return None
    return any(one.is_free for one in licences)


def _names(licences: Iterable[Licence]) -> str | None:
    return _SEPARATOR.join(dict.fromkeys(one.name for one in licences)) or None


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= MAX_AUTHOR:
        return text or None
    return text[: MAX_AUTHOR - 1].rstrip() + "…"
