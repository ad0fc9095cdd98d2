"""Candidate retrieval and Table 4: `python -m modeling.retrieve`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser
from pipeline.console.main import run_command
from pipeline.records.errors import UsageError

if TYPE_CHECKING:
    from modeling.retrieval.run_inputs import Inputs

FUSIONS = ("quota", "rrf", "linear", "none")
LATENCY_MENTIONS = 500
DESCRIPTION = (
    "Retrieve the candidates of every mention by P(e|m), text and images, fuse them, and print Table 4 of the paper. "
    "Indexes are kept in OUT/index and used again; candidates, results and a manifest are written into OUT."
)
EXAMPLES = (
    "--dataset data/dataset/news --kb data/kb/simplewiki-20261101 --retriever prior bm25 --out data/candidates/news",
    "--wikidiverse captions.json --split-file split.json --retriever tfidf train_prior --out data/candidates/v2",
)


def make_parser() -> CommandParser:
    """All flags of the command."""
    program = "python -m modeling.retrieve"
    parser = CommandParser(DESCRIPTION, prog=program, examples=[f"{program} {example}" for example in EXAMPLES])
    _add_inputs(parser.add_argument_group("inputs"))
    _add_retrievers(parser.add_argument_group("retrievers"))
    _add_fusion(parser.add_argument_group("fusion"))
    _add_output(parser.add_argument_group("scores and output"))
    return parser


def _add_inputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--dataset", type=Path, metavar="DIR", help="folder of a data set")
    group.add_argument("--kb", type=Path, metavar="DIR", help="the knowledge base whose articles can be candidates")
    group.add_argument(
        "--images", type=Path, nargs="+", default=[], metavar="DIR", help="images of the data set and of entities"
    )
    group.add_argument(
        "--wikidiverse", type=Path, metavar="FILE",
        help="released captions (JSON) instead of --dataset and --kb; candidates are the gold titles of all captions",
    )  # fmt: skip
    group.add_argument("--split-file", type=Path, metavar="FILE", help="with --wikidiverse: ids of each split (JSON)")
    group.add_argument(
        "--split", nargs="+", default=[], metavar="NAME",
        help="splits to judge and to write candidates of, the first for the table (default: test)",
    )  # fmt: skip
    group.add_argument("--dev-split", metavar="NAME", help="split on which fusions are tuned (default: valid or dev)")


def _add_retrievers(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--retriever", nargs="+", metavar="NAME",
        help="which ones (--dry-run lists them); all (default) = every one whose inputs are there",
    )  # fmt: skip
    group.add_argument(
        "--model", nargs="+", default=[], metavar="NAME=FOLDER", help="encoder or file of vectors of a retriever"
    )
    group.add_argument(
        "--option", nargs="+", default=[], metavar="NAME.KEY=VALUE",
        help="option of a retriever's index (--dry-run lists them), or rrf.k, rrf.NAME (a weight), linear.C",
    )  # fmt: skip
    group.add_argument(
        "--run", nargs="+", default=[], metavar="NAME=FILE", help="a TREC run file that stands for a retriever"
    )
    group.add_argument("--device", default="cpu", metavar="NAME", help="for encoders: cpu, cuda, cuda:1 …")
    group.add_argument("--any-catalog", action="store_true", help="take indexes and vectors of another dump")
    group.add_argument("--rebuild", action="store_true", help="build every index again")


def _add_fusion(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--fuse", choices=FUSIONS, nargs="+", default=["quota"], metavar="METHOD",
        help="quota: slots of K, tuned on the dev split; rrf: reciprocal ranks; linear: learned on the dev split; "
        "none; several stand side by side (default: quota)",
    )  # fmt: skip
    group.add_argument(
        "--quota", nargs="+", default=[], metavar="NAME=SHARE", help="fixed shares, such as prior=80 blink=10 clip=10"
    )
    group.add_argument(
        "--combine", nargs="+", default=[], metavar="NAME+NAME",
        help="lists to fuse (default: the paper's two combinations where they are there, and all together)",
    )  # fmt: skip
    group.add_argument("--k", type=_positive, default=10, metavar="N", help="candidates to write for a mention")
    group.add_argument("--write", default="", metavar="SYSTEM", help="whose candidates (default: the table's last row)")


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of indexes, candidates, results")
    group.add_argument("--draws", type=_from_zero, default=2000, metavar="N", help="bootstrap draws; 0: no intervals")
    group.add_argument("--seed", type=_from_zero, default=0, metavar="N", help="another seed, other draws")
    group.add_argument("--groups", action="store_true", help="also by type, topic, seen and unseen entity and surface")
    group.add_argument(
        "--wikidiverse-compat", action="store_true", help="also R@k as the authors' script counts it, beside ours"
    )
    group.add_argument(
        "--latency", type=_positive, nargs="?", const=LATENCY_MENTIONS, default=0, metavar="N",
        help="also time searches for one mention at a time, warm and cold, over N mentions drawn by --seed "
        f"(default: none; --latency alone: {LATENCY_MENTIONS})",
    )  # fmt: skip
    group.add_argument("--trec", type=Path, metavar="DIR", help="write run files and qrels there")
    form = group.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of tables")
    form.add_argument("--latex", action="store_true", help="print Table 4 and costs in LaTeX instead")
    group.add_argument("--dry-run", action="store_true", help="say what would be built and searched; write nothing")


def main(argv: list[str]) -> int:
    """Run, write and print."""
    values = make_parser().parse_args(argv)
    from modeling.retrieval import run_print
    from modeling.retrieval.run import judge_systems, run_systems
    from modeling.retrieval.run_flags import read_flags
    from modeling.retrieval.run_output import COSTS, TABLE, final_system, run_lock, write_outputs, write_trec
    from modeling.retrieval.run_plan import plan

    inputs = _open_inputs(values)
    options = read_flags(values, inputs)

    if values.dry_run:
        run_print.print_plan(inputs, options, plan(inputs, options, values.out))
        return 0
    with run_lock(values.out):
        systems = run_systems(inputs, options, values.out, _note)
        final_system(systems, options)
        judged = judge_systems(systems, inputs, options)
        results = write_outputs(values.out, inputs, options, systems, judged)
        if values.trec is not None:
            write_trec(values.trec, inputs, options, systems)
    if values.json:
        sys.stdout.write(json.dumps(results, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    elif values.latex:
        sys.stdout.write("\n".join((values.out / name).read_text(encoding="utf-8") for name in (TABLE, COSTS)))
    else:
        run_print.print_results(results, options, groups=values.groups, out=values.out)
    return 0


def _open_inputs(values: argparse.Namespace) -> "Inputs":
    """The data set and its entities, by one of two ways."""
    from modeling.retrieval.run_inputs import open_dataset, open_wikidiverse

    if values.wikidiverse is None:
        if values.split_file is not None:
            raise UsageError("--split-file goes with --wikidiverse; a data set has its splits already")
        if values.dataset is None or values.kb is None:
            raise UsageError("give --dataset and --kb, or --wikidiverse and --split-file")
        return open_dataset(values.dataset, values.kb, values.images)
    others = {"--dataset": values.dataset, "--kb": values.kb, "--images": values.images}
    for flag, given in others.items():
        if given:
            raise UsageError(
                f"{flag} does not go with --wikidiverse: its candidates are the gold titles of the captions"
            )
    if values.split_file is None:
        raise UsageError("--wikidiverse wants --split-file: the ids of each split")
    return open_wikidiverse(values.wikidiverse, values.split_file)


def _note(text: str) -> None:
    sys.stderr.write(f"note: {text}\n")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} should be a whole number, 1 or more")
    return int(text)


def _from_zero(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} should be a whole number, 0 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(run_command(main))
