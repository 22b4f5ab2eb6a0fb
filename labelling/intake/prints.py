"""What a picture is recognised by when it was scaled, turned by its camera or saved again: a hash, and a small grey picture.

One picture at a time is in memory, and of a large one its scaled copy where there is one.
"""

import struct
import warnings
from typing import Any

import numpy as np
from django.core.files.storage import default_storage
from numpy.typing import NDArray
from PIL import Image

from labelling.intake.models import Media
from labelling.intake.rules import copy_path, media_path
from labelling.intake.scaling import TURNS, shrunk
from labelling.intake.sniff import PICTURES, orientation
from labelling.stats.likeness import GREY_SIDE, HASH_SIDE, difference_hash

BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError, MemoryError, ArithmeticError)
SMALL = 8 * GREY_SIDE  # pixels of a side, from which hash and grey picture are made
Print = tuple[int, NDArray[np.uint8]]


def print_of(file: Any) -> Print:
    """(the difference hash, 16 x 16 grey pixels) of an upright picture, of a moving one its first; what cannot be seen through is
    white behind it. Raises what Pillow raises of broken ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes were checked when the picture came in
        with Image.open(file, formats=list(PICTURES)) as image:
            turn = orientation(image)
            if image.format in ("JPEG", "MPO"):
                image.draft(image.mode, (SMALL, SMALL))
            small = shrunk(image, (SMALL, SMALL))
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    grey = small.convert("L")
    grey = grey.transpose(TURNS[turn]) if turn in TURNS else grey
    return difference_hash(_scaled(grey, HASH_SIDE + 1, HASH_SIDE)), _scaled(grey, GREY_SIDE, GREY_SIDE)


def _scaled(grey: Image.Image, width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(grey.resize((width, height), Image.Resampling.BOX), dtype=np.uint8)


def print_of_media(media: Media) -> Print | None:
    """That of a picture in storage; None where it cannot be read."""
    copy = min(media.copies.all(), key=lambda one: one.side, default=None)
    ways = [copy_path(media.project_id, media.sha256, copy.side, copy.suffix)] if copy else []
    for way in [*ways, media_path(media.project_id, media.sha256, media.suffix)]:
        try:
            with default_storage.open(way, "rb") as file:
                return print_of(file)
        except BROKEN:
            continue
    return None
