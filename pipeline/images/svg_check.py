"""What an SVG may not do, found before anything is drawn."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.images.damage import describe
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import ImageError, Reason

MAX_ELEMENTS = 500_000
"""Elements once every `<use>` is followed."""
_MAX_USE_DEPTH = 50
_DEFAULT_SIDE = 512.0
"""Without any size MediaWiki assumes 512 x 512."""
_UNITS = {"": 1, "px": 1, "pt": 96 / 72, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "em": 16, "ex": 8}
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+(?:[eE][+-]?\d+)?)\s*([a-zA-Z]*)\s*;?\s*$")
_XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_SVG = "{http://www.w3.org/2000/svg}"
_OPENS_NOTHING = frozenset({"a", _SVG + "a", "color-profile", _SVG + "color-profile"})
"""No renderer here follows these; old drawings name colour profiles of the machine they were made on."""
_URL = re.compile(r"url\(\s*[\"']?\s*([^\"')]*)")
_IMPORT = re.compile(r"@import\s+[\"']([^\"']*)")


@dataclass(frozen=True, slots=True)
class SvgSize:
    """The size at which an SVG says it is drawn, in CSS pixels."""

    width: float
    height: float


def check_svg(data: bytes, options: NormalizeOptions) -> SvgSize:
    """The nominal size of an SVG that is safe to draw.

    Raises:
        ImageError: broken, unsafe_svg, external_reference, svg_recursion, too_complex or too_many_pixels.
    """
    root = _parse(data)
    _check_references(root)
    _check_uses(root)
    size = _size(root)
    if max(size.width, size.height) > options.max_svg_side_px:
        raise ImageError(
            Reason.TOO_MANY_PIXELS, f"{size.width:g} x {size.height:g} px; allowed are {options.max_svg_side_px} a side"
        )
    return size


def _parse(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ImageError(Reason.BROKEN, describe(error)) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(iter(declared.iterentities()), None) is not None:
        raise ImageError(Reason.UNSAFE_SVG, "declares XML entities")
    if etree.QName(root).localname != "svg":
        raise ImageError(Reason.NOT_AN_IMAGE, "the root element is not svg")
    return root


def _check_references(root: etree._Element) -> None:
    for target in _references(root):
        if target.strip() and not target.strip().startswith(("#", "data:")):
            raise ImageError(Reason.EXTERNAL_REFERENCE, f"refers to {target.strip()[:80]!r}")


def _references(root: etree._Element) -> Iterator[str]:
    """Every address that drawing the document could open; links for readers (`<a>`) are none."""
    before = root.getprevious()
    while before is not None:
        if before.tag is etree.ProcessingInstruction and before.target == "xml-stylesheet":
            yield before.attrib.get("href", "")
        before = before.getprevious()
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            if tag is etree.ProcessingInstruction and element.target == "xml-stylesheet":
                yield element.attrib.get("href", "")
            continue
        if tag in _OPENS_NOTHING:
            continue
        for name, value in element.items():
            if name in ("href", _XLINK_HREF):
                if tag.startswith(_SVG) or "}" not in tag:
                    yield value
            elif "url(" in value:
                yield from _URL.findall(value)
        if tag.endswith("style") and element.text:
            text = "".join(element.itertext())
            yield from _URL.findall(text)
            yield from _IMPORT.findall(text)


def _check_uses(root: etree._Element) -> None:
    """Refuse references that meet themselves and those that multiply (a bomb of `<use>` in `<use>`)."""
    by_id = {element.get("id"): element for element in root.iter(etree.Element) if element.get("id")}
    _Weights(by_id).weigh(root, ())


class _Weights:
    """Elements drawn for each referenced part, each part counted once."""

    def __init__(self, by_id: dict[str | None, etree._Element]) -> None:
        self._by_id = by_id
        self._known: dict[str, tuple[int, int]] = {}
        self._n_visited = 0

    def weigh(self, element: etree._Element, path: tuple[str, ...]) -> tuple[int, int]:
        """Elements in `element` with its uses followed, and how deep those are nested; `path`: the ids before."""
        total, depth = 0, 0
        for inner in element.iter(etree.Element):
            total += 1
            self._n_visited += 1
            if inner.tag.endswith("use"):
                more, deeper = self._of(_target(inner), path)
                total, depth = total + more, max(depth, deeper)
            if max(total, self._n_visited) > MAX_ELEMENTS:
                raise ImageError(Reason.TOO_COMPLEX, f"more than {MAX_ELEMENTS} elements are drawn")
        return total, depth

    def _of(self, target: str, path: tuple[str, ...]) -> tuple[int, int]:
        if target in path:
            raise ImageError(Reason.SVG_RECURSION, f"<use> of #{target[:40]} inside itself")
        if target not in self._known:
            if target not in self._by_id:
                return 0, 0
            _check_depth(len(path) + 1)
            total, depth = self.weigh(self._by_id[target], (*path, target))
            self._known[target] = total, depth + 1
        _check_depth(len(path) + self._known[target][1])
        return self._known[target]


def _check_depth(depth: int) -> None:
    if depth > _MAX_USE_DEPTH:
        raise ImageError(Reason.TOO_COMPLEX, f"<use> is nested more than {_MAX_USE_DEPTH} deep")


def _target(use: etree._Element) -> str:
    href = use.get("href") or use.get(_XLINK_HREF) or ""
    return href.strip().removeprefix("#")


def _size(root: etree._Element) -> SvgSize:
    box = _view_box(root.get("viewBox", ""))
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if width and height:
        return SvgSize(width, height)
    if box is None:
        return SvgSize(width or height or _DEFAULT_SIDE, height or width or _DEFAULT_SIDE)
    ratio = box[0] / box[1]
    if width:
        return SvgSize(width, width / ratio)
    return SvgSize(height * ratio, height) if height else SvgSize(*box)


def _length(text: str) -> float:
    """Pixels; 0 for none, a share of the (unknown) page or nonsense."""
    found = _LENGTH.match(text)
    return float(found[1]) * _UNITS.get(found[2].lower(), 0) if found else 0.0


def _view_box(text: str) -> tuple[float, float] | None:
    try:
        numbers = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        return None
    if len(numbers) != 4 or not (0 < numbers[2] < float("inf") and 0 < numbers[3] < float("inf")):
        return None
    return numbers[2], numbers[3]
