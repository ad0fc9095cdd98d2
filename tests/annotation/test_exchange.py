"""What each format holds: out, in again, field by field."""

import json
import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.__main__ import main
from annotation.code_units import CodeUnits
from annotation.commands.export_command import FORMATS as EXPORTED
from annotation.commands.import_command import FORMATS as IMPORTED
from annotation.exchange import EXPORTS, FORMATS, export_answers, import_answers
from annotation.exchange_fields import FIELDS, HELD, LABEL_STUDIO, NATIVE, PARTLY, lost_in
from annotation.label_studio import labelling_config, read_tasks, write_tasks
from annotation.mimic import read_mimic
from annotation.pairs import ProjectPair, read_native, read_pair, write_native
from annotation.project import open_project
from annotation.records import NIL, Annotation, Answer
from annotation.store import Store
from pipeline.formats.mention_types import TYPES
from pipeline.formats.registry import format_named
from pipeline.records.corpus import CaptionLink
from pipeline.records.errors import InputError, UsageError
from pipeline.records.schemas import ENTITIES
from tests.support import stores
from tests.support.commands import call_main
from tests.support.projects import corpus_pair, small_project, span, write_corpus
from tests.support.stores import SmallKB

COMMONS = "https://upload.wikimedia.org/wikipedia/commons/5/5e/EnglandEastSussex.png"
FULL, BARE = "Lions 🦁 beat Bears, says Zoe\u0301", "Nothing to mark here"


def full_pair(pair_id="p1", caption=FULL, **more) -> ProjectPair:
    told = {
        "article_id": 9, "article_title": "Cup", "date": "2010-05-01", "topic": "Sports", "position": 1,
        "image_id": "ab", "image_file": "EnglandEastSussex.png", "image_url": COMMONS, "sha256": "0f",
        "perceptual_hash": "1e", "caption_links": (CaptionLink(0, 5, "Lions", "Detroit Lions", "enwiki"),),
        "credit": "AFP", "licence": "CC BY 2.5", "revision_id": 4, "split": "test",
    }  # fmt: skip
    return ProjectPair(pair_id, caption, **told | more)


LIONS = span(FULL, "Lions", "Organization", "Detroit Lions", flags=("discuss",), visual_clues=("object", "scene"))
BEARS = span(FULL, "Bears", "Organization", NIL, visual_clues=())
PAIRS = {"p1": full_pair(), "p2": full_pair("p2", BARE, caption_links=())}
ANSWERS = {"p1": Answer("p1", "a01", (LIONS, BEARS), ambiguity="Metm"), "p2": Answer("p2", "a01")}
OPEN = Annotation(0, 5, "Lions")


def qids(title):
    return {"Detroit Lions": "Q271880"}.get(title)


def observed(name, path) -> set[str]:
    """Fields of the file that are those of PAIRS and ANSWERS, by reading the file alone."""
    if name == NATIVE:
        read = list(read_native(path))
        pairs = [pair for pair, _ in read]
        spans = {pair.pair_id: answer.annotations for pair, answer in read}
        classes = {pair.pair_id: answer.ambiguity for pair, answer in read}
    elif name == LABEL_STUDIO:
        tasks = json.loads(path.read_text(encoding="utf-8"))
        pairs = [read_pair(task["data"]["pair"], "x") for task in tasks]
        for task in tasks:
            task["annotations"] = task.pop("predictions")
        path.write_text(json.dumps(tasks), encoding="utf-8")
        found = read_tasks(path).found
        spans = {one.key: one.spans for one in found}
        classes = {one.key: one.ambiguity for one in found}
    else:
        return observed_captions(
            (read_mimic if name == "mimic" else lambda it: format_named(name).read(it, False))(path)
        )
    assert pairs == list(PAIRS.values())
    assert spans == {key: one.annotations for key, one in ANSWERS.items()}
    assert classes == {"p1": "Metm", "p2": None}
    return set(FIELDS) - {"qid", "untyped"}


