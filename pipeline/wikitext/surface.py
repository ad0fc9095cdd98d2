"""What a reader sees of an anchor or a caption."""

import re

from pipeline.titles.entities import decode_entities
from pipeline.titles.parsing import CATEGORY, FILE
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.file_links import file_end
from pipeline.wikitext.link_tokens import FILE_TITLE, MIXED, PLAIN, TARGET, TRAIL, link_tokens, shown_target
from pipeline.wikitext.mask import unmask
from pipeline.wikitext.positional import ruled_argument
from pipeline.wikitext.references import SHORT
from pipeline.wikitext.spaces import collapse
from pipeline.wikitext.structure import Structure, Template, arguments, read_structure
from pipeline.wikitext.styles import strip_quotes, strip_tags

_MAX_NESTING = 8
"""Text templates in text templates are followed so far; no reader meets more."""

_MARKUP = re.compile(r"[\[{<&'\ufdd0-\ufdef]|__")
_EXTERNAL = re.compile(
    r"\[(?:(?:https?|s?ftps?|ircs?|news|mailto|git|svn|gopher|telnet|nntp|tel):|//)[^\]\[<>\"\s]*+ *+([^\]\[\n]*+)\]",
    re.IGNORECASE,
)
# Links that need no look at their title: no prefix, nothing encoded. Possessive, like the tokens.
_PLAIN_LINK = re.compile(
    r"\[\[(?! )[^\[\]{}|<>\n:%&\ufdd0-\ufdef]++(?:(?<! )|\|([^\[\]<&{\n\t\xa0\ufdd0-\ufdef]++))\]\]"
)
_SWITCH = re.compile(r"__[A-Z]{3,32}__")
_FUNCTION_TEXT = {"!": "|", "=": "="}


def visible_text(inline: str, wiki: Wiki) -> str:
    """Masked inline wikitext as a reader sees it, white space collapsed.

    Styles and tags off, links as their text with their trail, text templates of the wiki's table as their text and
    others as nothing, references and images off, entities decoded. Linear; never fails.
    """
    return collapse(inline_text(inline, wiki))


def inline_text(inline: str, wiki: Wiki) -> str:
    """The same, white space as it is."""
    return _visible(inline, wiki, 0)


def _visible(inline: str, wiki: Wiki, nesting: int) -> str:
    if not _MARKUP.search(inline):
        return inline
    text = inline.replace(SHORT, "")
    if "{{" in text or "<" in text:
        text = _without_calls(text, wiki, nesting)
    if "[[" in text:
        plain = _PLAIN_LINK.sub(_shown, text)
        text = _without_links(text, wiki) if "[[" in plain else plain
    if "[" in text:
        text = _EXTERNAL.sub(r"\1", text)
    if "<" in text:
        text = strip_tags(text)
    if "''" in text:
        text = strip_quotes(text)
    if "__" in text:
        text = _SWITCH.sub("", text)
    return unmask(decode_entities(text))


def _without_calls(text: str, wiki: Wiki, nesting: int) -> str:
    """Templates replaced by their text; references and galleries taken out."""
    structure = read_structure(text, wiki)
    outer = [template for template in structure.templates if not template.depth]
    cuts = [(template.start, template.end, template) for template in outer]
    cuts += [(start, end, None) for start, end in (*structure.references, *structure.galleries)]  # type: ignore[misc]
    parts: list[str] = []
    place = 0
    for start, end, template in sorted(cuts, key=lambda cut: cut[:2]):
        if start < place:
            continue
        parts.append(text[place:start])
        if template is not None:
            parts.append(_call_text(structure, template, wiki, nesting))
        place = end
    parts.append(text[place:])
    return "".join(parts)


def _call_text(structure: Structure, template: Template, wiki: Wiki, nesting: int) -> str:
    """What one call shows: the text of a text template, else nothing."""
    if template.is_function:
        if template.name == "formatnum":
            return structure.text[template.start : template.end - 2].partition(":")[2].partition("|")[0]
        return _FUNCTION_TEXT.get(template.name, "")
    rule = wiki.templates.text_template(template.name)
    if rule is None or nesting >= _MAX_NESTING:
        return ""
    if not rule.position:
        return rule.literal  # its spaces are what it is for
    value = ruled_argument(arguments(structure, template), rule).strip()
    return _without_calls(value, wiki, nesting + 1) if "{{" in value else value


def _without_links(text: str, wiki: Wiki) -> str:
    """Links replaced by their text with trail; images and categories taken out."""
    parts: list[str] = []
    place = 0
    for token in link_tokens(text, wiki):
        start, end = token.span()
        shown = ""
        if start < place or token.lastindex not in (FILE_TITLE, TRAIL):
            continue
        if token.lastindex == FILE_TITLE:
            end = file_end(text, end)
            if end < 0:
                continue
        elif _is_shown(token[TARGET], wiki):
            shown = (token[PLAIN] or token[MIXED] or shown_target(token[TARGET])) + token[TRAIL]
        parts += (text[place:start], shown)
        place = end
    parts.append(text[place:])
    return "".join(parts)


def _shown(link: re.Match[str]) -> str:
    return link[1] or link[0][2:-2]


def _is_shown(target: str, wiki: Wiki) -> bool:
    """Whether a link shows text: categories and images without a leading colon do not."""
    title = wiki.titles.parse(target)
    return title.colon or title.namespace not in (FILE, CATEGORY)
