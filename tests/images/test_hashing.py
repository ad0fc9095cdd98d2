"""The perceptual hash."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.images.hashing import hash_distance, perceptual_hash
from tests.support import images


def test_bits_say_where_it_gets_brighter():
    rising = Image.linear_gradient("L").rotate(90)
    falling = rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert {perceptual_hash(rising), perceptual_hash(falling)} == {"f" * 16, "0" * 16}
    half = Image.new("L", (90, 80))
    half.paste(255, (80, 0, 90, 10))  # the cell at the top right
    assert perceptual_hash(half) == "01" + "0" * 14


def test_size_and_compression_change_little():
    picture = Image.effect_mandelbrot((300, 200), (-2.0, -1.2, 1.0, 1.2), 60).convert("RGB")
    small = picture.resize((120, 80))
    first = perceptual_hash(picture)
    assert hash_distance(first, perceptual_hash(small)) <= 6
    assert hash_distance(first, perceptual_hash(images.quarters())) > 10


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_distance_counts_bits(one, other):
    assert hash_distance(f"{one:016x}", f"{other:016x}") == f"{one ^ other:b}".count("1")
