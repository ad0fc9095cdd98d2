"""What a wiki says of itself: namespaces, prefixes, words."""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.records.errors import InputError
from pipeline.titles.shipped import common_table, default_siteinfo, shipped_siteinfo, shipped_wikis
from pipeline.titles.site import FIRST_LETTER, DumpNames, Namespace, SiteInfo, frozen_words
from pipeline.titles.trails import DEFAULT_TRAIL, compile_trail, trail_letters

__all__ = ["DumpNames", "Namespace", "SiteInfo", "add_dump_names", "load_siteinfo", "read_siteinfo_api"]

# Namespaces from here on are a wiki's own; the ones below exist everywhere.
FIRST_CUSTOM_NAMESPACE = 100

_log = logging.getLogger(__name__)
_WIKI_NAME = re.compile(r"[a-z0-9_]+")
_SIPROP = "general|namespaces|namespacealiases|interwikimap|magicwords"
_OPTION_WORDS = ("img_", "timedmedia_")


def read_siteinfo_api(value: Mapping[str, Any], wiki: str | None = None) -> SiteInfo:
    """Rules from an answer of the wiki's siteinfo API, formatversion 1 or 2, with or without `query`.

    Raises:
        InputError: the answer lacks general, namespaces or interwikimap.
    """
    query = value.get("query", value)
    missing = [key for key in ("general", "namespaces", "interwikimap") if not isinstance(query.get(key), dict | list)]
    if missing:
        raise InputError(f"the siteinfo answer lacks {', '.join(missing)}; ask the API for siprop={_SIPROP}")
    general, entries = query["general"], query["interwikimap"]
    words = _magic_words(query.get("magicwords", []))
    options = {name: spellings for name, spellings in words.items() if name.startswith(_OPTION_WORDS)}
    defaults = common_table()
    return SiteInfo(
        wiki=wiki or general.get("wikiid", ""),
        lang=general.get("lang", ""),
        namespaces=_api_namespaces(query),
        interwiki=tuple(sorted({entry["prefix"].lower() for entry in entries})),
        local_interwiki=tuple(sorted({entry["prefix"].lower() for entry in entries if _flag(entry, "localinterwiki")})),
        link_trail=trail_letters(general["linktrail"]) if "linktrail" in general else DEFAULT_TRAIL,
        redirect_words=words.get("redirect", tuple(defaults["redirect_words"])),
        image_words=frozen_words(options or defaults["image_words"]),
        legal_title_chars=general.get("legaltitlechars", defaults["legal_title_chars"]),
    )


def load_siteinfo(
    wiki: str, *, file: Path | None = None, cache_dir: Path | None = None, dump_header: DumpNames | None = None
) -> tuple[SiteInfo, str]:
    """The rules of `wiki` and the name of their source.

    Order: `file`; `<cache_dir>/<wiki>.json`; the table shipped for the wiki; the dump's header with MediaWiki's
    defaults, which is logged as a warning. Namespace names of the header are always added. A shipped or cached
    table is of another day than the dump: own namespaces that the header lacks are left out of it.

    Raises:
        InputError: the file or the cached answer cannot be read.
    """
    wiki = wiki or (dump_header.wiki if dump_header else "")
    if file is not None:
        return add_dump_names(_read_file(file, wiki), dump_header), f"file {file}"
    name = wiki if _WIKI_NAME.fullmatch(wiki) else ""
    cached = cache_dir / f"{name}.json" if cache_dir and name else None
    if cached is not None and cached.is_file():
        site = _of_the_day(_read_file(cached, wiki), dump_header)
        return add_dump_names(site, dump_header), f"cached answer {cached}"
    if name in shipped_wikis():
        return add_dump_names(_of_the_day(shipped_siteinfo(name), dump_header), dump_header), f"shipped table {name}"
    _log.warning(
        "no siteinfo for %s, so aliases, local words and link trail are MediaWiki's defaults: give %s",
        wiki or "this wiki",
        "--siteinfo FILE" if wiki else "--wiki NAME or --siteinfo FILE",
    )
    return _of_the_day(default_siteinfo(wiki, dump_header), dump_header), "dump header and MediaWiki defaults"


def add_dump_names(site: SiteInfo, header: DumpNames | None) -> SiteInfo:
    """`site` with the namespace names of a dump's header added: new ids, and new names as aliases."""
    if header is None:
        return site
    known = {space.id: space for space in site.namespaces}
    taken = {name.lower() for space in site.namespaces for name in (space.name, space.canonical, *space.aliases)}
    for number, (name, case) in sorted(header.namespaces.items()):
        old = known.get(number)
        if old is None:
            known[number] = Namespace(number, name, name, (), case or header.case or FIRST_LETTER)
        elif name.lower() not in taken:
            known[number] = replace(old, aliases=(*old.aliases, name))
    return replace(site, namespaces=tuple(known[number] for number in sorted(known)))


def _of_the_day(site: SiteInfo, header: DumpNames | None) -> SiteInfo:
    """`site` without own namespaces that the dump's header does not have.

    An interwiki prefix of such a name goes too: before enwiki had the namespace MOS, "MOS:X" was an article's title.
    """
    if header is None or not header.namespaces:
        return site
    later = {
        space.id: {name.lower() for name in (space.name, *space.aliases)}
        for space in site.namespaces
        if space.id >= FIRST_CUSTOM_NAMESPACE and space.id not in header.namespaces
    }
    names = {name for group in later.values() for name in group}
    return replace(
        site,
        namespaces=tuple(space for space in site.namespaces if space.id not in later),
        interwiki=tuple(prefix for prefix in site.interwiki if prefix not in names),
    )


def _read_file(path: Path, wiki: str) -> SiteInfo:
    """A siteinfo file: an API answer, or the table that a manifest keeps."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read as siteinfo JSON: {error}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} holds no siteinfo: its JSON is no object")
    try:
        if "link_trail" in value:
            site = SiteInfo.from_json(value)
            site = replace(site, wiki=wiki or site.wiki)
        else:
            site = read_siteinfo_api(value, wiki or None)
        compile_trail(site.link_trail)
        re.compile(f"[{site.legal_title_chars}]")
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise InputError(f"{path} is no siteinfo of a wiki: {error!r}") from error
    return site


def _api_namespaces(query: Mapping[str, Any]) -> tuple[Namespace, ...]:
    """Namespaces with their aliases, by id; names stand under `name`, or `*` in formatversion 1."""
    rows = query["namespaces"]
    aliases: dict[int, list[str]] = {}
    for entry in query.get("namespacealiases", ()):
        aliases.setdefault(int(entry["id"]), []).append(_text(entry, "alias"))
    spaces = []
    for row in rows.values() if isinstance(rows, dict) else rows:
        number, name = int(row["id"]), _text(row, "name")
        case = row.get("case", FIRST_LETTER)
        spaces.append(Namespace(number, name, row.get("canonical", name), tuple(aliases.get(number, ())), case))
    return tuple(sorted(spaces, key=lambda space: space.id))


def _text(entry: Mapping[str, Any], key: str) -> str:
    return str(entry.get(key, entry.get("*", ""))).replace("_", " ")


def _flag(entry: Mapping[str, Any], key: str) -> bool:
    """A flag of the API: true, or present and '' in formatversion 1."""
    return entry.get(key, False) not in (False, None)


def _magic_words(entries: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    return {entry["name"]: tuple(entry["aliases"]) for entry in entries}