def observed_captions(reading) -> set[str]:
    found = {one.caption: one for one in reading.captions}
    one = found[FULL]
    first, second = one.mentions
    held = {"empty"} if BARE in found else set()
    checks = {
        "pair": one.key == "p1",
        "place": [(each.start, each.end) for each in one.mentions] == [LIONS.span, BEARS.span],
        "type": [each.type for each in one.mentions] == ["Organization"] * 2,
        "entity": first.entity == "Detroit Lions",
        "nil": (second.is_nil, first.is_nil) == (True, False),
        "qid": first.qid == "Q271880",
        "topic": one.topic == "Sports",
        "image_url": one.image_url == COMMONS,
        "image_file": one.image_file == "EnglandEastSussex.png",
        "article": one.source_title == "Cup",
    }
    return held | {field for field, is_held in checks.items() if is_held}


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_says_what_comes_back(name, tmp_path):
    export_answers(PAIRS.values(), ANSWERS, name, tmp_path / "x.json", qids)
    assert observed(name, tmp_path / "x.json") == HELD[name] - {"untyped"}


@pytest.mark.parametrize("name", FORMATS)
def test_mentions_that_are_not_finished(name, tmp_path):
    unfinished = {"p1": Answer("p1", "a01", (OPEN,))}
    if "untyped" in HELD[name]:
        export_answers(PAIRS.values(), unfinished, name, tmp_path / "x.json")
        if name == LABEL_STUDIO:
            annotated(tmp_path / "x.json")
        assert import_answers(PAIRS, name, tmp_path / "x.json").answers == {"p1": (OPEN,)}
    elif name == "elevant":  # written, but as another type and without the entity
        export_answers(PAIRS.values(), unfinished, name, tmp_path / "x.json")
        assert import_answers(PAIRS, name, tmp_path / "x.json").answers != {"p1": (OPEN,)}
    else:
        with pytest.raises(UsageError, match=r"the (type|entity) of 'Lions' is not known"):
            export_answers(PAIRS.values(), unfinished, name, tmp_path / "x.json")


@pytest.mark.parametrize("name", [name for name in FORMATS if name != LABEL_STUDIO])
def test_what_is_held_comes_back_into_the_project(name, tmp_path):
    export_answers(PAIRS.values(), ANSWERS, name, tmp_path / "x.json", qids)
    found = import_answers(PAIRS, name, tmp_path / "x.json")
    assert (found.unknown, found.unplaced) == ((), 0)
    held = HELD[name]
    for pair_id, spans in found.answers.items():
        want = [
            Annotation(one.start, one.end, one.surface, one.type if "type" in held else None, one.entity,
                       one.flags if "flags" in held else (), one.visual_clues if "clues" in held else None)
            for one in ANSWERS[pair_id].annotations
        ]  # fmt: skip
        assert list(spans) == want
    assert set(found.answers) == (set(PAIRS) if "empty" in held else {"p1"})


def test_formats_without_places_lose_words_that_stand_twice(tmp_path):
    twice = "Lions watch Lions"
    pairs = {"p1": full_pair(caption=twice)}
    answers = {"p1": Answer("p1", "a01", (span(twice, "Lions", "Organization", "Detroit Lions"),))}
    for name in FORMATS:
        export_answers(pairs.values(), answers, name, tmp_path / name, qids)
        if name == LABEL_STUDIO:
            annotated(tmp_path / name)
        assert import_answers(pairs, name, tmp_path / name).unplaced == ((name, "place") in PARTLY)


@pytest.mark.parametrize("name", ["kgmel", "melbench", "mimic"])
def test_titles_come_back_without_wikidata_ids_too(name, tmp_path):
    export_answers(PAIRS.values(), ANSWERS, name, tmp_path / "x")
    found = import_answers(PAIRS, name, tmp_path / "x")
    assert [one.entity for one in found.answers["p1"]] == ["Detroit Lions", NIL]


def test_elevant_names_entities_by_wikidata_id_alone(tmp_path):
    export_answers(PAIRS.values(), ANSWERS, "elevant", tmp_path / "x")
    assert import_answers(PAIRS, "elevant", tmp_path / "x").answers["p1"][0].entity is None
    assert ("elevant", "entity") in PARTLY


def test_every_list_of_formats_is_the_same():
    assert EXPORTED == IMPORTED == FORMATS
    assert tuple(HELD) == FORMATS
    assert set(EXPORTS) < set(FORMATS)
    assert lost_in(NATIVE) == ""
    assert "flags" in lost_in("passages")
    assert all(field in FIELDS for held in HELD.values() for field in held)


