"""Composes one page of wikitext and, piece by piece, what it says."""

from worldgen.keys import bare_form

CONTEXTS = ("reference", "gallery", "caption", "infobox", "template", "table", "list")
IN_TEMPLATE = ("infobox", "template")


class Page:
    """A page under construction; every method that writes a piece also notes its truth.

    `open` and `close` enter and leave a place (a context name, or '' for a place whose text no reader sees as prose);
    text seen there goes to no lead unless `seen` is true.
    """

    __slots__ = (
        "categories", "fields", "hatnotes", "headed", "images", "infobox_type", "items", "kind", "lead", "links",
        "parts", "sink", "stack", "title",
    )  # fmt: skip

    def __init__(self, title: str, kind: str = "article") -> None:
        self.title = title
        self.kind = kind
        self.parts: list[str] = []
        self.links: dict[tuple[str, str, str, str, bool], int] = {}
        self.images: list[list] = []
        self.items: list[list] = []
        self.hatnotes: list[list] = []
        self.categories: list[str] = []
        self.infobox_type: str | None = None
        self.lead: list[str] = []
        self.sink: list[str] | None = self.lead
        self.stack: list[tuple[str, list[str] | None]] = []
        self.headed = False
        self.fields: dict = {}

    @property
    def text(self) -> str:
        """The wikitext so far."""
        return "".join(self.parts)

    def raw(self, markup: str) -> None:
        """Markup that no reader sees and that holds no link."""
        self.parts.append(markup)

    def say(self, words: str, markup: str | None = None) -> None:
        """Words that a reader sees, written as `markup` (default: as they are)."""
        self.parts.append(words if markup is None else markup)
        if self.sink is not None:
            self.sink.append(words)

    def heading(self, words: str, level: int = 2) -> None:
        """A section heading; the lead ends at the first."""
        self.headed = True
        self.sink = None
        marks = "=" * level
        self.parts.append(f"\n{marks} {words} {marks}\n")

    def open(self, context: str, markup: str, *, seen: bool = False) -> None:
        """Enter a place; `seen` keeps its words part of the surrounding prose."""
        self.parts.append(markup)
        self.stack.append((context, self.sink))
        if not seen:
            self.sink = None

    def close(self, markup: str) -> None:
        """Leave the innermost place."""
        self.parts.append(markup)
        self.sink = self.stack.pop()[1]

    def place(self) -> tuple[str, bool]:
        """Context and in_template of a link written here."""
        prose = "prose" if self.headed else "lead"
        if not self.stack:
            return prose, False
        names = [name for name, _ in self.stack]
        context = next((name for name in CONTEXTS if name in names), prose)
        return context, any(name in IN_TEMPLATE for name in names)

    def link(
        self, target: str, shown: str | None = None, *, seen: str | None = None, trail: str = "", fragment: str = "",
        written: str | None = None, counted: bool = True,
    ) -> None:  # fmt: skip
        """An internal link.

        Args:
            target: title key it means.
            fragment: section it means.
            shown: anchor wikitext, None for none.
            seen: what a reader sees of anchor or target (default: as typed).
            trail: letters after the brackets that join the anchor.
            written: the target as typed (default `target#fragment`).
            counted: False for a link that gives no row (self link, other namespace, interwiki).
        """
        if written is None:
            written = f"{target}#{fragment}" if fragment else target
        if seen is None:
            seen = written.removeprefix(":") if shown is None else shown
        self.parts.append(f"[[{written}]]{trail}" if shown is None else f"[[{written}|{shown}]]{trail}")
        surface = seen + trail
        if self.sink is not None:
            self.sink.append(surface)
        if counted:
            context, in_template = self.place()
            key = (target, fragment, surface, context, in_template)
            self.links[key] = self.links.get(key, 0) + 1

    def reference(self, name: str = "") -> None:
        """Begin a footnote; ends with `close("</ref>")`."""
        self.open("reference", f'<ref name="{name}">' if name else "<ref>")

    def image_parameter(self, file_title: str, key: str = "image", caption: str = "") -> None:
        """An infobox line with a bare file name."""
        self.parts.append(f"| {key} = {file_title}\n")
        self.images.append([file_title, "parameter", True, "infobox", caption])

    def open_image(self, file_title: str, options: str = "thumb", prefix: str = "File:") -> None:
        """Begin a file link; its caption follows, then `close_image`."""
        in_infobox = any(name == "infobox" for name, _ in self.stack)
        origin = "infobox" if in_infobox else "body" if self.headed else "lead"
        in_template = any(name in IN_TEMPLATE for name, _ in self.stack)
        image = [file_title, "link", in_template, origin, ""]
        self.images.append(image)
        self.open("caption", f"[[{prefix}{file_title}|{options}|")
        self.sink = []

    def close_image(self) -> None:
        """End the file link that `open_image` began."""
        self.images[-1][4] = "".join(self.sink or ())
        self.close("]]")

    def open_gallery_line(self, file_title: str, prefix: str = "File:") -> None:
        """Begin a line of a gallery; its caption follows, then `close_gallery_line`."""
        self.images.append([file_title, "gallery", False, "gallery", ""])
        self.open("gallery", f"{prefix}{file_title}|")
        self.sink = []

    def close_gallery_line(self) -> None:
        """End the line that `open_gallery_line` began."""
        self.images[-1][4] = "".join(self.sink or ())
        self.close("\n")

    def hatnote(self, markup: str, template: str, *pairs: tuple[str, str]) -> None:
        """A hatnote template and the (surface, target) pairs that it gives; '' means this page's bare title."""
        self.parts.append(f"{markup}\n")
        for surface, target in pairs:
            self.hatnotes.append([surface or bare_form(self.title), target, template])

    def item(self, target: str, position: int | None = None) -> None:
        """Note that the link just written is a sense of this page's name."""
        if position is None:
            position = max((row[2] for row in self.items), default=0) + 1
        self.items.append([bare_form(self.title), target, position])

    def category(self, name: str, sort_key: str = "") -> None:
        """A category link on a line of its own."""
        self.parts.append(f"[[Category:{name}|{sort_key}]]\n" if sort_key else f"[[Category:{name}]]\n")
        self.categories.append(name)

    def truth(self) -> dict:
        """What the pieces said, as JSON values."""
        lead = " ".join("".join(self.lead).split())
        return {
            "links": [[*key, n] for key, n in self.links.items()],
            "items": self.items,
            "hatnotes": self.hatnotes,
            "categories": self.categories,
            "images": self.images,
            "infobox_type": self.infobox_type,
            "lead": lead,
        }
