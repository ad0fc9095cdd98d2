"""Which infobox an article has."""

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.structure import Structure


def infobox_type(structure: Structure, wiki: Wiki) -> str | None:
    """Type of the first infobox of the lead in document order, None without one.

    "Infobox person" gives "person"; templates of another name that the wiki's table lists (Taxobox, Speciesbox …) give
    what the table says.
    """
    for template in structure.templates:
        if template.start >= structure.lead_end:
            break
        if template.is_infobox:
            return wiki.templates.infobox_type(template.name)
    return None
