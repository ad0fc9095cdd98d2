"""Names of licences: ours, those of Hugging Face, their addresses."""

import re
from collections.abc import Iterable

_CREATIVE = re.compile(r"cc[ -]by(-sa)?[ -](\d\.\d)", re.IGNORECASE)
_HUB = frozenset({
    "cc-by-2.0", "cc-by-2.5", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
})  # fmt: skip
OTHER, UNKNOWN = "other", "unknown"
_PUBLIC = "public domain"


def hub_licence(name: str) -> str:
    """Identifier of a licence in a card's head: `cc-by-2.5`, or `other`."""
    found = _CREATIVE.fullmatch(name.strip())
    code = f"cc-by{(found[1] or '').lower()}-{found[2]}" if found else ""
    return code if code in _HUB else OTHER


def hub_licences(names: Iterable[str]) -> list[str]:
    """Identifiers of some licences, each once, sorted; `unknown` where none is told."""
    return sorted({hub_licence(name) for name in names}) or [UNKNOWN]


def licence_url(name: str) -> str | None:
    """Address of a licence's text; None for one that we do not know."""
    found = _CREATIVE.fullmatch(name.strip())
    if found:
        return f"https://creativecommons.org/licenses/by{(found[1] or '').lower()}/{found[2]}/"
    if name.strip().lower() == _PUBLIC:
        return "https://creativecommons.org/publicdomain/mark/1.0/"
    return None
