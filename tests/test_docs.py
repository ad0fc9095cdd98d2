"""Documentation that cannot rot: pages equal what the code generates, names exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools import make_docs

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("[!.]*/README.md")], key=lambda path: path.as_posix()
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
each_command = pytest.mark.parametrize("command", make_docs.command_names())
STALE = "run `make golden` and read the diff"


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def flags_in(help_text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z_-]*", help_text))


def test_the_readmes_road_is_the_artifacts_map():
    readme = text("README.md")
    assert make_docs.ROAD_BEGIN in readme
    assert make_docs.with_road(readme) == readme, STALE


def test_the_readmes_demo_is_what_the_demo_prints():
    readme = text("README.md")
    assert make_docs.DEMO_BEGIN in readme
    assert make_docs.with_demo(readme) == readme, STALE


def test_the_records_page_is_the_schemas():
    assert text("docs/records.md") == make_docs.records_page(), STALE


def test_the_formats_page_is_what_the_code_holds():
    page = text("docs/formats.md")
    assert make_docs.FORMATS_BEGIN in page
    assert make_docs.with_formats(page) == page, STALE


@each_command
def test_the_commands_page_holds_every_help(command):
    section = text("docs/commands.md").partition(f"## {command}\n")[2].partition("\n## ")[0]
    assert section, f"docs/commands.md knows nothing of {command}: {STALE}"
    shown = make_docs.help_text(command)
    assert flags_in(section) == flags_in(shown), STALE
    if sys.version_info[:2] == (3, 11):  # argparse words its help a little differently in each version
        assert section == f"\n```\n{shown}```\n", STALE


def test_the_commands_page_holds_no_command_that_is_gone():
    assert re.findall(r"^## (.+)$", text("docs/commands.md"), re.MULTILINE) == make_docs.command_names(), STALE


@each_page
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@each_page
def test_files_that_are_named_exist(page):
    found = page.read_text(encoding="utf-8")
    folders = "annotation|runners|samples|pipeline|tools|tests|docs|benchmarks"
    named = set(re.findall(rf"\b(?:{folders})/[\w./-]*\.(?:py|md|sh|toml|json)\b", found))
    assert {name for name in named if not (ROOT / name).exists() and "NNN" not in name} == set()


@each_page
def test_links_lead_somewhere(page):
    found = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", re.sub(r"`[^`\n]*`|```.*?```", "", found, flags=re.DOTALL))
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


@each_page
def test_flags_that_are_named_exist(page):
    if page.relative_to(ROOT).as_posix() in ("runners/README.md", "CONTRIBUTING.md", "benchmarks/README.md"):
        pytest.skip("names flags of Beam and other tools")
    commands = text("docs/commands.md")
    named = flags_in(" ".join(re.findall(r"`[^`\n]+`|```.*?```", page.read_text(encoding="utf-8"), re.DOTALL)))
    assert named <= flags_in(commands) | {"--runner", "--setup_file"}


def test_the_changelog_has_a_current_section():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    sections = re.findall(r"^## \[([^\]]+)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert sections
    assert sections[0] in ("Unreleased", version)


def test_decisions_are_numbered_and_short():
    pages = sorted(path for path in (ROOT / "docs/decisions").glob("*.md"))
    for number, page in enumerate(pages, 1):
        lines = page.read_text(encoding="utf-8").splitlines()
        assert page.name.startswith(f"{number:03}-")
        assert lines[0].startswith(f"# {number:03} ")
        assert len(lines) <= 15, page.name


def test_no_paths_of_one_machine():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no git checkout")
    machine = re.compile(r"/(?:work|farm|root|tmp|home)/[A-Za-z.]")
    found = []
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            body = (ROOT / name).read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {line.strip()[:100]}" for line in body.splitlines() if machine.search(line)]
    assert found == []
