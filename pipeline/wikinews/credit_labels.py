"""Labels that may begin a credit, and when they do.

Everything is looked for within `MAX_CHARS` of a label, so that a text of nothing but labels costs linear time.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from pipeline.wikinews.credit_names import is_name

MAX_CHARS = 400
"""A credit is no longer than this."""
OPENING = "(["
_KIND = r"(?:photo(?:graph)?s?|images?|pictures?|pics?|video|graphic|screenshot|illustration)"
_PHOTO = r"(?:photo(?:graph)?s?|images?|pictures?|pics?)"
_WORD_NEXT = r"(?= [\w©“\"'@])"
LABEL = re.compile(
    rf"(?P<photo_credit>(?:{_KIND}|file) ?(?:credits?|source|copyright)(?: ?:|{_WORD_NEXT}))"
    rf"|(?P<courtesy>(?:{_KIND}(?: is)? )?courtesy(?: of\b| ?:|{_WORD_NEXT}))"
    r"|(?P<photo>(?:photo(?:graph(?:er)?)?|image|picture|pic)(?: by)? ?:)"
    r"|(?P<all_photos>all (?:photo(?:graph)?|image|picture)s(?: by)? ?:)"
    r"|(?P<agency>(?-i:(?<!\w)(?:AP|AFP|EPA|REUTERS|Reuters) (?:Photo|PHOTO)) ?/)"
    rf"|(?P<photo_by>(?<!\w){_PHOTO} by){_WORD_NEXT}"
    rf"|(?P<photo_from>(?<!\w){_PHOTO} from){_WORD_NEXT}"
    r"|(?P<credit>credits? ?:)"
    rf"|(?P<source>source ?:|(?-i:(?<!\w)Source){_WORD_NEXT})"
    r"|(?P<copyright>copyright ?:|©)",
    re.IGNORECASE,
)
"""The name of the group that matched is the form of the credit."""
_KIND_OF_PICTURE = re.compile(
    r"(?:stock|file|archive[ds]?|library|satellite|radar|composite|undated|handout|courtroom|aerial|thermal|infrared"
    r"|tele|screen|head|cover|family|profile)[ -]?\Z",
    re.IGNORECASE,
)
_SENTENCE_END = ".!?…\"”’')]»*"
_DASHES = "-–—"
_MAX_BARE_WORDS = 6
_MAX_SENTENCE = 200
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_WORD_BEFORE = re.compile(r"[^\s(\[]+\Z")
_SHOWING = re.compile(r"(?:\A|[.!?:] )(?:a|an|the|this|that|his|her|its|their|another)\b[^.!?]*\Z", re.IGNORECASE)
_IN_SENTENCE = re.compile(r" *[^\W_]")
_SIDES = re.compile(
    r" *(?:(?:far|top|bottom|upper|lower) )?(?:left|right|above|below|top|bottom|cent(?:er|re)|middle|inset|file"
    r"|archive|stock)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r" *(?:own\b|self\b|https?:|www\.|flickr\b|youtube\b|user\b)", re.IGNORECASE)


def is_credit(text: str, label: re.Match[str], span: tuple[int, int], breaks: Sequence[int]) -> bool:
    """Whether the words span[0]:span[1], which begin with a label or the bracket before it, are a credit."""
    form, rest = label.lastgroup or "", text[label.end() : span[1]]
    form = "photo" if form == "all_photos" else form
    if _is_bare(label) and not _fits_bare(form, label[0], rest):
        return False
    before = end_before(text, label.start())
    last = text[before - 1] if before else ""
    if not last:
        return _begins(text, form, rest, span[1], breaks, is_bare=_is_bare(label))
    if last in OPENING:
        return _is_bracketed(text, form, rest, span, breaks)
    if is_break(breaks, before) or is_break(breaks, label.start()):
        return True
    if _KIND_OF_PICTURE.search(text[max(0, label.start() - 12) : label.start()]):
        return False
    return last in _SENTENCE_END or (form != "agency" and _interrupts(label, form, before, rest))


def end_before(text: str, place: int) -> int:
    """Where the text before `place` ends, its spaces left out."""
    while place and text[place - 1] == " ":
        place -= 1
    return place


def is_break(breaks: Sequence[int], place: int) -> bool:
    """Whether a line or small print begins or ends at `place`."""
    index = bisect_left(breaks, place)
    return index < len(breaks) and breaks[index] == place


def _is_bare(label: re.Match[str]) -> bool:
    """Whether nothing but its words tells a label: no colon, no sign."""
    return label[0][-1] not in ":©"


def _fits_bare(form: str, label: str, rest: str) -> bool:
    """Whether what follows a label without a colon may be where an image comes from."""
    if form == "photo_from":
        words = rest.strip(" .)]").split()
        return is_name(rest) and (len(words) > 1 or (words[0].isupper() and len(words[0]) > 2))
    if form == "courtesy" and label.casefold().endswith(" of"):
        is_short = "," not in rest and len(rest.split()) <= _MAX_BARE_WORDS
        return _follows_kind(label) or is_name(rest) or is_short
    return is_name(rest)


def _begins(text: str, form: str, rest: str, end: int, breaks: Sequence[int], *, is_bare: bool) -> bool:
    """Whether a label at a caption's begin begins a credit; what more the caption says asks for a name."""
    if form == "photo_from" or (form == "source" and is_bare):
        return False
    if form in ("photo", "source") and end < len(text) and not is_break(breaks, end) and not is_name(rest):
        return False
    return form not in ("photo", "courtesy") or len(rest.split()) <= _MAX_BARE_WORDS


def _is_bracketed(text: str, form: str, rest: str, span: tuple[int, int], breaks: Sequence[int]) -> bool:
    """Whether a label behind a bracket begins a credit: "(source: police) said" tells of a sentence, not of a file."""
    if form == "photo":
        return _SIDES.match(rest) is None
    if form != "source":
        return True
    is_told = rest.lstrip()[:1].islower() and _OWN.match(rest) is None
    goes_on = _IN_SENTENCE.match(text, span[1]) is not None and not is_break(breaks, span[1])
    return not is_told and not goes_on


def _interrupts(label: re.Match[str], form: str, before: int, rest: str) -> bool:
    """Whether a label in the middle of a sentence begins a credit."""
    text, last = label.string, label.string[before - 1]
    if form == "courtesy":
        return _follows_kind(label[0]) or ((last == "," or _ends_in_year(text, before)) and is_name(rest))
    if form == "photo_by":
        word = _WORD_BEFORE.search(text[max(0, before - 40) : before])
        is_named = word is not None and (word[0][0].isupper() or word[0][0].isdigit())
        return is_named and _SHOWING.search(text[max(0, before - _MAX_SENTENCE) : before]) is None
    if form == "photo_from" or (form == "source" and _is_bare(label)):
        return form == "source" and last in _DASHES
    if form == "copyright":
        return label[0][0] in "Cc"
    is_capital = label[0][0].isupper()
    if last == text[label.start() - 1]:  # glued to the word before
        return is_capital or form in ("photo", "photo_credit")
    return is_capital and (form in ("credit", "photo_credit", "source") or len(rest.split()) <= _MAX_BARE_WORDS)


def _ends_in_year(text: str, place: int) -> bool:
    return _YEAR.search(text[max(0, place - 4) : place]) is not None


def _follows_kind(label: str) -> bool:
    return not label[:8].casefold().startswith("courtesy")
