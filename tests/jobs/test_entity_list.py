"""The entities that captions can mean, against a naive reading of the KB's tables."""

import re
from collections import Counter, defaultdict
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.console.main import run_command
from pipeline.jobs.entity_list import NGRAM, SURFACE, TITLE, EntityListOptions, list_entities, ngrams
from pipeline.records import schemas
from pipeline.records.corpus_schemas import PAIRS
from pipeline.records.dataset_schemas import DATASET_MENTIONS
from pipeline.records.dataset_schemas import PAIRS as DATASET_PAIRS
from pipeline.records.entity_list import ListedEntity, read_entity_list
from pipeline.records.errors import ArtifactError, InputError, UsageError
from pipeline.records.manifest import MANIFEST, SUCCESS, open_artifact, write_json
from pipeline.titles.function_words import function_words
from pipeline.titles.keys import surface_folded, surface_key
from pipeline.titles.words import count_words
from runners.list_entities import main
from tests.support.stores import SmallKB, write_artifact

KB = SmallKB(
    {
        "Lions": {1: (3, 0, 0, 0, 0), 2: (70, 0, 0, 0, 0), -5: (2, 0, 0, 0, 0)},
        "lion": {1: (12, 0, 0, 1, 0)},
        "U.S.": {3: (9, 0, 0, 0, 0)},
        "New York City": {4: (9, 0, 0, 1, 0)},
        "York": {6: (4, 0, 0, 0, 0), 4: (1, 0, 0, 0, 0)},
        "the": {7: (1, 0, 0, 0, 0)},
        "The Who": {8: (5, 0, 0, 0, 0)},
    },
    {
        1: ("Lion", 900), 2: ("Detroit Lions", 800), -5: ("Löwe", 0), 3: ("United States", 5), 4: ("New York City", 9),
        6: ("York", 4), 7: ("The", 1), 8: ("The Who", 3),
    },
    {"Lionesses": 1, "US": 3},
)  # fmt: skip


def pair(position: int, caption: str, links=(), status="kept") -> dict:
    return {
        "pair_id": f"{position:016x}", "article_id": 1, "article_title": "A", "date": None, "topic": "",
        "position": position, "image_id": "0" * 16, "file_title": "A.jpg", "image_url": "", "caption": caption,
        "caption_links": [{"start": 0, "end": len(s), "surface": s, "target": t, "wiki": w} for s, t, w in links],
        "credit": "", "n_words": 3, "revision_id": None, "status": status, "reasons": [],
    }  # fmt: skip


def finished(folder, **manifest):
    """What says that a folder is the finished result of a job."""
    write_json(folder / MANIFEST, manifest)
    (folder / SUCCESS).touch()
    return folder


def corpus(folder, *pairs, linked="enwiki"):
    write_artifact(folder, PAIRS, [list(pairs)])
    return finished(folder, kind="corpus", wiki="enwikinews", wikipedia={"wiki": linked})


@pytest.fixture(scope="module")
def kb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kb")
    KB.store(folder, wiki="enwiki", lang="en")
    return finished(folder, kind="kb", wiki="enwiki")


def listed(kb, out, **options):
    found = list_entities(EntityListOptions(kb, out, **options))
    assert read_entity_list(out) == found.entities
    return found


def test_every_source_counts(kb, tmp_path):
    source = corpus(
        tmp_path / "c",
        pair(0, "the lionesses of New York City", [("lionesses", "Lionesses", "enwiki")]),
        pair(1, "Lions in the U.S.", [("Lions", "York", "enwikinews")]),
        pair(2, "Nothing at all", [("nobody", "US", "enwiki")]),
        pair(3, "U.S. Lions", status="dropped"),
        pair(4, "of the and"),
    )
    found = listed(kb, tmp_path / "e.tsv", corpus=source)
    assert found.entities == [
        ListedEntity(1, "Lion", 2),
        ListedEntity(3, "United States", 2),
        ListedEntity(2, "Detroit Lions", 1),
        ListedEntity(4, "New York City", 1),
        ListedEntity(6, "York", 1),
    ]
    assert (found.n_captions, found.n_without, found.n_red) == (4, 1, 1)
    surfaces, titles, words = (found.sources[name] for name in (SURFACE, TITLE, NGRAM))
    assert (surfaces.asked, surfaces.hits, surfaces.entities) == (3, 1, 2)
    assert (titles.asked, titles.hits, titles.entities) == (2, 2, 2)
    assert (words.hits, words.entities) == (4, 5)


