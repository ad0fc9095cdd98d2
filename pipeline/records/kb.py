"""Row types of the knowledge base; columns are described in `schemas`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a kept namespace."""

    page_id: int
    namespace: int
    title: str
    kind: str
    revision_id: int | None
    timestamp: datetime | None
    n_bytes: int
    model: str


@dataclass(frozen=True, slots=True)
class Link:
    """All links of one page that share target, fragment, surface and place."""

    page_id: int
    page_title: str
    target: str
    fragment: str
    surface: str
    context: str
    in_template: bool
    n: int


@dataclass(frozen=True, slots=True)
class RawHatnote:
    """A surface and a target paired by a hatnote template, redirects not followed (staging)."""

    page_id: int
    surface: str
    target: str
    template: str


@dataclass(frozen=True, slots=True)
class Hatnote:
    """A surface and a target paired by a hatnote template."""

    page_id: int
    surface: str
    target: str
    template: str
    resolved: str | None


@dataclass(frozen=True, slots=True)
class RawRedirect:
    """A redirect page as its own text tells it (staging)."""

    page_id: int
    title: str
    target: str
    fragment: str
    status: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect page and where following it ends."""

    page_id: int
    title: str
    target: str
    fragment: str
    resolved: str | None
    hops: int
    status: str


@dataclass(frozen=True, slots=True)
class RawDisambiguationItem:
    """One sense listed on a disambiguation-like page, redirects not followed (staging)."""

    page_id: int
    page_title: str
    surface: str
    target: str
    position: int
    kind: str


@dataclass(frozen=True, slots=True)
class DisambiguationItem:
    """One sense listed on a disambiguation-like page."""

    page_id: int
    page_title: str
    surface: str
    target: str
    resolved: str | None
    position: int
    kind: str


@dataclass(frozen=True, slots=True)
class EntityImage:
    """One image of an article, in document order."""

    entity_id: int
    image_id: str
    rank: int
    file_title: str
    written_as: str
    in_template: bool
    origin: str
    caption: str


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What extraction keeps of an article until in-links are known (staging)."""

    page_id: int
    title: str
    qid: str | None
    lead: str
    categories: tuple[str, ...]
    infobox_type: str | None
    image: str | None
    page_image: str | None
    revision_id: int | None
    timestamp: datetime | None


@dataclass(frozen=True, slots=True)
class Title:
    """One title of the wiki and the entity it stands for, if any."""

    title_key: str
    page_id: int
    kind: str
    fragment: str
    entity_id: int | None
    resolved_page_id: int | None
    resolved_kind: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """What a link to a title counts for (staging)."""

    title_key: str
    entity_id: int | None
    reason: str
    red_title: str | None


@dataclass(frozen=True, slots=True)
class TargetCount:
    """Links of one surface to one title as written, redirects not yet followed (staging)."""

    surface: str
    target: str
    context: str
    in_template: bool
    n_links: int
    n_pages: int


@dataclass(frozen=True, slots=True)
class InlinkCount:
    """Links to one title as written, over all surfaces (staging)."""

    target: str
    n_links: int
    n_pages: int


@dataclass(frozen=True, slots=True)
class Count:
    """Links of one surface to one entity, redirects followed."""

    surface: str
    entity_id: int
    context: str
    in_template: bool
    n_links: int
    n_pages: int


@dataclass(frozen=True, slots=True)
class Entity:
    """One candidate: an article with its text and images."""

    entity_id: int
    title: str
    qid: str | None
    kind: str
    lead: str
    categories: tuple[str, ...]
    infobox_type: str | None
    image: str | None
    page_image: str | None
    n_inlinks: int
    n_pages_in: int
    revision_id: int | None
    timestamp: datetime | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A surface given to an entity by something other than a link (staging)."""

    surface: str
    entity_id: int
    source: str
    n: int


@dataclass(frozen=True, slots=True)
class SurfaceEvidence:
    """All evidence but links for a surface and an entity (staging)."""

    surface: str
    entity_id: int
    n_redirect: int
    n_disambiguation: int
    n_title: int
    n_hatnote: int


@dataclass(frozen=True, slots=True)
class RedEntity:
    """A title that no page has, kept as an entity (staging)."""

    entity_id: int
    title: str


@dataclass(frozen=True, slots=True)
class EntityInlinks:
    """Links that end at an entity (staging)."""

    entity_id: int
    n_links: int
    n_pages: int


@dataclass(frozen=True, slots=True)
class Mention:
    """One row of the prior: a surface, an entity, the evidence and p."""

    surface: str
    surface_folded: str
    entity_id: int
    entity: str
    kind: str
    n_link: int
    n_redirect: int
    n_disambiguation: int
    n_title: int
    n_hatnote: int
    p: float
