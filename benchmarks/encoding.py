"""Entities a second that a BERT encodes, and arithmetic for 16M.

    python benchmarks/encoding.py
    python benchmarks/encoding.py --precision bf16
    python benchmarks/encoding.py --layers 6 --width 384 --device cuda --entities 65536

Random weights: speed does not depend on them. CPU seconds of one thread (time on a GPU), with 128 tokens an entity,
the most that BLINK reads, and with 64.
"""

import argparse
import time

import torch
from transformers import BertConfig, BertModel, BertTokenizer

from modeling.encoders.text import TextEncoder
from modeling.encoders.tiny import word_pieces

FULL = 16_000_000
DAY_S = 86_400


def encoder_of(arguments: argparse.Namespace) -> TextEncoder:
    vocabulary = word_pieces(["a town on a river"])
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=arguments.width, num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.width // 64, intermediate_size=4 * arguments.width,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).to(arguments.device).eval()
    return TextEncoder(BertTokenizer(vocab=vocabulary), model, precision=arguments.precision)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entities", type=int, default=64)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    encoder = encoder_of(arguments)
    clock = time.process_time if arguments.device == "cpu" else time.perf_counter
    for n_tokens in (64, 128):
        rows = [[2, *[5 + number % 4] * (n_tokens - 2), 3] for number in range(arguments.entities)]
        encoder.encode_ids(rows[:64])
        begun = clock()
        encoder.encode_ids(rows)
        rate = arguments.entities / (clock() - begun)
        days = FULL / rate / DAY_S
        print(f"{n_tokens:4} tokens: {rate:9.1f} entities a second; {FULL:,} in {days:.1f} days (arithmetic)")


if __name__ == "__main__":
    main()
