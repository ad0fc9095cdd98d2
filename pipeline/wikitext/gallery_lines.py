"""The lines of a gallery: a file, options, a caption."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.titles.wiki import Wiki
from pipeline.wikitext.image_parameters import file_title_of
from pipeline.wikitext.splitting import split_bars
from pipeline.wikitext.structure import Span

_OPTION_NAMES = ("img_alt", "img_link", "img_page", "img_lang", "img_lossy")


@dataclass(frozen=True, slots=True)
class GalleryLine:
    """One image of a gallery; `caption` is wikitext."""

    place: int
    file_title: str
    caption: str


def gallery_lines(text: str, span: Span, wiki: Wiki) -> Iterator[GalleryLine]:
    """Lines of the gallery text[start:end] (its tags included) that name a file, with or without `File:`.

    The last part that is no option is the caption, as in MediaWiki 1.39 (Parser::renderImageGallery).
    """
    start = text.find(">", span[0], span[1]) + 1
    end = text.rfind("</", start, span[1])
    place = start
    for line in text[start : end if end >= 0 else span[1]].split("\n"):
        written, bar, rest = line.partition("|")
        if written.strip():
            file_title = file_title_of(written, wiki)
            if file_title:
                yield GalleryLine(place, file_title, _caption(rest, wiki) if bar else "")
        place += len(line) + 1


def _caption(rest: str, wiki: Wiki) -> str:
    is_option = _option_pattern(wiki).match
    captions = [part for part in split_bars(rest) if not is_option(part.strip())]
    return captions[-1].strip() if captions else ""


@lru_cache(maxsize=64)
def _option_pattern(wiki: Wiki) -> re.Pattern[str]:
    words = [
        word
        for name, spellings in wiki.siteinfo.image_words
        if name in _OPTION_NAMES or name.startswith("timedmedia_")
        for word in spellings
    ]
    values = "|".join(re.escape(word).replace(r"\$1", "[^\n]*") for word in sorted(words))
    return re.compile(rf"(?:{values or '(?!)'})\Z")