def test_top_and_the_longest_ngram(kb, tmp_path):
    source = corpus(tmp_path / "c", pair(0, "Lions in New York City"))
    ids = lambda **options: [one.entity_id for one in listed(kb, tmp_path / "e", corpus=source, **options).entities]  # noqa: E731
    assert ids() == [1, 2, 4, 6]
    assert ids(top=1) == [2, 4, 6]
    assert ids(max_ngram=1, top=1) == [2, 6]
    assert ids(max_ngram=0) == []
    assert ids(min_p=0.2) == [2, 4, 6]  # 4 is less likely for "York", but certain for "New York City"
    assert ids(min_p=0.2, max_ngram=1) == [2, 4, 6]
    assert ids(min_p=0.21, max_ngram=1) == [2, 6]


def test_a_folded_hit_comes_after_an_exact_one(kb, tmp_path):
    source = corpus(tmp_path / "c", pair(0, "LIONS"), pair(1, "the the"), pair(2, "THE WHO"), pair(3, "The"))
    found = listed(kb, tmp_path / "e", corpus=source)
    assert [(one.entity_id, one.n_pairs) for one in found.entities] == [(7, 2), (1, 1), (2, 1), (8, 1)]


def test_captions_of_a_data_set_and_of_lines(kb, tmp_path):
    base = dict.fromkeys(DATASET_PAIRS.names) | {"source_key": "1"}
    rows = [{**base, "pair_id": name, "split": "all", "caption": text} for name, text in (("a", "x"), ("b", "York"))]
    write_artifact(tmp_path / "d", DATASET_PAIRS, [rows])
    (tmp_path / "d" / DATASET_PAIRS.name).rename(tmp_path / "d" / "pairs")
    mention = dict.fromkeys(DATASET_MENTIONS.names) | {
        "mention_id": "a-0", "pair_id": "a", "split": "all", "caption": "x", "surface": "lion", "is_nil": False,
        "provenance": "gold", "entity": "Lionesses",
    }  # fmt: skip
    write_artifact(tmp_path / "d", DATASET_MENTIONS, [[mention]])
    (tmp_path / "d" / DATASET_MENTIONS.name).rename(tmp_path / "d" / "mentions")
    found = listed(kb, tmp_path / "e", captions=tmp_path / "d")
    assert [one.entity_id for one in found.entities] == [1, 4, 6]
    (tmp_path / "lines.txt").write_text("\ufeffthe Lions\n\n  York \n", encoding="utf-8")
    found = listed(kb, tmp_path / "e", captions=tmp_path / "lines.txt", top=1)
    assert ([one.entity_id for one in found.entities], found.n_captions) == ([2, 6], 2)


