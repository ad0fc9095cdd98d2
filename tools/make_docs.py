"""Writes the documentation that is generated from code and help texts."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

from annotation.__main__ import COMMANDS, SUBCOMMANDS
from annotation.exchange_fields import formats_table
from pipeline.records.artifacts import ROAD, Artifact
from pipeline.records.schemas import Column

ROOT = Path(__file__).parents[1]
HELP_COLUMNS = 100
ANNOTATION = "-m annotation"
MODELING = ("-m modeling.retrieve", "-m modeling.tiny")
ROAD_BEGIN = "<!-- road: written by `make golden` -->"
ROAD_END = "<!-- road: end -->"
DEMO_BEGIN = "<!-- demo: written by `make golden` -->"
DEMO_END = "<!-- demo: end -->"
FORMATS_BEGIN = "<!-- formats: written by `make golden` -->"
FORMATS_END = "<!-- formats: end -->"
DEMO_LOOKUP = ("runners/lookup.py", "Lions", "-k", "4", "--kb")
RECORDS_HEAD = """\
# Records: every artifact, column by column

Written by `make golden` from `pipeline/records/schemas.py` and `pipeline/records/artifacts.py`; do not edit.

An artifact is a folder of Parquet shards (`part-NNNNN.parquet`, zstd) with `_manifest.json` (rows, bytes and SHA-256 of
every shard, schema version, stage id) and `_SUCCESS`, which is written last. Rows of a shard stand in the stated order.
Staging artifacts live under `.staging/artifacts/` of the output folder; readers of a knowledge base do not need them.
"""
COMMANDS_HEAD = """\
# Commands: what each one takes

Written by `make golden` from the commands' own `--help`; do not edit. Enter the virtual environment first
(`source .venv/bin/activate`) or write `.venv/bin/python` for `python`.
"""


def records_page() -> str:
    """docs/records.md: all artifacts with their columns."""
    sections = [_group_section(title, artifacts) for title, artifacts in ROAD]
    return "\n".join([RECORDS_HEAD, *sections])


def road_table() -> str:
    """The README's table of artifacts, in the order in which they are made."""
    lines = ["| | folder | a row is | written by | read by |", "|---|---|---|---|---|"]
    for group, artifacts in ROAD:
        shown = [artifact for artifact in artifacts if not artifact.staging]
        for artifact in shown:
            first = group if artifact is shown[0] else ""
            meaning, readers = _cell(artifact.schema.meaning), ", ".join(artifact.readers)
            lines.append(f"| {first} | `{artifact.name}/` | {meaning} | {artifact.writer} | {readers} |")
    return "\n".join(lines)


def commands_page() -> str:
    """docs/commands.md: the help of every command."""
    sections = [f"## {name}\n\n```\n{help_text(name)}```\n" for name in command_names()]
    return "\n".join([COMMANDS_HEAD, *sections])


def command_names() -> list[str]:
    """Every command as it follows `python`: the sample world's maker, the runners, those of `-m`."""
    makers = [name for name in ("samples/make_world.py",) if (ROOT / name).is_file()]
    runners = sorted(path.name for path in (ROOT / "runners").glob("*.py") if path.name != "__init__.py")
    campaign = [f"{ANNOTATION} {name}" for name in (*COMMANDS, *SUBCOMMANDS)]
    return [*makers, *(f"runners/{name}" for name in runners), *campaign, *MODELING]


def help_text(command: str) -> str:
    """What `python COMMAND --help` prints."""
    return run_command(*command.split(), "--help")


def demo_lookup() -> str:
    """The look-up that the README shows, asked of the demo's knowledge base."""
    with tempfile.TemporaryDirectory() as folder:
        world, kb = f"{folder}/world", f"{folder}/kb"
        run_command("samples/make_world.py", "--out", world, "--entities", "200")
        run_command("runners/build_kb.py", "--dump", "20210101", "--wiki", "enwiki", "--dump-dir", world, "--out", kb)
        answer = run_command(*DEMO_LOOKUP, kb)
    return f"```\n$ python {' '.join(DEMO_LOOKUP)} data/kb/demo\n{answer.strip()}\n```"


def with_road(readme: str) -> str:
    """`readme` with the road table put between its two marks."""
    return _put(readme, road_table(), ROAD_BEGIN, ROAD_END)


def with_demo(readme: str) -> str:
    """`readme` with the demo's look-up put between its two marks."""
    return _put(readme, demo_lookup(), DEMO_BEGIN, DEMO_END)


def with_formats(page: str) -> str:
    """`page` with the table of formats put between its two marks."""
    return _put(page, formats_table(), FORMATS_BEGIN, FORMATS_END)


def run_command(*words: str) -> str:
    """What a command of ours prints, 100 columns wide; an error when it fails."""
    environment = {**os.environ, "COLUMNS": str(HELP_COLUMNS)}
    call = [sys.executable, *words]
    ended = subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    if ended.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with code {ended.returncode}: {ended.stderr}")
    return ended.stdout


def _put(text: str, inner: str, begin: str, end: str) -> str:
    between = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    return between.sub(lambda _: f"{begin}\n{inner}\n{end}", text)


def _group_section(title: str, artifacts: tuple[Artifact, ...]) -> str:
    return "\n".join([f"## {title}", "", *(_artifact_section(artifact) for artifact in artifacts)])


def _artifact_section(artifact: Artifact) -> str:
    schema = artifact.schema
    order = ", ".join(name if way == "ascending" else f"{name} descending" for name, way in schema.sort)
    place = ", staging" if artifact.staging else ""
    return "\n".join([
        f"### {artifact.name}",
        "",
        f"{schema.meaning}. Version {schema.version}{place}; record `{artifact.record.__name__}`.",
        f"Written by {artifact.writer}, read by {', '.join(artifact.readers)}.",
        f"Key: {', '.join(schema.key)}. Order: {order}.",
        "",
        "| column | type | null | meaning |",
        "|---|---|---|---|",
        *(_column_row(column) for column in schema.columns),
        "",
    ])  # fmt: skip


def _column_row(column: Column) -> str:
    null = "yes" if column.nullable else "no"
    return f"| {column.name} | {_type_name(column.type)} | {null} | {_cell(column.meaning)} |"


def _cell(text: str) -> str:
    """`text` with the table's own sign escaped: P(e|m)."""
    return text.replace("|", "\\|")


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "(" + ", ".join(f"{field.name} {field.type}" for field in kind) + ")"
    return str(kind)


def main() -> None:
    """Write docs/records.md, docs/commands.md, and the generated parts of README and docs/formats.md."""
    pages = {
        ROOT / "docs/records.md": records_page(),
        ROOT / "docs/commands.md": commands_page(),
        ROOT / "docs/formats.md": with_formats((ROOT / "docs/formats.md").read_text(encoding="utf-8")),
        ROOT / "README.md": with_demo(with_road((ROOT / "README.md").read_text(encoding="utf-8"))),
    }
    for path, text in pages.items():
        is_new = not path.is_file() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'written' if is_new else 'unchanged'}")


if __name__ == "__main__":
    main()
