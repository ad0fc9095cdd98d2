"""The lead by mwparserfromhell: slower, kinder to odd markup."""

import mwparserfromhell
from mwparserfromhell.parser import ParserError

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.lead import MAX_CHARS, lead_text
from pipeline.wikitext.lead_cut import cut_lead
from pipeline.wikitext.lead_prose import resolve_links, select_lines, strip_braces, strip_left_overs
from pipeline.wikitext.mask import unmask
from pipeline.wikitext.structure import Structure
from pipeline.wikitext.styles import strip_quotes
from pipeline.wikitext.tidying import finish, join_paragraphs, limit, tidy

PARSED, TOO_LONG, PARSER_ERROR = "parsed", "too_long", "parser_error"
MAX_PARSED_BYTES = 16_384
"""Longer leads go to the fast cleaner: the parser is quadratic on hostile text and cannot be interrupted."""


def lead_text_mwparserfromhell(structure: Structure, wiki: Wiki, max_chars: int = MAX_CHARS) -> tuple[str, str]:
    """The lead as `lead_text` defines it and an outcome; links, tags and entities are the parser's work.

    Templates, tables, references and file links are cut out before, by linear code. The outcome is parsed, too_long
    (over 16 KB after cutting) or parser_error; the text of the latter two is the fast cleaner's.
    """
    source = cut_lead(structure, wiki)
    if len(source.encode("utf-8", "surrogatepass")) > MAX_PARSED_BYTES:
        return lead_text(structure, wiki, max_chars), TOO_LONG
    lines = [strip_braces(line) for line in select_lines(resolve_links(source, wiki, _rewritten))]
    try:
        code = mwparserfromhell.parse("\n".join(lines), skip_style_tags=True)
    except ParserError:
        return lead_text(structure, wiki, max_chars), PARSER_ERROR
    cleaned = [tidy(unmask(strip_left_overs(strip_quotes(line)))) for line in code.strip_code().split("\n")]
    return finish(limit(join_paragraphs(cleaned), max_chars), source), PARSED


def _rewritten(target: str, text: str) -> str:
    return f"[[{target}|{text}]]" if text else f"[[{target}]]"
