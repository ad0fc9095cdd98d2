"""The links of a page, token by token: targets and surfaces."""

import re

from pipeline.native.chosen import loops
from pipeline.records.names import DropReason
from pipeline.titles.parsing import CATEGORY
from pipeline.titles.wiki import Wiki
from pipeline.wikitext.link_tokens import MIXED, TRAIL, link_pattern, link_rules, targets_of
from pipeline.wikitext.surface import visible_text

_CATEGORIES = f"namespace:{CATEGORY}"
_SELF_LINK, _TEMPLATE_IN_TARGET = DropReason.SELF_LINK.value, DropReason.TEMPLATE_IN_TARGET.value

_MAX_FILE_PREFIXES = 256


class PageTokens:
    """What one pass over masked text finds.

    Attributes:
        starts: where each link to the main namespace begins; beside it, in equally long lists, `targets` (title
            keys), `fragments` and `surfaces`.
        files: where file links begin, and where their titles end.
        categories: targets of links to categories, as typed.
    """

    __slots__ = (
        "_dropped", "_dropped_raw", "_file_prefixes", "_known", "_pattern", "_read", "_text", "_title", "_wiki",
        "categories", "files", "fragments", "starts", "surfaces", "targets",
    )  # fmt: skip

    def __init__(self, text: str, title: str, wiki: Wiki) -> None:
        self._text, self._title, self._wiki = text, title, wiki
        targets = targets_of(wiki)
        self._known, self._read, self._file_prefixes = targets.known, targets.read, targets.file_prefixes
        self._pattern = link_pattern(text, wiki)
        self.starts: list[int] = []
        self.targets: list[str] = []
        self.fragments: list[str] = []
        self.surfaces: list[str] = []
        self.files: list[tuple[int, int]] = []
        self.categories: list[str] = []
        self._dropped: list[str] = []  # reasons, and beside them the targets as typed
        self._dropped_raw: list[str] = []

    def scan(self, drops: dict[str, int]) -> None:
        """Read the whole text, and add up in `drops` what is no link to the main namespace, by reason."""
        if loops is None:
            self._scan_in_python()
        else:
            self._scan_compiled()
        for reason in self._dropped:
            drops[reason] = drops.get(reason, 0) + 1
        if _CATEGORIES in drops:
            found = zip(self._dropped, self._dropped_raw, strict=True)
            self.categories = [raw for reason, raw in found if reason == _CATEGORIES]

    def _scan_compiled(self) -> None:
        """The loop asks `_add_at` about all but plain links and files whose prefix was met before."""
        links = (self.starts, self.targets, self.fragments, self.surfaces)
        dropped, files = (self._dropped, self._dropped_raw), (self.files, self._file_prefixes)
        rules = link_rules(self._wiki)
        loops.scan_links(self._text, self._known, self._title, rules, links, dropped, files, self._add_at)  # type: ignore[union-attr]

    def _scan_in_python(self) -> None:
        """The same, all of it in Python."""
        for token in self._pattern.finditer(self._text):
            self._add(token)

    def _add_at(self, start: int) -> int:
        """Add the token that begins at `start`, if one does; the place where the next may begin."""
        token = self._pattern.match(self._text, start)
        if token is None:
            return start + 1
        self._add(token)
        return token.end()

    def _add(self, token: re.Match[str]) -> None:
        file_title, raw, plain, mixed, trail, template = token.groups()
        if raw is None:
            if file_title is not None:
                if len(self._file_prefixes) < _MAX_FILE_PREFIXES:
                    self._file_prefixes.add(file_title.partition(":")[0])
                self.files.append(token.span())
            elif template:
                self._drop(_TEMPLATE_IN_TARGET, "")
            return
        target = self._known.get(raw) or self._read(raw)
        if isinstance(target, str):
            self._drop(target, raw)
            return
        key, fragment, surface = target
        if key == self._title and not fragment:
            self._drop(_SELF_LINK, raw)
            return
        if plain is not None:
            surface = plain
            if "''" in plain or "  " in plain or plain[0] == " " or plain[-1] == " ":
                surface, trail = visible_text(plain + trail, self._wiki), ""
        elif mixed:
            surface, trail = visible_text(_mixed_anchor(self._text, token, self._wiki), self._wiki), ""
        self.starts.append(token.start())
        self.targets.append(key)
        self.fragments.append(fragment)
        self.surfaces.append(surface + trail)

    def _drop(self, reason: str, raw: str) -> None:
        self._dropped.append(reason)
        self._dropped_raw.append(raw)


def _mixed_anchor(text: str, token: re.Match[str], wiki: Wiki) -> str:
    """Anchor and trail; after "[[A|b [c]]]" the third bracket belongs to the anchor (MediaWiki's rule)."""
    anchor, end = token[MIXED], token.end(MIXED) + 2
    if "[" in anchor and text.startswith("]", end):
        match = wiki.trail.match(text, end + 1)
        return f"{anchor}]{match[0] if match else ''}"
    return f"{anchor}{token[TRAIL]}"
