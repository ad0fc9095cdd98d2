import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.entity_list import ListedEntity, read_entity_list, write_entity_list
from pipeline.records.errors import InputError

TITLES = st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), max_size=20)


@given(rows=st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.tuples(TITLES, st.integers(0, 10**9)), max_size=20))
def test_what_is_written_is_read_back(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "deep" / "entities.tsv"
    wanted = [ListedEntity(id_, title, n) for id_, (title, n) in rows.items()]
    write_entity_list(path, wanted)
    assert read_entity_list(path) == wanted
    assert [item.name for item in path.parent.iterdir()] == ["entities.tsv"]


def test_the_text_is_plain(tmp_path):
    path = tmp_path / "e.tsv"
    write_entity_list(path, [ListedEntity(7, "Ångström\u2028x", 3), ListedEntity(1, "a\tb\n", 1)])
    assert path.read_bytes() == "entity_id\tentity\tn_pairs\n7\tÅngström\u2028x\t3\n1\ta b \t1\n".encode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("entity_id\n5\n", [ListedEntity(5)]),
        ("\ufeffentity_id\tentity\r\n5\tOtter\r\n\r\n-6\tRed\r\n", [ListedEntity(5, "Otter"), ListedEntity(-6, "Red")]),
        ("entity_id\tn_pairs\tentity\tnote\n5\t2\tOtter\tmine\n6\n", [ListedEntity(5, "Otter", 2), ListedEntity(6)]),
        ("entity_id\tentity", []),
    ],
)
def test_lists_by_hand(tmp_path, text, wanted):
    (tmp_path / "e.tsv").write_bytes(text.encode())
    assert read_entity_list(tmp_path / "e.tsv") == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the first being entity_id"),
        (b"5\tOtter\n", "the first being entity_id"),
        (b"entity_id\tentity\nOtter\t5\n", "line 2: 'Otter' is no whole number"),
        (b"entity_id\n1\n\n1_0\n", "line 4: '1_0'"),
        (b"entity_id\n5\n5\n", "line 3: entity 5 is named twice"),
        (b"entity_id\n\xff\n", "cannot be read as text"),
    ],
)
def test_broken_lists_name_the_place(tmp_path, text, message):
    (tmp_path / "e.tsv").write_bytes(text)
    with pytest.raises(InputError, match=message):
        read_entity_list(tmp_path / "e.tsv")


def test_a_missing_list_names_the_command(tmp_path):
    with pytest.raises(InputError, match=r"runners/list_entities\.py"):
        read_entity_list(tmp_path / "none.tsv")
