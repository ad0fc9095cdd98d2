"""Pages of lists without their templates, wrappers of lists opened."""

import re

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.lead_cut import GAP, Replacement, cut_spans
from pipeline.wikitext.positional import ruled_argument
from pipeline.wikitext.references import SHORT
from pipeline.wikitext.structure import Structure, Template, arguments, read_structure

_ROUNDS = 3
_LIST_ARGUMENT = re.compile(r"\d+|content|list|(?:col|column|columna|colonne)[ _]*\d*", re.IGNORECASE)
_LIST_LINE = re.compile(r"[\n|=][ \t]*[*#]")


def flat_structure(structure: Structure, wiki: Wiki) -> Structure:
    """The page's structure without references, galleries and templates.

    Text templates and templates that wrap list lines are replaced by their content; three levels deep, as hostile
    pages would nest without end.
    """
    for _ in range(_ROUNDS):
        opened = {t.start: _content(structure, t, wiki) for t in structure.templates if not t.depth}
        if not (opened or structure.references or structure.galleries or SHORT in structure.text):
            return structure
        structure = read_structure(_replaced(structure, opened), wiki)
    return read_structure(_replaced(structure, {}), wiki)


def _replaced(structure: Structure, opened: dict[int, str]) -> str:
    spans: list[Replacement] = [(t.start, t.end, opened.get(t.start, GAP)) for t in structure.templates if not t.depth]
    spans += [(start, end, GAP) for start, end in (*structure.references, *structure.galleries)]
    return cut_spans(structure.text, spans).replace(SHORT, GAP)


def _content(structure: Structure, template: Template, wiki: Wiki) -> str:
    """What stays of one outermost template."""
    if template.is_function or template.is_infobox:
        return GAP
    rule = wiki.templates.text_template(template.name)
    if rule is not None:
        return ruled_argument(arguments(structure, template), rule)
    if not _LIST_LINE.search(structure.text, template.start, template.end):
        return GAP
    values = arguments(structure, template)
    return "\n" + "\n".join(value for name, value in values if name is None or _LIST_ARGUMENT.fullmatch(name)) + "\n"
