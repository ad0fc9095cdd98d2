"""Takes out of wikitext what is no markup: comments, nowiki, code, formulas.

`mask` runs once over a page, before everything else in this folder; what the others read is masked text.

| in the page | in masked text |
|---|---|
| `<!-- … -->` | nothing; a line that holds only comments goes with its line break (MediaWiki's rule) |
| `<nowiki>a [[b</nowiki>` | `EMPTY`, then the content with its markup characters made inert |
| `<pre>…</pre>` | the tags, with inert content between them |
| `<math>…</math>`, `<source>` and the other tags of `OPAQUE_TAGS` | `<math/>` |
| `<includeonly>…</includeonly>` | nothing: it shows only where the page is transcluded |
| `<noinclude>`, `<onlyinclude>` | nothing, their content stays |

Inert characters are Unicode noncharacters (U+FDD0 to U+FDEF), which are reserved for use inside a program.
"""

import re

from pipeline.native.chosen import loops

EMPTY = "\ufdd0"
"""Stands where a nowiki tag stood, so that it still separates: "[[A]]<nowiki/>s" has no link trail."""

# Not the characters of entities, which are decoded in nowiki too, nor those that mean something at a line's begin
# only: the content does not begin a line.
_MARKUP = "[]{}|<>'=_~\n"
_INERT = str.maketrans({character: chr(0xFDD1 + place) for place, character in enumerate(_MARKUP)})
_ACTIVE = str.maketrans({EMPTY: "", **{chr(0xFDD1 + place): character for place, character in enumerate(_MARKUP)}})
_ANY_INERT = re.compile("[\ufdd0-\ufdef]")

OPAQUE_TAGS = (
    "math", "chem", "ce", "source", "syntaxhighlight", "score", "timeline", "graph", "templatedata",
    "mapframe", "maplink", "hiero", "inputbox", "categorytree", "charinsert", "templatestyles",
)  # fmt: skip
"""Extension tags whose content is not wikitext."""

_TAGS = ("nowiki", "pre", "includeonly", *OPAQUE_TAGS)
_FIRST_LETTERS = "".join(sorted({letter for tag in _TAGS for letter in (tag[0], tag[0].upper())}))
# Each look-ahead spares most tags, <ref> and <br> among them, the comparison with every name.
_TOKEN = re.compile(
    rf"<(?:!--|(?=[{_FIRST_LETTERS}])((?i:{'|'.join(_TAGS)}))(?=[\s/>])"
    r"|(?=[/noNO])/?(?i:noinclude|onlyinclude)\s*/?>)"
)
_BEGINS_TOKEN = bytes(chr(code) in f"!noNO{_FIRST_LETTERS}" for code in range(128))
_CLOSERS = {tag: re.compile(rf"</{tag}\s*>", re.IGNORECASE) for tag in _TAGS}
_NOWIKI_TAG = re.compile(r"</?nowiki\s*/?>", re.IGNORECASE)
_CLOSE_REFERENCE = re.compile(r"</ref\s*>", re.IGNORECASE)
_REFERENCE_TAG = re.compile(r"<(?:ref(?=[\s>])[^<>]*(?<!/)|(/)ref\s*)>", re.IGNORECASE)


def mask(text: str) -> str:
    """Masked text: one forward scan, linear whatever the input."""
    if "<" not in text or (first := _next_token(text, 0)) is None:
        return text
    return _Masker(text).run(first)


def _next_token(text: str, place: int) -> re.Match[str] | None:
    if loops is None:
        return _TOKEN.search(text, place)
    while (place := loops.find_tag(text, place, _BEGINS_TOKEN)) >= 0:
        token = _TOKEN.match(text, place)
        if token is not None:
            return token
        place += 1
    return None


def unmask(text: str) -> str:
    """The reader's characters back in place of the inert ones."""
    return text if _ANY_INERT.search(text) is None else text.translate(_ACTIVE)