class Naive:
    """The KB's tables, read row by row."""

    def __init__(self, kb, min_p):
        self.min_p = min_p
        self.c = defaultdict(Counter)
        self.folded = defaultdict(Counter)
        self.titles = {}
        self.names = {}
        for row in open_artifact(kb / "mentions", schemas.MENTIONS).table().to_pylist():
            c = sum(row[f"n_{name}"] for name in ("link", "redirect", "disambiguation", "title", "hatnote"))
            self.c[row["surface"]][row["entity_id"]] += c
            self.folded[row["surface_folded"]][row["entity_id"]] += c
            self.names[row["entity_id"]] = row["entity"]
        for row in open_artifact(kb / "titles", schemas.TITLES).table().to_pylist():
            if row["entity_id"] is not None:
                self.titles[row["title_key"]] = row["entity_id"]

    def lookup(self, text, k):
        found = {}
        for counts in (self.c[surface_key(text)], self.folded[surface_folded(surface_key(text))]):
            ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            for id_, c in ranked:
                found.setdefault(id_, c / sum(counts.values()))
        return [id_ for id_, p in list(found.items())[:k] if p >= self.min_p]

    def title(self, text, k):
        return [self.titles[text]] if text in self.titles else self.lookup(text, k)

    def entities(self, row, k, longest):
        found = set()
        for link in row["caption_links"]:
            found.update(self.lookup(link["surface"], k))
            if link["wiki"] == "enwiki":
                found.update(self.title(link["target"], k))
        words = [(m.start(), m.end()) for m in re.finditer(r"\w+", row["caption"])]
        for i in range(len(words)):
            for j in range(i, min(i + longest, len(words))):
                inside = [row["caption"][a:b] for a, b in words[i : j + 1]]
                if all(word in function_words("en") for word in inside):
                    continue
                text = row["caption"][words[i][0] : words[j][1]]
                found.update(self.lookup(text, k))
                if row["caption"][words[j][1] : words[j][1] + 1] == ".":
                    found.update(self.lookup(text + ".", k))
        return found


