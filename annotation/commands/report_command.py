"""`report`: the agreement of a project as a page, JSON and tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import add_kb, add_project, add_seed, command_parser, count, say, say_json
from pipeline.console.flags import CommandParser

if TYPE_CHECKING:
    from annotation.report.browser import Thumbnails

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
    add_kb(parser, "entities are compared behind its redirects")
    add_seed(parser)
    return parser


def main(argv: list[str], name: str = "report") -> int:
    """Measure, write, print, and judge by the gates."""
    values = make_parser(name).parse_args(argv)
    from annotation.agreement.figures import Sampling
    from annotation.agreement.gates import check_gates, read_gate
    from annotation.agreement_report import read_material
    from annotation.commands.agree_command import print_report
    from annotation.files import write_json
    from annotation.report.findings import find_all
    from annotation.report.slices import saved_moments
    from annotation.report.write import write_report

    gates = [read_gate(text) for text in values.gate]
    material = read_material(values.project, batches=tuple(values.batch), kb=values.kb, with_times=True)
    moments = saved_moments(values.project, sorted({one.annotator for one in material.answers}))
    findings = find_all(material, Sampling(values.draws, values.seed), moments)
    thumbnails = _thumbnails(values.project, values.images)
    out = values.out or values.project / FOLDER
    paths = write_report(findings, out, most=values.disagreements, thumbnails=thumbnails)
    results = check_gates(findings.agreement.measures, gates)
    if str(values.json) == "-":
        say_json(findings.to_json())
    else:
        if values.json is not None:
            write_json(values.json, findings.to_json())
        print_report(findings.agreement)
        for path in paths:
            say(f"written: {path}")
        for one in results:
            say(f"gate {one.told}{'' if one.is_passed else '  FAILED'}")
    return 0 if all(one.is_passed for one in results) else BELOW


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
