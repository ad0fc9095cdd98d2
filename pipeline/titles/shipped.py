"""Tables that ship with the toolkit: single wikis and what all share."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.titles.site import FIRST_LETTER, DumpNames, Namespace, SiteInfo, frozen_words

TABLES = Path(__file__).parent / "tables"


def shipped_wikis() -> list[str]:
    """Names of the wikis that have a shipped table, sorted."""
    return sorted(path.stem for path in TABLES.glob("*wik*.json"))


def shipped_siteinfo(wiki: str) -> SiteInfo:
    """The shipped table of a wiki, joined with what all wikis share."""
    own = json.loads((TABLES / f"{wiki}.json").read_text(encoding="utf-8"))
    return _join_common(own)


@cache
def common_table() -> dict[str, Any]:
    """What all Wikimedia wikis share: interwiki prefixes, English words, core namespaces, link trails by language."""
    value: dict[str, Any] = json.loads((TABLES / "common.json").read_text(encoding="utf-8"))
    return value


def _join_common(own: Mapping[str, Any]) -> SiteInfo:
    """A compact table with the shared prefixes, English words and canonical names filled in."""
    common = common_table()
    canonical: dict[str, str] = common["namespaces"]
    spaces = []
    for key, names in own["namespaces"].items():
        name, *aliases = names
        case = own.get("case", {}).get(key, FIRST_LETTER)
        spaces.append(Namespace(int(key), name, canonical.get(key, name), tuple(aliases), case))
    images = {name: list(words) for name, words in common["image_words"].items()}
    for name, words in own.get("image_words", {}).items():
        images[name] = list(dict.fromkeys([*words, *images.get(name, [])]))
    return SiteInfo(
        wiki=own["wiki"],
        lang=own["lang"],
        namespaces=tuple(sorted(spaces, key=lambda space: space.id)),
        interwiki=tuple(common["interwiki"]),
        local_interwiki=tuple(own["local_interwiki"]),
        link_trail=own["link_trail"],
        redirect_words=(*own.get("redirect_words", ()), *common["redirect_words"]),
        image_words=frozen_words(images),
        legal_title_chars=common["legal_title_chars"],
    )


def default_siteinfo(wiki: str, header: DumpNames | None) -> SiteInfo:
    """MediaWiki's defaults with the header's namespace names in front."""
    common = common_table()
    lang = (header.lang.lower() if header else "") or wiki.removesuffix("wiki").replace("_", "-")
    names: dict[str, list[str]] = {key: [name] for key, name in common["namespaces"].items()}
    case: dict[str, str] = {}
    for number, (name, own_case) in (header.namespaces if header else {}).items():
        names[str(number)] = [name]
        case[str(number)] = own_case or (header.case if header else "") or FIRST_LETTER
    own = {
        "wiki": wiki,
        "lang": lang,
        "namespaces": names,
        "case": case,
        "local_interwiki": [lang] if lang in common["interwiki"] else [],
        "link_trail": common["link_trails"].get(lang, common["link_trails"]["en"]),
    }
    return _join_common(own)
