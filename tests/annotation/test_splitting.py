"""Splits: what stays together, sizes, balance, locks."""

import json
import random
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from annotation.splitting.grouping import group_pairs
from annotation.splitting.leaks import find_leaks, leaking_kinds, seen_in_train
from annotation.splitting.lock import read_lock, write_lock
from annotation.splitting.options import PRESETS, preset_named, quotas, read_ratio, split_names
from annotation.splitting.similar import near_captions, near_images
from annotation.splitting.splitter import make_split
from annotation.splitting.units import SplitPair, bucket, caption_key, split_pairs
from annotation.splitting.verifying import verify_split
from annotation.tokens import words
from pipeline.records.dataset import DatasetMention, Pair
from pipeline.records.errors import InputError, UsageError

LEAKFREE, PAPER, UNSEEN = (preset_named(name) for name in ("leakfree", "paper", "unseen-entity"))
WORDS = ("mayor", "opens", "bridge", "in", "Rome", "2007", "again", "today")
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def pair(id_, caption=None, *, keys=(), entities=(), features=(), phash=None):
    caption = caption or f"caption of {id_}"
    surfaces = tuple(one.casefold() for one in entities)
    return SplitPair(
        id_, caption, (*keys, ("caption", caption_key(caption))), tuple(entities), surfaces, features, phash
    )


@st.composite
def data_sets(draw):
    pairs = []
    for number in range(draw(st.integers(0, 14))):
        keys = [("article", f"a{draw(st.integers(0, 9))}"), ("image", f"i{draw(st.integers(0, 20))}")]
        entities = draw(st.lists(st.sampled_from(("Rome", "Berlin", "Bonn", "Ulm", "Trier")), max_size=2))
        topic = ("topic", draw(st.sampled_from(("sports", "politics"))))
        pairs.append(pair(f"p{number}", draw(texts), keys=keys, entities=entities, features=(topic,)))
    return pairs


def make_bed(n_pairs):
    """Articles of about two pairs with one topic each, 9 % reused images, as in the reference's simulation."""
    chance = random.Random(7)
    topics, types = [f"topic{n}" for n in range(10)], [f"type{n}" for n in range(7)]
    pairs, article, left, topic = [], 0, 0, topics[0]
    while len(pairs) < n_pairs:
        if not left:
            article, topic = article + 1, chance.choices(topics, range(1, 11))[0]
            left = 1
            while chance.random() > 1 / 1.8:
                left += 1
        left -= 1
        number = len(pairs)
        image = chance.randrange(number) if number and chance.random() < 0.09 else number
        features = [("topic", topic)]
        for _ in range(chance.choices((0, 1, 2, 3, 4), (1, 3, 4, 3, 1))[0]):
            features += [("type", chance.choices(types, range(1, 8))[0]), ("ambiguity", chance.choice(("1", "2", "3")))]
        keys = (("article", str(article)), ("image", str(image)))
        pairs.append(pair(f"p{number}", f"w{number} x{number}", keys=keys, features=tuple(features)))
    return pairs


@given(data_sets(), st.integers(0, 3))
@settings(max_examples=60)
def test_no_two_splits_share_what_they_must_not(pairs, seed):
    for preset in (LEAKFREE, UNSEEN):
        split = make_split(pairs, preset, seed=seed)
        placed = [(one, split.places[one.pair_id]) for one in pairs]
        assert find_leaks(placed, leaking_kinds(preset.group_by)) == []
        assert sorted(split.places) == sorted(one.pair_id for one in pairs)
        assert sum(split.wanted) == len(pairs)


