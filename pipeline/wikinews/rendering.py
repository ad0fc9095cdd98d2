"""Wikitext of a caption as a reader sees it, with its links.

Markup is replaced from the inside: templates, then links, then tags and quotes. Where a link or a credit begins and
ends is kept in the text meanwhile as noncharacters that `mask` does not use; `marks` turns them into places.
"""

import re
from dataclasses import dataclass, field

from pipeline.titles.parsing import CATEGORY, FILE
from pipeline.wikinews import marks
from pipeline.wikinews.marks import Rendered
from pipeline.wikinews.quantities import conversion, grouped, money
from pipeline.wikinews.site import LinkTarget, NewsSite, fold, read_target, table, wikipedia_target
from pipeline.wikitext.file_links import file_end
from pipeline.wikitext.link_tokens import FILE_TITLE, MIXED, PLAIN, TARGET, TRAIL, link_tokens, shown_target
from pipeline.wikitext.positional import positional, ruled_argument
from pipeline.wikitext.structure import Structure, Template, arguments, read_structure
from pipeline.wikitext.styles import strip_quotes, strip_tags

_MAX_NESTING = 8
_MAX_TARGET = 260
_OPEN_TARGET = re.compile(r"\[\[[^\[\]|\n]*\Z")
_EXTERNAL = re.compile(
    r"\[(?:[a-z][a-z0-9+.-]{1,15}:)?//[^\]\[<>\"\s]*+ *+([^\]\[\n]*+)\]|\[mailto:[^\]\[<>\"\s]*+ *+([^\]\[\n]*+)\]",
    re.IGNORECASE,
)
_BREAK_TAG = re.compile(r"</?(?:br|p|div|hr|li|tr|td|center)(?=[\s/>])[^<>]*+>", re.IGNORECASE)
_SMALL_TAG = re.compile(r"</?small(?=[\s/>])[^<>]*+>", re.IGNORECASE)
_SWITCH = re.compile(r"__[A-Z]{3,32}__")
_TITLE_VARIABLES = frozenset(("pagename", "fullpagename", "basepagename", "subpagename", "rootpagename"))
_CHOICES = frozenset(("#if", "#ifeq"))
_EMPTY_PIPE = re.compile(r"\[\[([^\[\]{}|<>\n]{1,260}+)\|[ ]*+\]\]")
_PREFIXES = re.compile(r":?(?:[\w -]+:)* *")
_QUALIFIER = re.compile(r"(?: ?\([^()]*\))?(?:, .*)?\Z")
_CASES = {"lc": str.lower, "uc": str.upper}
_FIRST_LETTER = {"lcfirst": str.lower, "ucfirst": str.upper}
_FUNCTION_TEXT = {"!": "|", "=": "="}


def render(wikitext: str, site: NewsSite, page_title: str = "") -> Rendered:
    """The text of masked wikitext with links, breaks, credits and unknown templates; never fails.

    A template that no table knows shows its last unnamed argument and is named in `unknown`. `page_title` is what
    `{{PAGENAME}}` shows.
    """
    work = _Work(site, marks.without_marks(page_title))
    text = work.expand(marks.without_marks(wikitext), 0)
    if "[[" in text:
        text = work.links(_EMPTY_PIPE.sub(work.piped, text))
    text = _EXTERNAL.sub(lambda found: found[1] or found[2] or "", text)
    text = _SMALL_TAG.sub(marks.SOFT_BREAK, _BREAK_TAG.sub(marks.BREAK, text))
    text = _SWITCH.sub("", strip_quotes(strip_tags(text)))
    return marks.read_marks(text, work.targets, tuple(sorted(work.unknown)))


