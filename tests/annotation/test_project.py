"""Project folders: every kind of source, and every refusal."""

import json
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.files import json_line
from annotation.pairs import ProjectPair, pair_json, read_native, read_pair, write_native
from annotation.pairs_source import CORPUS, DATASET, NATIVE, read_source, with_images
from annotation.project import (
    PAIRS,
    PROJECT,
    SECRETS,
    Settings,
    check_free,
    make_project,
    open_project,
    read_secrets,
    write_secrets,
)
from annotation.records import NIL
from pipeline.formats.dataset_import import ImportOptions, read_captions, write_dataset
from pipeline.formats.registry import format_named
from pipeline.records.corpus import PAIR_DROPPED, PAIR_REVIEW, CaptionLink
from pipeline.records.errors import ArtifactError, InputError, UsageError
from pipeline.records.images_schemas import IMAGES
from tests.support.projects import answer, corpus_pair, small_project, span, write_artifact, write_corpus

LINKED = "Obama 😀 met Merkel"


def corpus(tmp_path):
    link = CaptionLink(12, 18, "Merkel", "Angela Merkel", "enwiki")
    return write_corpus(
        tmp_path / "corpus",
        [
            corpus_pair(1, LINKED, caption_links=(link,), credit="AFP", image_url="https://example.org/a.jpg"),
            corpus_pair(2, "a dropped one", status=PAIR_DROPPED),
            corpus_pair(3, "one in doubt", article=2, status=PAIR_REVIEW),
            corpus_pair(4, "Cape Town at night", article=3),
            corpus_pair(4, "Cape Town at night", article=3, position=9),
        ],
    )


def test_a_corpus_gives_its_kept_pairs_once(tmp_path):
    source = read_source(corpus(tmp_path))
    assert source.kind == CORPUS
    assert [pair.pair_id[-1] for pair in source.pairs] == ["1", "4"]
    first = source.pairs[0]
    assert (first.caption, first.article_title, first.date, first.topic) == (
        LINKED,
        "Article 1",
        "2010-05-01",
        "Politics",
    )
    assert (first.image_file, first.image_url, first.credit) == ("File 1.jpg", "https://example.org/a.jpg", "AFP")
    assert first.caption_links[0].target == "Angela Merkel"
    assert source.pairs[1].image_url is None
    assert source.notes == (
        "2 pairs with another status than kept were left out",
        "1 pairs that their article shows again were left out",
    )


def test_review_pairs_come_on_demand_and_the_pairs_folder_itself_will_do(tmp_path):
    folder = corpus(tmp_path)
    assert len(read_source(folder / "pairs", with_review=True).pairs) == 3
    assert read_source(folder / "pairs") == read_source(folder)


def test_a_data_set_brings_its_gold_labels(tmp_path):
    caption = "Nil and Obama in Nil"
    records = [
        [caption, "", "Politics", [["Obama", "Person", 8, 13, "https://en.wikipedia.org/wiki/Barack_Obama"],
                                   ["Nil", "Misc", 0, 3, "nil"]]],
        ["Nobody here at all", "", "Sports", []],
    ]  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(records))
    options = ImportOptions(format_named("passages"), (("train", tmp_path / "a.json"),), tmp_path / "out")
    write_dataset(read_captions(options), options)
    source = read_source(tmp_path / "out")
    assert source.kind == DATASET
    gold = {source.references[pair.pair_id]: pair for pair in source.pairs}
    spans = {
        pair.caption: [(one.surface, one.entity, one.type) for one in found.annotations] for found, pair in gold.items()
    }
    assert spans == {
        caption: [("Nil", NIL, "Misc"), ("Obama", "Barack Obama", "Person")],
        "Nobody here at all": [],
    }
    assert {pair.split for pair in source.pairs} == {"train"}
    with pytest.raises(UsageError, match=r"has no pairs to annotate: 2 pairs of other splits"):
        read_source(tmp_path / "out", splits=("test",))


def test_images_give_their_digests(tmp_path):
    source = read_source(corpus(tmp_path))
    row = {column.name: "" if column.type == "string" else 0 for column in IMAGES.columns if not column.nullable}
    row |= {"is_video": False, "is_override": False}
    rows = [
        row | {"image_id": source.pairs[0].image_id, "outcome": "ok", "sha256": "abc", "perceptual_hash": "0f"},
        row | {"image_id": source.pairs[1].image_id, "outcome": "failed"},
    ]
    write_artifact(tmp_path / "media" / "images", IMAGES, rows)
    for folder in (tmp_path / "media", tmp_path / "media" / "images"):
        found = with_images(source, folder)
        assert [(pair.sha256, pair.perceptual_hash) for pair in found.pairs] == [("abc", "0f"), (None, None)]
        assert found.notes[-1] == "1 of 2 pairs have no usable image"
    with pytest.raises(ArtifactError, match="no images artifact"):
        with_images(source, tmp_path)


def test_a_project_opens_as_it_was_made_and_equal_sources_give_equal_bytes(tmp_path):
    source = read_source(corpus(tmp_path))
    one = make_project(tmp_path / "one", source, Settings("exclude", images="data/images/x"))
    other = make_project(tmp_path / "other", source, Settings("exclude", images="data/images/x"))
    assert one.pairs == {pair.pair_id: pair for pair in source.pairs}
    assert open_project(one.folder).settings == Settings("exclude", images="data/images/x")
    assert one.references == {}
    assert {item.group for item in one.items} == {"article:1", "article:3"}
    assert one.groups()["article:3"] == [source.pairs[1].pair_id]
    for path in sorted(one.folder.iterdir()):
        assert path.read_bytes() == (other.folder / path.name).read_bytes()
    make_project(tmp_path / "one", source, Settings())
    assert open_project(one.folder).settings.title_policy == "include"


