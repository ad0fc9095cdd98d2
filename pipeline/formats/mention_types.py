"""The paper's seven entity types and their other names."""

TYPES = ("Person", "Organization", "Location", "Country", "Event", "Works", "Misc")
"""Section 4.2 of the paper."""
_ALIASES = {
    "other": "Misc",
    "others": "Misc",
    "miscellaneous": "Misc",
    "currency": "Misc",
    "per": "Person",
    "people": "Person",
    "org": "Organization",
    "organisation": "Organization",
    "organizations": "Organization",
    "loc": "Location",
    "countries": "Country",
    "work": "Works",
    "events": "Event",
    "persons": "Person",
    "locations": "Location",
}
_NAMES = {name.lower(): name for name in TYPES} | _ALIASES


def known_type(text: str) -> str | None:
    """One of the seven types for a name of it; None for an unknown one."""
    return _NAMES.get(text.strip().lower())
