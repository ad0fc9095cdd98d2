"""The Arrow schema of every artifact, each column with its meaning."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

_I64 = pa.int64()
_I32 = pa.int32()
_TEXT = pa.string()
_BOOL = pa.bool_()
# Parquet knows no whole seconds and calls list items "element": with these a shard reads back as its schema.
_TIME = pa.timestamp("ms", tz="UTC")
_TEXTS = pa.list_(pa.field("element", pa.string(), nullable=False))


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, whether it may be null, and what it means."""

    name: str
    type: pa.DataType
    meaning: str
    nullable: bool = False


@dataclass(frozen=True)
class Schema:
    """An artifact's columns, its key, its order inside a shard, and its version.

    `sort` holds (column, "ascending" | "descending") pairs; a shard's rows obey it. `payloads` are columns of packed
    bytes (pictures): they are not compressed again, and their shards have small row groups.
    """

    name: str
    version: int
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort: tuple[tuple[str, str], ...]
    payloads: tuple[str, ...] = ()

    @cached_property
    def arrow(self) -> pa.Schema:
        """The schema as Arrow sees it, with name and version in its metadata."""
        fields = [pa.field(c.name, c.type, nullable=c.nullable) for c in self.columns]
        return pa.schema(fields, metadata={"mel.schema": self.name, "mel.version": str(self.version)})

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [c.name for c in self.columns]


def _up(*names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, "ascending") for name in names)


_PAGE_ID = Column("page_id", _I64, "Id of the page in the wiki")
_PAGE_TITLE = Column("page_title", _TEXT, "Title of the page that holds the row")
_TARGET = Column("target", _TEXT, "Title key as written, redirects not followed")
_FRAGMENT = Column("fragment", _TEXT, "Section after '#', '' when none")
_SURFACE = Column("surface", _TEXT, "Surface key: NFC, white space collapsed, trimmed")
_CONTEXT = Column("context", _TEXT, "reference, gallery, caption, infobox, template, table, list, lead or prose")
_IN_TEMPLATE = Column("in_template", _BOOL, "Written in an argument of a template call, however deep")
_RESOLVED = Column(
    "resolved", _TEXT, "Title where redirects end, with a page or red; null for loops and other wikis", nullable=True
)
_REVISION = Column("revision_id", _I64, "Revision that was read", nullable=True)
_TIMESTAMP = Column("timestamp", _TIME, "Time of that revision", nullable=True)
_ENTITY_ID = Column("entity_id", _I64, "Page id of the article; negative for a red entity")
_N_LINKS = Column("n_links", _I64, "Link occurrences")
_N_PAGES = Column("n_pages", _I64, "Linking pages, summed over merged targets: an upper bound of distinct pages")
_POSITION = Column("position", _I32, "0 = the text before the list, then 1, 2, … in document order")
_ITEM_KIND = Column("kind", _TEXT, "Kind of the page: disambiguation, surname, given_name or set_index")
_QID = Column("qid", _TEXT, "Wikidata id (page_props)", nullable=True)
_TITLE = Column("title", _TEXT, "Title key, with namespace prefix outside the main namespace")
_ARTICLE_COLUMNS = (
    Column("lead", _TEXT, "Clean prose before the first heading, at most 2,000 characters"),
    Column("categories", _TEXTS, "Category titles in document order, without prefix"),
    Column("infobox_type", _TEXT, "What follows the infobox word in the first infobox's name", nullable=True),
    Column("image", _TEXT, "First still image of the article (the paper's rule), file title", nullable=True),
    Column("page_image", _TEXT, "Page image of page_props, file title", nullable=True),
)

