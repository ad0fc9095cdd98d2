"""Flags that the commands over dumps share."""

from pathlib import Path

import pytest

from pipeline.console.dump_flags import add_dump_flags, add_engine_flags, engine_values, fetch_values
from pipeline.console.flags import CommandParser

DUMP_FLAGS = {"--file", "--dump", "--wiki", "--dump-dir", "--siteinfo"}
FETCH_FLAGS = {"--contact", "--source", "--allow-host", "--max-rate"}


def parser(*, page_props=False):
    made = CommandParser(prog="x")
    add_dump_flags(made.add_argument_group("in"), default_wiki="enwikinews", page_props=page_props)
    add_engine_flags(made.add_argument_group("engine"))
    return made


@pytest.mark.parametrize("page_props", [False, True])
def test_every_flag_is_there_and_page_props_on_demand(page_props):
    words = parser(page_props=page_props).format_help().replace(",", " ").split()
    assert set(words) >= DUMP_FLAGS | FETCH_FLAGS
    assert ("--page-props" in words) is page_props
    assert "enwikinews" in words


def test_nothing_given():
    values = parser().parse_args([])
    assert (values.file, values.dump, values.wiki, values.dump_dir) == ([], None, "", Path("data/dumps"))
    assert fetch_values(values) == {"contact": "", "sources": (), "allow_hosts": (), "max_bytes_per_s": None}
    assert engine_values(values) == {"engine": None, "workers": 1, "worker_mode": None, "shuffle": None}


def test_what_is_given_comes_as_the_settings_take_it():
    argv = [
        "--contact",
        "me@x.org",
        "--source",
        "http://a/",
        "http://b/",
        "--allow-host",
        "*.c.org",
        "--max-rate",
        "2.5",
        "--workers",
        "3",
    ]
    values = parser().parse_args(argv)
    assert fetch_values(values) == {
        "contact": "me@x.org", "sources": ("http://a/", "http://b/"), "allow_hosts": ("*.c.org",),
        "max_bytes_per_s": 2_500_000.0,
    }  # fmt: skip
    assert engine_values(values)["workers"] == 3


@pytest.mark.parametrize("rate", ["0", "-1", "inf", "nan", "fast"])
def test_a_rate_is_more_than_nothing(capsys, rate):
    with pytest.raises(SystemExit):
        parser().parse_args([f"--max-rate={rate}"])
    assert "argument --max-rate" in capsys.readouterr().err
