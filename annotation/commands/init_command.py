"""`init`: make a project."""

from pathlib import Path

from annotation.commands.common import add_seed, command_parser, count, note
from annotation.commands.import_command import FORMATS
from pipeline.console.flags import CommandParser

LAYERS = ("visual_clues", "ambiguity")
"""As annotation.project names them; here so that --help imports nothing."""


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "init",
        "Make an annotation project of the pairs that a corpus, a data set or a file of native lines has. "
        "Gold labels of the source stay apart, for simulations and comparisons; annotators never see them.",
        "data/corpus/enwikinews-20210101 --images data/images/news --out data/annotation/news",
        "data/dataset/v2 --split test --title-policy exclude --out data/annotation/again",
        "data/corpus/news --reference passages labelled.json --out data/annotation/trial",
        "data/dataset/v2 --split test --sample 200 --layers ambiguity --out data/annotation/ambiguity",
    )
    parser.add_argument(
        "pairs", type=Path, metavar="PAIRS",
        help="folder of a corpus or of a data set, or a file of native JSON lines (pair_id, caption …)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="PROJECT", help="folder of the new project")
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="folder of the image job, for thumbnails and digests"
    )
    parser.add_argument(
        "--title-policy", choices=("include", "exclude"), default="include",
        help="whether a title belongs to the span of a person (President Obama)",
    )  # fmt: skip
    parser.add_argument(
        "--layers", nargs="+", choices=LAYERS, default=[], metavar="LAYER",
        help=f"questions beside spans: {', '.join(LAYERS)}",
    )  # fmt: skip
    parser.add_argument(
        "--reference", nargs=2, metavar=("FORMAT", "FILE"),
        help=f"gold labels of the pairs from a file; formats: {', '.join(FORMATS)}",
    )  # fmt: skip
    parser.add_argument("--sample", type=count, metavar="N", help="draw N pairs, every topic with its share")
    add_seed(parser)
    parser.add_argument("--with-review", action="store_true", help="of a corpus take pairs that await review too")
    parser.add_argument("--split", nargs="+", default=[], metavar="NAME", help="of a data set take these splits only")
    return parser


def main(argv: list[str]) -> int:
    """Make the project and say what is in it."""
    values = make_parser().parse_args(argv)
    from annotation.pairs_source import read_source, with_images
    from annotation.project import Settings, check_free, make_project
    from pipeline.console.summary import print_summary

    check_free(values.out)
    source = read_source(values.pairs, with_review=values.with_review, splits=tuple(values.split))
    if values.sample is not None:
        from annotation.sampling import sampled

        source = sampled(source, values.sample, values.seed)
    if values.reference is not None:
        from annotation.references import with_reference

        source = with_reference(source, values.reference[0], Path(values.reference[1]))
    images = None
    if values.images is not None:
        source, images = with_images(source, values.images), str(values.images)
    project = make_project(
        values.out, source, Settings(values.title_policy, images=images, layers=tuple(values.layers))
    )
    note(source.notes)
    n_images = sum(pair.sha256 is not None for pair in project.pairs.values())
    print_summary(
        "Annotation project",
        [
            ("project", str(project.folder)),
            ("source", f"{source.kind} {source.fingerprint['name']}"),
            ("pairs", len(project.pairs)),
            ("articles", len(project.groups())),
            ("pairs with a normalised image", n_images if images else "no --images"),
            ("pairs with gold labels", len(project.references)),
            ("titles of persons", values.title_policy),
        ],
    )
    return 0
