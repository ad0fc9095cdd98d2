"""Targets of all links of all articles by mwparserfromhell, one a line.

    python benchmarks/peers/mwparserfromhell_links.py DUMP TARGETS

Pages come from our reader, so that only the parser differs from what it is compared with.
"""

import sys
from pathlib import Path

import mwparserfromhell

from pipeline.dump.header import read_header
from pipeline.dump.pages import DumpPage, iter_pages
from pipeline.dump.ranges import plan_ranges


def main() -> None:
    path, out = Path(sys.argv[1]), Path(sys.argv[2])
    header = read_header(path)
    with out.open("w", encoding="utf-8") as file:
        for dump_range in plan_ranges([path]):
            for page in iter_pages(dump_range, header, keep=(0).__eq__):
                if isinstance(page, DumpPage) and page.namespace == 0 and page.redirect is None and page.text:
                    for link in mwparserfromhell.parse(page.text).filter_wikilinks(recursive=True):
                        file.write(str(link.title).replace("\n", " ") + "\n")


if __name__ == "__main__":
    main()