def test_references_survive(tmp_path):
    gold = answer("p1", "reference", span(LINKED, "Merkel", entity="Angela Merkel"))
    project = small_project(
        tmp_path / "p", [ProjectPair("p1", LINKED), ProjectPair("p2", "nothing known")], {"p1": gold}
    )
    assert project.references == {"p1": gold}
    assert (project.folder / "pairs.jsonl").read_text().count("Angela Merkel") == 0


def test_secrets_are_for_the_owner_alone(tmp_path):
    project = small_project(tmp_path / "p", [ProjectPair("p1", "a caption")])
    path = project.folder / SECRETS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write_secrets(project.folder, {"a01": {"token": "t"}})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_secrets(project.folder) == {"a01": {"token": "t"}}
    path.chmod(0o640)
    with pytest.raises(ArtifactError, match="can be read by others"):
        read_secrets(project.folder)
    path.chmod(0o600)
    path.write_text("{}")
    with pytest.raises(ArtifactError, match="damaged"):
        read_secrets(project.folder)


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        check_free(tmp_path / "file")
    with pytest.raises(UsageError, match="other things"):
        check_free(tmp_path)
    project = small_project(tmp_path / "p", [ProjectPair("p1", "a caption")])
    check_free(project.folder)
    (project.folder / "annotations").mkdir()
    with pytest.raises(UsageError, match="under way"):
        check_free(project.folder)


def test_sources_that_are_none_are_refused(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        read_source(tmp_path / "none")
    with pytest.raises(UsageError, match="has no pairs/"):
        read_source(tmp_path)
    (tmp_path / "pairs").mkdir()
    with pytest.raises(ArtifactError, match="neither the pairs of a corpus"):
        read_source(tmp_path)


def test_projects_that_are_none_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no annotation project"):
        open_project(tmp_path)
    project = small_project(tmp_path / "p", [ProjectPair("p1", "a caption")])
    pairs, told = project.folder / PAIRS, project.folder / PROJECT
    pairs.write_text(pairs.read_text().replace("caption", "option"))
    with pytest.raises(ArtifactError, match="not the file that"):
        open_project(project.folder)
    value = json.loads(told.read_text())
    told.write_text(json.dumps(value | {"version": 2}))
    with pytest.raises(ArtifactError, match="version 2"):
        open_project(project.folder)
    told.write_text("[")
    with pytest.raises(ArtifactError, match="damaged"):
        open_project(project.folder)
    with pytest.raises(UsageError, match="title policy 'maybe'"):
        Settings("maybe")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"caption": None}, "caption is missing"),
        ({"pair_id": " "}, "pair_id is missing"),
        ({"article_id": "7"}, "article_id should be a whole number"),
        ({"article_id": True}, "article_id should be a whole number"),
        ({"topic": 3}, "topic should be a text"),
        ({"capton": "x"}, "'capton' is no field"),
        ({"version": 9}, "version 9"),
        ({"caption_links": [{"start": 0}]}, "caption_links"),
        (
            {"caption_links": [{"start": 0, "end": 2, "surface": "no", "target": "x", "wiki": "w"}]},
            "does not stand at 0-2",
        ),
        ({"mentions": [{"start": 0, "end": 1, "surface": "b"}]}, "'b' does not stand at 0-1"),
        ({"mentions": [{"start": 0}]}, "is no answer"),
    ],
)
def test_malformed_native_lines_are_named(tmp_path, change, message):
    path = tmp_path / "pairs.jsonl"
    row = {"pair_id": "p", "caption": "a caption"} | change
    path.write_text(
        json_line({"pair_id": "first", "caption": "fine"}) + json_line({k: v for k, v in row.items() if v is not None})
    )
    with pytest.raises(InputError, match=message) as caught:
        read_source(path)
    assert "record 1" in str(caught.value)


def test_a_pair_twice_and_a_line_that_is_no_object_are_named(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text(json_line({"pair_id": "p", "caption": "a"}) * 2)
    with pytest.raises(InputError, match="twice"):
        read_source(path)
    path.write_text("[1]\n")
    with pytest.raises(InputError, match="should be an object"):
        read_source(path)


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
optional = st.none() | texts
pairs = st.builds(
    ProjectPair, texts, texts, st.none() | st.integers(0, 9), optional, optional, optional, st.none() | st.integers(0, 9),
    *[optional] * 5, st.just(()), optional, optional, st.none() | st.integers(0, 9), optional,
)  # fmt: skip


@given(pairs)
def test_native_form_is_lossless(pair):
    pair = replace(pair, caption_links=(CaptionLink(0, 1, pair.caption[0], "t", "w"),))
    assert read_pair(json.loads(json_line(pair_json(pair))), "here") == pair


@given(st.lists(pairs, unique_by=lambda one: one.pair_id, min_size=1, max_size=3))
def test_native_files_are_lossless(tmp_path_factory, given_pairs):
    path = tmp_path_factory.mktemp("native") / "p.jsonl"
    gold = {one.pair_id: answer(one.pair_id, "reference", span(one.caption, one.caption)) for one in given_pairs[:1]}
    write_native(given_pairs, path, gold)
    assert list(read_native(path)) == [(one, gold.get(one.pair_id)) for one in given_pairs]
    assert read_source(path).kind == NATIVE