@pytest.mark.parametrize(("top", "longest", "min_p"), [(20, 5, 0), (2, 2, 0), (1, 4, 0), (20, 5, 0.25)])
def test_the_worlds_list_is_the_naive_one(world_kb, tmp_path, top, longest, min_p):
    naive = Naive(world_kb, min_p)
    surfaces = sorted(naive.c)[:: max(1, len(naive.c) // 90)]
    titles = sorted(naive.titles)[::7]
    rows = []
    for number, surface in enumerate(surfaces):
        other = surfaces[(number * 7 + 3) % len(surfaces)]
        title = titles[number % len(titles)]
        link = (surface, title, "enwiki" if number % 3 else "dewiki")
        text = f"{surface} meets the {other.upper() if number % 2 else other}. {title} of it"
        rows.append(pair(number, text, [link]))
    source = corpus(tmp_path / "c", *rows)
    found = listed(world_kb, tmp_path / "e", corpus=source, top=top, max_ngram=longest, min_p=min_p)
    wanted = Counter(id_ for row in rows for id_ in naive.entities(row, top, longest))
    ranked = sorted(wanted.items(), key=lambda item: (-item[1], item[0]))
    assert len(ranked) > 50
    assert [(one.entity_id, one.n_pairs) for one in found.entities] == ranked
    assert all(one.entity == naive.names[one.entity_id] for one in found.entities)


def test_the_command(capsys, kb, tmp_path):
    source = corpus(tmp_path / "c", pair(0, "Lions in York"))
    code = run_command(main, ["--corpus", str(source), "--kb", str(kb), "--out", str(tmp_path / "e.tsv")])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert "Detroit Lions" in out
    assert re.search(r"entities +4\n", out)
    first = (tmp_path / "e.tsv").read_bytes()
    assert run_command(main, ["--corpus", str(source), "--kb", str(kb), "--out", str(tmp_path / "e.tsv")]) == 0
    assert (tmp_path / "e.tsv").read_bytes() == first


def test_a_kb_of_another_wiki_is_said(capsys, kb, tmp_path):
    link = ("Lions", "Lionesses", "dewiki")
    source = corpus(tmp_path / "c", pair(0, "Lions in York", [link]), linked="dewiki")
    code = run_command(main, ["--corpus", str(source), "--kb", str(kb), "--out", str(tmp_path / "e.tsv")])
    assert code == 0
    wanted = "warning: captions link to dewiki, and --kb is of enwiki: few of their links lead anywhere in it\n"
    assert capsys.readouterr().err == wanted


def test_nothing_found_is_said(capsys, kb, tmp_path):
    (tmp_path / "lines.txt").write_text("zzz qqq\n")
    flags = ["--captions", str(tmp_path / "lines.txt"), "--kb", str(kb), "--out", str(tmp_path / "e.tsv")]
    assert run_command(main, flags) == 0
    assert "is it the right one?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--out", "e", "--kb", "k"], 2, "--corpus"),
        (["--corpus", "{}/no", "--kb", "{kb}", "--out", "{}/e"], 2, "runners/build_corpus.py"),
        (["--captions", "{}/no.txt", "--kb", "{kb}", "--out", "{}/e"], 1, "does not exist"),
        (["--captions", "{}", "--kb", "{kb}", "--out", "{}/e"], 2, "a data set's folder"),
        (["--captions", "x", "--kb", "{kb}", "--out", "{}"], 2, "is a folder; it wants the name of a file, such as"),
        (["--captions", "x", "--kb", "{}/no", "--out", "{}/e"], 2, "no such folder; --kb wants the folder of a fin"),
        (["--captions", "x", "--kb", "{corpus}", "--out", "{}/e"], 2, "is a corpus, no KB; --kb wants the folder"),
        (["--corpus", "{kb}", "--kb", "{kb}", "--out", "{}/e"], 2, "is a kb, no corpus; --corpus wants the folder"),
        (["--corpus", "{}", "--kb", "{kb}", "--out", "{}/e"], 1, "is no finished corpus"),
        (["--captions", "{}/no", "--kb", "{kb}", "--out", "{}/e", "--top", "0"], 2, "--top is 0"),
        (["--captions", "{}/no", "--kb", "{kb}", "--out", "{}/e", "--max-ngram", "21"], 2, "0 (links alone) to 20"),
        (["--captions", "{}/no", "--kb", "{kb}", "--out", "{}/e", "--min-p", "1.5"], 2, "--min-p is 1.5"),
        (["--corpus", "a", "--captions", "b", "--kb", "{kb}", "--out", "{}/e"], 2, "not allowed with"),
    ],
)
def test_wrong_use_is_one_sentence(capsys, kb, tmp_path, flags, code, message):  # noqa: PLR0917 - fixtures, too
    places = {"{kb}": kb, "{corpus}": corpus(tmp_path / "c") if "{corpus}" in flags else "", "{}": tmp_path}
    given = [reduce(lambda text, name: text.replace(name, str(places[name])), places, flag) for flag in flags]
    assert run_command(main, given) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_bad_inputs_raise(kb, tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 x\n")
    with pytest.raises(InputError, match="no UTF-8"):
        list_entities(EntityListOptions(kb, tmp_path / "e", captions=tmp_path / "latin.txt"))
    source = corpus(tmp_path / "c", pair(0, "Lions"))
    (source / "pairs" / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match="did not end"):
        list_entities(EntityListOptions(kb, tmp_path / "e", corpus=source))
    (source / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match=r"--corpus .* is no finished corpus"):
        list_entities(EntityListOptions(kb, tmp_path / "e", corpus=source))
    (tmp_path / "kb2").mkdir()
    (finished(tmp_path / "kb2", kind="kb", wiki="enwiki") / "_SUCCESS").unlink()
    with pytest.raises(ArtifactError, match=r"--kb .* is no finished KB"):
        list_entities(EntityListOptions(tmp_path / "kb2", tmp_path / "e", corpus=source))
    with pytest.raises(UsageError, match="either"):
        EntityListOptions(kb, tmp_path / "e")
    assert not (tmp_path / "e").exists()


@given(st.text(st.sampled_from("ab .-'é\u0301漢_"), max_size=30), st.integers(1, 4))
def test_ngrams_are_runs_of_words(caption, longest):
    found = ngrams(caption, longest)
    assert len(found) == len(set(found))
    for text in found:
        assert text in caption
        assert 1 <= count_words(text) <= longest
    assert set(re.findall(r"\w+", caption)) <= set(found)
    assert bool(found) == bool(count_words(caption))


def test_tables_hold_what_the_tests_say():
    assert function_words("xx") == frozenset()
    assert all(word == word.lower() for lang in ("en", "de", "fr", "es", "it") for word in function_words(lang))
