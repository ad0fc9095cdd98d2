"""Tiny encoders for demos and trials: `python -m modeling.tiny`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.console.flags import CommandParser, from_one
from pipeline.console.main import run_command

if TYPE_CHECKING:
    from modeling.retrieval.run_inputs import Inputs

DESCRIPTION = (
    "Make a tiny BERT whose vocabulary is that of the knowledge base and the captions (blink trains it), and train a "
    "tiny CLIP on pictures and texts of the training split and of entities. They show that the road works on a CPU in "
    "a minute; what they reach says nothing about real encoders."
)
EXAMPLE = (
    "python -m modeling.tiny --dataset data/dataset/demo --kb data/kb/demo --images data/images/demo "
    "data/images/demo-entities --out data/models/demo"
)


def make_parser() -> CommandParser:
    """All flags of the command."""
    parser = CommandParser(DESCRIPTION, prog="python -m modeling.tiny", examples=[EXAMPLE])
    parser.add_argument("--dataset", type=Path, required=True, metavar="DIR", help="folder of a data set")
    parser.add_argument("--kb", type=Path, required=True, metavar="DIR", help="its knowledge base")
    parser.add_argument("--images", type=Path, nargs="+", default=[], metavar="DIR", help="its images, and entities'")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the models: bert/, clip/")
    parser.add_argument("--epochs", type=from_one, default=8, metavar="N", help="rounds of CLIP's training")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another seed, other weights")
    return parser


def main(argv: list[str]) -> int:
    """Make both and say what the training reached."""
    values = make_parser().parse_args(argv)
    from modeling.config.extras import check_package

    check_package("python -m modeling.tiny", "torch")
    check_package("python -m modeling.tiny", "transformers")
    from modeling.encoders.tiny import save_tiny_bert
    from modeling.retrieval.run_inputs import open_dataset

    inputs = open_dataset(values.dataset, values.kb, values.images)
    save_tiny_bert(values.out / "bert", _texts(inputs), seed=values.seed)
    sys.stdout.write(
        f"{values.out / 'bert'}: a BERT with random weights; --model blink={values.out / 'bert'} trains it\n"
    )
    if inputs.images is not None:
        _train_clip(inputs, values)
    return 0


def _train_clip(inputs: "Inputs", values: argparse.Namespace) -> None:
    from modeling.encoders.tiny import save_tiny_clip
    from modeling.retrieval.base import Sources
    from modeling.retrieval.clip_training import ClipOptions, train_clip

    folder = values.out / "clip"
    save_tiny_clip(folder, _texts(inputs), seed=values.seed)
    sources = Sources(inputs.entities, inputs.images, inputs.train)
    told = train_clip(folder, folder, sources, ClipOptions(epochs=values.epochs, seed=values.seed))
    sys.stdout.write(f"{folder}: a CLIP trained on\n")
    before, after = told["loss_before"], told["loss_after"]
    for kind, n in told["pairs"].items():
        losses = f": loss {before[kind]:.2f} before, {after[kind]:.2f} after" if kind in before else ""
        sys.stdout.write(f"  {n} pairs of {kind}{losses}\n")


def _texts(inputs: "Inputs") -> Iterator[str]:
    """Titles and leads of all entities, and the captions of the training split."""
    for batch in inputs.entities.batches(1024):
        yield from (f"{entity.title}. {entity.text}" for entity in batch)
    yield from (mention.caption for mention in inputs.train)


if __name__ == "__main__":
    sys.exit(run_command(main))
