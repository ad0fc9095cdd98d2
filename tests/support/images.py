"""Small pictures of every format, made in the test, and what damages them."""

import io
import struct
import subprocess
import tempfile
import time
import zlib
from functools import cache
from pathlib import Path

from PIL import Image

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 180, 20), (20, 20, 220), (250, 250, 250)
QUARTERS = (RED, GREEN, BLUE, WHITE)
"""Colours of top left, top right, bottom left, bottom right."""


def quarters(width: int = 48, height: int = 32) -> Image.Image:
    """A picture of four coloured quarters."""
    picture = Image.new("RGB", (width, height))
    for number, colour in enumerate(QUARTERS):
        x, y = number % 2 * width // 2, number // 2 * height // 2
        picture.paste(colour, (x, y, x + width // 2, y + height // 2))
    return picture


def quarters_of(data: bytes) -> list[str]:
    """The names of the colours in the middle of the four quarters, in the order of QUARTERS."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    w, h = picture.size
    names = dict(zip(QUARTERS, ("red", "green", "blue", "white"), strict=True))
    points = [(w // 4, h // 4), (w * 3 // 4, h // 4), (w // 4, h * 3 // 4), (w * 3 // 4, h * 3 // 4)]

    def name(pixel) -> str:
        nearest = min(names, key=lambda colour: sum((a - b) ** 2 for a, b in zip(colour, pixel, strict=True)))
        far = sum(abs(a - b) for a, b in zip(nearest, pixel, strict=True)) > 60
        return str(pixel) if far else names[nearest]

    return [name(picture.getpixel(point)) for point in points]


def saved(picture: Image.Image, form: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def turned_jpg(orientation: int) -> bytes:
    """A JPEG that shows `quarters` once its EXIF orientation is obeyed."""
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose numbers that undo each orientation
    picture = quarters()
    if orientation in back:
        picture = picture.transpose(Image.Transpose(back[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, "JPEG", exif=exif, quality=95)


def rgb_with_alpha() -> Image.Image:
    """`quarters` whose bottom right quarter is transparent black."""
    picture = quarters().convert("RGBA")
    picture.paste((0, 0, 0, 0), (24, 16, 48, 32))
    return picture


def palette_with_transparency() -> bytes:
    picture = quarters().quantize(4)
    index = picture.getpixel((47, 31))
    return saved(picture, "PNG", transparency=index)


def deep_grey(least: int, greatest: int, form: str = "PNG", **options) -> bytes:
    """16-bit grey: left half `least`, right half `greatest`."""
    picture = Image.new("I;16", (32, 16))
    for x in range(32):
        for y in range(16):
            picture.putpixel((x, y), least if x < 16 else greatest)
    return saved(picture, form, **options)


def animation(form: str, *, blank_first: bool, **options) -> bytes:
    """Two or three frames; a white one first when `blank_first`, then `quarters`, then its mirror."""
    frames = [quarters(), quarters().transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    if blank_first:
        frames.insert(0, Image.new("RGB", (48, 32), (255, 255, 255)))
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100, **options)


def pages_tif() -> bytes:
    return saved(quarters(), "TIFF", save_all=True, append_images=[Image.new("RGB", (48, 32))])


def svg(body: str = "", attributes: str = 'width="48" height="32"', prolog: str = "") -> bytes:
    shapes = "".join(
        f'<rect x="{n % 2 * 24}" y="{n // 2 * 16}" width="24" height="16" fill="rgb{colour}"/>'
        for n, colour in enumerate(QUARTERS)
    )
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{prolog}<svg {names} {attributes}>{shapes}{body}</svg>".encode()


CODECS = {"ogv": ("libtheora", "ogg"), "webm": ("libvpx", "webm"), "mp4": ("libx264", "mp4")}


@cache
def video(kind: str, source: str = "testsrc=d=2:s=64x48:r=10") -> bytes:
    """A short video by ffmpeg's own test picture, in the container and codec of `kind`."""
    codec, form = CODECS[kind]
    return _ffmpeg(["-f", "lavfi", "-i", source, "-c:v", codec, "-pix_fmt", "yuv420p", "-bitexact"], form)


@cache
def sound(form: str = "ogg") -> bytes:
    codec = {"ogg": "libvorbis", "webm": "libopus", "mp4": "aac"}[form]
    return _ffmpeg(["-f", "lavfi", "-i", "sine=d=1", "-ac", "2", "-c:a", codec, "-bitexact"], form)


def _ffmpeg(arguments: list[str], form: str) -> bytes:
    from pipeline.images.video import ffmpeg_path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        command = [ffmpeg_path(), "-nostdin", "-v", "error", *arguments, "-f", form, str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def every_format() -> dict[str, bytes]:
    """One good file of each format that the image stage must take."""
    return {
        "photo.jpg": saved(quarters(), "JPEG", quality=95),
        "drawing.png": saved(quarters(), "PNG"),
        "still.gif": saved(quarters(), "GIF"),
        "moving.gif": animation("GIF", blank_first=True),
        "moving.png": animation("PNG", blank_first=True),
        "still.webp": saved(quarters(), "WEBP", quality=95),
        "moving.webp": animation("WEBP", blank_first=True, lossless=True),
        "scan.tif": saved(quarters(), "TIFF", compression="tiff_lzw"),
        "pages.tif": pages_tif(),
        "drawing.svg": svg(),
        **{f"film.{kind}": video(kind) for kind in CODECS},
    }


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is large and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1 << 20))) + chunk(b"IEND", b"")


def bomb_png(side: int) -> bytes:
    """A whole PNG of `side` x `side` black pixels: a few kilobytes."""
    return saved(Image.new("L", (side, side)), "PNG", compress_level=9)


def swapped_profile() -> bytes:
    """An ICC profile of sRGB whose red and green primaries are exchanged."""

    def fixed(*numbers: float) -> bytes:
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)

    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    text = b"swapped\x00"
    described = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    bodies = {b"desc": described, b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1.0, 0.8249)}
    for name, colour in ((b"rXYZ", green), (b"gXYZ", red), (b"bXYZ", blue)):
        bodies[name] = b"XYZ " + bytes(4) + fixed(*colour)
    bodies |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, payload = struct.pack(">I", len(bodies)), b""
    start = 128 + 4 + 12 * len(bodies)
    for name, body in bodies.items():
        padded = body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", start + len(payload), len(body))
        payload += padded
    head = struct.pack(">I4sI4s4s4s", start + len(payload), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2020, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + fixed(0.9642, 1.0, 0.8249)
    return head + bytes(128 - len(head)) + table + payload


# Decoders for the child process: each does to it what a faulty library could do.


def misbehaving(data: bytes, *, name: str, options):
    """What the name says, or normalise."""
    import os
    import signal

    from pipeline.images.normalize import normalize

    if name == "hang":
        while True:
            time.sleep(60)
    if name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "exit":
        os._exit(3)
    if name == "raise":
        raise KeyboardInterrupt
    if name == "nonsense":
        os.write(_widest_pipe(), b"x" * 100)
        time.sleep(60)
    if name == "noise":
        os.write(1, b"noise between the frames")
        os.write(2, b"and more")
    if name == "allocate":
        bytearray(10 << 30)
    if name == "helper":
        subprocess.Popen(["sleep", "300"])
        time.sleep(300)
    return normalize(data, name=name, options=options)


def _widest_pipe() -> int:
    """The descriptor of the pipe to the parent: the only one open for writing that is a pipe."""
    import fcntl
    import os
    import stat

    for descriptor in range(3, 64):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISFIFO(mode) and fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
            return descriptor
    raise AssertionError("no pipe")
