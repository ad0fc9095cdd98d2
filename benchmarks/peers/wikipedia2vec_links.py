"""Targets of all links in a wikipedia2vec database, one a line.

python benchmarks/peers/wikipedia2vec_links.py DATABASE TARGETS
"""

import sys
from pathlib import Path

from wikipedia2vec.dump_db import DumpDB


def main() -> None:
    database = DumpDB(sys.argv[1])
    with Path(sys.argv[2]).open("w", encoding="utf-8") as file:
        for title in database.titles():
            for paragraph in database.get_paragraphs(title):
                file.writelines(link.title.replace("\n", " ") + "\n" for link in paragraph.wiki_links)


if __name__ == "__main__":
    main()
