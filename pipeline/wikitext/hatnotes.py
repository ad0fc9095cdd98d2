"""Surfaces and pages that hatnotes pair: "For the town, see X"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.titles.hatnote_forms import HATNOTE_FORMS, HatnoteForm
from pipeline.titles.keys import ParsedTitle
from pipeline.titles.surfaces import bare_form, surface_key
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.positional import positional
from pipeline.wikitext.structure import Structure, arguments
from pipeline.wikitext.surface import visible_text

_LINK = re.compile(r"\[\[([^\[\]|\n]++)")
_BAR = re.compile(r"\{\{\s*!\s*\}\}|\|")
_STYLE = re.compile("''++")
_MAX_DEPTH = 3
_MAX_PAGES = 50


@dataclass(frozen=True, slots=True)
class HatnotePair:
    """A surface, the title key of another page that it may mean, and the template that says so."""

    surface: str
    target: str
    template: str


def page_hatnotes(structure: Structure, title: str, wiki: Wiki) -> list[HatnotePair]:
    """Pairs of the hatnotes before the first heading, in document order, each once (KB definitions, section 3).

    The surface is the page's bare title, or what the template names ({{redirect|X|…}}). Only pages that an argument
    names count: the "X (disambiguation)" that a template links to without one is no entity. Hatnotes of sections are
    left out, for they speak of the section's topic. Main namespace only, fragments dropped, the page itself left out.
    """
    found: dict[HatnotePair, None] = {}
    for template in structure.templates:
        if template.start >= structure.lead_end:
            break
        form = HATNOTE_FORMS.get(wiki.templates.hatnote_form(template.name) or "")
        if form is None or template.is_function or template.depth > _MAX_DEPTH:
            continue
        values = positional(arguments(structure, template))
        targets = list(dict.fromkeys(_targets(values, form, wiki)))
        for surface in _surfaces(values, form, title, wiki):
            found |= {HatnotePair(surface, key, template.name): None for key in targets if key != title}
    return list(found)


def _surfaces(values: dict[int, str], form: HatnoteForm, title: str, wiki: Wiki) -> list[str]:
    named = (surface_key(visible_text(values.get(place, ""), wiki)) for place in form.surfaces)
    return [surface for surface in named if surface] or [surface_key(bare_form(title))]


def _targets(values: dict[int, str], form: HatnoteForm, wiki: Wiki) -> Iterator[str]:
    """Title keys of the pages that the arguments name."""
    for value in _page_values(values, form):
        for written in _LINK.findall(value) if form.as_links or "[[" in value else (_as_title(value),):
            key = _main_key(wiki.titles.parse(written))
            if not key:
                continue
            suffix = f" {wiki.templates.disambiguation_suffix}"
            yield key + suffix if form.with_suffix and not key.endswith(suffix) else key


def _page_values(values: dict[int, str], form: HatnoteForm) -> list[str]:
    last = min(max(values, default=0), _MAX_PAGES) if form.step else form.first
    return [values[place] for place in range(form.first, last + 1, form.step or 1) if values.get(place, "").strip()]


def _as_title(value: str) -> str:
    """A page argument without its label and style: `Page{{!}}text`, `''Page''`."""
    return _STYLE.sub("", _BAR.split(value, maxsplit=1)[0]).strip()


def _main_key(parsed: ParsedTitle) -> str:
    return "" if parsed.problem is not None or parsed.namespace or parsed.interwiki else parsed.key
