"""The lead's wikitext with everything cut out that is no prose."""

import re

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.mask import OPAQUE_TAGS
from pipeline.wikitext.measures import is_measure, measure_text
from pipeline.wikitext.positional import ruled_argument
from pipeline.wikitext.references import SHORT
from pipeline.wikitext.structure import Structure, Template, arguments
from pipeline.wikitext.surface import inline_text, visible_text

GAP = "\x01"
"""Stands where something was cut out, for the tidying of what it leaves behind; XML cannot contain it."""

MAX_SOURCE = 16_384
"""Characters of cut wikitext that are read on: eight times what a lead may keep."""

_ELEMENTS = ("table", "imagemap", "score", "categorytree", "inputbox", "ref", "gallery")
_ELEMENT_TAG = re.compile(rf"<(/?)({'|'.join(_ELEMENTS)})(?=[\s/>])[^<>]*+>", re.IGNORECASE)
_OPAQUE = re.compile(rf"<(?:{'|'.join(OPAQUE_TAGS)})/>")
_SHOWN_FUNCTIONS = ("formatnum", "!", "=")
_CENTURY = re.compile(r"[ivxlc]+e(?:[ -]siècle| millénaire)(?: av\. j\.-c\.)?")

Replacement = tuple[int, int, str]


def cut_lead(structure: Structure, wiki: Wiki) -> str:
    """Masked wikitext before the first heading without templates, references, galleries and tables.

    Templates of the wiki's table of text templates leave their text, everything else that is cut a `GAP`. At most
    `MAX_SOURCE` characters.
    """
    end = structure.lead_end
    spans: list[Replacement] = []
    for template in structure.templates:
        if template.start >= end:
            break
        if not template.depth:
            kept = _kept_text(structure, template, wiki)
            spans.append((template.start, template.end, kept))
    for group in (structure.references, structure.galleries, structure.tables):
        for span_start, span_end in group:
            if span_start >= end:
                break
            spans.append((span_start, span_end, GAP))
    text = cut_spans(structure.text[:end], spans).replace(SHORT, GAP)
    return _cut_elements(text)[:MAX_SOURCE]


def _kept_text(structure: Structure, template: Template, wiki: Wiki) -> str:
    """What a call leaves in the lead: the text of a text template, a number with its unit, else a gap."""
    if template.is_function:
        call = structure.text[template.start : template.end]
        return visible_text(call, wiki) if template.name in _SHOWN_FUNCTIONS else GAP
    name, lang = template.name.casefold(), wiki.siteinfo.lang
    if lang == "fr" and _CENTURY.fullmatch(name):
        return template.name
    if is_measure(name, lang):
        return visible_text(measure_text(name, arguments(structure, template)), wiki)
    rule = wiki.templates.text_template(template.name)
    if rule is None:
        return GAP
    text = ruled_argument(arguments(structure, template), rule)
    return inline_text(text, wiki).replace("\n", " ") if "{{" in text or "<" in text else text


def cut_spans(text: str, spans: list[Replacement]) -> str:
    """`text` with each span replaced; a span inside another goes with it."""
    parts = []
    cursor = 0
    for start, end, replacement in sorted(spans):
        if start >= cursor:
            parts.append(text[cursor:start])
            parts.append(replacement)
        cursor = max(cursor, end)
    parts.append(text[cursor:])
    return "".join(parts)


def _cut_elements(text: str) -> str:
    """`text` without HTML tables, formulas and the extension tags that hold no prose; an unclosed one stays."""
    text = _OPAQUE.sub(GAP, text) if "/>" in text else text
    unclosed: set[str] = set()
    while "<" in text:
        spans, open_tag = _element_spans(text, unclosed)
        text = cut_spans(text, spans)
        if not open_tag:
            break
        unclosed.add(open_tag)
    return text


def _element_spans(text: str, ignored: set[str]) -> tuple[list[Replacement], str]:
    """Outermost elements outside `ignored` and the name of one that is never closed, '' when none."""
    spans: list[Replacement] = []
    name, depth, start = "", 0, 0
    for tag in _ELEMENT_TAG.finditer(text):
        tag_name = tag[2].lower()
        if tag_name in ignored or tag[0].endswith("/>") or (name and tag_name != name):
            continue
        if tag[1]:
            depth -= bool(name)
            if name and not depth:
                spans.append((start, tag.end(), GAP))
                name = ""
        else:
            if not name:
                name, start = tag_name, tag.start()
            depth += 1
    return spans, name
