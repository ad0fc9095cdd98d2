"""Fetch the images of a corpus or of entities and normalise them."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.dump_flags import MEGABYTE, bytes_per_s
from pipeline.console.flags import CommandParser
from pipeline.console.main import FAILED, run_command

if TYPE_CHECKING:
    from pipeline.jobs.images import ImagesResult
    from pipeline.jobs.images_options import FetchOptions, ImagesOptions

EXAMPLES = (
    "python runners/build_images.py --corpus data/corpus/enwikinews-20210101 --contact me@example.org --report",
    "python runners/build_images.py --kb data/kb/enwiki-20210101 --entities entities.tsv --source-dir data/media",
)


def make_parser() -> CommandParser:
    """All flags of the command."""
    from pipeline.beamx.flags import beam_parser

    parser = CommandParser(
        "Get the images of pairs or entities, as RGB jpg or png with a stated longest side, in Parquet.",
        prog="build_images.py",
        examples=EXAMPLES,
        beam_parser=beam_parser,
    )
    _add_inputs(parser.add_argument_group("input and output"))
    _add_fetching(parser.add_argument_group("fetching"))
    _add_pictures(parser.add_argument_group("pictures"))
    _add_rights(parser.add_argument_group("rights and review"))
    engine = parser.add_argument_group("engine")
    engine.add_argument("--engine", choices=("local",), help="local (default); others by Beam's --runner")
    engine.add_argument("--workers", type=int, default=1, metavar="N", help="parallel workers")
    engine.add_argument("--worker-mode", choices=("thread", "process"), help="process by default for more than one")
    return parser


def main(argv: list[str]) -> int:
    """Build, or with --dry-run only look."""
    values, beam_args = make_parser().parse_with_beam(argv)
    from pipeline.beamx.logs import quiet_beam
    from pipeline.images.extra import require_pillow

    quiet_beam()  # before Beam is imported: its import logs a warning
    require_pillow()
    options = _options(values, beam_args)
    if values.dry_run:
        return _dry_run(options)
    from pipeline.jobs.images import build_images

    result = build_images(options)
    _print_result(result)
    return FAILED if result.is_empty else 0


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--corpus", type=Path, metavar="DIR", help="a corpus: the images of its pairs")
    group.add_argument("--kb", type=Path, metavar="DIR", help="a KB: the first still images of --entities")
    group.add_argument("--entities", type=Path, metavar="FILE", help="list of entities (runners/list_entities.py)")
    group.add_argument(
        "--images-per-entity", type=int, default=1, metavar="N",
        help="so many images of an entity in document order; 1 = the paper's rule",
    )  # fmt: skip
    group.add_argument("--out", type=Path, metavar="DIR", help="folder of the result; data/images/NAME by default")
    group.add_argument("--report", action="store_true", help="write report.html, a contact sheet")
    group.add_argument("--dry-run", action="store_true", help="print files, bytes and hours, fetch nothing")


def _add_fetching(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--source-dir", type=Path, metavar="DIR", help="read files from here; no host is asked")
    group.add_argument("--contact", default="", metavar="MAIL", help="your mail address or URL, told to the hosts")
    group.add_argument(
        "--originals", action="store_true",
        help="the files themselves; else thumbnails of the least standard width from --side on (films always whole)",
    )  # fmt: skip
    group.add_argument(
        "--api", default="auto", metavar="URL",
        help="API that tells where files lie and whose they are: auto (each wiki's own), none, or an address",
    )  # fmt: skip
    group.add_argument("--upload", metavar="URL", help="another upload host or mirror")
    group.add_argument(
        "--allow-host", nargs="+", default=[], metavar="HOST", help="further hosts that redirects may lead to"
    )
    group.add_argument(
        "--max-rate", type=bytes_per_s, metavar="MB", help="megabytes a second (3.125, what the host allows)"
    )
    group.add_argument("--max-file-mb", type=int, default=256, metavar="MB", help="largest file that is read")
    group.add_argument("--retry-failed", action="store_true", help="try again what failed for good, too")
    group.add_argument("--keep-files", action="store_true", help="keep fetched files for other sizes")


def _add_pictures(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--side", type=int, metavar="PX", help="longest side; 960 for pairs, 500 for entities by default"
    )
    group.add_argument("--format", default="auto", choices=("auto", "jpg", "png"), help="auto: drawings png, else jpg")
    group.add_argument("--jpeg-quality", type=int, default=90, metavar="N", help="1 to 95")
    group.add_argument("--background", default="#ffffff", metavar="COLOUR", help="under what is transparent")
    group.add_argument("--svg-backend", default="auto", choices=("auto", "cairosvg", "pyvips"), help="draws SVG files")
    group.add_argument("--frames", type=Path, metavar="FILE", help="file title, tab, seconds: frames picked by hand")
    group.add_argument("--decode-seconds", type=float, default=60.0, metavar="S", help="what one file may take")
    group.add_argument("--decode-memory-mb", type=int, default=2048, metavar="MB", help="what one file may need")
    group.add_argument("--batch-files", type=int, default=64, metavar="N", help="files of a unit of decoding")


def _add_rights(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--commons-dump", type=Path, nargs="+", default=[], metavar="FILE", help="dump files with file pages: rights"
    )
    group.add_argument(
        "--redistributable-only", action="store_true", help="leave out pictures that may not be passed on"
    )
    group.add_argument("--scorer", nargs="+", default=[], metavar="NAME", help="plug-ins that score pictures")
    group.add_argument(
        "--threshold", nargs="+", default=[], metavar="[LABEL=]SCORE", help="from which score on to review (0.5)"
    )


def _options(values: argparse.Namespace, beam_args: tuple[str, ...]) -> "ImagesOptions":
    from pipeline.beamx.engine import choose_engine
    from pipeline.images.isolated import Limits
    from pipeline.jobs.images_options import ImagesOptions

    source = values.corpus or values.kb
    return ImagesOptions(
        out=values.out or Path("data/images") / (source.resolve().name if source else "images"),
        corpus=values.corpus,
        kb=values.kb,
        entities=values.entities,
        per_entity=values.images_per_entity,
        fetch=_fetch_options(values),
        side_px=values.side,
        image_format=values.format,
        jpeg_quality=values.jpeg_quality,
        background=values.background,
        svg_backend=values.svg_backend,
        decode=Limits(seconds=values.decode_seconds, memory_bytes=values.decode_memory_mb << 20),
        frames=values.frames,
        commons_dump=tuple(values.commons_dump),
        redistributable_only=values.redistributable_only,
        scorers=tuple(values.scorer),
        thresholds=tuple(values.threshold),
        report=values.report,
        keep_files=values.keep_files,
        batch_files=values.batch_files,
        engine=choose_engine(
            engine=values.engine, workers=values.workers, worker_mode=values.worker_mode, beam_args=beam_args
        ),
    )


def _fetch_options(values: argparse.Namespace) -> "FetchOptions":
    from pipeline.jobs.images_options import UPLOAD_BYTES_PER_S, FetchOptions
    from pipeline.titles.file_urls import UPLOAD

    return FetchOptions(
        contact=values.contact,
        source_dir=values.source_dir,
        originals=values.originals,
        upload=(values.upload or UPLOAD).rstrip("/"),
        api=values.api,
        allow_hosts=tuple(values.allow_host),
        max_bytes=values.max_file_mb * MEGABYTE,
        max_bytes_per_s=values.max_rate or UPLOAD_BYTES_PER_S,
        retry_failed=values.retry_failed,
    )


def _print_result(result: "ImagesResult") -> None:
    from pipeline.console.format import format_bytes, format_count, format_duration, format_share
    from pipeline.console.summary import print_summary, print_table

    coverage = result.coverage
    stages = {
        f"stage {report.name}": "done before" if report.was_done else format_duration(report.seconds)
        for report in result.reports
    }
    print(f"Images in {result.out}")
    names = ("wanted", "ok", "missing", "failed", "withheld")
    rows = [(name, format_count(coverage[name])) for name in names]
    print_summary("", [*rows, ("bytes", format_bytes(coverage["bytes"])), *stages.items()])
    if coverage["by_reason"]:
        print_summary(
            "By reason",
            [(reason.replace("_", " "), format_count(n)) for reason, n in coverage["by_reason"].items()],
        )
    table = [[name, *(counts.get(word, 0) for word in names[1:])] for name, counts in coverage["by_format"].items()]
    print_table(("format", *names[1:]), table)
    if result.of_entities is not None:
        columns = ("entities", "number", "share", "uses", "share of uses")
        shares = [
            (name, n, format_share(a), uses, format_share(b)) for name, n, a, uses, b in result.of_entities.rows()
        ]
        print_table(columns, shares)
        reasons = result.of_entities.reason_rows()
        if reasons:
            words = [(state.replace("_", " "), reason.replace("_", " "), n) for state, reason, n in reasons]
            print_table(("entities", "reason", "number"), words)


def _dry_run(options: "ImagesOptions") -> int:
    from pipeline.console.format import format_bytes, format_count, format_duration
    from pipeline.console.summary import print_summary, print_table
    from pipeline.jobs.images_dry_run import estimate_images

    estimate = estimate_images(options)
    rows = [("files", format_count(len(estimate.images)))]
    if estimate.missing is None:
        rate = options.fetch.max_bytes_per_s or 0
        rows += [
            ("titles that no wiki takes", format_count(estimate.bad_titles)),
            ("what", "originals" if options.fetch.originals else f"thumbnails, {options.thumb_px} px wide"),
            ("requests", f"about {format_count(estimate.requests)}, {options.fetch.connections} at a time"),
            ("to fetch", f"about {format_bytes(estimate.size_bytes)} (by typical sizes of each type)"),
            ("time", f"about {format_duration(estimate.seconds)} at {format_bytes(rate)}/s at most"),
        ]
    else:
        rows += [
            ("missing in --source-dir", format_count(estimate.missing)),
            ("to read", format_bytes(estimate.size_bytes)),
        ]
    print_summary("Dry run: nothing was fetched", [*rows, ("output", str(options.out))])
    print_table(("format", "files"), list(estimate.by_kind.items()))
    return 0


if __name__ == "__main__":
    sys.exit(run_command(main, goes_on=True))
