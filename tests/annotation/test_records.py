"""Answers as JSON, pseudonyms, tokenizers."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.records import Annotation, Answer, answer_json, is_pseudonym, read_answer
from annotation.tokens import TOKENIZERS, count_words, token_spans, words
from pipeline.records.errors import InputError, UsageError

names = st.text(max_size=8)
spans = st.builds(
    Annotation,
    start=st.integers(0, 99),
    end=st.integers(0, 99),
    surface=names,
    type=st.none() | names,
    entity=st.none() | names,
    flags=st.lists(names, max_size=2).map(tuple),
    visual_clues=st.none() | st.lists(names, max_size=2).map(tuple),
)
answers = st.builds(
    Answer,
    pair_id=names,
    annotator=st.from_regex(re.compile(r"[a-z][a-z0-9_-]{0,9}", re.ASCII), fullmatch=True),
    annotations=st.lists(spans, max_size=3).map(lambda found: tuple(sorted(found, key=lambda one: one.span))),
    layer=names,
    batch=st.sampled_from(("main", "pilot", "retest", "expert")),
    number=st.integers(0, 9),
    duration_s=st.none() | st.floats(0, 99),
)


@given(answers)
def test_answers_go_through_json(answer):
    assert read_answer(json.loads(json.dumps(answer_json(answer))), "x:1") == answer


def test_no_clue_is_not_the_same_as_not_asked():
    asked, not_asked = (Answer("p", "a", (Annotation(0, 1, "x", visual_clues=clues),)) for clues in ((), None))
    assert answer_json(asked)["annotations"] == [{"start": 0, "end": 1, "surface": "x", "visual_clues": ()}]
    assert answer_json(not_asked)["annotations"] == [{"start": 0, "end": 1, "surface": "x"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version 2 cannot be read, only 1"),
        ({"annotator": "anna@example.org"}, "an annotator by pseudonym"),
        ({"batch": "warm-up"}, "one of the batches main, pilot"),
        ({"pair_id": 7}, "should name a pair"),
        ({"colour": "red"}, "colour"),
        ({"annotations": [{"start": 0}]}, "surface"),
        ({"annotations": [{"start": "0", "end": 1, "surface": "x"}]}, "whole numbers"),
        ({"annotations": 7}, "is no answer of an annotator"),
    ],
)
def test_what_is_no_answer(change, message):
    with pytest.raises(InputError, match=rf"^a\.jsonl:3: .*{message}"):
        read_answer({"version": 1, "pair_id": "p", "annotator": "a"} | change, "a.jsonl:3")


def test_pseudonyms():
    assert all(map(is_pseudonym, ("a", "A07", "expert-1", "x" * 32)))
    assert not any(map(is_pseudonym, ("", "7", "a b", "../a", "é", "a\n", "x" * 33)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wordpunct-v1", ["U", ".", "S", ".", "café", "'", "s", "№", "5", "😀"]),
        ("whitespace-v1", ["U.S.", "café's", "№", "5😀"]),
        ("characters-v1", list("U.S. café's № 5😀")),
    ],
)
def test_tokenizers(name, expected):
    caption = "U.S. café's № 5😀"
    assert [caption[start:end] for start, end in token_spans(caption, name)] == expected


@given(st.text(max_size=30))
def test_tokens_cover_all_but_space(caption):
    for name in TOKENIZERS:
        found = token_spans(caption, name)
        assert all(start < end for start, end in found)
        assert [one for one, _ in found] == sorted(one for one, _ in found)
        covered = "".join(caption[start:end] for start, end in found)
        assert "".join(covered.split()) == "".join(caption.split())


def test_words():
    assert words("The U.S. mayor's (2007)") == ["the", "u", "s", "mayor", "s", "2007"]
    assert count_words("The U.S. mayor's (2007)") == 6
    with pytest.raises(UsageError, match="is no tokenizer; there are wordpunct-v1"):
        token_spans("x", "spacy")
