"""What decoders raise on damaged files, and its sentence."""

import struct
import zlib

DAMAGE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    BufferError,
    Warning,
    struct.error,
    zlib.error,
)
"""Pillow and cairosvg meet damage with nearly any built-in error."""


def describe(error: BaseException) -> str:
    """One line for the reader, without addresses, which differ from run to run."""
    text = " ".join(str(error).split()).partition(" <_io.")[0].removesuffix(" file")
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
