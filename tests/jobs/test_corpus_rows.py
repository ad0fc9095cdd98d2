"""The corpus of a small dump, row by row: what is taken, dropped, decided, resolved."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.records.corpus_schemas import NEWS_ARTICLES, PAIRS
from pipeline.records.errors import ArtifactError, InputError, MelError, UsageError
from pipeline.records.funnel import Funnel
from pipeline.records.manifest import open_artifact
from pipeline.records.schemas import ERRORS
from tests.support.dumps import page_xml
from tests.support.news_dump import ARTICLES, news_pages, run_corpus, write_news_dump

COMMONS, LOCAL = "https://upload.wikimedia.org/wikipedia/commons/", "https://upload.wikimedia.org/wikinews/en/"


@pytest.fixture(scope="module")
def built(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run_corpus(dump, tmp_path_factory.mktemp("built") / "corpus")


def pair_rows(corpus: Path) -> list[dict[str, Any]]:
    return open_artifact(corpus / "pairs", PAIRS).table().to_pylist()


def shown(corpus: Path) -> list[tuple[Any, ...]]:
    return [(row["article_id"], row["position"], row["status"], row["reasons"]) for row in pair_rows(corpus)]


def stages(result: Any) -> dict[str, dict[str, Any]]:
    return {report.name: report.figures for report in result.reports}


def test_pairs_of_published_articles_with_their_reasons(built: Any) -> None:
    assert shown(built.out) == [
        (3, 0, "kept", []),
        (3, 1, "dropped", ["duplicate_pair"]),
        (3, 2, "dropped", ["location_map"]),
        (3, 3, "review", ["unknown_template:Odd thing"]),
        (4, 0, "review", ["maybe_audio"]),
        (4, 1, "dropped", ["too_short"]),
        (4, 2, "review", ["term:violent:corpse"]),
        (4, 3, "kept", []),
        (6, 0, "kept", []),
        (6, 1, "dropped", ["duplicate_pair"]),
        (20000, 0, "dropped", ["duplicate_pair"]),
        (20000, 1, "review", ["unknown_template:Odd thing", "unknown_template:Strange"]),
    ]
    assert sorted(path.name for path in (built.out / "pairs").glob("*.parquet")) == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]


def test_all_articles_of_the_main_namespace_are_listed(built: Any) -> None:
    rows = open_artifact(built.out / "articles", NEWS_ARTICLES).table().to_pylist()
    assert [(row["article_id"], row["status"], row["topic"], row["licence"]) for row in rows] == [
        (3, "published", "disaster", "CC BY 2.5"),
        (4, "published", "politics", "CC BY 2.5"),
        (5, "developing", "", "CC BY 2.5"),
        (6, "published", "", "Public domain"),
        (20000, "published", "sports", "CC BY 2.5"),
    ]
    assert rows[0]["title"] == ARTICLES[3][0]


def test_a_pair_carries_article_credit_links_and_address(built: Any) -> None:
    first = pair_rows(built.out)[0]
    assert (first["article_title"], first["topic"], first["credit"]) == ("Mill burns", "disaster", "Photo: Sam Roe")
    assert (first["caption"], first["n_words"]) == ("The mill at Otterton burns.", 5)
    assert first["date"].date().isoformat() == "2011-06-03"
    assert first["revision_id"] == 1003
    (link,) = first["caption_links"]
    assert link == {"start": 12, "end": 20, "surface": "Otterton", "target": "Otterton (town)", "wiki": "enwiki"}


def test_addresses_are_commons_but_for_files_that_the_wiki_itself_holds(built: Any) -> None:
    addresses = {(row["article_id"], row["position"]): row["image_url"] for row in pair_rows(built.out)}
    assert addresses[6, 0].startswith(LOCAL)
    assert addresses[6, 0].endswith("/G.jpg")
    others = [url for key, url in addresses.items() if key != (6, 0)]
    assert all(url.startswith(COMMONS) for url in others)
    assert addresses[4, 3].endswith("/E_one.png")
    assert (built.counts["files on Commons"], built.counts["files of the wiki itself"]) == (11, 1)


def test_every_stage_reckons(built: Any) -> None:
    for name in ("extract", "compact", "clean"):
        figures = stages(built)[name]
        assert figures["in"] == figures["out"] + sum(figures["dropped"].values()) + figures["dead"], name
    assert stages(built)["extract"]["dropped"] == {
        "namespace_not_kept:1": 1,
        "namespace_not_kept:6": 1,
        "not_wikitext:javascript": 1,
        "redirect": 1,
    }
    clean = stages(built)["clean"]
    assert clean["articles"] == {"in": 5, "out": 4, "dropped": {"not_published:developing": 1}, "dead": 0}
    assert (clean["in"], clean["out"], clean["dropped"]) == (13, 12, {"not_published:developing": 1})
    assert clean["topic_evidence"] == {"decided": 3, "unmapped": 1}
    assert built.counts["articles taken without a topic"] == 1
    assert clean["unmapped_categories"] == []
    assert sum(clean["statuses"].values()) == clean["out"] == sum(clean["addresses"].values())
    assert stages(built)["extract"]["unknown_templates"] == {"Odd thing": 2, "Strange": 1}


def test_the_funnel_says_what_the_pairs_say(built: Any) -> None:
    funnel = Funnel.from_json(json.loads((built.out / "funnel.json").read_text(encoding="utf-8")))
    assert funnel == built.funnel
    assert (funnel.n_articles, funnel.n_articles_used, funnel.n_pairs) == (5, 4, 12)
    assert (funnel.n_kept, funnel.n_review, funnel.n_dropped) == (3, 4, 5)
    assert dict(funnel.unknown_templates) == {"Odd thing": 2, "Strange": 1}
    assert "Mill burns" in (built.out / "funnel.html").read_text(encoding="utf-8")


def test_the_folder_says_what_it_is(built: Any) -> None:
    manifest = json.loads((built.out / "_manifest.json").read_text(encoding="utf-8"))
    assert (manifest["kind"], manifest["wiki"], manifest["date"]) == ("corpus", "enwikinews", "20210101")
    assert manifest["artifacts"]["pairs"] == {"rows": 12, "shards": 2}
    assert set(manifest["stages"]) == {"extract", "compact", "clean", "report"}
    assert manifest["decisions"] is None
    assert "CC" not in (built.out / "ATTRIBUTION").read_text(encoding="utf-8")
    licences = (built.out / "LICENSES").read_text(encoding="utf-8")
    assert "Attribution 2.5" in licences
    assert "public domain" in licences
    assert (built.out / "_SUCCESS").is_file()


@pytest.mark.parametrize(
    ("options", "articles", "dropped"),
    [
        ({"years": (2007, 2011)}, {3, 4}, {"not_published:developing": 1, "outside_years": 2}),
        ({"years": (2012, 2012)}, {20000}, {"not_published:developing": 1, "outside_years": 3}),
        ({"states": ("published", "developing")}, {3, 4, 5, 6, 20000}, {}),
        ({"redistributable_only": True}, {3, 4, 6, 20000}, {"not_published:developing": 1}),
        (
            {"redistributable_only": True, "wiki": "enwiki"},
            set(),
            {"not_published:developing": 1, "not_redistributable": 4},
        ),
    ],
)
def test_articles_are_selected(
    dump: Path, tmp_path: Path, options: dict[str, Any], articles: set[int], dropped: dict[str, int]
) -> None:
    result = run_corpus(dump, tmp_path / "corpus", **options)
    assert {row["article_id"] for row in pair_rows(result.out)} == articles
    assert stages(result)["clean"]["articles"]["dropped"] == dropped
    assert stages(result)["clean"]["articles"]["in"] == 5


def test_the_first_pair_in_scope_stands_for_its_repetitions(dump: Path, tmp_path: Path) -> None:
    result = run_corpus(dump, tmp_path / "corpus", years=(2012, 2012))
    assert shown(result.out)[0] == (20000, 0, "kept", [])


def test_rules_can_be_switched_off(dump: Path, tmp_path: Path) -> None:
    off = ("duplicate_pair", "location_map", "unknown_template")
    result = run_corpus(dump, tmp_path / "corpus", keep=off, min_words=2)
    spoken = {reason for row in pair_rows(result.out) for reason in row["reasons"]}
    assert spoken == {"maybe_audio", "term:violent:corpse"}


def decided(corpus: Path, path: Path, *verdicts: str) -> Path:
    """The queue of a corpus filled in, one verdict a line; '' leaves it open."""
    lines = [json.loads(line) for line in (corpus / "review" / "queue.jsonl").read_text(encoding="utf-8").splitlines()]
    filled = [
        line | ({"decision": verdict, "reason": f"seen {n}", "reviewer": "otter-1"} if verdict else {})
        for n, (line, verdict) in enumerate(zip(lines, verdicts, strict=True))
    ]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in filled), encoding="utf-8")
    return path


def test_the_queue_filled_in_is_applied(dump: Path, built: Any, tmp_path: Path) -> None:
    path = decided(built.out, tmp_path / "decisions.jsonl", "keep", "drop", "", "keep")
    result = run_corpus(dump, tmp_path / "corpus", decisions=path)
    changed = {key: (status, reasons) for *key_, status, reasons in shown(result.out) for key in [tuple(key_)]}
    assert changed[3, 3] == ("kept", ["unknown_template:Odd thing", "decided:seen 0"])
    assert changed[4, 0] == ("dropped", ["maybe_audio", "decided:seen 1"])
    assert changed[4, 2] == ("review", ["term:violent:corpse"])
    assert changed[20000, 1][0] == "kept"
    assert stages(result)["clean"]["decisions"] == {"applied": {"keep": 2, "drop": 1}, "unused": []}
    left = [json.loads(line) for line in (result.out / "review" / "queue.jsonl").read_text("utf-8").splitlines()]
    assert [(line["caption"], line["matched"]) for line in left] == [("They found a corpse there", ["corpse"])]
    manifest = json.loads((result.out / "_manifest.json").read_text(encoding="utf-8"))
    assert manifest["decisions"]["name"] == "decisions.jsonl"
    assert len(manifest["decisions"]["sha256"]) == 64


def test_decisions_about_no_pair_are_reported(dump: Path, tmp_path: Path) -> None:
    row = {"pair_id": "0123456789abcdef", "decision": "drop", "reason": "x", "reviewer": "a"}
    (tmp_path / "d.jsonl").write_text(json.dumps(row), encoding="utf-8")
    result = run_corpus(dump, tmp_path / "corpus", decisions=tmp_path / "d.jsonl")
    assert any("0123456789abcdef" in warning for warning in result.warnings)
    assert result.counts["decisions without a pair"] == 1
    run = json.loads((result.out / "_run.json").read_text(encoding="utf-8"))
    assert run["stages"]["clean"]["figures"]["decisions"]["unused"] == ["0123456789abcdef"]


def test_a_bad_decision_ends_the_run_before_anything_is_done(dump: Path, tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        run_corpus(dump, tmp_path / "corpus", decisions=tmp_path / "d.jsonl")
    assert not (tmp_path / "corpus").exists()
    with pytest.raises(InputError, match="no such file"):
        run_corpus(dump, tmp_path / "other", decisions=tmp_path / "none.jsonl")
    assert not (tmp_path / "other").exists()


def test_broken_pages_are_dead_letters_with_title_and_reason(tmp_path: Path) -> None:
    broken = page_xml(11, "Broken", "x").replace("<id>11</id>", "<id>eleven</id>")
    pages = [*news_pages(), (20001, "Broken", broken)]
    result = run_corpus(write_news_dump(tmp_path, pages), tmp_path / "corpus", max_error_rate=0.2)
    (letter,) = open_artifact(result.out / "errors", ERRORS).table().to_pylist()
    assert (letter["stage"], letter["title"]) == ("extract", "Broken")
    assert letter["reason"]
    assert letter["message"]
    figures = stages(result)["extract"]
    assert (figures["in"], figures["dead"]) == (10, 1)
    assert figures["in"] == figures["out"] + sum(figures["dropped"].values()) + figures["dead"]
    with pytest.raises(MelError, match="Broken"):
        run_corpus(write_news_dump(tmp_path, pages), tmp_path / "strict", max_error_rate=0.01)


def test_a_truncated_dump_ends_the_run_with_a_sentence(dump: Path, tmp_path: Path) -> None:
    cut = tmp_path / dump.name
    cut.write_bytes(dump.read_bytes()[:-400])
    with pytest.raises(MelError):
        run_corpus(cut, tmp_path / "corpus")
    assert not (tmp_path / "corpus" / "_SUCCESS").exists()


def test_a_page_that_comes_twice_is_an_error(dump: Path, tmp_path: Path) -> None:
    copy = tmp_path / "enwikinews-20210101-pages-articles2.xml.bz2"
    copy.write_bytes(dump.read_bytes())
    with pytest.raises(InputError, match="page id 3 occurs twice"):
        run_corpus(dump, tmp_path / "corpus", files=(dump, copy))


def test_a_limit_reads_the_first_pages_only(dump: Path, tmp_path: Path) -> None:
    result = run_corpus(dump, tmp_path / "corpus", limit_pages=3)
    assert result.counts["pages read"] == 3
    assert {row["article_id"] for row in pair_rows(result.out)} == {3, 4}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"years": (2020, 2007)}, "--years"),
        ({"keep": ("blurry",)}, "duplicate_pair"),
        ({"states": ("archived",)}, "published"),
        ({"min_words": -1}, "--min-words"),
        ({"limit_pages": 0}, "--limit-pages"),
        ({"max_error_rate": 2}, "--max-error-rate"),
        ({"dump": "20210101"}, "not both"),
    ],
)
def test_wrong_options_are_named(dump: Path, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        run_corpus(dump, tmp_path / "corpus", **options)


@pytest.mark.parametrize(("text", "years"), [("2010", (2010, 2010)), (" 2007-2020 ", (2007, 2020))])
def test_years_are_read(text: str, years: tuple[int, int]) -> None:
    from pipeline.jobs.corpus_options import read_years

    assert read_years(text) == years


@pytest.mark.parametrize("text", ["", "07-20", "2007-", "2007-2020-2021", "x"])
def test_wrong_years_are_named(text: str) -> None:
    from pipeline.jobs.corpus_options import read_years

    with pytest.raises(UsageError, match="--years"):
        read_years(text)


def test_a_kb_must_be_one(dump: Path, tmp_path: Path, built: Any) -> None:
    with pytest.raises(ArtifactError, match="no finished KB"):
        run_corpus(dump, tmp_path / "corpus", kb=tmp_path)
    with pytest.raises(UsageError, match="is a corpus"):
        run_corpus(dump, tmp_path / "corpus", kb=built.out)
