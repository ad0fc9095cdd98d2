"""`import`: one person's annotations from a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import add_project, command_parser, listed, note
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from annotation.project import Project
    from annotation.records import Annotation

FORMATS = ("native", "passages", "mentions", "kgmel", "melbench", "mimic", "elevant", "label-studio")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "import",
        "Read annotations that one person made elsewhere. Captions are matched by pair id, else by their text; what "
        "the person had saved before stays in the file as older versions.",
        "data/annotation/news native a03.jsonl --annotator a03",
        "data/annotation/news passages corrected.json --annotator a14",
        "data/annotation/news label-studio export.json --by 3 --annotator a15",
    )
    add_project(parser)
    parser.add_argument("format", choices=FORMATS, metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("file", type=Path, metavar="FILE", help="file to read")
    parser.add_argument("--annotator", required=True, metavar="NAME", help="pseudonym of the person")
    parser.add_argument(
        "--batch", choices=("main", "pilot", "retest"), default="main", help="what the answers belong to"
    )
    parser.add_argument("--by", metavar="USER", help="of a file of several people (Label Studio) take this user's")
    parser.add_argument("--dry-run", action="store_true", help="read and report, save nothing")
    return parser


def main(argv: list[str]) -> int:
    """Read, save and say what was found."""
    values = make_parser().parse_args(argv)
    from annotation.events import Draft
    from annotation.exchange import import_answers
    from annotation.project import open_project
    from annotation.store import Store
    from pipeline.console.summary import print_summary

    project = open_project(values.project)
    found = import_answers(project.pairs, values.format, values.file, values.by)
    log = Store(project.folder).log(values.annotator)
    drafts = []
    for pair_id, spans in found.answers.items():
        now = log.current(pair_id, values.batch)
        kind = found.ambiguity.get(pair_id, now.draft.ambiguity)
        if not now.version or (now.draft.annotations, now.draft.ambiguity) != (spans, kind) or not now.draft.is_done:
            origin = f"import:{values.format}"
            drafts.append(Draft(pair_id, spans, values.batch, now.version, origin=origin, ambiguity=kind))
    if drafts and not values.dry_run:
        log.save_many(drafts)
    print_summary(
        "Dry run" if values.dry_run else "Import",
        [
            ("captions found in the project", len(found.answers)),
            ("new or changed", len(drafts)),
            ("captions that no pair has", len(found.unknown)),
            ("mentions without a place, left out", found.unplaced),
            ("values mended or in doubt", found.n_repairs),
        ],
    )
    if found.unknown:
        note([f"not in the project: {listed(found.unknown)}"])
    note(_findings(project, found.answers, values.annotator))
    return 0


def _findings(project: "Project", answers: "Mapping[str, tuple[Annotation, ...]]", name: str) -> Iterator[str]:
    """What the checks of form say of imported answers, a sentence in all."""
    from annotation.checks.findings import Severity
    from annotation.checks.registry import run_checks
    from annotation.checks.scene import Scene, TitlePolicy
    from annotation.records import Answer

    policy = TitlePolicy(project.settings.title_policy)
    findings = [
        finding
        for pair_id, spans in answers.items()
        for finding in run_checks(Scene(project.pair(pair_id).item, Answer(pair_id, name, spans), policy))
    ]
    errors = [one for one in findings if one.severity is Severity.ERROR]
    if findings:
        codes = sorted({one.code for one in findings})
        yield (
            f"the checks find {len(findings):,} faults or doubts, {len(errors):,} of them errors ({', '.join(codes)}): "
            f"annotation check {project.folder} --annotator {name} lists them"
        )
