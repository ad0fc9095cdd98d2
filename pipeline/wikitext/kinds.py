"""What a page is: an article or a page that lists senses."""

from functools import lru_cache

from pipeline.records.names import PageKind
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.structure import Structure

_SWITCH = "__DISAMBIG__"
_MARGIN = 4_096
_MAX_KNOWN = 1 << 15


def page_kind(title: str, structure: Structure, wiki: Wiki, flag: bool | None) -> PageKind:
    """The kind of a page that is no redirect (KB definitions, section 1).

    The flag of page_props decides about disambiguation alone: MediaWiki sets it for `__DISAMBIG__`, which surname,
    given-name and set-index templates do not contain. So a flag of True is a disambiguation page whatever else the
    page holds, and a flag of False rules disambiguation out but leaves the other three to the template table. Without
    page_props a disambiguation template anywhere (or the switch itself) wins over the first surname, given-name or
    set-index template; the title's suffix is asked last.

    Args:
        title: the page's title key.
        structure: the page's structure.
        wiki: the wiki whose template table and suffix apply.
        flag: `disambiguation` of page_props; None when there are no page_props.
    """
    if flag:
        return PageKind.DISAMBIGUATION
    kinds = _template_kinds(structure, wiki)
    if flag is None and (PageKind.DISAMBIGUATION in kinds or _has_switch(structure.text)):
        return PageKind.DISAMBIGUATION
    others = [kind for kind in kinds if kind is not PageKind.DISAMBIGUATION]
    if others:
        return others[0]
    suffix = wiki.templates.disambiguation_suffix
    if flag is None and suffix and title.endswith(suffix):
        return PageKind.DISAMBIGUATION
    return PageKind.ARTICLE


def _has_switch(text: str) -> bool:
    """Whether the switch stands near the page's start or end, where alone anyone writes it."""
    return _SWITCH in text[:_MARGIN] or _SWITCH in text[-_MARGIN:]


def _template_kinds(structure: Structure, wiki: Wiki) -> list[PageKind]:
    """Kinds that the page's templates stand for, in document order."""
    known = _known_kinds(wiki)
    return [kind for template in structure.templates if (kind := known[template.name]) is not None]


class _KnownKinds(dict[str, PageKind | None]):
    """Kinds by template name, asked once for each name; a page has hundreds of calls and few names."""

    def __init__(self, wiki: Wiki) -> None:
        super().__init__()
        self._kind_of = wiki.templates.kind_of

    def __missing__(self, name: str) -> PageKind | None:
        if len(self) >= _MAX_KNOWN:
            self.clear()
        kind = self[name] = self._kind_of(name)
        return kind


@lru_cache(maxsize=8)
def _known_kinds(wiki: Wiki) -> _KnownKinds:
    return _KnownKinds(wiki)
