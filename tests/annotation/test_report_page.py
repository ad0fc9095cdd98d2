"""The agreement report as page and files, and its command."""

import json
import re
import shlex
import shutil
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser

import pytest

from annotation.__main__ import main
from annotation.agreement.figures import Sampling
from annotation.agreement.gates import check_gates, read_gate
from annotation.decisions import REASONS
from annotation.events import Draft
from annotation.records import Answer, Item
from annotation.report.browser import THUMBNAIL_BYTES_MAX, Sources, browser_data
from annotation.report.disputed_places import Place
from annotation.report.findings import find_all, material_of
from annotation.report.headlines import gate_rows, gate_verdict, verdict
from annotation.report.page import agreement_html
from annotation.report.write import write_report
from annotation.store import Store
from pipeline.stats.intervals import Interval
from tests.support.annotation_server import campaign, small_images
from tests.support.answers import RULES, example, span
from tests.support.commands import call_main
from tests.support.hostile import HOSTILE_TEXTS
from tests.support.projects import span as project_span

GIF = b"GIF89a" + bytes(40)


@pytest.fixture(scope="module")
def found():
    return find_all(material_of("example", *example(), RULES), Sampling(50))


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A project whose annotators have done all their work."""
    folder = tmp_path_factory.mktemp("campaign") / "demo"
    assert main(["simulate", str(folder), "--synthetic", "120", "--annotators", "4", "--seed", "2"]) == 0
    return folder


class Reader(HTMLParser):
    """Elements and visible text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.inside = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & set(self.inside):
            self.texts.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))


def data_of(html):
    return json.loads(re.search(r"data-disagreements>(.*?)</script>", html)[1])


def test_the_headlines_stand_beside_the_paper_s(found):
    text = Reader(agreement_html(found)).text
    assert "Mention detection md.token.bio" in text
    assert "84.96" in text
    assert "The paper has 88.98 %" in text
    assert "72.41" in text
    assert "The paper has 83.75 %" in text
    assert "Every token of a caption is an item" in text
    assert "refused: over the union of spans nothing is left" in text
    assert "el.token.entity" in text
    assert "wordpunct-v1" in text
    assert "50 draws over articles, seed 0" in text
    assert "All 4 pairs of answers that differ." in text


@pytest.mark.parametrize(
    ("value", "limits", "sign"),
    [(0.5, (0.4, 0.6), "bad"), (0.95, (0.92, 0.97), "good"), (0.88, (0.86, 0.9), "even"), (0.8898, None, "good"),
     (0.88, None, "bad"), (None, None, "none")],
)  # fmt: skip
def test_the_verdict_holds_the_interval_against_the_paper_s_figure(found, value, limits, sign):
    measure = found.agreement.measures[0]
    interval = None if limits is None else replace(measure.main.interval, low=limits[0], high=limits[1])
    main_figure = replace(measure.main, value=value, interval=interval)
    assert verdict(replace(measure, figures=(main_figure,)), 0.8898)[0] == sign


def test_undefined_figures_say_why():
    items = [Item(f"p{n}", "Rome", f"p{n}") for n in range(4)]
    answers = [Answer(item.pair_id, name) for item in items for name in "AB"]
    findings = find_all(material_of("nothing", items, answers), Sampling(20))
    text = Reader(agreement_html(findings)).text
    assert "undefined: all items have one label, so chance explains all agreement" in text
    assert "undefined: there are no items" in text
    assert "All answers agree in all." in text
    assert findings.to_json()["measures"][0]["figures"][0]["undefined_reason"] == "single_category"


def test_the_cap_is_told_with_both_counts(found):
    html = agreement_html(found, most=2)
    assert "2 of the 4 pairs of answers that differ" in Reader(html).text
    assert len(data_of(html)["entries"]) == 2
    assert data_of(agreement_html(found, most=0))["entries"] == []


