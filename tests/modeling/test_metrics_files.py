"""TREC files and LaTeX, written and read."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeling.data.ranking import ranking_of
from modeling.metrics.latency import measure_latency, some_mentions
from modeling.metrics.latex import escape, latex_table, superscript
from modeling.metrics.trec import read_run, write_qrels, write_run
from pipeline.records.errors import InputError, UsageError
from tests.modeling.worlds import mention_in


def mentions(n=3):
    return [mention_in(f"{number} Lion here", "Lion", number, mention_id=f"m-{number}") for number in range(n)]


scores = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.integers(-(2**62), 2**62), scores, max_size=5), min_size=3, max_size=3))
def test_a_run_file_is_read_back_bit_by_bit(tmp_path_factory, lists):
    path = tmp_path_factory.getbasetemp() / "lists.run"
    ranking = ranking_of([list(one.items()) for one in lists], 5)
    write_run(path, mentions(), ranking, "mine")
    again = read_run(path, mentions(), 5)
    assert again.ids.tolist() == ranking.ids.tolist()
    assert again.scores.tolist() == ranking.scores.tolist()


def test_a_run_line_is_that_of_trec_and_qrels_hold_what_can_be_found(tmp_path):
    write_run(tmp_path / "a.run", mentions(1), ranking_of([[(7, 0.5), (8, 0.25)]], 5), "mine")
    assert (tmp_path / "a.run").read_text() == "m-0 Q0 7 1 0.5 mine\nm-0 Q0 8 2 0.25 mine\n"
    rows = [*mentions(2), mention_in("x Ghost y", "Ghost", is_nil=True, mention_id="m-nil")]
    write_qrels(tmp_path / "a.qrels", rows)
    assert (tmp_path / "a.qrels").read_text() == "m-0 0 0 1\nm-1 0 1 1\n"


def test_a_run_file_of_another_tool_is_sorted_by_our_rule_and_may_lack_mentions(tmp_path):
    path = tmp_path / "a.run"
    path.write_text("m-1 Q0 9 1 0.5 x\n\nm-1 Q0 3 2 0.5 x\nm-1 Q0 4 3 2 x\nelsewhere Q0 1 1 1 x\n")
    found = read_run(path, mentions(2), 2, known=["elsewhere"])
    assert [found.row(row) for row in range(2)] == [[], [(4, 2.0), (3, 0.5)]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("m-0 Q0 7 1 0.5", "no run line"),
        ("m-0 Q0 seven 1 0.5 x", "no run line"),
        ("m-0 Q0 7 1 much x", "no run line"),
        ("m-0 Q0 7 1 nan x", "no run line"),
        ("m-0 Q0 7 1 inf x", "no run line"),
        ("nobody Q0 7 1 0.5 x", "no mention nobody"),
        ("m-0 Q0 1 1 0.5 x", "entity 1 comes twice for m-0"),
    ],
)
def test_a_broken_run_file_is_named_with_its_line(tmp_path, line, message):
    path = tmp_path / "a.run"
    path.write_text(f"m-0 Q0 1 1 1.0 x\n{line}\n")
    with pytest.raises(InputError, match=message) as caught:
        read_run(path, mentions(1), 5)
    assert str(caught.value).startswith(f"{path}:2: ")


@pytest.mark.parametrize(("mention_id", "tag"), [("m 0", "x"), ("m-0", "my run"), ("m-0", "")])
def test_white_space_cannot_stand_in_a_run_file(tmp_path, mention_id, tag):
    with pytest.raises(UsageError, match="white space"):
        write_run(tmp_path / "a.run", [mention_in("Lion", "Lion", mention_id=mention_id)], ranking_of([[]], 5), tag)


def test_latex_escapes_every_sign_of_its_own():
    assert escape("50 % of P(e|m)_x & {y}") == r"50 \% of P(e\textbar{}m)\_x \& \{y\}"
    assert superscript("12.50", "ab") == r"12.50\textsuperscript{ab}"
    assert superscript("-", "") == "-"
    table = latex_table(("", "method", "R@1"), [("a", "x", "1.0")], caption="50 %", label="tab:a")
    assert r"\begin{tabular}{llr}" in table
    assert table.count(r"\\") == 2
    assert r"\caption{50 \%}" in table


def test_names_of_any_script_and_with_any_sign_stand_in_a_table():
    name = "Zürich_北京 & $x^2$ #1 {a}~\\b"
    table = latex_table(("", "method", "R@1"), [("a", escape(name), "1.0")], caption=name, label="tab:a")
    shown = r"Zürich\_北京 \& \$x\textasciicircum{}2\$ \#1 \{a\}\textasciitilde{}\textbackslash{}b"
    assert f"a & {shown} & 1.0" in table
    assert rf"\caption{{{shown}}}" in table


def test_the_mentions_to_be_timed_are_drawn_by_seed_and_no_more_than_asked_for():
    all_ = mentions(50)
    drawn = some_mentions(all_, 20, 1)
    assert len({one.mention_id for one in drawn}) == 20
    assert drawn == sorted(drawn, key=all_.index) == some_mentions(all_, 20, 1) != some_mentions(all_, 20, 2)
    assert some_mentions(all_, 50, 1) == some_mentions(all_, 500, 1) == all_


def test_latency_tells_warm_from_cold(tmp_path):
    (tmp_path / "index").write_bytes(bytes(1000))
    opened = []

    def open_index():
        opened.append(1)
        time.sleep(0.01)
        first = [True]

        def search(mentions, k):
            assert len(mentions) == 1
            assert k == 7
            time.sleep(0.02 if first.pop() else 0.001) if first else time.sleep(0.001)
            return ranking_of([[]], k)

        return search

    found = measure_latency(open_index, mentions(4), 7, files=[tmp_path / "index"], n_cold=3)
    assert (found.n_warm, found.n_cold, len(opened)) == (4, 3, 4)
    assert found.warm_p50_ms < 15 < found.cold_p50_ms
    assert found.open_p50_ms > 9
    assert found.warm_p50_ms <= found.warm_p99_ms
    assert found.private_bytes >= 0
