"""Prose without the traces of what was cut out."""

import re
from collections.abc import Iterable

from pipeline.wikitext.lead_cut import GAP
from pipeline.wikitext.mask import unmask
from pipeline.wikitext.spaces import collapse

_MEETING = re.compile(r"\[\[++|\{\{++|<ref", re.IGNORECASE)
_SEPARATORS = " \t\xa0,;:/"
_OPENING = ("(", "[", "（")
_CLOSING = (")", "]", "）")
_MARKS = (",", ";")
_LABEL = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,40}\Z")
_EMPTY_PAIR = re.compile(r" ?(?:\( ?\)|（ ?）|\[ ?\])")
_EMPTY_PAIRS = ("()", "( )", "（）", "（ ）", "[]", "[ ]")
_TAIL = 300
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]{0,3}(?=\s)|[。！？]")


def tidy(line: str) -> str:
    """One line without what cut-out pieces left: "(; born 1900)", "( )", " ,"; white space collapsed."""
    if GAP in line:
        first, *others = line.split(GAP)
        for right in others:
            first = _joined(first, right)
        line = first
    line = collapse(line)
    if any(pair in line for pair in _EMPTY_PAIRS):
        line = _EMPTY_PAIR.sub("", line).strip()
    return line


def _joined(left: str, right: str) -> str:
    """The text around one gap, without separators that it has made idle."""
    core, rest = left.rstrip(_SEPARATORS), right.lstrip(_SEPARATORS)
    tail, head = left[len(core) :].strip(), right[: len(right) - len(rest)].strip()
    is_closed = rest.startswith(_CLOSING)
    if tail[:1] == ":" and (is_closed or head[:1] in _MARKS):
        core, tail = _without_label(core), ""
    if core.endswith(_OPENING) or is_closed:
        return core + rest
    if head[:1] in _MARKS:
        return f"{core}{tail if tail[:1] in _MARKS else head} {rest}"
    if not head and rest.startswith((".", "!", "?")):
        return left.rstrip() + rest
    return left + right


def _without_label(core: str) -> str:
    """`core` without the word before a colon that nothing follows any more: "(Greek: )"."""
    label = _LABEL.search(core[-41:])
    return core[: len(core) - len(label[0])].rstrip(_SEPARATORS) if label else core


def finish(text: str, source: str) -> str:
    """`text` without brackets and braces that cutting brought together; those that `source` shows as text stay."""
    if not any(mark in text for mark in ("[[", "{{", "<")):
        return text
    if not _MEETING.search(text) or "&" in source or unmask(source) != source:
        return text
    while _MEETING.search(text):
        text = _MEETING.sub("", text)
    return "\n".join(collapse(line) for line in text.split("\n"))


def join_paragraphs(lines: Iterable[str]) -> str:
    """Lines joined by spaces to paragraphs, paragraphs by line feeds; '' parts them."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line:
            paragraphs[-1].append(line)
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)


def _last_sentence_end(text: str, least: int, most: int) -> int:
    """The last end of a sentence from `least` to `most`, 0 when there is none; the tail is searched first."""
    for begin in (max(least, most - _TAIL), least):
        ends = [match.end() for match in _SENTENCE_END.finditer(text, begin) if match.end() <= most]
        if ends:
            return ends[-1]
    return 0


def limit(text: str, max_chars: int) -> str:
    """At most `max_chars` characters, cut after a sentence in the second half, else at a word, else hard."""
    if len(text) <= max_chars:
        return text
    head = text[: max_chars + 1]
    end = _last_sentence_end(head, max_chars // 2, max_chars)
    if end:
        return head[:end].rstrip()
    space = max(head.rfind(" "), head.rfind("\n"))
    return head[:space].rstrip() if space > 0 else head[:max_chars]
