"""Each format: read, write, read again; what is refused."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.elevant import read_elevant, write_elevant
from pipeline.formats.entity_urls import read_title
from pipeline.formats.kgmel import read_kgmel, write_kgmel
from pipeline.formats.melbench import read_melbench, write_melbench
from pipeline.formats.mention_types import TYPES
from pipeline.formats.registry import FORMATS, format_named
from pipeline.formats.wikidiverse import read_mentions, read_passages, write_mentions, write_passages
from pipeline.records.dataset import Caption, CaptionMention
from pipeline.records.errors import InputError, UsageError
from pipeline.titles.file_urls import upload_url

IMAGE = "https://upload.wikimedia.org/wikipedia/commons/5/5e/EnglandEastSussex.png"
TEXT = "Rivers United play the Otters (2009)."
RIVERS = ["Rivers United", "Organization", 0, 13, "https://en.wikipedia.org/wiki/Rivers_United_F.C."]
PASSAGE = [TEXT, IMAGE, "sports", [RIVERS, ["Otters", "Organization", 23, 29, "nil"]]]
ELEVEN = [TEXT, IMAGE, "Otters", "Organization", ["River", "United"], ["2009"], "https://en.wikipedia.org/wiki/Erie_Otters",
          ["https://en.wikipedia.org/wiki/Otter", "Erie Otters"], "sports", 23, 29]  # fmt: skip
KGMEL = {
    "id": 7,
    "sentence": TEXT,
    "imgPath": "m.jpg",
    "mention": ["Otters"],
    "entity": ["Erie Otters"],
    "answer": ["Q12"],
    "img-url": IMAGE,
}
MELBENCH = {"id": "a", "sentence": TEXT, "mentions": ["Otters"], "entities": ["Erie Otters"], "answer": ["Q12"]}
LABEL = {"id": 0, "span": [23, 29], "entity_id": "Q12", "name": "Erie Otters", "type": "Q1|Q2"}
ELEVANT = {"id": 3, "title": "x", "text": TEXT, "evaluation_span": [0, len(TEXT)], "labels": [LABEL]}


def put(folder: Path, value: object, name: str = "x.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def test_passages(tmp_path):
    found = read_passages(put(tmp_path, [PASSAGE]))
    assert found.repairs == []
    assert found.captions == [
        Caption("0", TEXT, (
            CaptionMention("Rivers United", 0, 13, "Organization", "Rivers United F.C."),
            CaptionMention("Otters", 23, 29, "Organization", is_nil=True),
        ), IMAGE, "sports"),
    ]  # fmt: skip


def test_passages_are_written_as_read(tmp_path):
    write_passages(read_passages(put(tmp_path, [PASSAGE, PASSAGE])).captions, tmp_path / "y.json")
    assert json.loads((tmp_path / "y.json").read_text()) == [PASSAGE, PASSAGE]


def test_mention_level(tmp_path):
    first = [*ELEVEN[:2], *RIVERS[:2], [], ["play"], RIVERS[4], [], "sports", 0, 13]
    found = read_mentions(put(tmp_path, [first, ELEVEN, [*ELEVEN[:8], "politics", 23, 29], ELEVEN, ELEVEN]))
    assert [len(one.mentions) for one in found.captions] == [2, 1, 1, 1]
    assert [one.key for one in found.captions] == ["0", "2", "3", "4"]
    otters = found.captions[0].mentions[1]
    assert otters.candidates == ("Otter", "Erie Otters")
    assert (otters.entity, otters.left_context, otters.right_context) == ("Erie Otters", ("River", "United"), ("2009",))
    assert [one.kind for one in found.repairs] == ["bare_title"] * 4


def test_mention_level_is_written_as_read(tmp_path):
    whole = [*ELEVEN[:7], [ELEVEN[7][0], ELEVEN[6]], *ELEVEN[8:]]
    write_mentions(read_mentions(put(tmp_path, [whole])).captions, tmp_path / "y.json")
    assert json.loads((tmp_path / "y.json").read_text()) == [whole]


def test_kgmel_is_written_as_read(tmp_path):
    rows = [
        KGMEL,
        {name: value for name, value in KGMEL.items() if name != "img-url"}
        | {"id": 8, "entity": ["nil"], "answer": ["nil"]},
    ]
    found = read_kgmel(put(tmp_path, rows))
    assert found.captions[0] == Caption(
        "7", TEXT, (CaptionMention("Otters", 23, 29, None, "Erie Otters", "Q12"),), IMAGE, image_file="m.jpg"
    )
    assert found.captions[1].mentions[0].is_nil
    assert found.repairs == []
    write_kgmel(found.captions, tmp_path / "y.json")
    assert json.loads((tmp_path / "y.json").read_text()) == rows


@pytest.mark.parametrize("as_texts", [False, True])
def test_melbench_is_written_as_read(tmp_path, as_texts):
    row = MELBENCH | ({name: MELBENCH[name][0] for name in ("mentions", "entities", "answer")} if as_texts else {})
    found = read_melbench(put(tmp_path, {"a": row}))
    assert found.captions == [Caption("a", TEXT, (CaptionMention("Otters", 23, 29, None, "Erie Otters", "Q12"),))]
    write_melbench(found.captions, tmp_path / "y.json", as_texts=as_texts)
    assert json.loads((tmp_path / "y.json").read_text()) == {"a": row}
    assert read_melbench(put(tmp_path, [row | {"imgPath": "i.jpg"}])).captions == [
        replace(found.captions[0], image_file="i.jpg")
    ]


def test_elevant_is_written_as_read(tmp_path):
    labels = [LABEL, {"id": 1, "span": [0, 13], "entity_id": "<NIL>", "name": "Unknown", "type": "OTHER"},
              {"id": 2, "span": [31, 35], "entity_id": "<NO_MAPPING>", "name": "Unknown", "type": "OTHER"}]  # fmt: skip
    row = ELEVANT | {"labels": labels}
    found = read_elevant(put(tmp_path, json.dumps(row) + "\n\n"))
    assert [(one.qid, one.is_nil, one.entity, one.type) for one in found.captions[0].mentions] == [
        ("Q12", False, "Erie Otters", "Q1|Q2"), (None, True, None, "OTHER"), (None, False, None, "OTHER"),
    ]  # fmt: skip
    assert [(one.kind, one.mention, one.after) for one in found.repairs] == [("no_entity", 2, None)]
    write_elevant(found.captions, tmp_path / "y.jsonl")
    assert json.loads((tmp_path / "y.jsonl").read_text()) == row


def test_repairs_say_where(tmp_path):
    broken = [
        TEXT,
        f"n{IMAGE}",
        "",
        [["Otter", "Other", 23, 29, "nhttps://en.wikipedia.org/wiki/Otter"], ["Rivers", "Vehicle", 0, 6, "Nil"]],
    ]
    found = read_passages(put(tmp_path, [PASSAGE, broken]))
    assert [(one.record, one.item, one.mention, one.field, one.kind, one.after) for one in found.repairs] == [
        (1, 0, None, "image_url", "url_scheme", IMAGE),
        (1, 1, 0, "type", "type_alias", "Misc"),
        (1, 2, 0, "offsets", "span_moved", "(23, 28)"),
        (1, 3, 0, "entity_url", "url_scheme", "https://en.wikipedia.org/wiki/Otter"),
        (1, 4, 1, "type", "unknown_type", None),
        (1, 5, 1, "entity_url", "nil_spelling", "nil"),
    ]
    assert {one.file for one in found.repairs} == {"x.json"}
    assert found.captions[1].topic is None


def test_ambiguous_mentions_are_listed_and_left(tmp_path):
    row = KGMEL | {"sentence": "Otters beat Otters.", "imgPath": None}
    found = read_kgmel(put(tmp_path, [row]))
    assert (found.captions[0].mentions[0].start, found.captions[0].mentions[0].end) == (None, None)
    first = read_kgmel(put(tmp_path, [row]), take_first=True)
    assert (first.captions[0].mentions[0].start, first.captions[0].mentions[0].end) == (0, 6)
    assert [(one.kind, one.before, one.after) for one in found.repairs + first.repairs] == [
        ("span_ambiguous", "Otters at 0, 12", None), ("span_ambiguous", "Otters at 0, 12", "0"),
    ]  # fmt: skip


def test_overlaps_are_listed(tmp_path):
    found = read_passages(put(tmp_path, [[TEXT, "", "", [RIVERS, ["United", "Organization", 7, 13, "nil"]]]]))
    assert [(one.kind, one.mention, one.before) for one in found.repairs] == [
        ("span_overlap", None, "Rivers United | United")
    ]
    assert found.captions[0].image_url is None


def change(value, *path_and_new):
    """A deep copy of `value` with one place changed; DELETE takes it out."""
    *path, new = path_and_new
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if new is DELETE:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy


DELETE = object()
BAD = [
    (read_passages, "", "is empty|but is empty"),
    (read_passages, "  \n", "but is empty"),
    (read_passages, "[]", "holds no records"),
    (read_passages, "3", "array or object"),
    (read_passages, "[[1, 2}]", "record 0: is broken JSON at character 6"),
    (read_passages, json.dumps([PASSAGE])[:-1], "record 1: is broken JSON.*no comma"),
    (read_passages, json.dumps([PASSAGE])[:-1] + ",]", "nothing after a comma"),
    (read_passages, json.dumps([PASSAGE]) + "x", "goes on after"),
    (read_passages, "[" * 100_000, "nested too deeply"),
    (read_passages, "[NaN]", "record 0: NaN"),
    (read_passages, "[" + "9" * 5_000 + "]", "record 0: "),
    (read_passages, [PASSAGE, 3], "record 1, record: should be a list, not a number"),
    (read_passages, [PASSAGE[:3]], "record 0, record: should have 4 items, not 3"),
    (read_passages, [change(PASSAGE, 0, 5)], "record 0, caption: should be a text"),
    (read_passages, [change(PASSAGE, 0, " ")], "record 0, caption: is empty"),
    (read_passages, [change(PASSAGE, 0, "a" * 1_000_001)], "record 0, caption: has 1,000,001 characters"),
    (read_passages, [change(PASSAGE, 0, "\ud800")], "record 0, caption: holds half a character"),
    (read_passages, [change(PASSAGE, 1, None)], "record 0, image_url: should be a text, not null"),
    (read_passages, [change(PASSAGE, 2, {})], "record 0, topic: should be a text, not an object"),
    (read_passages, [change(PASSAGE, 3, "x")], "record 0, mentions: should be a list"),
    (read_passages, [change(PASSAGE, 3, 1, [])], r"record 0, mentions\[1\]: should have 5 items, not 0"),
    (read_passages, [change(PASSAGE, 3, 1, 0, 4)], r"mentions\[1\].surface: should be a text"),
    (read_passages, [change(PASSAGE, 3, 1, 1, None)], r"mentions\[1\].type: should be a text"),
    (read_passages, [change(PASSAGE, 3, 1, 2, "0")], r"mentions\[1\].start: should be a whole number"),
    (read_passages, [change(PASSAGE, 3, 1, 2, True)], r"mentions\[1\].start: should be a whole number"),
    (read_passages, [change(PASSAGE, 3, 1, 3, -1)], r"mentions\[1\].end: should be 0 or more"),
    (read_passages, [change(PASSAGE, 3, 1, 3, 10**20)], r"mentions\[1\].end: should be 0 or more"),
    (read_passages, [change(PASSAGE, 3, 1, 4, 0)], r"mentions\[1\].entity_url: should be a text"),
    (read_passages, [change(PASSAGE, 3, [[]] * 10_001)], "mentions: has 10,001 items"),
    (read_mentions, [ELEVEN[:10]], "should have 11 items, not 10"),
    (read_mentions, [change(ELEVEN, 4, "x")], "left_context: should be a list"),
    (read_mentions, [change(ELEVEN, 5, [1])], r"right_context\[0\]: should be a text"),
    (read_mentions, [change(ELEVEN, 7, ["https://de.wikipedia.org/wiki/A"])], "candidates: hold one"),
    (read_kgmel, [3], "record 0, record: should be an object"),
    (read_kgmel, [change(KGMEL, "sentence", DELETE)], "record 0, sentence: is missing"),
    (read_kgmel, [change(KGMEL, "id", "7")], "record 0, id: should be a whole number"),
    (read_kgmel, [KGMEL, KGMEL], "record 1, id: '7' is taken by record 0"),
    (read_kgmel, [change(KGMEL, "mention", "x")], "mention: should be a list"),
    (read_kgmel, [change(KGMEL, "answer", [])], r"record 0, mention, entity, answer: should be of one length, not \[1, 1, 0\]"),
    (read_kgmel, [change(KGMEL, "answer", ["12"])], r"answer\[0\]: should be a Wikidata id"),
    (read_kgmel, [change(KGMEL, "img-url", 3)], "img-url: should be a text"),
    (read_melbench, {"b": MELBENCH}, "id: is 'a' under the name 'b'"),
    (read_melbench, '{"a" 3}', "no key and colon"),
    (read_melbench, "{3: 4}", "no key and colon"),
    (read_melbench, {"a": change(MELBENCH, "mentions", 3)}, "mentions: should be a list"),
    (read_melbench, {"a": change(MELBENCH, "id", None)}, "id: should be a text"),
    (read_elevant, "\n\n", "holds no records"),
    (read_elevant, "{}", "record 0, id: is missing"),
    (read_elevant, json.dumps(ELEVANT) + " {}", "record 0: goes on after"),
    (read_elevant, json.dumps(ELEVANT) + "\n{", "record 1: is broken JSON"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "span", [3])), r"labels\[0\].span: should have 2 items"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "span", [29, 23])), r"labels\[0\].span: \[29, 23\] is no part"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "span", [0, 99])), r"labels\[0\].span: \[0, 99\] is no part"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "span", [6, 7])), "cuts only space"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "entity_id", "12")), "entity_id: should be a Wikidata id"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, "name", DELETE)), "name: is missing"),
    (read_elevant, json.dumps(change(ELEVANT, "labels", 0, 3)), r"labels\[0\]: should be an object"),
    (read_elevant, json.dumps(change(ELEVANT, "evaluation_span", [5, 2])), "evaluation_span"),
]  # fmt: skip


@pytest.mark.parametrize(("read", "value", "message"), BAD)
def test_bad_input_is_named(tmp_path, read, value, message):
    path = put(tmp_path, value)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    packed = gzip.compress(json.dumps([PASSAGE]).encode())
    for data, message in (
        (b"\xff[]", "no UTF-8"),
        (packed[:-9], "damaged gzip"),
        (packed[:20] + b"x" * 30, "damaged gzip"),
    ):
        (tmp_path / "x.json").write_bytes(data)
        with pytest.raises(InputError, match=message):
            read_passages(tmp_path / "x.json")
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match=path.name):
            read_passages(path)


def test_a_bomb_is_refused(tmp_path):
    from pipeline.formats import json_input

    (tmp_path / "x.json").write_bytes(gzip.compress(b" " * 2_000_000))
    with pytest.raises(InputError, match="larger than 1,000,000 bytes"):
        json_input.read_text(tmp_path / "x.json", 1_000_000)


def test_packed_files_and_byte_order_marks(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(json.dumps([PASSAGE]).encode()))
    (tmp_path / "b").write_bytes(b"\xef\xbb\xbf" + json.dumps([PASSAGE]).encode())
    assert read_passages(tmp_path / "a.gz").captions == read_passages(tmp_path / "b").captions


BARE = Caption("1", TEXT, (CaptionMention("Otters", None, None, "Person", "Otter", "Q12"),))
NAMELESS = Caption("1", TEXT, (CaptionMention("Otters", 23, 29, "Person"),))
UNTYPED = Caption("1", TEXT, (CaptionMention("Otters", 23, 29, None, "Otter"),))


@pytest.mark.parametrize(
    ("write", "captions", "message"),
    [
        (write_passages, [BARE], "place"), (write_mentions, [BARE], "place"), (write_elevant, [BARE], "place"),
        (write_passages, [NAMELESS], "entity"), (write_kgmel, [NAMELESS], "entity"), (write_melbench, [NAMELESS], "entity"),
        (write_passages, [UNTYPED], "type"), (write_mentions, [Caption("1", TEXT)], "no mention"),
        (write_kgmel, [replace(BARE, key="x")], "no number"), (write_elevant, [replace(UNTYPED, key="²")], "no number"),
        (write_kgmel, [BARE, BARE], "twice"), (write_melbench, [BARE, BARE], "twice"),
    ],
)  # fmt: skip
def test_what_a_format_cannot_hold_is_refused(tmp_path, write, captions, message):
    with pytest.raises(UsageError, match=f"caption .*{message}"):
        write(captions, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_texts_hold_one_mention(tmp_path):
    with pytest.raises(UsageError, match="0 mentions"):
        write_melbench([Caption("1", TEXT)], tmp_path / "x", as_texts=True)


def test_formats_by_name():
    assert [format_named(one.name) for one in FORMATS] == list(FORMATS)
    with pytest.raises(UsageError, match="passages, mentions, kgmel"):
        format_named("csv")


WORDS = st.sampled_from(["Otter", "Rivers United", "São Paulo", "😀", "U.S.", "l'Été", '"Q" & A', "Nil"])
TITLES = st.sampled_from(
    ["Otter", "Rivers United F.C.", "São Paulo", "Mercury (planet)", '"Heroes"', "C++", "Who?", "AC/DC", "100% (song)"]
)


@st.composite
def captions(draw, *, distinct=False):
    """Captions whose mentions stand at known places."""
    found = []
    for key in range(draw(st.integers(1, 3))):
        words = draw(st.lists(WORDS, min_size=1, max_size=4, unique=distinct))
        text, mentions = draw(st.sampled_from(["", "See ", "\u00a0– "])), []
        for word in words:
            title = draw(st.one_of(st.none(), TITLES))
            end = len(text) + len(word)
            qid = None if title is None else f"Q{draw(st.integers(1, 99))}"
            mentions.append(
                CaptionMention(word, len(text), end, draw(st.sampled_from(TYPES)), title, qid, title is None)
            )
            text += word + draw(st.sampled_from([" and ", ", ", " "]))
        url = upload_url(draw(TITLES).replace("/", "").replace("%", "") + ".jpg") if draw(st.booleans()) else None
        found.append(Caption(str(key), text, tuple(mentions), url))
    return found


def without(found, **fields):
    return [replace(one, mentions=tuple(replace(each, **fields) for each in one.mentions)) for one in found]


@given(captions())
def test_passages_round_trip(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "passages.json"
    write_passages(found, path)
    again = read_passages(path)
    assert (again.captions, again.repairs) == (without(found, qid=None), [])
    for one in again.captions:
        assert all(one.caption[each.start : each.end] == each.surface for each in one.mentions)


@given(captions())
def test_mentions_round_trip(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "mentions.json"
    given_ones = [
        replace(one, topic=f"topic {one.key}")
        for one in without(found, qid=None, candidates=("Otter", "C++"), left_context=("a",))
    ]
    write_mentions(given_ones, path)
    again = read_mentions(path)
    assert [replace(one, key="") for one in again.captions] == [replace(one, key="") for one in given_ones]
    assert again.repairs == []


@given(captions(distinct=True))
def test_kgmel_and_melbench_round_trip(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "lists.json"
    plain = without(found, type=None)
    write_kgmel(plain, path)
    assert read_kgmel(path).captions == plain
    write_melbench(plain, path)
    assert read_melbench(path).captions == [replace(one, image_url=None) for one in plain]


@given(captions())
def test_elevant_round_trip(tmp_path_factory, found):
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    write_elevant(found, path)
    again = read_elevant(path)
    assert again.captions == [replace(one, image_url=None) for one in found]
    assert again.repairs == []


def test_the_titles_of_these_tests_are_keys():
    for title in ('"Heroes"', "C++", "100% (song)", "AC/DC"):
        assert read_title(title).title == title