def test_equal_answers_give_equal_bytes(found, tmp_path):
    again = find_all(material_of("example", *example(), RULES), Sampling(50))
    for name, findings in (("a", found), ("b", again)):
        write_report(findings, tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["agreement.html", "agreement.json", "disagreements.jsonl"]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    lines = (tmp_path / "a/disagreements.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["pair_id"] for line in lines] == ["p1", "p2", "p3", "p5"]


def hostile_findings():
    texts = [text.replace("\ud800", "?") for text in HOSTILE_TEXTS]
    items = [Item(f"{n}{text}", text, f"g{n}{text}", topic=text) for n, text in enumerate(texts)]
    answers = []
    for item in items:
        one = span(item.caption, item.caption[:3], "Person", item.caption)
        answers += [Answer(item.pair_id, "A", (one,)), Answer(item.pair_id, "B")]
    return find_all(material_of(HOSTILE_TEXTS[0], items, answers), Sampling(20))


def test_hostile_texts_make_no_elements():
    html = agreement_html(hostile_findings())
    read = Reader(html)
    scripts = [attributes for tag, attributes in read.tags if tag == "script"]
    assert scripts == [{"type": "application/json", "data-disagreements": None}, {"type": "module"}]
    assert not {"iframe", "img", "object"} & {tag for tag, _ in read.tags}
    assert not any(name.startswith("on") for _, attributes in read.tags for name in attributes)
    assert "https://example.org" not in "".join(value or "" for _, a in read.tags for name, value in a.items() if name in {"src", "href"})  # fmt: skip
    assert len(data_of(html)["entries"]) == len(HOSTILE_TEXTS)


def test_offsets_count_what_stands_on_the_page():
    caption = "a \U0001f600 \u202eObama\x00 é Rome"
    items = [Item("p", caption, "g")]
    answers = [
        Answer("p", "A", (span(caption, "Obama", "Person", "x"), span(caption, "Rome", "Location", "y"))),
        Answer("p", "B"),
    ]
    [entry] = data_of(agreement_html(find_all(material_of("x", items, answers), Sampling(0))))["entries"]
    assert [entry["c"][start:end] for start, end, *_ in entry["s"][0]] == ["Obama", "Rome"]


def test_pictures_come_while_there_is_room(found, monkeypatch):
    shown = found.disputed
    items = {one.pairing.item.pair_id: one for one in shown}
    assert browser_data(shown, Sources(lambda _: GIF)).n_pictures == 0  # no pair has an image
    pictured = find_all(material_of("x", [Item(i.pair_id, i.caption, i.group, image_id=f"i{n}") for n, i in enumerate(example()[0])], example()[1]), Sampling(0)).disputed  # fmt: skip
    data = browser_data(pictured, Sources(lambda _: GIF))
    assert (data.n_pictures, data.n_without) == (len(pictured), 0)
    assert "image/gif;base64," in data.block
    assert browser_data(pictured, Sources(lambda _: None)).n_without == 0
    assert browser_data(pictured, Sources(lambda _: b"<svg>")).n_without == len(pictured)
    assert browser_data(pictured, Sources(lambda _: GIF + bytes(THUMBNAIL_BYTES_MAX))).n_without == len(pictured)
    monkeypatch.setattr("annotation.report.browser.THUMBNAILS_BYTES_MAX", 100)
    data = browser_data(pictured, Sources(lambda _: GIF))
    assert (data.n_pictures, data.n_without) == (2, len(pictured) - 2)
    assert len(items) == 4


run = partial(call_main, main)


def test_the_command_writes_prints_and_judges(capsys, done, tmp_path):
    out = tmp_path / "out"
    code, told, _ = run(
        capsys, "report", done, "--draws", 50, "--out", out, "--gate", "md.token.bio=0.5", "el.matched=0.99"
    )
    assert code == 2
    assert "the paper has 88.98 %" in told
    assert f"written: {out / 'agreement.html'}" in told
    assert "wanted 0.5\n" in told
    assert "wanted 0.99  FAILED" in told
    html = (out / "agreement.html").read_text("utf-8")
    assert "Agreement of demo" in html
    value = json.loads((out / "agreement.json").read_text("utf-8"))
    assert len(value["effort"]) == 5
    assert value["slices"]["week"]["slices"][0]["name"] == "2021-W09"
    assert "annotations/mentions/a01.jsonl" in html
    assert [one["passed"] for one in value["gates"]] == [True, False]
    assert "Gates: the least figures that were asked for" in html
    code, told, _ = run(capsys, "report", done, "--draws", 50, "--out", out, "--json", "-")
    assert code == 0
    assert json.loads(told) == {**value, "gates": []}


def test_the_default_folder_and_errors(capsys, done, tmp_path):
    folder = tmp_path / "p"
    shutil.copytree(done, folder)
    assert run(capsys, "report", folder, "--draws", 0, "--disagreements", 3)[0] == 0
    assert "3 of the" in (folder / "report/agreement.html").read_text("utf-8")
    assert "no annotation project" in run(capsys, "report", tmp_path)[2]
    assert "is no gate" in run(capsys, "report", folder, "--gate", "high")[2]
    assert run(capsys, "report", folder, "--images", tmp_path)[0] != 0


def test_thumbnails_come_from_the_images_artifact(capsys, tmp_path):
    project = campaign(tmp_path / "p")
    images = small_images(tmp_path / "images")
    store = Store(project.folder)
    for pair in project.pairs.values():
        word = pair.caption.split()[0]
        store.log("a01").save(Draft(pair.pair_id, (project_span(pair.caption, word),)))
        store.log("a02").save(Draft(pair.pair_id))
    assert run(capsys, "report", project.folder, "--draws", 0, "--images", images)[0] == 0
    data = data_of((project.folder / "report/agreement.html").read_text("utf-8"))
    assert [("i" in entry) for entry in data["entries"]] == [True] * (len(project.pairs) - 1) + [False]
    assert all(one.startswith("image/jpeg;base64,") for one in data["pictures"].values())


def test_gates_stand_beside_the_headlines(found):
    measures = found.agreement.measures
    results = check_gates(
        measures, [read_gate(one) for one in ("md.token.bio=0.84", "el.matched=0.8", "type.union=0.9")]
    )
    html = agreement_html(found, gates=results)
    text = Reader(html).text
    assert "gate 84.00 %: passed, but the interval goes below it" in text
    assert "gate 80.00 %: not passed, though the interval holds it" in text
    assert [row[:4] for row in gate_rows(results, measures)][2] == ["type.union", "not passed", "90.00", "40.91"]
    assert html.count('class="verdict bad"') + html.count('class="verdict even"') == 4  # two of the paper, two gates
    assert "Gates" not in Reader(agreement_html(found)).text


@pytest.mark.parametrize(
    ("value", "limits", "sign"),
    [(0.9, (0.86, 0.95), "good"), (0.9, (0.8, 0.95), "even"), (0.9, None, "good"), (0.8, (0.7, 0.9), "bad"),
     (0.5, (0.4, 0.6), "bad"), (None, None, "bad")],
)  # fmt: skip
def test_a_gate_is_judged_by_the_figure_and_the_interval_tells_how_surely(found, value, limits, sign):
    [measure] = [one for one in found.agreement.measures if one.definition == "md.token.bio"]
    interval = None if limits is None else Interval(*limits, 0.95, "percentile")
    figure = replace(measure.main, value=value, interval=interval)
    measure = replace(measure, figures=(figure, *measure.figures[1:]))
    [result] = check_gates([measure], [read_gate("md.token.bio=0.85")])
    assert gate_verdict(result, measure)[0] == sign
    assert result.is_passed == (sign in ("good", "even"))


def test_candidates_and_adjudication_stand_beside_a_disagreement(found):
    known = {"England": [(f"England {n}", 0.5 / (n + 1)) for n in range(9)], "French": []}
    standing = {"p3": Place("e01", ("0-7",), ()), "p5; rm -rf": Place("", (), ())}
    sources = Sources(
        None, lambda surface: known.get(surface, ()), standing, "adjudicate demo --pair {pair} --export q"
    )
    data = data_of(agreement_html(found, sources=sources))
    assert data["candidates"]["England"] == [[f"England {n}", round(500 / (n + 1))] for n in range(5)]
    assert data["candidates"]["French"] == []
    assert "Packers" not in data["candidates"], "nobody disputes it"
    entries = {entry["id"]: entry for entry in data["entries"]}
    assert entries["p3"]["p"] == {"x": "e01", "o": ["0-7"], "d": [], "q": "p3"}
    assert "p" not in entries["p1"]
    assert data["command"] == "adjudicate demo --pair {pair} --export q"
    plain = data_of(agreement_html(found))
    assert (plain["candidates"], plain["command"]) == ({}, "")


def test_ids_in_the_command_cannot_end_it():
    pair_id = "p'; rm -rf ~ #"
    items = [Item(pair_id, "Rome and Bonn", "g")]
    answers = [Answer(pair_id, "A", (span("Rome and Bonn", "Rome", "Location", "Rome"),)), Answer(pair_id, "B")]
    sources = Sources(places={pair_id: Place("e01", ("0-4",), ())}, command="x --pair {pair}")
    [entry] = data_of(agreement_html(find_all(material_of("x", items, answers), Sampling(0)), sources=sources))[
        "entries"
    ]
    assert shlex.split(entry["p"]["q"]) == [pair_id]


def test_the_commands_report_knows_candidates_places_and_gold(capsys, tmp_path):
    folder = tmp_path / "my demo"
    assert run(capsys, "simulate", folder, "--synthetic", 60, "--annotators", 3)[0] == 0
    assert run(capsys, "report", folder, "--draws", 0)[0] == 0
    html = (folder / "report/agreement.html").read_text("utf-8")
    data = data_of(html)
    assert "Against adjudicated gold" not in html
    entry = next(one for one in data["entries"] if one["p"]["o"])
    command = (
        data["command"].replace("{pair}", entry["p"]["q"]).replace("queue.tsv", shlex.quote(str(tmp_path / "q.tsv")))
    )
    assert run(capsys, *shlex.split(command)[3:])[0] == 0
    lines = (tmp_path / "q.tsv").read_text("utf-8-sig").splitlines()[1:]
    assert [line.split("\t")[:2] for line in lines] == [[entry["id"], place] for place in entry["p"]["o"]]
    assert (
        "is no pair of this project"
        in run(capsys, "adjudicate", folder, "--pair", "nowhere", "--export", tmp_path / "n")[2]
    )
    assert run(capsys, "simulate", folder, "--experts")[0] == 0
    assert run(capsys, "gold", folder)[0] == 0
    assert run(capsys, "report", folder, "--draws", 0)[0] == 0
    html = (folder / "report/agreement.html").read_text("utf-8")
    assert "Against adjudicated gold" in html
    assert "gold.jsonl" in html
    entry = next(one for one in data_of(html)["entries"] if one["p"]["d"])
    assert (entry["p"]["o"], entry["p"]["d"][0][2] in REASONS) == ([], True)
    value = json.loads((folder / "report/agreement.json").read_text("utf-8"))["against_gold"]
    assert (value["pairs"], list(value["annotators"])) == (60, ["a01", "a02", "a03", "all"])
    assert 0.8 < value["annotators"]["all"][1]["figures"][0]["value"] < 1
    assert [one["check"] for one in value["checks"]] == ["S020", "S030", "M001", "C003", "C004"]
