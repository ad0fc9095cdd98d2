"""The sample world: same bytes for the same seed, and files as Wikimedia publishes them."""

import bz2
import gzip
import hashlib
import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from tests.support.commands import ROOT, run_command
from tests.support.kb_oracle import Oracle, OracleOptions
from tests.support.world import make_world, page_files, page_props


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def _truth(world: Path) -> list[dict]:
    return [json.loads(line) for line in (world / "truth" / "pages.jsonl").read_text(encoding="utf-8").splitlines()]


def _xml_pages(world: Path) -> list[etree._Element]:
    pages = []
    for path in page_files(world):
        root = etree.fromstring(bz2.decompress(path.read_bytes()))
        pages += root.findall("{*}page")
    return pages


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    first, second = (make_world(tmp_path / name, "--seed", "5") for name in ("a", "b"))
    assert _digests(first) == _digests(second)
    make_world(first, "--seed", "5")
    assert _digests(first) == _digests(second)


def test_another_seed_is_another_world(tmp_path: Path) -> None:
    first, second = (make_world(tmp_path / name, "--seed", name, "--no-media") for name in ("5", "6"))
    for name in ("pages", "news", "mentions"):
        assert _digests(first)[f"truth/{name}.jsonl"] != _digests(second)[f"truth/{name}.jsonl"]


@pytest.mark.parametrize("pages", [1000, 2345])
def test_pages_flag_is_met_exactly(tmp_path: Path, pages: int) -> None:
    world = make_world(tmp_path, "--pages", str(pages), "--parts", "3", "--no-media")
    truth = _truth(world)
    assert len(truth) == pages
    assert len(page_files(world)) == 3
    assert len({row["title"] for row in truth}) == pages
    ids = [row["page_id"] for row in truth]
    assert ids == sorted(set(ids))


def test_entities_flag_counts_named_articles(tmp_path: Path) -> None:
    small, large = (_truth(make_world(tmp_path / n, "--entities", n, "--no-media")) for n in ("200", "260"))
    kinds = [Counter(row["kind"] for row in rows) for rows in (small, large)]
    assert kinds[1]["article"] - kinds[0]["article"] == 60


def test_xml_holds_the_pages_of_the_truth(world_dir: Path) -> None:
    truth = _truth(world_dir)
    pages = _xml_pages(world_dir)
    assert [page.findtext("{*}title") for page in pages] == [row["title"] for row in truth]
    assert [int(page.findtext("{*}id")) for page in pages] == [row["page_id"] for row in truth]
    assert [int(page.findtext("{*}ns")) for page in pages] == [row["namespace"] for row in truth]
    for page, row in zip(pages, truth, strict=True):
        text = page.find("{*}revision/{*}text")
        assert len((text.text or "").encode()) == int(text.get("bytes")) == row["n_bytes"]
        assert (text.get("deleted") == "deleted") == (row["state"] == "deleted")
        assert (page.find("{*}redirect") is not None) == (row["redirect"] is not None)


def test_header_names_version_and_namespaces(world_dir: Path) -> None:
    for path in page_files(world_dir):
        head = bz2.BZ2Decompressor().decompress(path.read_bytes())
        root = etree.fromstring(head + b"</mediawiki>")
        assert root.get("version") == "0.11"
        names = {int(n.get("key")): n.text for n in root.iterfind(".//{*}namespace")}
        assert names[0] is None
        assert names[6] == "File"
        assert names[14] == "Category"


def test_index_offsets_begin_streams(world_dir: Path) -> None:
    for path in page_files(world_dir):
        index = path.with_name(path.name.replace("multistream", "multistream-index").replace(".xml", ".txt"))
        lines = bz2.decompress(index.read_bytes()).decode().splitlines()
        data = path.read_bytes()
        by_offset: dict[int, list[str]] = {}
        for line in lines:
            offset, page_id, _ = line.split(":", 2)
            by_offset.setdefault(int(offset), []).append(page_id)
        assert max(map(len, by_offset.values())) <= 100
        for offset, ids in by_offset.items():
            stream = bz2.BZ2Decompressor().decompress(data[offset:])
            forest = etree.fromstring(b"<r>" + stream + b"</r>")
            assert [page.findtext("id") for page in forest] == ids