class _Masker:
    """The state of one scan: what was written, and what is known not to follow."""

    __slots__ = ("close", "in_reference", "kept", "missing", "parts", "scanned", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.kept = 0  # everything before this place is in `parts`
        self.missing: set[str] = set()  # tags without a closer, and ">", further on
        self.close = 0  # the last `-->` that was looked for, or the page's end
        self.scanned = 0  # how far references were looked for
        self.in_reference = False

    def run(self, token: re.Match[str] | None) -> str:
        """Walk from token to token; whatever lies inside a masked element is jumped over."""
        while token is not None:
            if token[1] is not None:
                place = self._element(token.start(), token.end(), token[1].lower())
            elif token[0] == "<!--":
                place = self._comment(token.start())
            else:
                place = self._put(token.start(), "", token.end())
            token = _next_token(self.text, place)
        self.parts.append(self.text[self.kept :])
        return "".join(self.parts)

    def _put(self, start: int, replacement: str, end: int) -> int:
        """Replace text[start:end]."""
        self.parts.append(self.text[self.kept : start])
        self.parts.append(replacement)
        self.kept = end
        return end

    def _element(self, start: int, name_end: int, tag: str) -> int:
        """Mask one extension tag; the place where the scan goes on. Unclosed, it is plain text."""
        open_end = -1 if ">" in self.missing else self.text.find(">", name_end)
        if open_end < 0:
            self.missing.add(">")
            return name_end
        inner = open_end + 1
        if self.text[open_end - 1] == "/":
            return self._put(start, _masked_element(tag, None), inner)
        closer = None if tag in self.missing else _CLOSERS[tag].search(self.text, inner)
        if closer is not None:
            content = self.text[inner : closer.start()]
            return self._put(start, _masked_element(tag, content), closer.end())
        if tag == "includeonly":  # the one tag that may stay open: it runs to the end
            return self._put(start, "", len(self.text))
        self.missing.add(tag)
        return inner

    def _comment(self, start: int) -> int:
        """Take out a comment and those right behind it, with their line where they fill one."""
        text = self.text
        line_start = start
        while line_start and text[line_start - 1] in " \t":
            line_start -= 1
        spans = [(start, self._comment_end(start))]
        after = _skip_blanks(text, spans[-1][1])
        while text.startswith("<!--", after):
            spans.append((after, self._comment_end(after)))
            after = _skip_blanks(text, spans[-1][1])
        if line_start and text[line_start - 1] == "\n" and text.startswith("\n", after):
            return self._put(line_start, "", after + 1)
        for comment_start, comment_end in spans:
            self._put(comment_start, "", comment_end)
        return self.kept

    def _comment_end(self, start: int) -> int:
        """Where a comment ends: at `-->`, at the end of its reference, or with the page."""
        if self.close < start + 4:  # "<ref><!--</ref>" again and again would search the whole page each time
            close = self.text.find("-->", start + 4)
            self.close = close if close >= 0 else len(self.text)
        end = min(self.close + 3, len(self.text))
        closer = _CLOSE_REFERENCE.search(self.text, start, end)
        return closer.start() if closer is not None and self._in_reference(start) else end

    def _in_reference(self, place: int) -> bool:
        """Whether a reference is open at `place`; asked in rising order, so each character is read once."""
        for tag in _REFERENCE_TAG.finditer(self.text, self.scanned, place):
            self.in_reference = tag[1] is None
        self.scanned = place
        return self.in_reference


def _skip_blanks(text: str, place: int) -> int:
    """The first place from `place` on that is no space or tab."""
    while text.startswith((" ", "\t"), place):
        place += 1
    return place


def _masked_element(tag: str, content: str | None) -> str:
    """What stands in masked text for an extension tag; `content` is None for a self-closing one."""
    if tag == "nowiki":
        return EMPTY + (content or "").translate(_INERT)
    if tag == "pre":
        return "<pre>" + _NOWIKI_TAG.sub("", content or "").translate(_INERT) + "</pre>"
    return "" if tag == "includeonly" else f"<{tag}/>"
