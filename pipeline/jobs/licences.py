"""Who wrote a wiki's text, and under which licence."""

from pathlib import Path

from pipeline.titles.siteinfo import SiteInfo

_SINCE_4 = "2023-06-07"
"""Day on which Wikimedia's text went from CC BY-SA 3.0 to 4.0."""


def write_licences(out: Path, siteinfo: SiteInfo, *, counts_date: str) -> None:
    """Write ATTRIBUTION and LICENSES of a KB whose newest revision is of `counts_date` (ISO, '' unknown)."""
    version = "4.0" if counts_date >= _SINCE_4 else "3.0"
    name = siteinfo.wiki or "the wiki"
    (out / "ATTRIBUTION").write_text(
        f"Titles, link texts, leads and captions in this folder derive from {name}, a Wikimedia wiki.\n"
        f"Newest revision: {counts_date or 'unknown'}.\n"
        "Authors: the contributors named in the revision history of each page, to be found by title or by the\n"
        "revision_id in pages/ and entities/.\n",
        encoding="utf-8",
    )
    (out / "LICENSES").write_text(
        f"Text: Creative Commons Attribution-ShareAlike {version}\n"
        f"https://creativecommons.org/licenses/by-sa/{version}/\n"
        + ("Also available under the GNU Free Documentation License.\n" if version == "3.0" else "")
        + "Wikidata ids: Creative Commons Zero 1.0.\n"
        "Image files are named, not contained; each has its own author and licence.\n",
        encoding="utf-8",
    )
