"""page_props: from the SQL table to a mapped Arrow file."""

import random

import pyarrow as pa
import pytest

from pipeline.dump.page_props import NO_PROPS, PageProps, PagePropsCounts, Props, build_page_props
from pipeline.records.errors import ArtifactError, InputError

CREATE = """CREATE TABLE `page_props` (
  `pp_page` int(10) unsigned NOT NULL,
  `pp_propname` varbinary(60) NOT NULL DEFAULT '',
  `pp_value` blob NOT NULL,
  `pp_sortkey` float DEFAULT NULL,
  PRIMARY KEY (`pp_page`,`pp_propname`)
) ENGINE=InnoDB DEFAULT CHARSET=binary;
"""
ROWS = [
    (5, "wikibase_item", "Q5"),
    (5, "page_image_free", "A_free_file.jpg"),
    (5, "wikibase-shortdesc", "thing"),
    (7, "disambiguation", ""),
    (7, "wikibase_item", "Q77"),
    (9, "page_image_free", "Free.jpg"),
    (9, "page_image", "Non_free.png"),
    (12, "page_image", "It's.svg"),
    (15, "defaultsort", "X"),
]
WANTED = {
    5: Props("Q5", "A free file.jpg", is_disambiguation=False),
    7: Props("Q77", None, is_disambiguation=True),
    9: Props(None, "Non free.png", is_disambiguation=False),
    12: Props(None, "It's.svg", is_disambiguation=False),
}


def write_sql(path, rows, create=CREATE, sort=",NULL"):
    shown = ",".join("({},'{}','{}'{})".format(a, b, c.replace("'", "\\'"), sort) for a, b, c in rows)
    path.write_text(create + (f"INSERT INTO `page_props` VALUES {shown};\n" if rows else ""), encoding="latin-1")
    return path


def build(tmp_path, rows=ROWS, **options):
    counts = build_page_props(write_sql(tmp_path / "page_props.sql", rows, **options), tmp_path / "out" / "props.arrow")
    return counts, PageProps.open(tmp_path / "out" / "props.arrow")


def test_properties_by_page(tmp_path):
    counts, props = build(tmp_path)
    assert {page: props.get(page) for page in WANTED} == WANTED
    assert [props.get(page) for page in (0, 6, 15, 99, -1)] == [NO_PROPS] * 5
    assert counts == PagePropsCounts(
        rows=9, used=7, ignored=2, damaged=0, pages=4, qids=2, page_images=3, disambiguations=1
    )
    assert props.counts == counts
    assert len(props) == 4


def test_order_of_the_table_does_not_matter(tmp_path):
    sorted_bytes = None
    for seed in range(6):
        rows = ROWS[:]
        random.Random(seed).shuffle(rows)
        counts, props = build(tmp_path, rows if seed else ROWS)
        assert {page: props.get(page) for page in WANTED} == WANTED
        assert counts.used == 7
        data = (tmp_path / "out" / "props.arrow").read_bytes()
        assert sorted_bytes in (None, data)
        sorted_bytes = data


def test_old_layout_without_sortkey(tmp_path):
    _, props = build(tmp_path, create=CREATE.replace("  `pp_sortkey` float DEFAULT NULL,\n", ""), sort="")
    assert props.get(5) == WANTED[5]


def test_look_ups_in_any_order(tmp_path):
    rows = [(3 * n, "wikibase_item", f"Q{n}") for n in range(1, 2000)]
    _, props = build(tmp_path, rows)
    pages = [random.Random(1).randrange(7000) for _ in range(5000)]
    for page in [*range(6010), *pages]:
        wanted = f"Q{page // 3}" if page % 3 == 0 and 0 < page < 6000 else None
        assert props.get(page).qid == wanted


def test_more_rows_than_a_batch(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.dump.page_props._BATCH_ROWS", 3)
    counts, props = build(tmp_path, [(n, "wikibase_item", f"Q{n}") for n in range(1, 11)])
    assert counts.pages == 10
    assert [props.get(n).qid for n in range(1, 11)] == [f"Q{n}" for n in range(1, 11)]


def test_values_that_are_no_text_are_counted(tmp_path):
    counts, props = build(
        tmp_path, [(1, "wikibase_item", "\xff\xfe"), (2, "page_image", ""), (3, "wikibase_item", "Q3")]
    )
    assert (counts.rows, counts.used, counts.damaged, counts.pages) == (3, 1, 2, 1)
    assert props.get(1) == NO_PROPS


def test_empty_table(tmp_path):
    counts, props = build(tmp_path, [])
    assert (counts.rows, counts.pages, len(props)) == (0, 0, 0)
    assert props.get(1) == NO_PROPS


def test_another_table_is_refused(tmp_path):
    (tmp_path / "x.sql").write_text("CREATE TABLE `page` (`a` int); INSERT INTO `page` VALUES (1);", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.sql holds no table page_props of a MySQL dump"):
        build_page_props(tmp_path / "x.sql", tmp_path / "out.arrow")
    assert not (tmp_path / "out.arrow").exists()


def test_open_refuses_other_files(tmp_path):
    with pytest.raises(ArtifactError, match=r"no\.arrow cannot be read as page properties"):
        PageProps.open(tmp_path / "no.arrow")
    (tmp_path / "text.arrow").write_text("hello", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"text\.arrow cannot be read as page properties"):
        PageProps.open(tmp_path / "text.arrow")
    table = pa.table({"page_id": [1]})
    with pa.OSFile(str(tmp_path / "other.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(ArtifactError, match=r"other\.arrow holds no page properties of version 1"):
        PageProps.open(tmp_path / "other.arrow")
