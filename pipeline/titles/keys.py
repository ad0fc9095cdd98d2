"""The only place where text is folded: title keys and surface keys."""

from pipeline.titles.parsing import ParsedTitle, TitleParser
from pipeline.titles.surfaces import bare_form, stripped_form, surface_folded, surface_key

__all__ = [
    "ParsedTitle",
    "TitleParser",
    "bare_form",
    "stripped_form",
    "surface_folded",
    "surface_key",
    "title_key",
]


def title_key(title: str, rules: TitleParser) -> str:
    """The title key (KB definitions, section 1); '' for a bad title or one of another wiki."""
    return rules.key_of(title)
