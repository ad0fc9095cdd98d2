"""Isolated normalising over bare loops of Pillow and cairosvg.

Both sides get the same files and write the same side and format; the child process, its checks, pipes and
hashes are on our side. Sides run in turn; a figure is the median ratio of wall time over the rounds. The child is
warm: its start, once per thousand files, is printed apart.
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable

import cairosvg
from PIL import Image, ImageFilter

from pipeline.images.isolated import ImageFile, Isolated
from pipeline.images.options import NormalizeOptions
from pipeline.images.outcomes import Failure


def main() -> None:
    parser = argparse.ArgumentParser(description="Isolated normalising over bare Pillow and cairosvg loops.")
    parser.add_argument("--files", type=int, default=24, help="files of each kind (default: 24)")
    parser.add_argument("--rounds", type=int, default=5)
    flags = parser.parse_args()
    options = NormalizeOptions()
    with Isolated(options) as child:
        began = time.perf_counter()
        child.normalize(ImageFile("first", svg_file(0)))
        print(f"start of the child with its first drawing: {time.perf_counter() - began:.2f} s")
        for kind, make, bare in (("jpg", jpg_file, bare_jpg), ("svg", svg_file, bare_svg)):
            files = [ImageFile(f"{number}.{kind}", make(number)) for number in range(flags.files)]
            _compare(kind, files, lambda data, bare=bare: bare(data, options), child, flags.rounds)


def jpg_file(number: int) -> bytes:
    """A photograph-like picture of 0.8 to 6 megapixels: smooth noise at several scales."""
    width, height = ((1024, 768), (2048, 1536), (3000, 2000))[number % 3]
    random.seed(number)
    picture = Image.merge("RGB", [Image.effect_noise((width // 8, height // 8), 80) for _ in range(3)])
    picture = picture.resize((width, height), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def svg_file(number: int) -> bytes:
    """A drawing of 5 to 60 shapes: paths, gradients, groups, text."""
    rng = random.Random(number)
    shapes = []
    for at in range(rng.randint(5, 60)):
        x, y, colour = rng.randint(0, 800), rng.randint(0, 600), f"#{rng.randrange(1 << 24):06x}"
        curve = " ".join(f"C {' '.join(str(rng.randint(0, 800)) for _ in range(6))}" for _ in range(6))
        shapes.append(f'<path d="M {x} {y} {curve} Z" fill="{colour}" fill-opacity="0.4" stroke="url(#g)"/>')
        if at % 10 == 0:
            shapes.append(f'<g transform="translate({x} {y})"><text font-size="20">label {at}</text></g>')
    stops = '<stop offset="0" stop-color="red"/><stop offset="1" stop-color="blue"/>'
    gradient = f'<defs><linearGradient id="g">{stops}</linearGradient></defs>'
    body = "".join(shapes)
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">{gradient}{body}</svg>'.encode()


def bare_jpg(data: bytes, options: NormalizeOptions) -> bytes:
    picture = Image.open(io.BytesIO(data))
    picture.thumbnail((options.side_px, options.side_px))
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=options.jpeg_quality)
    return out.getvalue()


def bare_svg(data: bytes, options: NormalizeOptions) -> bytes:
    side = options.side_px
    drawn = cairosvg.svg2png(
        data, output_width=side, output_height=side * 600 // 800, background_color=options.background
    )
    assert drawn is not None
    return drawn


def _compare(kind: str, files: list[ImageFile], bare: Callable[[bytes], bytes], child: Isolated, rounds: int) -> None:
    ratios, ours, theirs = [], [], []
    for _ in range(rounds):
        began = time.perf_counter()
        for file in files:
            bare(file.data)
        between = time.perf_counter()
        outcomes = list(child.normalize_many(files))
        ended = time.perf_counter()
        failed = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        if failed:
            raise SystemExit(f"{kind}: {failed[0].message}")
        theirs.append(len(files) / (between - began))
        ours.append(len(files) / (ended - between))
        ratios.append((ended - between) / (between - began))
    print(f"{kind}: {statistics.median(ours):.1f} images/s isolated, {statistics.median(theirs):.1f} bare")
    print(f"figure: image_{kind}_over_bare {statistics.median(ratios):.4f}")


if __name__ == "__main__":
    main()
