"""What `{{name|…}}` calls: a template, a parser function or a variable."""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.titles.wiki import Wiki

_FUNCTION_WORDS = (
    "anchorencode basepagename basepagenamee bidi canonicalurl canonicalurle cascadingsources defaultcategorysort "
    "defaultsort defaultsortkey displaytitle filepath formatdate formatnum fullpagename fullpagenamee fullurl "
    "fullurle gender grammar int language lc lcfirst localurl localurle namespace namespacee namespacenumber "
    "noexternallanglinks ns nse numberingroup numingroup padleft padright pagename pagenamee pagesincat "
    "pagesincategory pagesinnamespace pagesinns pagesize pageid plural protectionexpiry protectionlevel revisionid "
    "revisionday revisionday2 revisionmonth revisionmonth1 revisiontimestamp revisionuser revisionyear rootpagename "
    "rootpagenamee speciale special subjectpagename subjectpagenamee subjectspace subjectspacee subpagename "
    "subpagenamee subst talkpagename talkpagenamee talkspace talkspacee uc ucfirst urlencode numberofarticles "
    "numberofusers numberofpages numberoffiles numberofadmins numberofedits numberofactiveusers"
)
FUNCTIONS = frozenset(_FUNCTION_WORDS.split())
"""Parser functions that are written without `#`, in lower case; each is followed by a colon."""

_VARIABLE_WORDS = (
    "! = !- currentyear currentmonth currentmonth1 currentmonth2 currentmonthname currentmonthnamegen "
    "currentmonthabbrev currentday currentday2 currentdow currentdayname currenttime currenthour currentweek "
    "currenttimestamp localyear localmonth localmonth1 localmonth2 localmonthname localmonthnamegen "
    "localmonthabbrev localday localday2 localdow localdayname localtime localhour localweek localtimestamp "
    "sitename server servername scriptpath stylepath currentversion contentlanguage pagelanguage "
    "articlepath revisionsize noeditsection directionmark"
)
VARIABLES = FUNCTIONS.union(_VARIABLE_WORDS.split())
"""Magic words that stand alone between braces, in lower case."""

_MODIFIER = re.compile(r"\s*(?:safesubst|msgnw|msg|raw)\s*:", re.IGNORECASE)
_NAME = re.compile(r"[^|{}<>\[\]]*")
_BLANKS = re.compile(r"[\s_]+")
_TEMPLATE_NAMESPACE = 10
_CACHE_NAMES = 1 << 15
MAX_NAME = 256
"""Names are cut after so many characters: no title has more bytes."""


class Name(NamedTuple):
    """A name in its canonical form and what it belongs to."""

    name: str
    is_function: bool
    is_infobox: bool


class TemplateNames:
    """Reads template names by the rules of one wiki.

    Names have single spaces and a capital first letter, no template prefix and no fragment; a transcluded article
    keeps its colon (":Page"). Those of functions and variables are in lower case ("#if", "pagename").

    `known` holds recent answers, for callers who cannot afford a call.
    """

    def __init__(self, wiki: Wiki) -> None:
        self._is_infobox = wiki.templates.is_infobox
        self._prefixes = frozenset(
            name.casefold()
            for namespace in wiki.siteinfo.namespaces
            if namespace.id == _TEMPLATE_NAMESPACE
            for name in (namespace.name, namespace.canonical, *namespace.aliases)
        )
        self.known: dict[str, Name] = {}

    def read(self, raw: str) -> Name:
        """Read what follows `{{`, up to and with the first `|`, or with one brace of the end."""
        if len(self.known) >= _CACHE_NAMES:
            self.known.clear()
        match = _NAME.match(raw)
        assert match is not None  # it may be empty
        name = self._read(_MODIFIER.sub("", match[0], count=1), is_alone=raw.startswith("}", match.end()))
        self.known[raw] = name
        return name

    def _read(self, text: str, *, is_alone: bool) -> Name:
        head, colon, rest = (part.strip() for part in text.partition(":"))
        folded = head.casefold()
        if folded.startswith("#") or (folded in FUNCTIONS if colon else is_alone and folded in VARIABLES):
            return Name(folded, True, False)
        if colon and not head:
            name = ":" + _canonical(rest)
        else:
            is_prefix = colon and _BLANKS.sub(" ", folded) in self._prefixes
            name = _canonical(rest if is_prefix else text)
        return Name(name, False, self._is_infobox(name))


@lru_cache(maxsize=8)
def names_of(wiki: Wiki) -> TemplateNames:
    """The reader of template names of a wiki."""
    return TemplateNames(wiki)


def _canonical(name: str) -> str:
    """Single spaces, no fragment, first letter capital."""
    name = _BLANKS.sub(" ", name.partition("#")[0]).strip()
    return name[:1].upper() + name[1:]