PAGES = Schema(
    "pages", 1, "Every page of a kept namespace",
    (
        _PAGE_ID,
        Column("namespace", _I32, "Namespace number"),
        _TITLE,
        Column("kind", _TEXT, "article, redirect, disambiguation, surname, given_name or set_index"),
        _REVISION, _TIMESTAMP,
        Column("n_bytes", _I64, "Size of the wikitext in UTF-8, in bytes"),
        Column("model", _TEXT, "Content model, wikitext when the dump names none"),
    ),
    ("page_id",), _up("page_id"),
)  # fmt: skip
LINKS = Schema(
    "links", 1, "Links to main-namespace titles, added up per page",
    (
        _PAGE_ID, _PAGE_TITLE, _TARGET, _FRAGMENT,
        Column("surface", _TEXT, "The text a reader sees, link trail included"),
        _CONTEXT, _IN_TEMPLATE,
        Column("n", _I64, "Occurrences of this row in the page"),
    ),
    ("page_id", "target", "fragment", "surface", "context", "in_template"),
    _up("page_id", "target", "fragment", "surface", "context", "in_template"),
)  # fmt: skip
_HATNOTE_COLUMNS = (_PAGE_ID, _SURFACE, _TARGET, Column("template", _TEXT, "Name of the hatnote template"))
_HATNOTE_KEY = ("page_id", "surface", "target", "template")
RAW_HATNOTES = Schema(
    "raw_hatnotes", 1, "Hatnote pairs before redirects are followed", _HATNOTE_COLUMNS, _HATNOTE_KEY, _up(*_HATNOTE_KEY)
)
HATNOTES = Schema(
    "hatnotes", 1, "Surface and target pairs given by hatnote templates",
    (*_HATNOTE_COLUMNS, _RESOLVED), _HATNOTE_KEY, _up(*_HATNOTE_KEY),
)  # fmt: skip
_REDIRECT_COLUMNS = (
    _PAGE_ID, _TITLE,
    Column("target", _TEXT, "Where it points: a title key, with its prefix if not local or not main"),
    _FRAGMENT,
)  # fmt: skip
RAW_REDIRECTS = Schema(
    "raw_redirects", 1, "Redirect pages before they are followed",
    (*_REDIRECT_COLUMNS, Column("status", _TEXT, "ok, interwiki or namespace, as far as the target's text tells")),
    ("page_id",), _up("page_id"),
)  # fmt: skip
REDIRECTS = Schema(
    "redirects", 1, "Redirect pages and where they end",
    (
        *_REDIRECT_COLUMNS, _RESOLVED,
        Column("hops", _I32, "Redirects followed, the first included"),
        Column("status", _TEXT, "ok, missing, loop, interwiki or namespace"),
    ),
    ("page_id",), _up("page_id"),
)  # fmt: skip
_ITEM_KEY = ("page_id", "surface", "position", "target")
RAW_DISAMBIGUATION = Schema(
    "raw_disambiguation", 1, "Items of disambiguation-like pages before redirects are followed",
    (_PAGE_ID, _PAGE_TITLE, _SURFACE, _TARGET, _POSITION, _ITEM_KIND), _ITEM_KEY, _up(*_ITEM_KEY),
)  # fmt: skip
DISAMBIGUATION = Schema(
    "disambiguation", 1, "Senses listed on disambiguation, surname, given-name and set-index pages",
    (_PAGE_ID, _PAGE_TITLE, _SURFACE, _TARGET, _RESOLVED, _POSITION, _ITEM_KIND), _ITEM_KEY, _up(*_ITEM_KEY),
)  # fmt: skip
ENTITY_IMAGES = Schema(
    "entity_images", 1, "Images of articles in document order",
    (
        Column("entity_id", _I64, "Page id of the article"),
        Column("image_id", _TEXT, "16 hex digits: hash of wiki and file title"),
        Column("rank", _I32, "Document order, from 0"),
        Column("file_title", _TEXT, "File title without prefix"),
        Column("written_as", _TEXT, "link, gallery or parameter"),
        _IN_TEMPLATE,
        Column("origin", _TEXT, "infobox, lead, body or gallery"),
        Column("caption", _TEXT, "Caption as a reader sees it, '' when none"),
    ),
    ("entity_id", "rank"), _up("entity_id", "rank"),
)  # fmt: skip
ARTICLES = Schema(
    "articles", 1, "Text side of articles, until in-links are known",
    (_PAGE_ID, _TITLE, _QID, *_ARTICLE_COLUMNS, _REVISION, _TIMESTAMP), ("page_id",), _up("page_id"),
)  # fmt: skip
ERRORS = Schema(
    "errors", 1, "Dead letters: records that failed with an error",
    (
        Column("stage", _TEXT, "Stage that met the error"),
        Column("unit", _TEXT, "Range, shard or partition"),
        Column("page_id", _I64, "Page, where known", nullable=True),
        Column("title", _TEXT, "Page title, '' when unknown"),
        Column("reason", _TEXT, "Short name of the failure"),
        Column("message", _TEXT, "What happened, in a sentence"),
    ),
    ("stage", "unit", "page_id", "reason"), _up("stage", "unit", "page_id", "title", "reason", "message"),
)  # fmt: skip
TITLES = Schema(
    "titles", 1, "Every title and the entity it stands for; articles and redirects among them are the paper's ~16M",
    (
        Column("title_key", _TEXT, "Title key, with prefix outside the main namespace"),
        _PAGE_ID,
        Column("kind", _TEXT, "Kind of the page itself"),
        _FRAGMENT,
        Column("entity_id", _I64, "Entity where it ends; null unless it ends at an article", nullable=True),
        Column("resolved_page_id", _I64, "Page where redirects end", nullable=True),
        Column("resolved_kind", _TEXT, "Kind of that page", nullable=True),
    ),
    ("title_key",), _up("page_id"),
)  # fmt: skip
TARGETS = Schema(
    "targets", 1, "What a link to each title counts for, redirects followed",
    (
        Column("title_key", _TEXT, "Title key"),
        Column("entity_id", _I64, "Entity, negative when red and kept; null when none", nullable=True),
        Column("reason", _TEXT, "Why there is none: red_link or not_a_candidate; '' otherwise"),
        Column("red_title", _TEXT, "Missing title where the redirect ends", nullable=True),
    ),
    ("title_key",), _up("title_key"),
)  # fmt: skip
TARGET_COUNTS = Schema(
    "target_counts", 1, "Link counts per surface and title as written",
    (_SURFACE, _TARGET, _CONTEXT, _IN_TEMPLATE, _N_LINKS, _N_PAGES),
    ("target", "surface", "context", "in_template"), _up("target", "surface", "context", "in_template"),
)  # fmt: skip
INLINK_COUNTS = Schema(
    "inlink_counts", 1, "Link counts per title as written, over all surfaces",
    (_TARGET, _N_LINKS, Column("n_pages", _I64, "Distinct linking pages")), ("target",), _up("target"),
)  # fmt: skip
COUNTS = Schema(
    "counts", 1, "Link evidence after redirects, in hash partitions of the surface",
    (_SURFACE, _ENTITY_ID, _CONTEXT, _IN_TEMPLATE, _N_LINKS, _N_PAGES),
    ("surface", "entity_id", "context", "in_template"), _up("surface", "entity_id", "context", "in_template"),
)  # fmt: skip
ENTITIES = Schema(
    "entities", 1, "Articles: the candidates of entity linking",
    (
        Column("entity_id", _I64, "Page id of the article"), _TITLE, _QID,
        Column("kind", _TEXT, "article"), *_ARTICLE_COLUMNS,
        Column("n_inlinks", _I64, "Link occurrences that end here"),
        Column("n_pages_in", _I64, "Linking pages, summed over its titles: an upper bound of distinct pages"),
        _REVISION, _TIMESTAMP,
    ),
    ("entity_id",), _up("entity_id"),
)  # fmt: skip
EVIDENCE = Schema(
    "evidence", 1, "Surfaces that titles, redirects, list items and hatnotes give to entities",
    (
        _SURFACE, _ENTITY_ID,
        Column("source", _TEXT, "title, redirect, hatnote, or the kind of the page that lists the item"),
        Column("n", _I64, "Occurrences"),
    ),
    ("surface", "entity_id", "source"), _up("surface", "entity_id", "source"),
)  # fmt: skip
SURFACE_EVIDENCE = Schema(
    "surface_evidence", 1, "The evidence in hash partitions of the surface, one column a source",
    (
        _SURFACE, _ENTITY_ID,
        *(Column(f"n_{s}", _I64, f"Evidence by {s}") for s in ("redirect", "disambiguation", "title", "hatnote")),
    ),
    ("surface", "entity_id"), _up("surface", "entity_id"),
)  # fmt: skip
RED_ENTITIES = Schema(
    "red_entities", 1, "Titles of red links that were kept, and their ids",
    (_ENTITY_ID, Column("title", _TEXT, "Title key that no page has")), ("entity_id",), _up("entity_id", "title"),
)  # fmt: skip
ENTITY_INLINKS = Schema(
    "entity_inlinks", 1, "In-links per entity, in spans of entity ids",
    (_ENTITY_ID, _N_LINKS, _N_PAGES), ("entity_id",), _up("entity_id"),
)  # fmt: skip
MENTIONS = Schema(
    "mentions", 1, "The prior P(e|m) with its evidence, in hash partitions of the surface",
    (
        _SURFACE, Column("surface_folded", _TEXT, "Casefold of NFKC of the surface"), _ENTITY_ID,
        Column("entity", _TEXT, "Title of the entity"), Column("kind", _TEXT, "article or red"),
        Column("n_link", _I64, "Links (or linking pages, by --count) of the allowed contexts"),
        Column("n_redirect", _I64, "Redirect titles with this surface, full or bare form"),
        Column("n_disambiguation", _I64, "Items of disambiguation-like pages with this surface"),
        Column("n_title", _I64, "1 when the surface is the title or its bare form"),
        Column("n_hatnote", _I64, "Hatnotes with this surface"),
        Column("p", pa.float64(), "P(e|m): weighted evidence over its sum for the surface"),
    ),
    ("surface", "entity_id"), (("surface", "ascending"), ("p", "descending"), ("entity_id", "ascending")),
)  # fmt: skip
