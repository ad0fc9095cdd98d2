"""The released files: figures of the reference pages, offsets, round trips."""

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.formats.elevant import read_elevant, write_elevant
from pipeline.formats.json_input import read_text
from pipeline.formats.kgmel import read_kgmel, write_kgmel
from pipeline.formats.melbench import read_melbench, write_melbench
from pipeline.formats.repairing import count_repairs
from pipeline.formats.spans import occurrences
from pipeline.formats.splits import apply_splits, read_splits
from pipeline.formats.statistics import caption_statistics

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def captions_file(data_dir: Path) -> Path:
    return data_dir / "wikidiverse/wikidiverse-captions.json"


@pytest.fixture(scope="module")
def released(captions_file):
    return read_kgmel(captions_file)


def test_figures_of_the_captions(released):
    figures = caption_statistics(released.captions)
    assert (figures.captions, figures.mentions, figures.entities) == (7_405, 14_851, 7_648)
    # 7,650 as released; "pig" and "planet" are also there with a capital.
    assert figures.too_short == 15
    assert figures.with_image == 7_179
    assert figures.nil == 0
    assert round(figures.mentions_per_caption, 2) == 2.01
    assert len({mention.qid for one in released.captions for mention in one.mentions}) == 7_643
    assert max(len(one.mentions) for one in released.captions) == 11


def test_mean_words(released):
    with_image = [one for one in released.captions if one.image_url]
    assert round(caption_statistics(with_image).words_per_caption, 2) == 10.41
    # The reference page's means count runs without white space.
    split = [len(one.caption.split()) for one in released.captions]
    assert round(sum(split) / len(split), 2) == 10.13
    assert round(sum(len(one.caption.split()) for one in with_image) / len(with_image), 2) == 10.14
    assert sum(words < 3 for words in split) == 14


def test_repairs_of_the_captions(released):
    assert count_repairs(released.repairs) == {
        ("thumbnail_without_thumb", True): 106,
        ("thumbnail_width", True): 59,
        ("hash_mismatch", False): 3,
        ("title_spelling", True): 9,
        ("surface_trimmed", True): 2,
        ("span_ambiguous", False): 15,
        ("span_overlap", False): 66,
    }


def test_places_in_the_captions(released, captions_file):
    rows = json.loads(read_text(captions_file))
    assert sum(len(occurrences(row["sentence"], one)) > 1 for row in rows for one in row["mention"]) == 322
    unplaced = 0
    for caption in released.captions:
        for mention in caption.mentions:
            if mention.start is None:
                unplaced += 1
            else:
                assert caption.caption[mention.start : mention.end] == mention.surface
    assert unplaced == 15


def test_captions_are_written_as_released(released, captions_file, tmp_path):
    write_kgmel(released.captions, tmp_path / "y.json")
    before, after = json.loads(read_text(captions_file)), json.loads(read_text(tmp_path / "y.json"))
    assert [set(row) for row in before] == [set(row) for row in after]
    changed = Counter(
        name for one, other in zip(before, after, strict=True) for name in one if one[name] != other[name]
    )
    assert changed == {"img-url": 106 + 59, "entity": 8, "mention": 1}
    again = read_kgmel(tmp_path / "y.json")
    assert again.captions == released.captions
    assert {kind for kind, is_mended in count_repairs(again.repairs) if is_mended} == set()


def test_splits(released, data_dir):
    inferred = data_dir / "wikidiverse/inferred-v2-split.json"
    found = apply_splits(released.captions, read_splits(inferred), inferred)
    assert Counter(one.split for one in found) == {"train": 5_801, "test": 695, "valid": 683, "extra_no_url": 226}
    mimic = data_dir / "wikidiverse/mimic-split.json"
    found = apply_splits(released.captions, read_splits(mimic), mimic)
    assert Counter(one.split for one in found) == {"train": 5_570, "valid": 803, "test": 1_058}
    several = Counter(one.key for one in found)
    assert sum(n > 1 for n in several.values()) == 23
    assert sum(n == 3 for n in several.values()) == 3


@pytest.mark.parametrize(
    ("name", "captions", "mentions", "missing", "as_texts"),
    [("wikimel", 22_136, 25_846, 740, False), ("richpediamel", 17_805, 17_805, 664, True)],
)
def test_melbench(data_dir, tmp_path, name, captions, mentions, missing, as_texts):  # noqa: PLR0917 - one case a row
    path = data_dir / f"entity-linking/{name}.json.gz"
    found = read_melbench(path)
    figures = caption_statistics(found.captions)
    assert (figures.captions, figures.mentions) == (captions, mentions)
    kinds = count_repairs(found.repairs)
    assert kinds["span_missing", False] == missing
    assert figures.unplaced == sum(kinds[kind, False] for kind in ("span_missing", "span_ambiguous", "surface_empty"))
    write_melbench(found.captions, tmp_path / "y.json", as_texts=as_texts)
    before, after = json.loads(read_text(path)), json.loads(read_text(tmp_path / "y.json"))
    assert list(before) == list(after)
    changed = sum(before[key] != after[key] for key in before)
    assert changed == kinds["surface_trimmed", True] + kinds["title_spelling", True]


@pytest.mark.parametrize(("name", "texts", "labels", "nil"), [("kore50", 50, 144, 0), ("rss-500", 500, 1_000, 476)])
def test_elevant(data_dir, tmp_path, name, texts, labels, nil):  # noqa: PLR0917 - one case a row
    path = data_dir / f"entity-linking/{name}.benchmark.jsonl"
    found = read_elevant(path)
    figures = caption_statistics(found.captions)
    assert (figures.captions, figures.mentions, figures.nil, figures.unplaced) == (texts, labels, nil, 0)
    write_elevant(found.captions, tmp_path / "y.jsonl")
    before = [json.loads(line) for line in read_text(path).splitlines() if line]
    after = [json.loads(line) for line in read_text(tmp_path / "y.jsonl").splitlines()]
    mended = {(one.record, one.mention) for one in found.repairs if one.kind == "title_spelling"}
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        for place in range(len(one["labels"])):
            if (number, place) in mended:
                one["labels"][place].pop("name")
                other["labels"][place].pop("name")
            one["labels"][place].pop("id")
            other["labels"][place].pop("id")
        assert one == other
