"""Every image of a news article with its caption, in document order."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.records.corpus import CaptionLink
from pipeline.records.names import ImageForm
from pipeline.titles.wiki import Wiki
from pipeline.wikinews.credits import split_credit
from pipeline.wikinews.rendering import render
from pipeline.wikinews.site import NewsSite, fold, table
from pipeline.wikitext.enclosing import enclosures
from pipeline.wikitext.gallery_lines import gallery_lines
from pipeline.wikitext.image_parameters import Captions, ParameterImage, file_title_of, parameter_images
from pipeline.wikitext.links import file_link_spans
from pipeline.wikitext.structure import Structure, Template, arguments

_MAX_CAPTIONED_DEPTH = 12


@dataclass(frozen=True, slots=True)
class CaptionedImage:
    """One image as an article shows it.

    Attributes:
        position: Document order, from 0.
        file_title: Title key without prefix; '' for a file link whose title is none, and for a map that a template
            draws.
        caption: As a reader sees it, credit taken out unless a label makes it all read as one; '' when there is none.
        caption_links: Spans in `caption`, by start; they do not overlap.
        credit: What the caption said of the image's origin, '' when nothing.
        credit_forms: Rules that found it.
        unknown_templates: Templates in the caption that no table knows, sorted; each shows its last unnamed argument.
    """

    position: int
    file_title: str
    written_as: ImageForm
    in_template: bool
    caption: str
    caption_links: tuple[CaptionLink, ...]
    credit: str
    credit_forms: tuple[str, ...]
    unknown_templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    place: int
    file_title: str
    written_as: ImageForm
    in_template: bool
    wikitext: str


def captioned_images(structure: Structure, site: NewsSite, page_title: str = "") -> list[CaptionedImage]:
    """Images of file links, galleries and template arguments with their captions; `page_title` is for those it names.

    `[[:File:…]]` and `[[Media:…]]` show no image and are left out, as are images in credit, link and date templates.
    """
    found = [*_linked(structure, site), *_in_galleries(structure, site), *_named(structure, site), *_drawn(structure)]
    found.sort(key=lambda image: image.place)
    return [_captioned(position, image, site, page_title) for position, image in enumerate(found)]


def _captioned(position: int, image: _Found, site: NewsSite, page_title: str) -> CaptionedImage:
    rendered = render(image.wikitext, site, page_title)
    split = split_credit(rendered)
    return CaptionedImage(
        position=position,
        file_title=image.file_title,
        written_as=image.written_as,
        in_template=image.in_template,
        caption=split.caption,
        caption_links=split.links,
        credit=split.credit,
        credit_forms=split.forms,
        unknown_templates=rendered.unknown,
    )


def _linked(structure: Structure, site: NewsSite) -> Iterator[_Found]:
    links = file_link_spans(structure, site.wiki)
    bare = [link.start for link in links if link.in_template and link.caption_start == link.caption_end]
    around = dict(zip(bare, enclosures(structure, bare), strict=True))
    captions = _WrittenCaptions(structure, site.wiki)
    for link in links:
        caption = structure.text[link.caption_start : link.caption_end]
        template = around[link.start].template if link.start in around else None
        if template is not None:
            caption = captions.by_news_name(template)  # {{Infobox|image=[[File:A.jpg]]|caption=…}}
        file_title = file_title_of(link.file_title, site.wiki)
        yield _Found(link.start, file_title, ImageForm.LINK, link.in_template, caption)


def _in_galleries(structure: Structure, site: NewsSite) -> Iterator[_Found]:
    for span in structure.galleries:
        for line in gallery_lines(structure.text, span, site.wiki):
            yield _Found(line.place, line.file_title, ImageForm.GALLERY, False, line.caption)


def _named(structure: Structure, site: NewsSite) -> Iterator[_Found]:
    captions = _WrittenCaptions(structure, site.wiki)
    links = [(link.start, link.end) for link in file_link_spans(structure, site.wiki)]
    starts = [start for start, _ in links]
    ignored = table("templates")["no_images"]
    for image in parameter_images(structure, site.wiki):
        template = image.enclosure.template
        if template is None or fold(template.name) in ignored:
            continue
        before = bisect_right(starts, image.place) - 1
        if before >= 0 and image.place < links[before][1]:
            continue  # a file name in the caption of another image
        yield _Found(image.place, image.file_title, ImageForm.PARAMETER, True, captions.written(image, template))


def _drawn(structure: Structure) -> Iterator[_Found]:
    """Maps that a template draws: they have a caption and no file (226 rows of the released corpus)."""
    drawing = table("templates")["drawn_maps"]
    for call in structure.templates:
        if not call.is_function and call.depth <= _MAX_CAPTIONED_DEPTH and fold(call.name) in drawing:
            caption = news_caption(structure, call)
            if caption:
                yield _Found(call.start, "", ImageForm.PARAMETER, True, caption)


class _WrittenCaptions(Captions):
    """Captions of parameter images as wikitext; each template is read once."""

    def __init__(self, structure: Structure, wiki: Wiki) -> None:
        super().__init__(structure, wiki)
        self._by_news: dict[int, str] = {}

    def written(self, image: ParameterImage, template: Template) -> str:
        """By the rules of Wikipedia's infoboxes, else the first parameter that news templates caption with."""
        if template.depth > _MAX_CAPTIONED_DEPTH:
            return ""
        raw = self._beside(template, image.name) if image.name else self._after(template, image.file_title)
        return raw or self.by_news_name(template)

    def by_news_name(self, template: Template) -> str:
        """The argument that captions the template as a whole; not looked for in calls nested deeper than twelve."""
        if template.depth > _MAX_CAPTIONED_DEPTH:
            return ""
        if template.start not in self._by_news:
            self._by_news[template.start] = news_caption(self._structure, template)
        return self._by_news[template.start]


def news_caption(structure: Structure, template: Template) -> str:
    """The argument that captions a news template, as wikitext; '' without one."""
    values = {fold(name): value for name, value in arguments(structure, template) if name}
    return next((values[name] for name in table("templates")["caption_parameters"] if values.get(name)), "")
