"""How hatnote templates lay out surfaces and pages, as a table."""

from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """What a hatnote links to when its page argument is not given."""

    NOTHING = "nothing"
    PAGE = "page"  # the page itself plus the wiki's suffix: "X (disambiguation)"
    SURFACE = "surface"  # the surface plus the suffix


@dataclass(frozen=True, slots=True)
class HatnoteForm:
    """Where one kind of hatnote names its surfaces and pages.

    Positions are those of unnamed arguments from 1, `|2=…` counting as the second.

    Attributes:
        name: The form's name, as TemplateTables.hatnote_form gives it.
        surfaces: Positions of the surfaces; () means the page's bare title. Every surface goes with every page. A
            position that is missing or empty gives no surface; when none is left, the page's bare title serves.
        first: Position of the first page.
        step: Distance to the next page; 0 when there is just one.
        missing: What stands in when position `first` is missing or empty (later ones: nothing).
        with_suffix: The argument gets " (disambiguation)" appended unless it ends so.
        as_links: The argument is running text; its links are the pages.
    """

    name: str
    surfaces: tuple[int, ...] = ()
    first: int = 1
    step: int = 0
    missing: Missing = Missing.PAGE
    with_suffix: bool = False
    as_links: bool = False


_FORMS = (
    # {{for|USE|PAGE|PAGE…}}: "For USE, see PAGE and PAGE."
    HatnoteForm("for", first=2, step=1),
    # {{for-multi|USE|PAGE|USE|PAGE…}}
    HatnoteForm("for_multi", first=2, step=2),
    # {{for2|USE|text with [[links]]}}
    HatnoteForm("for_text", first=2, missing=Missing.NOTHING, as_links=True),
    # {{about|USE|USE2|PAGE2|USE3|PAGE3…}}: "This page is about USE. For USE2, see PAGE2."
    HatnoteForm("about", first=3, step=2),
    # {{other uses|PAGE|PAGE…}}: "For other uses, see PAGE."
    HatnoteForm("other_uses", first=1, step=1),
    # {{other uses2|X}}: "For other uses, see X (disambiguation)."
    HatnoteForm("other_uses_titled", first=1, with_suffix=True),
    # {{other uses of|X|PAGE}}: "For other uses of X, see PAGE."
    HatnoteForm("other_uses_of", surfaces=(1,), first=2, missing=Missing.SURFACE),
    # {{other people|NAME|PAGE}}: "For other people named NAME, see PAGE."
    HatnoteForm("other_people", surfaces=(1,), first=2, missing=Missing.SURFACE),
    # {{other places|PAGE}}, {{other ships|PAGE}}: "For other places with the same name, see PAGE."
    HatnoteForm("other_places", first=1, step=1),
    # {{redirect|X|USE|PAGE|USE2|PAGE2…}}: "X redirects here. For USE, see PAGE."
    HatnoteForm("redirect", surfaces=(1,), first=3, step=2, missing=Missing.SURFACE),
    # {{redirect2|X|Y|USE|PAGE…}}: "X and Y redirect here. For USE, see PAGE."
    HatnoteForm("redirect2", surfaces=(1, 2), first=4, step=2, missing=Missing.SURFACE),
    # {{redirect3|X|text with [[links]]}}: "X redirects here. Text."
    HatnoteForm("redirect_text", surfaces=(1,), first=2, missing=Missing.NOTHING, as_links=True),
    # {{redirect-distinguish-for|X|UNLIKE|USE|PAGE…}}: the second argument is a look-alike, no alias
    HatnoteForm("redirect_distinguish_for", surfaces=(1,), first=4, step=2, missing=Missing.SURFACE),
    # {{redirect homonymie|X|PAGE}}: "X redirects here. See PAGE."
    HatnoteForm("redirect_page", surfaces=(1,), first=2, step=1, missing=Missing.SURFACE),
    # {{Dieser Artikel|text with [[links]]}}
    HatnoteForm("text", first=1, missing=Missing.NOTHING, as_links=True),
)
HATNOTE_FORMS: dict[str, HatnoteForm] = {form.name: form for form in _FORMS}
"""Every form by its name."""