def test_part_names_tell_their_page_ids(world_dir: Path) -> None:
    spans = []
    for path in page_files(world_dir):
        first, last = path.name.removesuffix(".bz2").rsplit("-p", 1)[1].split("p")
        spans.append((int(first), int(last)))
    assert spans[0][0] == 1
    assert all(one[1] + 1 == two[0] for one, two in pairwise(spans))
    assert spans[-1][1] == _truth(world_dir)[-1]["page_id"]


def test_checksums_and_status_fit_the_files(world_dir: Path) -> None:
    status = json.loads((world_dir / "dumpstatus.json").read_text(encoding="utf-8"))
    files = {name: value for job in status["jobs"].values() for name, value in job["files"].items()}
    assert {job["status"] for job in status["jobs"].values()} == {"done"}
    listed = dict(
        reversed(line.split("  "))
        for line in (world_dir / "enwiki-20210101-sha1sums.txt").read_text(encoding="utf-8").splitlines()
    )
    assert set(listed) == set(files) == {path.name for path in world_dir.glob("*.bz2")} | {page_props(world_dir).name}
    for name, value in files.items():
        data = (world_dir / name).read_bytes()
        assert value["size"] == len(data)
        assert value["sha1"] == listed[name] == hashlib.sha1(data).hexdigest()
        assert value["md5"] == hashlib.md5(data).hexdigest()


def test_page_props_rows_are_those_of_the_truth(world_dir: Path) -> None:
    sql = gzip.decompress(page_props(world_dir).read_bytes()).decode()
    assert "CREATE TABLE `page_props`" in sql
    for row in _truth(world_dir):
        wanted = f"({row['page_id']},'wikibase_item','{row['qid']}',NULL)"
        assert (wanted in sql) == (row["qid"] is not None)
        flagged = f"({row['page_id']},'disambiguation','',NULL)" in sql
        assert flagged == (row["kind"] == "disambiguation")


def test_one_surface_stands_for_many_entities(world_dir: Path) -> None:
    oracle = Oracle(world_dir)
    named = {oracle.entity_name(entity) for surface, entity in oracle.mention_rows() if surface == "Lions"}
    assert {"Lion", "Detroit Lions", "British & Irish Lions", "London Lions", "Lions (band)"} <= named
    georgia = {oracle.entity_name(entity) for surface, entity in oracle.mention_rows() if surface == "Georgia"}
    assert {"Georgia (country)", "Georgia (U.S. state)", "Georgia national football team"} <= georgia


def test_world_holds_every_kind_of_trouble(world_dir: Path) -> None:
    oracle = Oracle(world_dir)
    statuses = Counter(row[6] for row in oracle.redirect_rows())
    assert set(statuses) == {"ok", "missing", "loop", "interwiki", "namespace"}
    assert {row[5] for row in oracle.redirect_rows() if row[6] == "ok"} == set(range(1, 9))
    kinds = {row["kind"] for row in oracle.pages}
    assert kinds == {"article", "redirect", "disambiguation", "surname", "given_name", "set_index"}
    contexts = {key[5] for key in oracle.link_rows()}
    assert contexts == {
        "reference", "gallery", "caption", "infobox", "template", "table", "list", "lead", "prose",
    }  # fmt: skip
    assert {row["state"] for row in oracle.pages} == {"text", "empty", "deleted"}
    assert any(entity < 0 for _, entity in Oracle(world_dir, OracleOptions(keep_red_links=True)).mention_rows())


def test_priors_of_the_oracle_sum_to_one(world_dir: Path) -> None:
    sums: Counter[str] = Counter()
    for (surface, _), (_, p) in Oracle(world_dir).mention_rows().items():
        sums[surface] += p
    assert set(sums.values()) == {1}


def test_wrong_flags_end_in_a_sentence(tmp_path: Path) -> None:
    result = run_command(
        [sys.executable, str(ROOT / "samples" / "make_world.py"), "--out", str(tmp_path), "--parts", "0"]
    )
    assert result.returncode == 2
    assert "--parts must be at least 1" in result.stderr
