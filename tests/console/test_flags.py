"""Flags: help with examples, typos refused by name, Beam's flags let through."""

import argparse
import subprocess
import sys

import pytest

from pipeline.beamx.flags import beam_parser
from pipeline.console.flags import CommandParser


@pytest.fixture
def parser():
    parser = CommandParser("Build.", examples=["python runners/x.py --out kb"], beam_parser=beam_parser, prog="x.py")
    parser.add_argument("--out", required=True, help="where it goes")
    parser.add_argument("--workers", type=int, default=1, help="how many")
    parser.add_argument("--shuffle", choices=["inline", "spill"], default="spill", help="how rows travel")
    parser.add_argument("--spaces", type=int, nargs="+", default=[0, 14], help="kept ones")
    parser.add_argument("--keep", action="store_true", help="keep it")
    return parser


def refusal(parser, method, argv, capsys):
    with pytest.raises(SystemExit) as ended:
        getattr(parser, method)(argv)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_help_ends_with_the_examples(parser):
    lines = parser.format_help().rstrip().splitlines()
    assert lines[-2:] == ["example:", "  python runners/x.py --out kb"]


def test_help_tells_defaults_but_not_of_switches(parser):
    text = parser.format_help()
    assert "how many (default: 1)" in text
    assert "kept ones (default: 0 14)" in text
    assert "keep it\n" in text


def test_a_value_may_stand_behind_an_equals_sign(parser):
    flags = parser.parse_args(["--out=kb", "--workers=3"])
    assert (flags.out, flags.workers) == ("kb", 3)


@pytest.mark.parametrize("method", ["parse_args", "parse_with_beam"])
@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--out", "kb", "--wokers", "2"], "unknown flag --wokers; did you mean --workers"),
        (["--outt=kb"], "unknown flag --outt; did you mean --out"),
        (["--out", "kb", "--work", "2"], "unknown flag --work; did you mean --workers"),
        (["--out", "kb", "--qqqqqqqq"], "unknown flag --qqqqqqqq\n"),
        (["--out", "kb", "stray"], "unexpected argument 'stray'"),
        (["--out", "kb", "-z"], "unknown flag -z"),
        (["--workers", "2"], "required: --out"),
        (["--out", "kb", "--workers", "two"], "--workers: invalid int value: 'two'"),
        (
            ["--out", "kb", "--shuffle", "spil"],
            "'spil' is not allowed (choose from inline, spill); did you mean spill?",
        ),
    ],
)
def test_a_mistake_is_named(parser, method, argv, message, capsys):
    text = refusal(parser, method, argv, capsys)
    assert text.startswith("error: ")
    assert message in text
    assert "x.py --help" in text


def test_beam_flags_pass_through_in_order(parser):
    argv = ["--runner=FlinkRunner", "--out", "kb", "--flink_master", "host:8081", "--parallelism=4"]
    flags, beam = parser.parse_with_beam(argv)
    assert flags.out == "kb"
    assert beam == ("--runner=FlinkRunner", "--flink_master", "host:8081", "--parallelism=4")


def test_without_beam_flags_nothing_is_left_over(parser):
    assert parser.parse_with_beam(["--out", "kb"])[1] == ()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--flink-master=a:1", "did you mean --flink_master"),
        ("--setup_fil=setup.py", "did you mean --setup_file"),
        ("--runer=FlinkRunner", "did you mean --runner"),
        ("--direct_num_workers=many", "Beam flag: argument --direct_num_workers: invalid int value: 'many'"),
    ],
)
def test_a_typo_in_a_beam_flag_is_refused(parser, argument, message, capsys):
    assert message in refusal(parser, "parse_with_beam", ["--out", "kb", argument], capsys)


def test_a_stray_word_behind_beam_flags_is_refused(parser, capsys):
    argv = ["--out", "kb", "--runner", "FlinkRunner", "stray"]
    assert "unexpected argument 'stray'" in refusal(parser, "parse_with_beam", argv, capsys)


def test_plain_parsing_refuses_beam_flags(parser, capsys):
    assert "unknown flag --flink_master" in refusal(parser, "parse_args", ["--out", "kb", "--flink_master=a"], capsys)


def test_subcommands_have_their_own_flags(capsys):
    parser = CommandParser("Do.", prog="do")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", description="Serve.").add_argument("--port", type=int)
    assert parser.parse_args(["serve", "--port", "80"]) == argparse.Namespace(command="serve", port=80)
    assert "did you mean --port" in refusal(parser, "parse_args", ["serve", "--prt", "80"], capsys)


def test_a_typo_is_refused_without_a_word_from_beam():
    program = """
import sys
from pipeline.beamx.flags import beam_parser
from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command
def main(argv):
    CommandParser(beam_parser=beam_parser, prog="x").parse_with_beam(argv)
sys.exit(run_command(main))
"""
    call = [sys.executable, "-c", program, "--runer=FlinkRunner"]
    ended = subprocess.run(call, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr == "error: unknown flag --runer; did you mean --runner?\nx --help lists the flags\n"