@given(data_sets(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_pairs_does_not_matter(pairs, chance):
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    for preset in PRESETS:
        assert make_split(pairs, preset, seed=5) == make_split(shuffled, preset, seed=5)


@given(data_sets())
@settings(max_examples=60)
def test_groups_are_connected_components(pairs):
    kinds = ("article", "image", "caption")
    joined = [
        [any(set(one.values(kind)) & set(other.values(kind)) for kind in kinds) for other in pairs] for one in pairs
    ]
    groups = group_pairs(pairs, kinds)
    number = {one.pair_id: at for at, group in enumerate(groups) for one in group}
    if not pairs:
        assert groups == []
        return
    n, labels = connected_components(csr_array(np.array(joined, dtype=int)), directed=False)
    assert n == len(groups)
    for (one, first), (other, second) in combinations(zip(pairs, labels, strict=True), 2):
        assert (number[one.pair_id] == number[other.pair_id]) == (first == second)


def test_a_long_chain_is_one_group():
    pairs = [pair(f"p{n:05}", keys=(("image", str(n)), ("image", str(n + 1)))) for n in range(5_000)]
    assert len(group_pairs(pairs, ("image",))) == 1


def shingles(text):
    found = words(text)
    return set(found) | {f"{one} {other}" for one, other in pairwise(found)}


@given(st.lists(texts, max_size=12), st.sampled_from((0.5, 0.8, 1.0)))
@settings(max_examples=200)
def test_near_captions_are_those_of_all_comparisons(captions, least):
    by_id = {f"c{number:02}": text for number, text in enumerate(captions)}
    expected = []
    for (one, text), (other, second) in combinations(by_id.items(), 2):
        first, last = shingles(text), shingles(second)
        if len(first & last) / len(first | last) >= least:
            expected.append((one, other))
    assert [(one, other) for one, other, _ in near_captions(by_id, least)] == expected


def test_captions_without_words_are_near_to_none():
    assert near_captions({"a": "...", "b": "…", "c": "!"}) == []
    assert caption_key("...") == "..."


@given(st.lists(st.integers(0, 2**64 - 1), max_size=6), st.lists(st.sets(st.integers(0, 63), max_size=8), max_size=6))
@settings(max_examples=200)
def test_near_images_are_those_of_all_comparisons(numbers, flips):
    numbers += [numbers[0] ^ sum(1 << bit for bit in bits) for bits in flips if numbers]
    hashes = {f"h{at:02}": f"{number:016x}" for at, number in enumerate(numbers)}
    expected = [
        (f"h{i:02}", f"h{j:02}", (one ^ other).bit_count())
        for (i, one), (j, other) in combinations(enumerate(numbers), 2)
        if (one ^ other).bit_count() <= 5
    ]
    assert near_images(hashes) == expected


def test_near_images_that_only_their_last_bits_share():
    low = sum(1 << bit for bit in (0, 11, 22, 33, 43))
    assert near_images({"a": f"{0:016x}", "b": f"{low:016x}"}) == [("a", "b", 5)]
    high = sum(1 << bit for bit in (63, 52, 41, 31, 20))
    assert near_images({"a": f"{0:016x}", "b": f"{high:016x}"}) == [("a", "b", 5)]


@pytest.mark.parametrize(
    ("n", "is_floored", "expected"),
    [
        (7_969, False, (6_375, 797, 797)),
        (7_969, True, (6_377, 796, 796)),
        (0, False, (0, 0, 0)),
        (1, False, (1, 0, 0)),
        (15, False, (11, 2, 2)),
    ],
)
def test_sizes(n, is_floored, expected):
    assert quotas(n, (8, 1, 1), is_floored=is_floored) == expected


def test_ratios():
    assert read_ratio("8:1:1") == (8, 1, 1)
    assert split_names(read_ratio("7:3")) == ("train", "test")
    for text in ("8", "8:0:1", "8:1:1:1", "a:b", "-8:1:1", "8:1.5", ""):
        with pytest.raises(UsageError, match="is no ratio"):
            read_ratio(text)
    with pytest.raises(UsageError, match="there are leakfree, paper, unseen-entity"):
        preset_named("leak-free")


@pytest.fixture(scope="module")
def bed():
    return make_bed(7_969)


@pytest.mark.parametrize("seed", range(3))
def test_the_test_bed_is_balanced(bed, seed):
    """Sizes to the pair, no leak, every feature nearly as in the whole; at random topics are .06 apart."""
    split = make_split(bed, LEAKFREE, seed=seed)
    assert [len(split.ids(name)) for name in split.names] == [6_375, 797, 797]
    assert split.missing == {}
    found = verify_split([(one, split.places[one.pair_id]) for one in bed], permutations=0)
    assert not found.has_leak
    worst = {one.feature: one.worst for one in found.balance}
    assert worst["topic"] < 0.0045
    assert worst["type"] < 0.0025
    assert worst["ambiguity"] < 0.002


def test_the_papers_way_leaks(bed):
    split = make_split(bed, PAPER, seed=1)
    assert [len(split.ids(name)) for name in split.names] == [6_377, 796, 796]
    found = verify_split([(one, split.places[one.pair_id]) for one in bed], permutations=0)
    shares = {(one.kind, one.split): one.n / one.n_pairs for one in found.leaks if one.other == "train"}
    assert shares["article", "test"] > 0.5
    assert shares["image", "test"] > 0.1


def test_another_seed_is_another_split(bed):
    one, other = (make_split(bed, LEAKFREE, seed=seed).places for seed in (1, 2))
    assert one != other


def test_large_groups_are_spread(bed):
    split = make_split(bed, LEAKFREE, seed=0)
    groups = [group for group in group_pairs(bed, LEAKFREE.group_by) if len(group) >= 5]
    in_train = sum(split.places[group[0].pair_id] == "train" for group in groups) / len(groups)
    assert 0.7 < in_train < 0.9


def test_old_pairs_stay(bed):
    old = make_split(bed[:5_000], LEAKFREE, seed=1)
    new = make_split(bed, LEAKFREE, seed=2, keep=old.places)
    assert {id_: new.places[id_] for id_ in old.places} == old.places
    assert [len(new.ids(name)) for name in new.names] == pytest.approx([6_375, 797, 797], abs=40)
    placed = [(one, new.places[one.pair_id]) for one in bed if one.pair_id in new.places]
    assert find_leaks(placed) == []
    assert len(placed) + len(new.left_out) == len(bed)


def test_a_pair_that_ties_old_splits_together_is_left_out():
    old = [pair("p1", keys=(("article", "1"),)), pair("p2", keys=(("article", "2"),))]
    bridge = pair("p3", keys=(("article", "1"), ("article", "2")))
    found = make_split([*old, bridge], LEAKFREE, keep={"p1": "train", "p2": "test"})
    assert (found.left_out, found.places) == (("p3",), {"p1": "train", "p2": "test"})


def test_kept_pairs_that_are_gone_do_not_come_back():
    found = make_split([pair("p1")], PAPER, keep={"p1": "test", "p9": "train"})
    assert found.places == {"p1": "test"}


def test_a_group_larger_than_test_goes_to_train():
    pairs = [pair(f"p{n}", keys=(("article", "1" if n < 6 else str(n)),)) for n in range(10)]
    found = make_split(pairs, LEAKFREE, seed=3)
    assert {found.places[f"p{n}"] for n in range(6)} == {"train"}
    assert [len(found.ids(name)) for name in found.names] == [8, 1, 1]


def test_what_cannot_be_kept_to_is_told():
    pairs = [pair(f"p{n}", keys=(("article", "1"),)) for n in range(10)]
    assert make_split(pairs, LEAKFREE).missing == {"valid": 1, "test": 1}


def test_wrong_input():
    with pytest.raises(InputError, match="p1 is given twice"):
        make_split([pair("p1"), pair("p1")], LEAKFREE)
    with pytest.raises(UsageError, match="the old split has dev; this ratio has train, valid, test only"):
        make_split([pair("p1")], LEAKFREE, keep={"p1": "dev"})


def test_lock_files(bed, tmp_path):
    split = make_split(bed[:300], LEAKFREE, seed=1)
    for name in ("one", "two"):
        write_lock(split, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read_lock(tmp_path / "one") == split.places
    value = json.loads((tmp_path / "one").read_text())
    assert value["splits"]["test"]["n"] == 30
    assert value["groups"]["sha256"] == split.groups_digest
    moved = value["splits"]["train"]["pair_ids"].pop()
    (tmp_path / "one").write_text(json.dumps(value))
    with pytest.raises(InputError, match=r"one: the pairs of train are not those .* changed by hand"):
        read_lock(tmp_path / "one")
    assert moved


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "splits": {"train": 3}}'])
def test_what_is_no_lock_file(tmp_path, text):
    (tmp_path / "x.lock").write_text(text)
    with pytest.raises(InputError, match=r"x\.lock: is "):
        read_lock(tmp_path / "x.lock")


def test_leaks_are_named_with_examples():
    placed = [
        (pair("p1", "The mayor opens a bridge", keys=(("image", "i"),)), "train"),
        (pair("p2", "the mayor opens a bridge!"), "test"),
        (pair("p3", "x", keys=(("image", "i"),)), "test"),
        (pair("p4", "y"), "train"),
        (pair("p4", "y"), "valid"),
    ]
    found = {(one.kind, one.split, one.other): (one.n, one.n_pairs, one.examples) for one in find_leaks(placed)}
    assert found["image", "test", "train"] == (1, 2, ("p3",))
    assert found["caption", "test", "train"] == (1, 2, ("p2",))
    assert found["pair", "valid", "train"] == (1, 1, ("p4",))
    assert ("near_caption", "test", "train") not in found
    assert verify_split(placed, permutations=0).has_leak


def test_images_that_look_alike_are_listed_and_no_leak():
    placed = [
        (pair("p1", "x", keys=(("image", "i"),), phash="00000000000000ff"), "train"),
        (pair("p2", "y", keys=(("image", "j"),), phash="00000000000000fe"), "test"),
        (pair("p3", "z", keys=(("image", "k"),), phash="ffffffffffffffff"), "test"),
    ]
    found = verify_split(placed, permutations=0)
    assert [(one.pair_id, one.other_id, one.distance) for one in found.near_images] == [("p1", "p2", 1)]
    assert not found.has_leak
    same_file = [(replace(one, keys=(("image", "i"),)), split) for one, split in placed]
    found = verify_split(same_file, permutations=0)
    assert (found.near_images, found.has_leak) == ((), True)


def test_unseen_entities():
    placed = [(pair("p1", entities=("Rome",)), "train"), (pair("p2", entities=("Rome", "Bonn")), "test")]
    (found,) = seen_in_train(placed)
    assert (found.split, found.n_entities, found.n_unseen_entities) == ("test", 2, 1)
    assert (found.n_surfaces, found.n_seen_surfaces) == (2, 1)


def test_unbalanced_features_show():
    sports, politics = (("topic", "sports"),), (("topic", "politics"),)
    placed = [(pair(f"p{n}", features=sports if n % 2 else politics), "train") for n in range(80)]
    placed += [(pair(f"q{n}", features=sports), "test") for n in range(20)]
    (topic,) = verify_split(placed, permutations=99).balance
    assert topic.worst == topic.distances["test"] > 0.3
    assert topic.independence.p_value < 0.001
    assert topic.independence.p_permuted == 0.01


ROW = Pair(
    "p", "", 7, "Title", "2009-05-01", "sports", "A b c", "img", "https://u/x.jpg", "ab12", "ff", None, None, "1"
)
MENTION = DatasetMention(
    "p-000", "p", "", "A b c", "A", 0, 1, "Person", None, "Ann", None, False, "sports", "img", None, 12, "x"
)


def test_rows_of_a_data_set():
    nil = replace(MENTION, mention_id="p-001", surface="B", type=None, entity=None, is_nil=True, ambiguity=None)
    (found,) = split_pairs([ROW], [MENTION, nil])
    assert found.keys == (
        ("article", "7"), ("image", "img"), ("image", "ab12"), ("image_url", "https://u/x.jpg"), ("caption", "a b c"),
    )  # fmt: skip
    assert (found.entities, found.surfaces) == (("Ann",), ("a", "b"))
    assert found.features == (
        ("topic", "sports"), ("year", "2009"), ("type", "Person"), ("nil", "linked"), ("ambiguity", "11-20"), ("nil", "NIL"),
    )  # fmt: skip
    (bare,) = split_pairs(
        [replace(ROW, article_id=None, article_title=None, image_id=None, sha256=None, date=None)], []
    )
    assert [kind for kind, _ in bare.keys] == ["image_url", "caption"]


@pytest.mark.parametrize(
    ("n", "name"), [(0, "0"), (1, "1"), (2, "2-5"), (5, "2-5"), (6, "6-10"), (50, "21-50"), (51, "> 50")]
)
def test_buckets_of_candidates(n, name):
    assert bucket(n) == name
