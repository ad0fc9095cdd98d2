"""Cleaning rules, review terms, decisions and topics."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records.corpus import Pair
from pipeline.records.errors import InputError
from pipeline.titles.words import count_words
from pipeline.wikinews.cleaning import clean, is_location_map, mark_duplicates
from pipeline.wikinews.decisions import Review, queue_lines, read_decisions
from pipeline.wikinews.site import fold, table
from pipeline.wikinews.terms import review_terms
from pipeline.wikinews.topics import topic_of
from tests.support.cases import each_case

TOPICS = [
    "sports",
    "politics",
    "entertainment",
    "disaster",
    "technology",
    "crime",
    "economy",
    "education",
    "health",
    "weather",
]


def make_pair(file_title="A.jpg", caption="The old mill", number=1, **changes):
    values = {
        "pair_id": f"{number:016x}", "article_id": number, "article_title": "T", "date": datetime(2011, 1, 1, tzinfo=UTC),
        "topic": "", "position": 0, "image_id": "0" * 16, "file_title": file_title, "image_url": "", "caption": caption,
        "caption_links": (), "credit": "", "n_words": 0, "revision_id": None, "status": "kept", "reasons": (),
    }  # fmt: skip
    return Pair(**(values | changes))


@each_case("cleaning.case")
def test_golden(case):
    pair = clean(make_pair(case["file"], case["caption"], credit=case.get("credit", "")), case.get("unknown", []))
    assert [pair.status, list(pair.reasons)] == case["out"]
    assert pair.n_words == count_words(case["caption"])


@given(st.text(max_size=60))
def test_terms_cut_the_text(text):
    assert all(text[term.start : term.end] == term.text for term in review_terms(text))


def test_a_word_list_alone_drops_nothing():
    for terms in table("review_terms")["terms"].values():
        for term in terms:
            pair = clean(make_pair(caption=f"they saw {term.rstrip('*')} there"))
            assert pair.status == "review", term


def test_repeated_pairs_are_dropped_but_the_first():
    pairs = [
        make_pair(number=1),
        make_pair(number=2),
        make_pair("B.jpg", number=3),
        make_pair(caption="The  old mill", number=4),
    ]
    pairs.insert(0, make_pair(number=9, status="dropped", reasons=("audio",)))
    marked = list(mark_duplicates(pairs))
    assert [one.article_id for one in marked] == [9, 1, 2, 3, 4]
    assert [one.status for one in marked] == ["dropped", "kept", "dropped", "kept", "dropped"]
    assert marked[0].reasons == ("audio",)


def decisions_file(folder, *rows):
    path = folder / "decisions.jsonl"
    path.write_text(
        "\n\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", encoding="utf-8"
    )
    return path


def row(number, decision, reason="seen", reviewer="otter-1"):
    return {"pair_id": f"{number:016x}", "decision": decision, "reason": reason, "reviewer": reviewer}


def test_decisions_are_applied_the_last_line_counts(tmp_path):
    path = decisions_file(tmp_path, row(1, "keep", "a name"), row(2, "keep"), row(2, "drop", "gore"), row(3, "drop"))
    pairs = [
        make_pair(number=1, status="review", reasons=("term:violent:gore",)),
        make_pair(number=2),
        make_pair(number=4),
    ]
    review = Review(read_decisions(path))
    assert [(one.status, one.reasons) for one in map(review.apply, pairs)] == [
        ("kept", ("term:violent:gore", "decided:a name")),
        ("dropped", ("decided:gore",)),
        ("kept", ()),
    ]
    assert review.unused == (f"{3:016x}",)
    assert review.applied == {"keep": 1, "drop": 1}


def test_a_repeated_pair_is_not_kept_twice(tmp_path):
    path = decisions_file(tmp_path, row(1, "keep"))
    pairs = [make_pair(number=1, status="review"), make_pair(number=1, status="dropped", reasons=("duplicate_pair",))]
    review = Review(read_decisions(path))
    assert [review.apply(one).status for one in pairs] == ["kept", "dropped"]


def test_a_repeated_pair_of_another_article_can_be_kept(tmp_path):
    review = Review(read_decisions(decisions_file(tmp_path, row(2, "keep"))))
    pairs = [make_pair(number=1), make_pair(number=2, status="dropped", reasons=("duplicate_pair",))]
    assert [review.apply(one).status for one in pairs] == ["kept", "kept"]
    assert review.unused == ()


def test_the_queue_is_read_back_once_it_is_filled_in(tmp_path):
    pairs = [
        make_pair(number=1, status="review", reasons=("term:violent:gore", "unknown_template:X")),
        make_pair(number=2),
        make_pair(number=3, status="review", reasons=("maybe_audio",)),
    ]
    lines = [json.loads(line) for line in queue_lines(pairs)]
    assert [(line["pair_id"], line["matched"]) for line in lines] == [(f"{1:016x}", ["gore"]), (f"{3:016x}", [])]
    assert read_decisions(decisions_file(tmp_path, *lines)) == {}
    lines[0] |= {"decision": "keep", "reason": "a name", "reviewer": "otter-1"}
    (found,) = read_decisions(decisions_file(tmp_path, *lines)).values()
    assert (found.pair_id, found.decision, found.reason) == (f"{1:016x}", "keep", "a name")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "no JSON"),
        ("[]", "must be an object"),
        (json.dumps(row(1, "keep") | {"extra": "x"}), "must be an object"),
        (json.dumps(row(1, "keep") | {"reason": 5}), "must be an object"),
        (json.dumps(row(1, "perhaps")), "keep or drop"),
        (json.dumps(row(1, "keep") | {"pair_id": "XYZ"}), "16 hex digits"),
        (json.dumps(row(1, "keep", reason=" ")), "reason is empty"),
        (json.dumps(row(1, "keep", reviewer="ann@x.org")), "pseudonym"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, message):
    with pytest.raises(InputError, match=rf"line 3.*{message}"):
        read_decisions(decisions_file(tmp_path, row(1, "keep"), line))


def test_a_missing_decisions_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.jsonl"):
        read_decisions(tmp_path / "none.jsonl")


@each_case("topics.case")
def test_topics(case):
    found = topic_of(case["categories"], case.get("templates", []))
    assert [found.topic, found.evidence, list(found.tied), list(found.unmapped)] == case["out"]


def test_the_table_has_the_papers_topics_and_no_name_twice():
    rows = table("topics")
    assert rows["topics"] == TOPICS == list(rows["main"]) == list(rows["patterns"])
    groups = [group for part in ("main", "patterns") for groups in rows[part].values() for group in groups]
    names = [fold(name) for group in groups for name in group.get("names", ())]
    assert len(names) == len(set(names)) > 400
    assert not set(names) & {fold(name) for group in rows["ignored"] for name in group["names"]}
    assert all(group["because"] and group["weight"] in (1, 2, 4) for group in groups)
    assert all(group["because"] for group in rows["ignored"])
    assert all(groups[0]["weight"] == 4 for groups in rows["main"].values())


@pytest.mark.parametrize("name", ["topics", "review_terms", "templates"])
def test_a_table_says_how_it_was_reviewed(name):
    assert table(name)["reviewed"].startswith("20")


@pytest.mark.data
def test_the_released_captions(data_dir):
    captions = json.loads((data_dir / "wikidiverse" / "wikidiverse-captions.json").read_text(encoding="utf-8"))
    assert len(captions) == 7405
    assert sum(count_words(row["sentence"]) < 3 for row in captions) == 15
    flagged = [row["sentence"] for row in captions if review_terms(row["sentence"])]
    assert len(flagged) == 15  # 0.2 %
    assert not any(name in text for text in flagged for name in ("Cheney", "Gaza Strip", "Kaczyński"))
    files = [row["img-url"].rpartition("/")[2].replace("_", " ") for row in captions if row.get("img-url")]
    assert sum(map(is_location_map, files)) == 95
