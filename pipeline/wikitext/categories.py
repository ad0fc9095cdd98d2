"""The categories of a page in document order."""

from pipeline.titles.parsing import CATEGORY
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.links import category_targets
from pipeline.wikitext.prefixed import title_within
from pipeline.wikitext.structure import Structure


def page_categories(structure: Structure, wiki: Wiki) -> list[str]:
    """Category titles without prefix and without sort keys, each once.

    Also those written in an argument of a template: the template normally hands them on.
    """
    titles = (title_within(target, CATEGORY, wiki) for target in category_targets(structure, wiki))
    return [title for title in dict.fromkeys(titles) if title]
