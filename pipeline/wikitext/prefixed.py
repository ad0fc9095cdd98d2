"""Titles of one namespace, written with its prefix."""

from functools import lru_cache

from pipeline.titles.wiki import Wiki


def title_within(written: str, namespace: int, wiki: Wiki) -> str:
    """Title key without prefix of a link target `Prefix:Name` in `namespace`; '' for any other or a bad target.

    A target with a leading colon is an ordinary link and gives '' too.
    """
    prefix, colon, name = written.partition(":")
    if colon and ":" not in name and _shares_rules(namespace, wiki) and _is_prefix(prefix, namespace, wiki):
        return bare_title(name, wiki)
    parsed = wiki.titles.parse(written)
    if parsed.problem is not None or parsed.namespace != namespace or parsed.interwiki or parsed.colon:
        return ""
    return parsed.key.partition(":")[2]


def bare_title(name: str, wiki: Wiki) -> str:
    """Title key of a name without colon, by the rules of the main namespace; '' when it is bad.

    The title parser has a quick way for such names and none for those with a prefix.
    """
    return wiki.titles.parse(name).key


@lru_cache(maxsize=4096)
def _is_prefix(prefix: str, namespace: int, wiki: Wiki) -> bool:
    """Whether `prefix` names the namespace; a leading colon makes it none."""
    parsed = wiki.titles.parse(f"{prefix}:x")
    return parsed.namespace == namespace and parsed.problem is None and not (parsed.interwiki or parsed.colon)


@lru_cache(maxsize=64)
def _shares_rules(namespace: int, wiki: Wiki) -> bool:
    """Whether first letters are treated there as in the main namespace."""
    cases = {entry.id: entry.case for entry in wiki.siteinfo.namespaces}
    return namespace in cases and cases[namespace] == cases.get(0)
