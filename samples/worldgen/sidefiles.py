"""Writes what stands beside a dump: page_props, checksums, status."""

import gzip
import hashlib
import json
from pathlib import Path

INSERT_BYTES = 1 << 20
HEAD = """-- MySQL dump 10.18  Distrib 10.3.27-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: db.example    Database: {wiki}
-- ------------------------------------------------------
-- Server version	10.4.15-MariaDB-log

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;

--
-- Table structure for table `page_props`
--

DROP TABLE IF EXISTS `page_props`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8 */;
CREATE TABLE `page_props` (
  `pp_page` int(8) NOT NULL,
  `pp_propname` varbinary(60) NOT NULL,
  `pp_value` blob NOT NULL,
  `pp_sortkey` float DEFAULT NULL,
  UNIQUE KEY `pp_page_propname` (`pp_page`,`pp_propname`),
  UNIQUE KEY `pp_propname_page` (`pp_propname`,`pp_page`),
  UNIQUE KEY `pp_propname_sortkey_page` (`pp_propname`,`pp_sortkey`,`pp_page`)
) ENGINE=InnoDB DEFAULT CHARSET=binary ROW_FORMAT=COMPRESSED;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `page_props`
--

/*!40000 ALTER TABLE `page_props` DISABLE KEYS */;
"""
TAIL = """/*!40000 ALTER TABLE `page_props` ENABLE KEYS */;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

-- Dump completed on {date}
"""


class PagePropsWriter:
    """`page_props.sql.gz` as mysqldump writes it: INSERTs of about 1 MB, each on one line."""

    def __init__(self, path: Path, wiki: str, date: str) -> None:
        self.file = path.open("wb")
        self.gzip = gzip.GzipFile(filename="", mode="wb", fileobj=self.file, mtime=0, compresslevel=6)
        self.gzip.write(HEAD.format(wiki=wiki).encode())
        self.date = f"{date[:4]}-{date[4:6]}-{date[6:]}  1:02:03"
        self.rows: list[str] = []
        self.size_bytes = 0

    def add(self, page_id: int, name: str, value: str, sort_key: str = "NULL") -> None:
        """One row."""
        quoted = value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"').replace("\n", "\\n")
        row = f"({page_id},'{name}','{quoted}',{sort_key})"
        self.rows.append(row)
        self.size_bytes += len(row)
        if self.size_bytes > INSERT_BYTES:
            self._flush()

    def finish(self) -> None:
        """End the file."""
        self._flush()
        self.gzip.write(TAIL.format(date=self.date).encode())
        self.gzip.close()
        self.file.close()

    def _flush(self) -> None:
        if self.rows:
            self.gzip.write(b"INSERT INTO `page_props` VALUES " + ",".join(self.rows).encode() + b";\n")
        self.rows, self.size_bytes = [], 0


def write_checksums(folder: Path, stem: str, jobs: dict[str, list[str]]) -> None:
    """`dumpstatus.json` and the checksum lists for the files of each job."""
    wiki, date = stem.rsplit("-", 1)
    updated = f"{date[:4]}-{date[4:6]}-{date[6:]} 12:00:00"
    status: dict = {"version": "0.8", "jobs": {}}
    sums: dict[str, list[str]] = {"sha1": [], "md5": []}
    for job, names in jobs.items():
        files = {}
        for name in names:
            data = folder / name
            digests = {kind: _digest(data, kind) for kind in sums}
            files[name] = {"size": data.stat().st_size, "url": f"/{wiki}/{date}/{name}", **digests}
            for kind, lines in sums.items():
                lines.append(f"{digests[kind]}  {name}\n")
        status["jobs"][job] = {"status": "done", "updated": updated, "files": files}
    for kind, lines in sums.items():
        (folder / f"{stem}-{kind}sums.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "dumpstatus.json").write_text(json.dumps(status, indent=1) + "\n", encoding="utf-8")


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
