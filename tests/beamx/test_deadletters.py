"""From exceptions to rows of `errors/`."""

import pytest

from pipeline.beamx.deadletters import DeadLetters, check_error_rate, guard
from pipeline.records.errors import InputError, MelError, PageError
from pipeline.records.schemas import ERRORS
from pipeline.records.shards import write_shard


def fail(error):
    raise error


def test_a_failing_page_leaves_a_row_and_the_others_go_on():
    dead, done = DeadLetters("extract", "00001-0"), []
    for page_id, error in (
        (1, None),
        (2, PageError("bad_title", "the title <> is bad")),
        (3, ValueError("x" * 900)),
        (4, None),
    ):
        with guard(dead, page_id=page_id, title=f"Page {page_id}"):
            if error:
                fail(error)
            done.append(page_id)
    assert done == [1, 4]
    assert len(dead) == 2
    assert dead.reasons == {"ValueError": 1, "bad_title": 1}
    rows = dead.table().to_pylist()
    assert rows[0] == {
        "stage": "extract", "unit": "00001-0", "page_id": 2, "title": "Page 2",
        "reason": "bad_title", "message": "the title <> is bad",
    }  # fmt: skip
    assert rows[1]["reason"] == "ValueError"
    assert rows[1]["message"].startswith("ValueError in fail, line ")
    assert len(rows[1]["message"]) == 500


def test_endless_recursion_is_one_page_fault():
    def recurse():
        recurse()

    dead = DeadLetters("extract", "u")
    with guard(dead, page_id=1):
        recurse()
    assert dead.reasons == {"RecursionError": 1}


@pytest.mark.parametrize(
    "error", [InputError("cut short"), OSError(28, "No space left"), MemoryError(), KeyboardInterrupt()]
)
def test_what_no_page_is_to_blame_for_passes(error):
    dead = DeadLetters("extract", "u")
    with pytest.raises(type(error)), guard(dead, page_id=1):
        raise error
    assert len(dead) == 0


def test_rows_fit_the_artifact(tmp_path):
    dead = DeadLetters("extract", "u")
    assert dead.table().schema.equals(ERRORS.arrow)
    assert dead.table().num_rows == 0
    dead.add("bad_title", "odd \ud800 text")
    dead.add("bad_title", "no page")
    assert write_shard(dead.table(), tmp_path / "part-00000.parquet", ERRORS).rows == 2


def test_the_error_rate_is_checked_with_counts():
    check_error_rate(0, 0, 0.0)
    check_error_rate(1, 1000, 0.001)
    with pytest.raises(
        MelError, match=r"^1,200 of 100,000 records failed \(1\.2 %\), more than --max-error-rate 0\.001 allows"
    ):
        check_error_rate(1200, 100_000, 0.001)
    with pytest.raises(MelError, match=r"1 of 0 records"):
        check_error_rate(1, 0, 0.001)
    with pytest.raises(MelError, match=r"^6 of 6 records failed \(100 %\)"):
        check_error_rate(6, 6, 0.001)