@dataclass(slots=True)
class _Work:
    """One rendering: the links so far, and the templates that nobody knew."""

    site: NewsSite
    page_title: str = ""
    targets: list[LinkTarget] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def expand(self, text: str, nesting: int) -> str:
        """Templates replaced by what they show; references and galleries taken out."""
        if "{{" not in text and "<" not in text:
            return text
        structure = read_structure(text, self.site.wiki)
        cuts: list[tuple[int, int, Template | None]] = [(t.start, t.end, t) for t in structure.templates if not t.depth]
        cuts += [(start, end, None) for start, end in (*structure.references, *structure.galleries)]
        parts: list[str] = []
        place = 0
        for start, end, template in sorted(cuts, key=lambda cut: cut[:2]):
            if start < place:
                continue
            parts.append(text[place:start])
            if template is not None:
                is_target = _OPEN_TARGET.search(text, max(place, start - _MAX_TARGET), start) is not None
                # No link leads where only the wiki's own templates know.
                parts.append((marks.SOFT_BREAK if is_target else "") + self._call(structure, template, nesting))
            place = end
        parts.append(text[place:])
        return "".join(parts)

    def _call(self, structure: Structure, template: Template, nesting: int) -> str:
        if nesting >= _MAX_NESTING:
            self.unknown.add(template.name)
            return ""
        if template.is_function:
            return self._function(structure.text[template.start + 2 : template.end - 2], template.name, nesting)
        return self._template(fold(template.name), template.name, arguments(structure, template), nesting)

    def _template(self, name: str, written: str, values: list[tuple[str | None, str]], nesting: int) -> str:
        """What one call shows, by the table that knows its folded `name`."""
        tables = table("templates")
        if name in tables["silent"]:
            return ""
        if name in tables["wikipedia_links"]:
            return self._wikipedia_link(values, nesting)
        if name in tables["convert"] or name in tables["conversions"] or name in tables["money"]:
            return self._quantity(name, written, values, nesting)
        shown = self.expand(self._text_of(name, written, values), nesting + 1)
        if shown and name in tables["credit"]:
            return f"{marks.CREDIT_BEGIN}{shown}{marks.CREDIT_END}"
        return shown

    def _text_of(self, name: str, written: str, values: list[tuple[str | None, str]]) -> str:
        """The argument that a text template shows, as wikitext."""
        tables = table("templates")
        by_place = positional(values)
        first, last = by_place.get(1, "").strip(), by_place.get(max(by_place, default=0), "").strip()
        if name in tables["first"]:
            return first
        if name in tables["last"] or name in tables["other_links"]:
            return last
        if name in tables["credit"]:
            return last or next((value for key, value in values if key and fold(key) in _CREDIT_NAMES), "")
        if name in tables["sic"]:
            return f"{first} [sic]".strip()
        rule = self.site.wiki.templates.text_template(written)
        if rule is not None:
            shown = ruled_argument(values, rule)
            return shown.strip() if rule.position else shown
        self.unknown.add(written)
        return last

    def _wikipedia_link(self, values: list[tuple[str | None, str]], nesting: int) -> str:
        by_place = positional(values)
        if not by_place:
            return ""
        title = by_place.get(1, "").strip()
        shown = self.expand(by_place[max(by_place)].strip() or title, nesting + 1)
        language = next((value for name, value in values if name == "lang"), "")
        target = wikipedia_target(f"{language}:{title}" if language else title, self.site) if title else None
        return self._linked(shown, target)

    def _quantity(self, name: str, written: str, values: list[tuple[str | None, str]], nesting: int) -> str:
        tables = table("templates")
        plain = [(key, self.expand(value.strip(), nesting + 1)) for key, value in values]
        if name in tables["money"]:
            shown = money(plain)
        else:
            units = tables["conversions"].get(name)
            shown = conversion(plain, (units[0], units[1]) if units else None)
        if shown is not None:
            return shown
        self.unknown.add(written)
        return " ".join(value for key, value in plain if key is None and value)

    def _function(self, inner: str, name: str, nesting: int) -> str:
        if name in _CHOICES:
            return self._choice(inner, name, nesting)
        value = self.expand(inner.partition(":")[2].partition("|")[0].strip(), nesting + 1)
        if name == "formatnum":
            is_raw = inner.rpartition("|")[2].strip().upper() == "R"
            return value.replace(",", "") if is_raw else grouped(value, self.site.language)
        if name in _TITLE_VARIABLES:
            return value or self.page_title
        if name in _CASES:
            return value if marks.has_marks(value) else _CASES[name](value)
        if name in _FIRST_LETTER:
            return _FIRST_LETTER[name](value[:1]) + value[1:]
        if name not in _FUNCTION_TEXT:
            self.unknown.add(name)
        return _FUNCTION_TEXT.get(name, "")

    def _choice(self, inner: str, name: str, nesting: int) -> str:
        """What `{{#if:…}}` or `{{#ifeq:…}}` chooses."""
        call = f"{{{{x|{inner.partition(':')[2]}}}}}"
        values = arguments(call, Template("X", 0, len(call), 0, is_function=False, is_infobox=False))
        parts = [(value if key is None else f"{key}={value}").strip() for key, value in values]
        n_asked = 1 if name == "#if" else 2
        asked = [self.expand(part, nesting + 1).strip() for part in (*parts[:n_asked], "")]
        is_true = bool(asked[0]) if name == "#if" else asked[0] == asked[1]
        chosen = parts[n_asked:][:1] if is_true else parts[n_asked + 1 :][:1]
        return self.expand(chosen[0], nesting + 1) if chosen else ""

    def piped(self, link: re.Match[str]) -> str:
        """A link with an empty anchor, as editors mean it: "[[w:Lima (Ohio)|]]" shows "Lima"."""
        written = link[1]
        title = self.site.wiki.titles.parse(written)
        if marks.has_marks(written) or (title.namespace in (FILE, CATEGORY) and not title.colon):
            return f"[[{written}]]"
        shown = _QUALIFIER.sub("", _PREFIXES.sub("", written.strip(), count=1), count=1)
        return f"[[{written}|{shown}]]" if shown else f"[[{written}]]"

    def links(self, text: str) -> str:
        """Links replaced by their text with trail, between marks; images and categories taken out."""
        parts: list[str] = []
        place = 0
        for token in link_tokens(text, self.site.wiki):
            start, end = token.span()
            if start < place or token.lastindex not in (FILE_TITLE, TRAIL):
                continue
            shown = ""
            if token.lastindex == FILE_TITLE:
                end = file_end(text, end)
                if end < 0:
                    continue
            else:
                shown = self._link(token)
            parts += (text[place:start], shown)
            place = end
        parts.append(text[place:])
        return "".join(parts)

    def _link(self, token: re.Match[str]) -> str:
        written = token[TARGET]
        if marks.has_marks(written):
            return (token[PLAIN] or token[MIXED] or written) + token[TRAIL]
        title = self.site.wiki.titles.parse(written)
        if title.namespace in (FILE, CATEGORY) and not title.colon:
            return ""
        shown = token[PLAIN] or token[MIXED] or _shown_title(written, title.interwiki, title.key)
        return self._linked(shown + token[TRAIL], read_target(written, self.site))

    def _linked(self, shown: str, target: LinkTarget | None) -> str:
        if target is None or not shown:
            return shown
        self.targets.append(target)
        return f"{marks.link_begin(len(self.targets) - 1)}{shown}{marks.LINK_END}"


_CREDIT_NAMES = ("author", "source", "credit", "by", "name", "who")


def _shown_title(written: str, interwiki: str, key: str) -> str:
    """What a link without anchor shows; of another wiki the page's title, as news captions mean it."""
    return key if interwiki else shown_target(written)