def test_the_mimic_form_has_one_text_a_field(tmp_path):
    export_answers(PAIRS.values(), ANSWERS, "mimic", tmp_path / "x.json", qids)
    rows = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert list(rows) == ["p1-000", "p1-001"]
    assert rows["p1-000"] == {
        "id": "p1-000", "sentence": FULL, "mentions": "Lions", "entities": "Detroit Lions", "answer": "Q271880",
        "imgPath": "EnglandEastSussex.png",
    }  # fmt: skip
    assert rows["p1-001"]["answer"] == "nil"


def annotated(path, by=1, **more) -> list[dict]:
    """Predictions become annotations, as a person who accepts them all would have it."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        result = task.pop("predictions")[0]["result"]
        task["annotations"] = [{"completed_by": by, "was_cancelled": False, "result": result, **more}]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return tasks


def test_label_studio_gets_utf16_and_gives_the_same_annotations_back(tmp_path):
    path = tmp_path / "tasks.json"
    write_tasks(PAIRS.values(), ANSWERS, path)
    first = annotated(path)[0]
    values = [one["value"] for one in first["annotations"][0]["result"] if one["type"] == "labels"]
    in_utf16 = FULL.encode("utf-16-le")
    for value, one in zip(values, (LIONS, BEARS), strict=True):
        assert in_utf16[2 * value["start"] : 2 * value["end"]].decode("utf-16-le") == one.surface
    assert values[1]["start"] == BEARS.start + 1  # the lion takes two units
    found = import_answers(PAIRS, LABEL_STUDIO, path)
    assert found.answers == {key: one.annotations for key, one in ANSWERS.items()}
    assert (found.unknown, found.unplaced, found.n_repairs) == ((), 0, 0)


def test_the_labelling_configuration_names_what_tasks_and_results_use(tmp_path):
    write_tasks(PAIRS.values(), ANSWERS, tmp_path / "tasks.json")
    config = ET.parse(tmp_path / "tasks.xml").getroot()
    assert ET.tostring(config) == ET.tostring(ET.fromstring(labelling_config()))
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    names = {one.get("name") for one in config}
    for task in tasks:
        for one in config:
            if one.get("value", "").startswith("$"):
                assert one.get("value")[1:] in task["data"]
        for part in task["predictions"][0]["result"]:
            assert part["from_name"] in names
            assert part["to_name"] == "caption"
    assert [one.get("value") for one in config.find("Labels")] == [*TYPES, "untyped"]


def test_only_the_chosen_persons_last_finished_annotation_counts(tmp_path):
    path = tmp_path / "x.json"
    write_tasks(PAIRS.values(), ANSWERS, path)
    tasks = annotated(path, by={"id": 7, "email": "ann@example.org"})
    empty = {"completed_by": 3, "result": []}
    tasks[0]["annotations"] += [{**tasks[0]["annotations"][0], "was_cancelled": True, "result": []}, empty]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    with pytest.raises(UsageError, match=r"2 people annotated; say --by with one of 3, ann@example.org"):
        import_answers(PAIRS, LABEL_STUDIO, path)
    assert import_answers(PAIRS, LABEL_STUDIO, path, "ann@example.org").answers["p1"] == (LIONS, BEARS)
    assert import_answers(PAIRS, LABEL_STUDIO, path, "3").answers == {"p1": ()}
    with pytest.raises(UsageError, match="'4' annotated nothing"):
        import_answers(PAIRS, LABEL_STUDIO, path, "4")


def region(text, start, end, label="Person", **more):
    return {"id": f"{start}-{end}", "from_name": "type", "type": "labels",
            "value": {"start": start, "end": end, "text": text, "labels": [label]}, **more}  # fmt: skip


def put(path, *result, **data):
    told = {"caption": FULL, "pair_id": "p1", **data}
    path.write_text(json.dumps([{"data": told, "annotations": [{"completed_by": 1, "result": list(result)}]}]))
    return path


def test_offsets_of_others_are_mended_or_left_out_and_counted(tmp_path):
    path = tmp_path / "x.json"
    points = put(path, region("Bears", BEARS.start, BEARS.end, "ORG"))
    found = import_answers(PAIRS, LABEL_STUDIO, points)
    assert (found.answers["p1"][0].span, found.answers["p1"][0].type, found.n_repairs) == (
        BEARS.span,
        "Organization",
        1,
    )
    wrong = put(path, region("Tigers", 0, 6), region("🦁", 6, 7), region("Lions", 0, 500))
    found = import_answers(PAIRS, LABEL_STUDIO, wrong)
    assert [one.span for one in found.answers["p1"]] == [(6, 7)]
    assert (found.unplaced, found.n_repairs) == (2, 1)
    half = put(path, region("\u0000", 7, 8))
    assert import_answers(PAIRS, LABEL_STUDIO, half).unplaced == 1
    unknown = put(path, region("Lions", 0, 5, "Animal"))
    found = import_answers(PAIRS, LABEL_STUDIO, unknown)
    assert (found.answers["p1"][0].type, found.n_repairs) == (None, 1)


def test_entities_as_people_type_them(tmp_path):
    for typed, title in (("nil", NIL), ("Detroit_Lions", "Detroit Lions"), ("  ", None)):
        entity = {"id": "0-5", "from_name": "entity", "type": "textarea", "value": {"text": [typed]}}
        whole = {"id": "z", "from_name": "choice", "type": "choices", "value": {"choices": ["hard"]}}
        path = put(tmp_path / "x.json", region("Lions", 0, 5), entity, whole)
        assert [one.entity for one in import_answers(PAIRS, LABEL_STUDIO, path).answers["p1"]] == [title]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([{"caption": FULL, "type": []}], "is no annotated task"),
        ([{"data": {"caption": FULL}, "annotations": [1]}], "annotations: should be objects"),
        ([{"data": [], "annotations": [{"result": []}]}], "data: should be an object"),
        ([{"data": {"caption": FULL}, "annotations": [{"result": [1]}]}], "result.0.: should be an object"),
        ([{"data": {"caption": FULL}, "annotations": [{"result": 1}]}], "result"),
        ([{"data": {"caption": 3}, "annotations": [{"result": []}]}], "data.caption"),
        ([{"data": {"caption": FULL, "pair_id": "zz"}, "annotations": []}], "holds none of the project"),
        ([{"data": {"caption": FULL}, "annotations": [{"result": [region("x", "a", 3)]}]}], "start"),
    ],
)
def test_files_that_are_none_are_refused(tmp_path, value, message):
    (tmp_path / "x.json").write_text(json.dumps(value))
    with pytest.raises(InputError, match=message):
        import_answers(PAIRS, LABEL_STUDIO, tmp_path / "x.json")


@given(st.text(alphabet=st.sampled_from("aé\u0301🦁𝒳\u200d👩‍👧 "), max_size=12))
def test_units_and_points_are_those_of_utf16(text):
    units = CodeUnits(text)
    for point in range(len(text) + 1):
        assert units.to_units(point) == len(text[:point].encode("utf-16-le")) // 2
        assert units.to_point(units.to_units(point)) == point
    inside = {units.to_units(point) for point in range(len(text) + 1)}
    for one in range(len(text.encode("utf-16-le")) // 2 + 2):
        assert (units.to_point(one) is None) == (one not in inside)


@given(st.data())
def test_any_span_of_any_caption_passes_label_studio(tmp_path_factory, data):
    caption = data.draw(st.text(alphabet=st.sampled_from("ab é\u0301🦁𝒳\u200d"), min_size=2, max_size=20))
    start = data.draw(st.integers(0, len(caption) - 1))
    end = data.draw(st.integers(start + 1, len(caption)))
    if not caption.strip():
        return
    one = Annotation(start, end, caption[start:end], data.draw(st.sampled_from((*TYPES, None))), NIL)
    pairs = {"p": replace(full_pair("p", "x"), caption=caption, caption_links=())}
    path = tmp_path_factory.mktemp("ls") / "x.json"
    write_tasks(pairs.values(), {"p": Answer("p", "a01", (one,))}, path)
    annotated(path)
    assert import_answers(pairs, LABEL_STUDIO, path).answers == {"p": (one,)}


run = partial(call_main, main)


def test_tasks_without_annotations_and_one_persons_answers_back(capsys, tmp_path):
    small_project(tmp_path / "p", list(PAIRS.values()), ANSWERS)
    code, out, error = run(
        capsys, "export", tmp_path / "p", "label-studio", "--what", "nothing", "--out", tmp_path / "t.json"
    )
    assert (code, out, error) == (0, f"2 pairs were written to {tmp_path / 't.json'}\n", "")
    tasks = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert [task["predictions"][0]["result"] for task in tasks] == [[], []]
    export_answers(PAIRS.values(), ANSWERS, LABEL_STUDIO, tmp_path / "t.json")
    annotated(tmp_path / "t.json", by=4)
    told = ("import", tmp_path / "p", "label-studio", tmp_path / "t.json", "--annotator", "a01")
    assert run(capsys, *told, "--by", "5")[0] == 2
    assert run(capsys, *told, "--by", "4")[0] == 0
    saved = {one.pair_id: (one.annotations, one.ambiguity) for one in Store(tmp_path / "p").log("a01").answers()}
    assert saved == {key: (one.annotations, one.ambiguity) for key, one in ANSWERS.items()}


def small_kb(folder):
    small = SmallKB({"Lions": {7: (3, 0, 0, 0, 0)}}, {7: ("Detroit Lions", 3)}, {"The Lions": 7})
    small.store(folder)
    shutil.rmtree(folder / "entities")
    stores.write_artifact(folder, ENTITIES, [[stores.entity_row(7, "Detroit Lions", 3, qid="Q271880")]])
    return folder


def test_wikidata_ids_come_from_a_knowledge_base(capsys, tmp_path):
    kb = small_kb(tmp_path / "kb")
    caption = "Lions and Nobody"
    pairs = [full_pair(caption=caption, caption_links=())]
    spans = [span(caption, "Lions", "Organization", "The Lions"), span(caption, "Nobody", "Person", "No such page")]
    small_project(tmp_path / "p", pairs, {"p1": Answer("p1", "a01", tuple(spans))})
    told = ("export", tmp_path / "p", "mimic", "--what", "reference", "--out", tmp_path / "x.json")
    assert run(capsys, *told, "--kb", kb)[0] == 0
    rows = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert [row["answer"] for row in rows.values()] == ["Q271880", "nil"]
    assert run(capsys, *told, "--kb", tmp_path / "none")[0] == 1


def test_a_corpus_gets_its_gold_labels_from_a_file(capsys, tmp_path):
    pairs = [corpus_pair(1, FULL), corpus_pair(2, BARE, article=2), corpus_pair(3, "Never labelled", article=3)]
    write_corpus(tmp_path / "corpus", pairs)
    export_answers(PAIRS.values(), ANSWERS, "passages", tmp_path / "gold.json")
    told = ("init", tmp_path / "corpus", "--reference", "passages", tmp_path / "gold.json", "--out", tmp_path / "p")
    code, _, error = run(capsys, *told)
    assert (code, error) == (0, "note: 1 of 3 pairs have no gold labels\n")
    references = open_project(tmp_path / "p").references
    assert [len(one.annotations) for one in references.values()] == [2, 0]
    assert run(capsys, *told[:3], "words", *told[4:])[0] == 2
    (tmp_path / "gold.json").write_text("[]")
    assert run(capsys, *told)[0] == 1


def test_an_import_says_what_the_checks_find(capsys, tmp_path):
    project = small_project(tmp_path / "p", list(PAIRS.values()))
    overlapping = (span(FULL, "Lions 🦁", "Organization", NIL), span(FULL, "Lions", "Other", "nil"))
    write_native(
        [PAIRS["p1"]], tmp_path / "x", {"p1": Answer("p1", "a01", tuple(sorted(overlapping, key=lambda o: o.span)))}
    )
    code, _, error = run(capsys, "import", project.folder, "native", tmp_path / "x", "--annotator", "a01")
    assert code == 0
    assert "3 of them errors (N001, S011, T002)" in error
    assert f"annotation check {project.folder} --annotator a01 lists them" in error
