"""`report`: the agreement of a project as a page, JSON and tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import (
    add_project,
    add_project_kb,
    add_seed,
    command_parser,
    count,
    kb_of,
    note,
    say,
    say_json,
)
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.report.browser import Candidates, Sources, Thumbnails

BATCHES = ("main", "pilot")
BELOW = 2
FOLDER = "report"


def make_parser(name: str = "report") -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        name,
        "Report how well annotators agree: one page that needs nothing else (figures under every definition, "
        "annotators, drift, classes of disagreement, a browser of them), the same as JSON, and tables in the terminal. "
        "With --gate the command ends with code 2 where a figure is below it.",
        "data/annotation/news",
        "data/annotation/news --images data/images/news --gate md.token.bio=0.85 --out reports/news",
    )
    add_project(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the files; PROJECT/report when not given")
    parser.add_argument("--gate", nargs="+", default=[], metavar="ID=LEAST", help="lowest figures that are good enough")
    parser.add_argument("--batch", nargs="+", choices=BATCHES, default=["main"], help="main, pilot or both")
    parser.add_argument("--draws", type=count, default=2000, metavar="N", help="bootstrap draws; 0 = no intervals")
    parser.add_argument(
        "--disagreements", type=count, default=1000, metavar="N", help="pairs of answers that the page shows"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of the image job, for thumbnails")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="the figures also there; - for stdout, no tables then"
    )
    add_project_kb(parser, "entities are compared behind its redirects, candidates stand beside disagreements")
    add_seed(parser)
    return parser


def main(argv: list[str], name: str = "report") -> int:
    """Measure, write, print, and judge by the gates."""
    values = make_parser(name).parse_args(argv)
    from annotation.agreement.figures import Sampling
    from annotation.agreement.gates import check_gates, gates_json, read_gate
    from annotation.agreement_report import read_material
    from annotation.commands.agree_command import print_gates, print_report
    from annotation.files import write_json
    from annotation.report.findings import find_all
    from annotation.report.project_gold import accuracy_of, with_gold_digest
    from annotation.report.slices import saved_moments
    from annotation.report.write import write_report

    gates = [read_gate(text) for text in values.gate]
    kb, folder, sampling = kb_of(values, note_down=False), values.project, Sampling(values.draws, values.seed)
    material = read_material(folder, batches=tuple(values.batch), kb=kb, with_times=True)
    moments = saved_moments(folder, sorted({one.annotator for one in material.answers}))
    accuracy = accuracy_of(folder, material, sampling, kb)
    findings = find_all(with_gold_digest(folder, material), sampling, moments, accuracy)
    results = check_gates(findings.agreement.measures, gates)
    out = values.out or folder / FOLDER
    sources = _sources(folder, kb, values.images)
    paths = write_report(findings, out, most=values.disagreements, sources=sources, gates=results)
    told = {**findings.to_json(), "gates": gates_json(results)}
    if str(values.json) == "-":
        say_json(told)
    else:
        if values.json is not None:
            write_json(values.json, told)
        print_report(findings.agreement)
        for path in paths:
            say(f"written: {path}")
    print_gates(results, note if str(values.json) == "-" else None)
    return 0 if all(one.is_passed for one in results) else BELOW


def _sources(folder: Path, kb: Path | None, images: Path | None) -> "Sources":
    """What the browser of disagreements shows beside the answers."""
    import shlex

    from annotation.campaign import read_campaign
    from annotation.report.browser import Sources
    from annotation.report.disputed_places import places

    command = f"python -m annotation adjudicate {shlex.quote(str(folder))} --pair {{pair}} --export queue.tsv"
    return Sources(_thumbnails(folder, images), _candidates(kb), places(read_campaign(folder, kb)), command)


def _candidates(kb: Path | None) -> "Candidates | None":
    if kb is None:
        return None
    from annotation.checks.knowledge import StoreKnowledge
    from pipeline.kb.store import MentionStore

    return StoreKnowledge(MentionStore.open(kb)).candidates


def _thumbnails(project: Path, images: Path | None) -> "Thumbnails | None":
    """Small pictures from the artifact given, or from the one that the project names."""
    from annotation.project import open_project

    named = open_project(project).settings.images
    folder = images or (Path(named) if named and Path(named).is_dir() else None)
    if folder is None:
        return None
    from annotation.serve.pictures import Pictures

    pictures = Pictures([folder])
    return lambda image_id: pictures.read(image_id, small=True) if pictures.has(image_id) else None
