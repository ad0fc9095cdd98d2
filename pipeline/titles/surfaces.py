"""Surface keys: the forms under which mentions are counted and looked up."""

import unicodedata

_QUOTES = "\"'“”„‟‘’‚‛«»‹›「」『』"
_ARTICLES = {
    "en": ("the ", "an ", "a "),
    "de": ("der ", "die ", "das ", "den ", "dem ", "des ", "ein ", "eine ", "einen ", "einem ", "einer ", "eines "),
    "fr": ("le ", "la ", "les ", "l'", "l’", "un ", "une ", "des "),
    "it": ("il ", "lo ", "la ", "i ", "gli ", "le ", "l'", "l’", "un ", "uno ", "una ", "un'", "un’"),
}
_POSSESSIVES = {"en": ("'s", "’s"), "de": ("'s", "’s")}
_ENGLISH = ("simple", "")


def surface_key(text: str) -> str:
    """NFC with white space collapsed and trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def surface_folded(text: str) -> str:
    """Casefold of NFKC of the surface key: the second key."""
    key = surface_key(text)
    if not key.isascii():
        key = unicodedata.normalize("NFKC", key)
    return key.casefold()


def bare_form(title: str) -> str:
    """The title without its trailing " (qualifier)"; the title itself where it has none."""
    if not title.endswith(")"):
        return title
    depth = 0
    for position in range(len(title) - 1, 0, -1):
        if title[position] == ")":
            depth += 1
        elif title[position] == "(":
            depth -= 1
            if not depth:
                bare = title[:position].rstrip(" ")
                return bare if bare and len(bare) < position else title
    return title


def stripped_form(query: str, lang: str = "en") -> str:
    """A query without quotes around it, its "(qualifier)", leading article and possessive (KB definitions 4.6).

    `lang` is the wiki's language; one without a table loses quotes and qualifier only. A step that would leave
    nothing is not taken. The caller folds the answer.
    """
    lang = "en" if lang in _ENGLISH else lang
    text, before = surface_key(query), ""
    while text != before:
        before = text
        text = _unquoted(bare_form(_unquoted(text)))
        text = _without_article(text, _ARTICLES.get(lang, ()))
        for ending in _POSSESSIVES.get(lang, ()):
            text = text.removesuffix(ending).rstrip() or text
    return text


def _unquoted(text: str) -> str:
    """`text` without quotes around it."""
    if len(text) > 2 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return text.strip(_QUOTES).strip() or text
    return text


def _without_article(text: str, articles: tuple[str, ...]) -> str:
    lower = text[:8].lower()
    for article in articles:
        if lower.startswith(article):
            return text[len(article) :].lstrip() or text
    return text
