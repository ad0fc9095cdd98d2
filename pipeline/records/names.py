"""The closed lists of names that records may hold."""

from enum import StrEnum


class PageKind(StrEnum):
    """What a page is; only articles are entities (KB definitions, section 1)."""

    ARTICLE = "article"
    REDIRECT = "redirect"
    DISAMBIGUATION = "disambiguation"
    SURNAME = "surname"
    GIVEN_NAME = "given_name"
    SET_INDEX = "set_index"


ITEM_KINDS = (PageKind.DISAMBIGUATION, PageKind.SURNAME, PageKind.GIVEN_NAME, PageKind.SET_INDEX)
"""Kinds of page whose list items name the senses of a surface."""


class EntityKind(StrEnum):
    """A candidate is an article, or the target of red links only."""

    ARTICLE = "article"
    RED = "red"


class Context(StrEnum):
    """Where a link stands in its page; the first that applies, in this order."""

    REFERENCE = "reference"
    GALLERY = "gallery"
    CAPTION = "caption"
    INFOBOX = "infobox"
    TEMPLATE = "template"
    TABLE = "table"
    LIST = "list"
    LEAD = "lead"
    PROSE = "prose"


class RedirectStatus(StrEnum):
    """How following a redirect ended."""

    OK = "ok"
    MISSING = "missing"
    LOOP = "loop"
    INTERWIKI = "interwiki"
    NAMESPACE = "namespace"


class ImageForm(StrEnum):
    """How an image is written in wikitext."""

    LINK = "link"
    GALLERY = "gallery"
    PARAMETER = "parameter"


class ImageOrigin(StrEnum):
    """The part of the article in which an image stands."""

    INFOBOX = "infobox"
    LEAD = "lead"
    BODY = "body"
    GALLERY = "gallery"


class DropReason(StrEnum):
    """Why a rule refused a row; every dropped row is counted under one of these."""

    SELF_LINK = "self_link"
    NOT_MAIN_NAMESPACE = "not_main_namespace"
    INTERWIKI = "interwiki"
    BAD_TITLE = "bad_title"
    TEMPLATE_IN_TARGET = "template_in_target"
    NAMESPACE_NOT_KEPT = "namespace_not_kept"
    NOT_WIKITEXT = "not_wikitext"
    EMPTY_SURFACE = "empty_surface"
    RED_LINK = "red_link"
    NOT_A_CANDIDATE = "not_a_candidate"
    DUPLICATE_TITLE = "duplicate_title"
    NO_WEIGHT = "no_weight"
    REDIRECT = "redirect"
    NOT_PUBLISHED = "not_published"
    NO_DATE = "no_date"
    OUTSIDE_YEARS = "outside_years"
    NOT_REDISTRIBUTABLE = "not_redistributable"


class Level(StrEnum):
    """How far a query had to be relaxed before the store knew it."""

    EXACT = "exact"
    FOLDED = "folded"
    STRIPPED = "stripped"
