"""Names of licences, as templates and the API write them."""

import re
from dataclasses import dataclass
from enum import StrEnum

PUBLIC_DOMAIN = "Public domain"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its short name; free means: changed copies for everybody and any purpose."""

    name: str
    is_free: bool = True

    @property
    def is_public_domain(self) -> bool:
        """Whether it says that nobody has rights in the work."""
        return self.name in (PUBLIC_DOMAIN, "CC0")


class Mark(StrEnum):
    """What a template says about a file beside a licence."""

    NON_FREE = "non_free"
    """Fair use and other uses that a wiki allows itself alone."""
    DOUBTED = "doubted"
    """Deletion is asked for, or source, licence or permission are missing."""


_CC = re.compile(
    r"cc-(?P<kind>(?:by|sa|nc|nd)(?:-(?:by|sa|nc|nd))*)"
    r"(?:-(?P<versions>all|\d\.\d(?:[,-]+\d\.\d)*\+?))?(?:-(?P<rest>[a-z].*))?"
)
_PORT_WORDS = (
    "am ar at au az be bg br ca ch cl cn co cr cz de dk ec ee eg es fi fr ge gr gt hk hr hu ie igo il in it jp kr lu "
    "mk mt mx my nl no nz pe ph pl pr pt ro rs scotland se sg si th tw ug uk us ve vn za"
)
_PORTS = frozenset(_PORT_WORDS.split())
_CC0 = frozenset(("cc0", "cc-0", "cc-zero", "cc0-1.0", "cc-zero-1.0", "cc-0-1.0", "creative-commons-zero", "cc-cc0"))
_PD = re.compile(
    r"pd(?:[-/].*)?|cc-pd(?:-.*)?|pdmark.*|pdm(?:-.*)?|public-domain.*|no-restrictions|no-known-(?:copyright-)?restrictions"
    r"|flickr-no-known-copyright-restrictions"
)
_GFDL = re.compile(r"gfdl(?:-(?:v)?(?P<version>1\.[123])(?P<plus>\+)?)?(?:-.*)?|gnu-free-documentation-license.*")
_SOFTWARE = re.compile(
    r"(?P<family>gpl|lgpl|agpl|mit|bsd|apache|mpl|cecill|wtfpl|odbl|expat|x11|zlib)"
    r"(?:-license)?(?:-?v?(?P<version>\d(?:\.\d){0,2}(?:\+|-or-later)?))?(?:-(?:license|only|clause).*)?"
)
_OTHERS = {
    "Attribution": ("attribution", "attribution-only-license"),
    "Copyrighted free use": (
        "copyrighted-free-use", "copyrightedfreeuse", "copyrightedfreeuse-link", "copyrightedfreeuse-user",
        "copyrighted-free-use-provided-that", "copyrightedfreeuseprovidedthat", "cc-free-use",
    ),
    "FAL": ("fal", "fal-1.2", "fal-1.3", "free-art-license", "free-art-licence", "licence-art-libre", "artlibre"),
    "OGL 1.0": ("ogl", "ogl-1.0", "ogl1", "ogl-1"),
    "OGL 2.0": ("ogl2", "ogl-2", "ogl-2.0"),
    "OGL 3.0": ("ogl3", "ogl-3", "ogl-3.0"),
    "GODL-India": ("godl-india",),
    "KOGL Type 1": ("kogl", "kogl-type1", "kogl-type-1"),
    "CC BY-SA 2.0": ("geograph",),
    "CC BY-SA 3.0 de": ("barch-license",),
    "CC BY 3.0 br": ("agência-brasil", "agencia-brasil", "abr"),
}  # fmt: skip
_BY_NAME = {alias: name for name, aliases in _OTHERS.items() for alias in aliases}
_UNFREE = re.compile(r"no-?derivs.*|non-?commercial.*|kogl-type-?[234]|(?:by|with|used-with)-permission(?:-only)?")
_NON_FREE = re.compile(r"(?:non|un)-?free(?:-.*)?|(?:.*-)?fair-?use(?:-.*)?|nonfree.*|fairuse.*")
# Names without "fair use" in them, on the wikis that allow it.
_NON_FREE_NAMES = frozenset((
    "logo", "promophoto", "promotional", "albumcover", "album-cover", "bookcover", "dvdcover", "film-screenshot",
    "tv-screenshot", "game-screenshot", "web-screenshot", "software-screenshot", "magazinecover", "newspapercover",
    "comiccover", "movie-poster", "movieposter", "marque-déposée", "marchio", "screenshot-copyrighted",
    "обоснование-добросовестного-использования", "несвободный-файл",
))  # fmt: skip
_DOUBTED = re.compile(
    r"delete(?:-.*)?|deletion(?:-.*)?|speedy-?(?:delete|deletion)?|copyvio(?:-.*)?|db(?:-.*)?|ffd|puf|nsd|nld|npd"
    r"|(?:di-)?(?:dw-)?no-(?:source|licen[cs]e|permission)(?:-.*)?|disputed-(?:copyright|licen[cs]e).*"
)


def licences_of(name: str | None) -> list[Licence]:
    """The licences that a template's name, a short name or a code means; none for an unknown one."""
    folded = _fold(name or "")
    if found := _CC.fullmatch(folded):
        return _creative_commons(found)
    if _UNFREE.fullmatch(folded):
        return [Licence(" ".join((name or "").split()), is_free=False)]
    known = _known(folded)
    return [Licence(known)] if known else []


def _known(folded: str) -> str | None:
    """Short name of a free licence that is not of the Creative Commons family, CC0 apart."""
    if folded in _CC0:
        return "CC0"
    if _PD.fullmatch(folded):
        return PUBLIC_DOMAIN
    if found := _GFDL.fullmatch(folded):
        return f"GFDL {found['version']}{found['plus'] or ''}" if found["version"] else "GFDL"
    if found := _SOFTWARE.fullmatch(folded):
        return _software(found)
    return _BY_NAME.get(folded)


def mark_of(name: str) -> Mark | None:
    """What a template's name says beside a licence."""
    folded = _fold(name)
    if folded in _NON_FREE_NAMES or _NON_FREE.fullmatch(folded):
        return Mark.NON_FREE
    return Mark.DOUBTED if _DOUBTED.fullmatch(folded) else None


def _creative_commons(found: re.Match[str]) -> list[Licence]:
    parts = found["kind"].split("-")
    # In the order of the licences' own names: by, nc, nd or sa.
    kind = "-".join(part.upper() for part in ("by", "nc", "nd", "sa") if part in parts)
    is_free = not {"nc", "nd"} & set(parts)
    port = (found["rest"] or "").partition("-")[0]
    ending = f" {port}" if port in _PORTS else ""
    versions = found["versions"] or ""
    if versions == "all":
        return [Licence(f"CC {kind} (any version)", is_free)]
    if not versions:
        return [Licence(f"CC {kind}", is_free)]
    numbers = re.split("[,-]+", versions)
    return [Licence(f"CC {kind} {number}{ending}", is_free) for number in numbers]


def _software(found: re.Match[str]) -> str:
    family = {"apache": "Apache", "cecill": "CeCILL", "odbl": "ODbL", "expat": "MIT"}.get(found["family"])
    version = (found["version"] or "").replace("-or-later", "+")
    return f"{family or found['family'].upper()} {version}".strip()


def _fold(name: str) -> str:
    return "-".join(name.replace("_", " ").casefold().split()).strip("-")
