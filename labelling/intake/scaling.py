"""Scaled copies of large pictures: upright, made with one whole picture in memory and no more.

A picture is decoded once (JPEG at an eighth, a quarter or half of its size where that is enough), brought down strip by strip,
and turned upright when it is small. 150 million pixels, the most that an import takes, need about 600 MB at 4 bytes each.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from labelling.intake.rules import copy_sides
from labelling.intake.sniff import PICTURES, orientation

STRIP_PIXELS = 4_000_000
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy whose longer side has `side` pixels."""

    side: int
    width: int
    height: int
    suffix: str
    content_type: str
    content: bytes


def copies_of(file: BinaryIO) -> Iterator[Copy]:
    """The copies of a picture, the largest first; none of a small or a moving one. Raises what Pillow raises of broken ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes were checked when the picture came in
        with Image.open(file, formats=list(PICTURES)) as image:
            width, height = image.size
            sides = copy_sides(width, height)
            if not sides or (image.format in ("GIF", "WEBP") and getattr(image, "is_animated", False)):
                return
            turn, jpeg = orientation(image), image.format in ("JPEG", "MPO")
            profile = image.info.get("icc_profile") if image.mode in ("RGB", "L") else None
            if jpeg:
                image.draft(image.mode, _fitted(width, height, sides[-1]))
            made = shrunk(image, _fitted(width, height, sides[-1]))
    for side in reversed(sides):
        size = _fitted(width, height, side)
        if made.size != size:
            made = made.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        yield _written(made.transpose(TURNS[turn]) if turn in TURNS else made, side, jpeg, profile)


def _fitted(width: int, height: int, side: int) -> tuple[int, int]:
    longest = max(width, height)
    return max(1, round(width * side / longest)), max(1, round(height * side / longest))


def shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture at this size, in RGB or RGBA: averaged over whole pixels strip by strip, so that no second picture of its
    size is ever in memory, and resampled from there."""
    image.load()
    factor = max(1, min(image.width // size[0], image.height // size[1]))
    mode = "RGBa" if image.has_transparency_data else "RGB"  # premultiplied: what cannot be seen leaves no fringe
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = max(1, STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = _plain(image.crop((0, top, image.width, min(top + rows, image.height))), mode)
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    if small.size != size:
        small = small.resize(size, Image.Resampling.LANCZOS)
    return small.convert("RGBA") if mode == "RGBa" else small


def _plain(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode.startswith("I;16"):
        strip = strip.point(lambda value: value / 256, "L")  # 16 bits of grey: convert() would cut them off at 255
    elif strip.mode == "I":
        strip = strip.point(lambda value: value * (1 / 256)).convert("L")
    return strip.convert("RGBA").convert("RGBa") if mode == "RGBa" else strip.convert("RGB")


def _written(image: Image.Image, side: int, jpeg: bool, profile: bytes | None) -> Copy:
    out = BytesIO()
    colours = {"icc_profile": profile} if profile else {}
    if jpeg:
        image.save(out, "JPEG", quality=90, optimize=False, **colours)
    else:
        image.save(out, "WEBP", quality=90, method=2, **colours)
    suffix, content_type = PICTURES["JPEG" if jpeg else "WEBP"]
    return Copy(side, image.width, image.height, suffix, content_type, out.getvalue())
