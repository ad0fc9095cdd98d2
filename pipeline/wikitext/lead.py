"""The text before the first heading as clean prose, fast."""

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.lead_cut import cut_lead
from pipeline.wikitext.lead_prose import (
    reader_label,
    resolve_links,
    resolve_plain_links,
    select_lines,
    shown,
    strip_left_overs,
)
from pipeline.wikitext.structure import Structure
from pipeline.wikitext.tidying import finish, join_paragraphs, limit, tidy

MAX_CHARS = 2_000


def lead_text(structure: Structure, wiki: Wiki, max_chars: int = MAX_CHARS) -> str:
    """Clean prose before the first heading, at most `max_chars` characters.

    Out go templates (the wiki's text templates leave their text), references, tables, galleries, file, category and
    language links, tags, indented lines, and list lines before the first prose; later list lines stay, each on a line
    of its own without its marker. White space is collapsed; paragraphs are parted by one line feed. The text is cut
    at the end of a sentence or a word.
    """
    source = cut_lead(structure, wiki)
    lines = select_lines(resolve_links(resolve_plain_links(source), wiki, reader_label))
    return finish(limit(join_paragraphs(_clean_lines(lines, max_chars)), max_chars), source)


def _clean_lines(lines: list[str], max_chars: int) -> list[str]:
    """Lines as a reader sees them, as many as `max_chars` needs."""
    cleaned: list[str] = []
    size = 0
    for line in lines:
        text = tidy(shown(strip_left_overs(line))) if line else ""
        cleaned.append(text)
        size += len(text)
        if size > max_chars + len(lines):
            break
    return cleaned
