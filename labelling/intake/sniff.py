"""What a picture or a sound really is. Pictures are bounded before they are decoded, and decoded to see that they are whole."""

import re
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 150_000_000
FULL_DECODE_PIXELS = 40_000_000  # beyond this only the structure is checked: decoding would take too much memory
MAX_SIDE = 65_500
PICTURES = {
    "PNG": ("png", "image/png"),
    "JPEG": ("jpg", "image/jpeg"),
    "GIF": ("gif", "image/gif"),
    "WEBP": ("webp", "image/webp"),
    "BMP": ("bmp", "image/bmp"),
}
AS_FOUND = PICTURES | {"MPO": PICTURES["JPEG"]}  # what many telephones write: a JPEG with smaller ones behind it
STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
ORIENTATION = 0x0112
TURNED = {5, 6, 7, 8}  # orientations that swap width and height
SUFFIXES = dict(PICTURES.values()) | {
    "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac",
}  # fmt: skip


class NotMedia(Exception):
    """The bytes are not a picture or sound that can be taken; args[0] says why, in a sentence without a name."""


@dataclass(frozen=True, slots=True)
class Found:
    suffix: str
    content_type: str
    width: int | None = None  # of the upright picture
    height: int | None = None


def sniff(content: bytes, wanted: str) -> Found:
    """What these bytes are; `wanted` is "image" or "audio". Raises NotMedia."""
    if not content:
        raise NotMedia("is empty (0 bytes)")
    refuse_active(content)
    found = sniff_audio(content)
    if wanted == "audio":
        if found is None:
            raise NotMedia("is no sound that can be played: WAV, MP3, OGG and FLAC can be imported")
        return found
    if found is not None:
        raise NotMedia("is a sound; the project shows pictures")
    return sniff_picture(content)


def refuse_active(content: bytes) -> None:
    """SVG and HTML can hold scripts; archives can hold anything."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype")) or b"<svg" in head:
        raise NotMedia("is an SVG or XML file, which can hold scripts. Save it as PNG")
    if head.startswith((b"<html", b"<script")):
        raise NotMedia("is a web page, which can hold scripts")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        raise NotMedia("is an archive inside the archive. Pack its files directly")


def sniff_audio(content: bytes) -> Found | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return Found("wav", "audio/wav")
    if content[:4] == b"OggS":
        return Found("ogg", "audio/ogg")
    if content[:4] == b"fLaC":
        return Found("flac", "audio/flac")
    if content[:3] == b"ID3" or (len(content) > 3 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2):
        return Found("mp3", "audio/mpeg")
    return None


def sniff_picture(content: bytes) -> Found:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ours is the check below
            with Image.open(BytesIO(content), formats=list(PICTURES)) as image:
                _check_size(*image.size)
                suffix, content_type = AS_FOUND[image.format or ""]
                width, height = reversed(image.size) if orientation(image) in TURNED else image.size
                _check_whole(image)
    except NotMedia:
        raise
    except UnidentifiedImageError:
        if content.startswith(STARTS):
            raise NotMedia("is broken or cut off: it starts like a picture and does not go on like one") from None
        raise NotMedia("is no picture that browsers show: PNG, JPEG, GIF, WebP and BMP can be imported") from None
    except Image.DecompressionBombError as error:  # raised before anything is decoded
        pixels = re.search(r"\d+", str(error))
        raise NotMedia(f"has {f'{int(pixels[0]):,}' if pixels else 'too many'} pixels; at most {MAX_PIXELS:,} are taken. Scale it down") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error, OverflowError, MemoryError, ArithmeticError) as error:
        raise NotMedia(f"is broken or cut off ({str(error) or type(error).__name__:.100})") from None
    return Found(suffix, content_type, width, height)


def orientation(image: Image.Image) -> int:
    """How the picture lies, 1 (upright) to 8, as Chromium reads it: by the EXIF data of JPEG and PNG. Pillow's own getexif()
    also listens to XMP and to text inside PNG files, which browsers do not; WebP they show as it is stored."""
    if image.format == "WEBP":
        return 1
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
        found = exif.get(ORIENTATION)
    except (SyntaxError, ValueError, TypeError, struct.error, OSError, KeyError, IndexError):
        return 1  # the browser does not understand it either
    return found if found in range(1, 9) else 1


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise NotMedia(f"has {width:,} × {height:,} pixels; at most {MAX_PIXELS:,} are taken. Scale it down")


def _check_whole(image: Image.Image) -> None:
    if image.width * image.height <= FULL_DECODE_PIXELS:
        if image.format in ("JPEG", "MPO"):
            image.draft(image.mode, (max(image.width // 8, 1), max(image.height // 8, 1)))  # reads all, paints an eighth
        image.load()
    else:
        image.verify()
