"""Who wrote a news wiki's text, and under which licence."""

from pathlib import Path

from pipeline.titles.siteinfo import SiteInfo


def write_licences(out: Path, siteinfo: SiteInfo) -> None:
    """Write ATTRIBUTION and LICENSES of a corpus."""
    name = siteinfo.wiki or "the wiki"
    (out / "ATTRIBUTION").write_text(
        f"Titles and captions in this folder derive from {name}, a Wikimedia wiki.\n"
        "Authors: the contributors named in the history of each article. articles/ has the address, the revision and\n"
        "the licence of each; name the article with its address where you pass on its captions.\n"
        "The column credit of pairs/ holds what a caption said of its picture's maker.\n",
        encoding="utf-8",
    )
    (out / "LICENSES").write_text(
        "Text of articles dated 25 September 2005 or later: Creative Commons Attribution 2.5\n"
        "https://creativecommons.org/licenses/by/2.5/\n"
        "Text of earlier articles: public domain. The column licence of articles/ says which holds.\n"
        "Image files are named, not contained; each has its own author and licence, those that image_url shows in the\n"
        "wiki's own folder are often not free.\n",
        encoding="utf-8",
    )
