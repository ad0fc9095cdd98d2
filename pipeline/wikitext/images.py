"""All images of a page in document order, with captions."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.records.names import ImageForm, ImageOrigin
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.enclosing import OUTSIDE, Enclosure, enclosures
from pipeline.wikitext.gallery_lines import gallery_lines
from pipeline.wikitext.image_parameters import Captions, parameter_images
from pipeline.wikitext.links import file_link_spans
from pipeline.wikitext.prefixed import title_within
from pipeline.wikitext.structure import Span, Structure
from pipeline.wikitext.surface import visible_text


class ImageUse(NamedTuple):
    """One image as a page uses it; an image used twice is two uses."""

    file_title: str
    written_as: ImageForm
    in_template: bool
    origin: ImageOrigin
    caption: str


_FILE = 6
_Placed = tuple[int, ImageUse]


def page_images(structure: Structure, wiki: Wiki) -> list[ImageUse]:
    """Images in document order: file links, gallery lines, and template arguments that are file names.

    `[[:File:…]]` and `[[Media:…]]` show no image and are left out. The origin is infobox inside a call of the infobox
    family, gallery inside `<gallery>`, lead before the first heading, else body.
    """
    found = [*_linked(structure, wiki), *_in_galleries(structure, wiki), *_named(structure, wiki)]
    return [use for _, use in sorted(found, key=lambda placed: placed[0])]


def _linked(structure: Structure, wiki: Wiki) -> Iterator[_Placed]:
    links = file_link_spans(structure, wiki)
    text = structure.text
    galleries = _Spans(structure.galleries)
    around = iter(enclosures(structure, [link.start for link in links if link.in_template]))
    for link in links:
        enclosure = next(around) if link.in_template else OUTSIDE
        file_title = title_within(link.file_title, _FILE, wiki)
        if not file_title:
            continue
        origin = _origin(structure, link.start, enclosure, in_gallery=galleries.hold(link.start))
        caption = visible_text(text[link.caption_start : link.caption_end], wiki)
        yield link.start, ImageUse(file_title, ImageForm.LINK, link.in_template, origin, caption)


def _in_galleries(structure: Structure, wiki: Wiki) -> Iterator[_Placed]:
    places = [start for start, _ in structure.galleries]
    for span, enclosure in zip(structure.galleries, enclosures(structure, places), strict=True):
        origin = _origin(structure, span[0], enclosure, in_gallery=True)
        in_template = enclosure.template is not None
        for line in gallery_lines(structure.text, span, wiki):
            caption = visible_text(line.caption, wiki)
            yield line.place, ImageUse(line.file_title, ImageForm.GALLERY, in_template, origin, caption)


def _named(structure: Structure, wiki: Wiki) -> Iterator[_Placed]:
    captions = Captions(structure, wiki)
    for image in parameter_images(structure, wiki):
        origin = _origin(structure, image.place, image.enclosure, in_gallery=False)
        yield image.place, ImageUse(image.file_title, ImageForm.PARAMETER, True, origin, captions.of(image))


def _origin(structure: Structure, place: int, enclosure: Enclosure, *, in_gallery: bool) -> ImageOrigin:
    if enclosure.in_infobox:
        return ImageOrigin.INFOBOX
    if in_gallery:
        return ImageOrigin.GALLERY
    return ImageOrigin.LEAD if place < structure.lead_end else ImageOrigin.BODY


class _Spans:
    """Answers for ascending places whether a span holds them."""

    def __init__(self, spans: list[Span]) -> None:
        self._spans = spans
        self._next = 0

    def hold(self, place: int) -> bool:
        while self._next < len(self._spans) and self._spans[self._next][1] <= place:
            self._next += 1
        return self._next < len(self._spans) and self._spans[self._next][0] <= place
