"""`serve`: the annotation page."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.commands.common import add_project, add_project_kb, command_parser, kb_of, note, say
from pipeline.console.flags import CommandParser
from pipeline.records.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from annotation.serve.addresses import Addresses
    from annotation.serve.office import Office

PORT = 8765
PREANNOTATE = ("none", "caption_links")


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = command_parser(
        "serve",
        "Serve the annotation page: everybody has a secret link, sees their own items only, and works by keyboard. "
        "Experts decide on the same address. It listens on this machine alone unless told otherwise.",
        "data/annotation/news --kb data/kb/enwiki-20210101 --images data/images/news",
        "data/annotation/news --links",
        "data/annotation/news --host 0.0.0.0 --public-url https://annotate.example.org",
    )
    add_project(parser)
    add_project_kb(parser, "candidates, search of titles, checks")
    parser.add_argument(
        "--images", type=Path, action="append", default=[], metavar="DIR",
        help="folder of the image job, for pictures and thumbnails; may be said again for the entities' "
        "(default: that of the project)",
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help="port to listen on, 0 = any free one")
    parser.add_argument("--public-url", metavar="URL", help="address that people open, behind TLS or through a tunnel")
    parser.add_argument(
        "--preannotate", choices=PREANNOTATE, default="none",
        help="begin items with the links of their captions; recorded with every answer",
    )  # fmt: skip
    parser.add_argument("--links", action="store_true", help="print everybody's secret link and do nothing else")
    return parser


def main(argv: list[str]) -> int:
    """Serve until Ctrl-C."""
    values = make_parser().parse_args(argv)
    began = time.perf_counter()
    from annotation.project import open_project
    from annotation.serve.addresses import addresses

    addresses(values.host, values.port, values.public_url)  # a wrong address fails before anything is read
    project = open_project(values.project)
    if values.links:
        return _print_links(values)
    try:
        from annotation.serve.app import Application
        from annotation.serve.server import listen, run
    except ModuleNotFoundError as error:
        raise UsageError(f"the page needs {error.name}: pip install 'mel-toolkit[serve]'") from error
    from annotation.serve.office import open_office

    imported = time.perf_counter()
    images = values.images or ([Path(project.settings.images)] if project.settings.images else [])
    office = open_office(project, kb_of(values), images, preannotate=values.preannotate)
    _make_tokens(office)
    bound = listen(values.host, values.port)
    told = addresses(values.host, bound.getsockname()[1], values.public_url)
    run(Application(office, told).asgi(), bound, lambda: _greet(office, told, (began, imported)))
    return 0


def _make_tokens(office: "Office") -> None:
    from annotation.serve.doors import make_tokens

    make_tokens(office.project.folder, (*office.assignment.annotators, *office.assignment.experts))


def _print_links(values: "argparse.Namespace") -> int:
    from annotation.assignment import read_assignment
    from annotation.serve.addresses import addresses
    from annotation.serve.doors import links, make_tokens, tokens_of

    assignment = read_assignment(values.project)
    names = (*assignment.annotators, *assignment.experts)
    make_tokens(values.project, names)
    tokens = {name: token for name, token in tokens_of(values.project).items() if name in names}
    for name, link in links(addresses(values.host, values.port, values.public_url).public_url, tokens):
        say(f"{name}\t{link}")
    return 0


def _greet(office: "Office", told: "Addresses", moments: tuple[float, float]) -> None:
    import psutil

    began, imported = moments
    if told.is_exposed:
        note(["the public address has no TLS: links and work can be read on the way"])
    if office.library is None:
        note(["no --kb: no candidates, no search of titles, fewer checks"])
    size_mb = psutil.Process().memory_info().rss / 1e6
    say(f"{told.public_url}  {len(office.assignment.annotators)} annotators, {len(office.assignment.experts)} experts")
    say(
        f"ready in {time.perf_counter() - imported:.2f} s after imports of {imported - began:.2f} s, {size_mb:.0f} MB; "
        f"--links prints everybody's link, Ctrl-C ends"
    )
    sys.stdout.flush()


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise ValueError(text)
    return number
