"""Reading MySQL dumps: values, columns, statements, damage."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dump.sql import read_rows
from pipeline.dump.sql_tokens import column_names, value_of
from pipeline.records.errors import InputError

CREATE = """/*!40101 SET character_set_client = utf8 */;
DROP TABLE IF EXISTS `t`;
CREATE TABLE `t` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name` varbinary(255) NOT NULL DEFAULT 'a,b(c)`d;',
  `kind` enum('x','y)') DEFAULT NULL COMMENT 'it''s; a "kind"',
  `weight` decimal(10,2) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name` (`name`,`kind`),
  KEY `weight` (`weight`),
  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `other` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=126 DEFAULT CHARSET=binary;
"""


def rows(tmp_path, text, *args, **options):
    path = tmp_path / "t.sql"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_rows(path, *args, **options))


@pytest.mark.parametrize(
    ("token", "value"),
    [
        (b"'abc'", b"abc"),
        (b"''", b""),
        (rb"'it\'s'", b"it's"),
        (b"'it''s'", b"it's"),
        (rb"'a\\'", b"a\\"),
        (rb"'\0\n\r\t\b\Z\"'", b'\0\n\r\t\b\x1a"'),
        (rb"'\%\_\x'", rb"\%\_x"),
        (b"'\xff\xc3\x28'", b"\xff\xc3\x28"),
        (b"NULL", None),
        (b"null", None),
        (b"TRUE", 1),
        (b"0", 0),
        (b"-17", -17),
        (b"1.50", 1.5),
        (b"-0.5e-3", -0.0005),
        (b".5", 0.5),
        (b"0x4D7953", b"MyS"),
        (b"x'4D79'", b"My"),
        (b"b'101'", 5),
        (b"_binary 'a\\'b'", b"a'b"),
        (b"_utf8mb4'x'", b"x"),
    ],
)
def test_values(tmp_path, token, value):
    assert value_of(token) == value
    assert rows(tmp_path, b"CREATE TABLE `t` (`a` int, b blob); INSERT INTO `t` VALUES (" + token + b",7);") == [
        (value, 7)
    ]


@pytest.mark.parametrize("token", ["hello", "0xZZ", "x'1'", "1.2.3", "b'2'", "0x1", "--1"])
def test_what_is_no_value_is_an_error(tmp_path, token):
    with pytest.raises(InputError) as caught:
        rows(tmp_path, f"CREATE TABLE t (a int);\nINSERT INTO t VALUES (1),({token});")
    assert str(caught.value).endswith(f"t.sql: row 2 of t holds {token!r}, which is no SQL value")


def test_columns_of_create_table(tmp_path):
    definition = CREATE.partition("CREATE TABLE `t` (")[2].encode()
    assert column_names(definition) == ["id", "name", "kind", "weight"]
    assert rows(tmp_path, CREATE + "INSERT INTO `t` VALUES (1,'n','x',NULL);") == [(1, b"n", b"x", None)]


def test_wanted_columns_in_the_order_wanted(tmp_path):
    text = CREATE + "INSERT INTO `t` VALUES (1,'n','x',-2.5),(2,'m',NULL,3);"
    assert rows(tmp_path, text, ["weight", "id"]) == [(-2.5, 1), (3, 2)]


def test_many_inserts_with_line_breaks_and_comments(tmp_path):
    text = (
        "-- MySQL dump 10.18  it's; \n# a '\n/* ' ; INSERT INTO `t` VALUES (0); */\n"
        + CREATE
        + "LOCK TABLES `t` WRITE;\n"
        "INSERT INTO `t` VALUES\n(1,'a;),(','x',NULL),\n( 2 , 'b' , 'y' , 1 );\n;;\n"
        "insert ignore into t (name, `id`) values ('c',3);\nREPLACE INTO `t` VALUES (4,'d',NULL,NULL);\n"
        "-- Dump completed on 2021-07-01 11:48:33"
    )
    assert rows(tmp_path, text, ["id", "name"]) == [(1, b"a;),("), (2, b"b"), (3, b"c"), (4, b"d")]


def test_one_table_of_several(tmp_path):
    text = "".join(f"CREATE TABLE `{t}` (`{t}_id` int); INSERT INTO `{t}` VALUES (1),(2),(';');\n" for t in "ab")
    assert rows(tmp_path, text) == rows(tmp_path, text, table="a") == [(1,), (2,), (b";",)]
    assert rows(tmp_path, text, ["b_id"], table="b") == [(1,), (2,), (b";",)]


def test_table_without_rows(tmp_path):
    assert rows(tmp_path, CREATE) == []


def test_packed_and_small_reads(tmp_path, monkeypatch):
    text = (
        CREATE + "INSERT INTO `t` VALUES " + ",".join(f"({n},'it\\'s ''{n}''\\\\',NULL,0.5)" for n in range(3000)) + ";"
    )
    wanted = [(n, f"it's '{n}'\\".encode(), None, 0.5) for n in range(3000)]
    assert rows(tmp_path, text) == rows(tmp_path, gzip.compress(text.encode())) == wanted
    for size in (2, 17, 1000):
        monkeypatch.setattr("pipeline.dump.streams.CHUNK_BYTES", size)
        assert rows(tmp_path, text) == wanted


def test_progress_is_told_in_bytes_of_the_file(tmp_path):
    heard = []
    path = tmp_path / "t.sql"
    path.write_text(CREATE + "INSERT INTO `t` VALUES (1,'a',NULL,NULL);", encoding="utf-8")
    list(read_rows(path, on_bytes=heard.append))
    assert sum(heard) == path.stat().st_size


HEAD = "-- MySQL dump 10.18\n" + CREATE
DAMAGED = {
    "value": (
        CREATE + "INSERT INTO `t` VALUES (1,'a','x',1),(2,'b', 'y');",
        "row 2 of t has 3 values, but the table has 4",
    ),
    "cut": (
        CREATE + "INSERT INTO `t` VALUES (1,'a','x',1),(2,'b",
        "row 2 of t is cut off at the end of the file; 1 rows",
    ),
    "cut after": (
        CREATE + "INSERT INTO `t` VALUES (1,'a','x',1)",
        "row 1 of t is cut off at the end of the file; 0 rows",
    ),
    "cut head": (CREATE + "INSERT INTO `t` VAL", "has an INSERT that cannot be read; 0 rows were read before it"),
    "cut create": (CREATE[:200], "is cut off inside a statement; 0 rows were read"),
    "cut comment": (CREATE + "/* x", "is cut off inside a statement; 0 rows were read"),
    "end": (
        HEAD + "INSERT INTO `t` VALUES (1,'a','x',1);\n",
        "has no '-- Dump completed' at its end: it is cut off; 1 rows",
    ),
    "no create": ("INSERT INTO `t` VALUES (1);", "the rows of t come before any CREATE TABLE that names columns"),
    "no table": ("-- nothing\n", "holds no table of a MySQL dump"),
    "html": ("<html><body>404</body></html>", "is cut off inside a statement; 0 rows were read"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_end_in_a_sentence(tmp_path, name):
    text, message = DAMAGED[name]
    with pytest.raises(InputError) as caught:
        rows(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "t.sql"))
    assert message in str(caught.value)


def test_missing_column_and_table_are_named(tmp_path):
    text = CREATE + "INSERT INTO `t` VALUES (1,'a','x',1);"
    with pytest.raises(InputError, match=r"the table t has no column cl_to, x; it has id, name, kind, weight"):
        rows(tmp_path, text, ["id", "cl_to", "x"])
    with pytest.raises(InputError, match=r"t\.sql holds no table page of a MySQL dump"):
        rows(tmp_path, text, table="page")


def test_truncated_gzip_names_the_rows_read(tmp_path):
    text = CREATE + "INSERT INTO `t` VALUES (1,'a','x',1)" + ",(2,'b','y',2)" * 5000 + ";"
    data = gzip.compress(text.encode())
    with pytest.raises(InputError, match=r"the file ends inside a gzip stream, at byte [\d,]+; [\d,]+ rows were read"):
        rows(tmp_path, data[:-30])


def test_row_that_never_ends_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.dump.sql_tokens.MAX_STATEMENT_BYTES", 1 << 20)
    monkeypatch.setattr("pipeline.dump.streams.CHUNK_BYTES", 1 << 16)
    with pytest.raises(InputError, match=r"row 1 of t cannot be read: \"\('xxx"):
        rows(tmp_path, CREATE + "INSERT INTO `t` VALUES ('" + "x" * (8 << 20))


def mysql_string(value: bytes) -> bytes:
    table = {0: b"\\0", 10: b"\\n", 13: b"\\r", 26: b"\\Z", 34: b'\\"', 39: b"\\'", 92: b"\\\\"}
    return b"'" + b"".join(table.get(byte, bytes([byte])) for byte in value) + b"'"


VALUES = st.one_of(
    st.binary(max_size=20), st.integers(-(2**63), 2**64), st.none(), st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8))
def test_any_rows_come_back(tmp_path_factory, table):
    def written(value):
        if isinstance(value, bytes):
            return mysql_string(value)
        return b"NULL" if value is None else repr(value).encode()

    body = b",".join(b"(" + b",".join(map(written, row)) + b")" for row in table)
    text = b"CREATE TABLE `t` (\n `a` blob,\n `b` blob,\n `c` blob\n);\nINSERT INTO `t` VALUES " + body + b";\n"
    assert rows(tmp_path_factory.mktemp("sql"), text) == table


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "n_rows", "first"),
    [
        ("simplewiki-sample.sql", 84, (1, b"mw-replace", 0, 10200)),
        ("aawiki-20260101-pagelinks.sql.gz", 637, (1426, 0, 233)),
        (
            "aawiki-20260101-categorylinks.sql.gz",
            156,
            (1341, b"DIAGRAPH01", b"2025-02-17 13:31:43", b"", b"page", 1, 208),
        ),
    ],
)
def test_real_tables(data_dir, name, n_rows, first):
    found = list(read_rows(data_dir / "dumps" / name))
    assert (len(found), found[0]) == (n_rows, first)
