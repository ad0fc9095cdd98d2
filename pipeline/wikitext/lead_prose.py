"""From cut lead wikitext to lines of prose."""

import re
from collections.abc import Callable

from pipeline.titles.entities import decode_entities
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.lead_cut import GAP
from pipeline.wikitext.mask import unmask
from pipeline.wikitext.styles import strip_quotes, strip_tags

_FILE, _CATEGORY = 6, 14
_LINK_TOKEN = re.compile(r"\[\[|\]\](?!\](?!\]))")
_PIPED = re.compile(r"\[\[[^\[\]|\n:]++\|([^\[\]]++)\]\](?!\])")
_PLAIN = re.compile(r"\[\[([^\[\]|\n:]++)\]\](?!\])")
_EXTERNAL = re.compile(r"\[(?:[a-z]{3,9}:)?//[^\s\[\]]++(?:[ \t]++([^\[\]\n]*+))?\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[\[|\]\]")
_BRACES = re.compile(r"\{\{+|\}\}+|\{\||\|\}")
_SWITCH = re.compile(r"__[^\W\d_]++__")
_BREAK = re.compile(r"<br\b[^<>]*+>|<hr\b[^<>]*+>", re.IGNORECASE)
_LANGUAGE_PREFIX = re.compile(r"[a-z]{2,3}(?:-[a-z-]+)?\Z")
_HATNOTE_CLASS = re.compile(r"class\s*=\s*\"?[^\"<>]*\b(?:dablink|hatnote|homonymie)\b", re.IGNORECASE)


def resolve_plain_links(source: str) -> str:
    """`source` with the text in place of each link that has neither a colon nor brackets; the bulk of all links."""
    return _PLAIN.sub(r"\1", _PIPED.sub(r"\1", source))


def resolve_links(source: str, wiki: Wiki, label: Callable[[str, str], str]) -> str:
    """`source` without file, category and language links, each other link as `label(target, text)`.

    One pass with a stack. Only an innermost link is a link, as in MediaWiki; a bracket that closes nothing is dropped.
    """
    parts: list[str] = []
    open_at: list[int] = []  # index in `parts` of what follows each open bracket
    cursor = 0
    for token in _LINK_TOKEN.finditer(source):
        parts.append(source[cursor : token.start()])
        cursor = token.end()
        if token[0] == "[[":
            open_at.append(len(parts))
        elif open_at:
            _close(parts, open_at.pop(), wiki, label)
    parts.append(source[cursor:])
    return "".join(parts)


def _close(parts: list[str], start: int, wiki: Wiki, label: Callable[[str, str], str]) -> None:
    target, bar, text = parts[start].partition("|")
    if _is_invisible(target, wiki):
        parts[start:] = [GAP]
    elif len(parts) == start + 1 and "\n" not in target:
        parts[start] = label(target, text if bar else "")


def _is_invisible(target: str, wiki: Wiki) -> bool:
    if ":" not in target or len(target) > 300:
        return False
    parsed = wiki.titles.parse(target)
    if parsed.colon:
        return False
    if parsed.interwiki:
        return _LANGUAGE_PREFIX.match(parsed.interwiki) is not None
    return parsed.namespace in (_FILE, _CATEGORY)


def reader_label(target: str, text: str) -> str:
    """What a reader sees of a link."""
    return text or target.strip().removeprefix(":")


def select_lines(source: str) -> list[str]:
    """Lines of prose and of lists, markers off; '' parts paragraphs, and stands around each list line.

    Indented lines (":") are hatnotes or formulas and go, so do list lines and wholly italic lines before the first
    prose, and what broken tables and templates leave ("| name = …").
    """
    lines: list[str] = []
    has_prose = False
    for raw in source.split("\n"):
        line = raw.lstrip(GAP).strip()
        if not line:
            lines += [""] * (raw.strip() == "")
        elif line[0] in "*#;":
            lines += ["", line.lstrip("*#:; "), ""] * has_prose
        elif not _is_aside(line, has_prose):
            line = line.lstrip("-") if line.startswith("----") else line
            lines.append(line)
            has_prose = has_prose or any(map(str.isalpha, line))
    return lines


def _is_aside(line: str, has_prose: bool) -> bool:
    if line[0] in ":|!" or line.startswith(("{|", "{{", "}}")):
        return True
    if not has_prose and line.startswith("''") and line[2:3] != "'" and line.endswith("''"):
        return line.count("''") == 2
    return line[0] == "<" and _HATNOTE_CLASS.search(line) is not None


def strip_left_overs(source: str) -> str:
    """`source` without brackets and braces that nothing closes, switches, external link brackets and line breaks."""
    if "[" in source:
        source = _EXTERNAL.sub(lambda link: link[1] or GAP, source)
        source = _BRACKETS.sub(GAP, source)
    elif "]]" in source:
        source = source.replace("]]", GAP)
    return strip_braces(source)


def strip_braces(source: str) -> str:
    """`source` without braces and table marks that nothing closes, and without switches and line breaks."""
    if "<" in source:
        source = _BREAK.sub(" ", source)
    if "__" in source:
        source = _SWITCH.sub("", source)
    return _BRACES.sub(GAP, source) if "{" in source or "}" in source else source


def shown(line: str) -> str:
    """A line without links and calls as a reader sees it: tags and styles off, entities decoded."""
    if "<" in line:
        line = strip_tags(line)
    if "''" in line:
        line = strip_quotes(line)
    return unmask(decode_entities(line))
