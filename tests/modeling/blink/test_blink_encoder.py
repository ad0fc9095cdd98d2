"""What the towers read: windows round the mention, titles and texts, markers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.data.entities import IndexedEntity
from modeling.retrieval.blink_encoder import BiEncoder, Lengths
from pipeline.records.errors import InputError
from tests.modeling.worlds import mention_in


@pytest.fixture(scope="module")
def encoder(bert):
    return BiEncoder.from_bert(bert, lengths=Lengths(12, 10))


def words(encoder, rows):
    return [" ".join(encoder.mention.tokenizer.convert_ids_to_tokens(row)) for row in rows]


def test_mention_between_its_markers(encoder):
    rows = encoder.mention_ids([mention_in("The singer Jordan was seen", "Jordan"), mention_in("Jordan won", "Jordan")])
    assert words(encoder, rows) == [
        "[CLS] the singer [M] jordan [/M] was seen [SEP]",
        "[CLS] [M] jordan [/M] won [SEP]",
    ]


@pytest.mark.parametrize(
    ("n_left", "n_right", "expected"),
    [(0, 20, (0, 7)), (20, 0, (7, 0)), (20, 20, (3, 4)), (1, 20, (1, 6)), (20, 2, (5, 2)), (2, 2, (2, 2))],
)
def test_window_gives_the_room_of_a_short_side_to_the_other(encoder, n_left, n_right, expected):
    caption = " ".join(["singer"] * n_left + ["Jordan"] + ["painter"] * n_right)
    text = words(encoder, encoder.mention_ids([mention_in(caption, "Jordan")]))[0]
    left, right = expected
    assert text == " ".join(["[CLS]", *["singer"] * left, "[M] jordan [/M]", *["painter"] * right, "[SEP]"])


def test_window_keeps_the_words_next_to_the_mention(encoder):
    caption = "painter chef pilot judge singer Jordan senator chemist goalkeeper won was"
    text = words(encoder, encoder.mention_ids([mention_in(caption, "Jordan")]))[0]
    assert text == "[CLS] pilot judge singer [M] jordan [/M] senator chemist goalkeeper won [SEP]"


def test_ambiguous_place_puts_the_whole_caption_to_the_right(encoder):
    mention = mention_in("Jordan was Jordan", "Jordan", start=None, end=None)
    assert words(encoder, encoder.mention_ids([mention])) == ["[CLS] [M] jordan [/M] jordan was jordan [SEP]"]


def test_entity_is_title_marker_text_cut_at_the_end(encoder):
    rows = [
        IndexedEntity(1, "Jordan (singer)", "", None),
        IndexedEntity(2, "Mercury", "Mercury is a singer of renown. Georgia is a chef.", None),
    ]
    assert words(encoder, encoder.entity_ids(rows)) == [
        "[CLS] jordan ( singer ) [ENT] [SEP]", "[CLS] mercury [ENT] mercury is a singer of renown [SEP]"
    ]  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_any_text_fits_and_keeps_its_markers(encoder, left, surface, right):
    caption = left + surface + right
    (row,) = encoder.mention_ids([mention_in(caption, surface, start=len(left), end=len(left) + len(surface))])
    text = words(encoder, [row])[0].split()
    assert len(row) <= 12
    assert (text[0], text[-1]) == ("[CLS]", "[SEP]")
    assert text.count("[M]") >= 1 <= text.count("[/M]")


def test_what_is_saved_opens_the_same(encoder, tmp_path, mentions, entities):
    encoder.save(tmp_path)
    again = BiEncoder.open(tmp_path)
    assert again.encode_mentions(mentions).tobytes() == encoder.encode_mentions(mentions).tobytes()
    assert again.encode_entities(entities).tobytes() == encoder.encode_entities(entities).tobytes()
    assert (again.mention.max_length, again.entity.max_length, again.width) == (12, 10, 32)


def test_other_folders_are_refused(encoder, tmp_path):
    with pytest.raises(InputError, match="holds no bi-encoder"):
        BiEncoder.open(tmp_path)
    encoder.save(tmp_path)
    settings_file = tmp_path / "biencoder.json"
    settings_file.write_text(json.dumps({"mention": 12}))
    with pytest.raises(InputError, match="holds no bi-encoder"):
        BiEncoder.open(tmp_path)


def test_nothing_gives_nothing(encoder):
    assert encoder.encode_mentions([]).shape == encoder.encode_entities([]).shape == (0, 32)
