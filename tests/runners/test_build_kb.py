"""The command that builds a knowledge base: what it says at the end."""

from pathlib import Path

import pytest

from pipeline.console.main import run_command
from runners.build_kb import main
from tests.support.dumps import dump_xml, page_xml, write_bz2


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([], "This dump holds no page"),
        ([page_xml(1, "A", "[[B]] and [[C]]")], "--keep-red-links makes entities of those titles"),
        ([page_xml(1, "A", "[[B]]"), page_xml(2, "B", "[[A]]")], ""),
    ],
)
def test_what_makes_a_kb_poor_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, pages: list[str], said: str
) -> None:
    file = write_bz2(tmp_path / "dump.xml.bz2", dump_xml(pages))
    assert run_command(main, ["--file", str(file), "--out", str(tmp_path / "kb")]) == 0
    out = capsys.readouterr().out
    assert said in out
    for other in ("This dump holds no page", "--keep-red-links"):
        assert (other in out) == (bool(said) and other in said)
