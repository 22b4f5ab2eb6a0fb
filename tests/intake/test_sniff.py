import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labelling.intake.sniff import Found, NotMedia, sniff
from tests.intake.files import picture, zip_of

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 28


def why(content: bytes, wanted: str = "image") -> str:
    with pytest.raises(NotMedia) as caught:
        sniff(content, wanted)
    return caught.value.args[0]


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("format", "suffix", "content_type"),
    [("PNG", "png", "image/png"), ("JPEG", "jpg", "image/jpeg"), ("GIF", "gif", "image/gif"), ("WEBP", "webp", "image/webp"), ("BMP", "bmp", "image/bmp")],
)
def test_pictures_are_known_by_their_content(format, suffix, content_type):
    assert sniff(picture(format=format), "image") == Found(suffix, content_type, 8, 6)


def test_a_turned_picture_is_measured_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (8, 6)).save(out, "JPEG", exif=exif)
    assert sniff(out.getvalue(), "image") == Found("jpg", "image/jpeg", 6, 8)


@pytest.mark.parametrize(("content", "suffix"), [(WAV, "wav"), (b"OggS\x00", "ogg"), (b"fLaC\x00", "flac"), (b"ID3\x04", "mp3"), (b"\xff\xfb\x90\x00", "mp3")])
def test_sounds_are_known_by_their_content(content, suffix):
    assert sniff(content, "audio").suffix == suffix


def test_30000_by_30000_pixels_are_refused_without_decoding_them():
    assert why(png_header(30_000, 30_000)) == "has 900,000,000 pixels; at most 150,000,000 are taken. Scale it down"
    assert why(png_header(12_000, 12_600)) == "has 12,000 × 12,600 pixels; at most 150,000,000 are taken. Scale it down"


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_a_picture_that_is_cut_off_is_refused(format):
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    out = io.BytesIO()
    noise.save(out, format)
    whole = out.getvalue()
    assert sniff(whole, "image").width == 64
    assert "broken or cut off" in why(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg onload='alert(1)'/>", "can hold scripts"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><svg/>', "can hold scripts"),
        (b"<!-- x --><svg/>", "can hold scripts"),
        (b"<html><script>", "can hold scripts"),
        (zip_of({"a": b"b"}), "archive inside"),
        (b"hello", "no picture"),
        (WAV, "is a sound"),
        (picture(format="TIFF"), "no picture that browsers show"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_reason(content, words):
    assert words in why(content)


def test_a_picture_is_no_sound():
    assert "no sound" in why(picture(), "audio")


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 10_000), junk=st.binary(min_size=1, max_size=8), format=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]))
def test_damaged_pictures_are_taken_or_refused_and_nothing_else(place, junk, format):
    content = bytearray(picture(format=format))
    content[place % len(content) :][: len(junk)] = junk
    where = place % len(content)
    content[where : where + len(junk)] = junk
    try:
        assert sniff(bytes(content), "image").suffix
    except NotMedia as refused:
        assert refused.args[0]


def turned(orientation: object, format: str = "JPEG", **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture(format=format, exif=exif, **options)


def test_webp_is_measured_as_it_is_stored_because_browsers_show_it_so():
    assert sniff(turned(6, "WEBP"), "image") == Found("webp", "image/webp", 8, 6)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_orientations_are_measured_upright(orientation, format):
    found = sniff(turned(orientation, format), "image")
    assert (found.width, found.height) == ((8, 6) if orientation < 5 else (6, 8))


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    assert sniff(turned(orientation), "image") == Found("jpg", "image/jpeg", 8, 6)


def test_what_browsers_do_not_listen_to_turns_nothing():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></x:xmpmeta>'
    content = picture(format="JPEG", xmp=xmp)
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif().get(0x0112) == 6  # what Pillow reads of it
    assert sniff(content, "image") == Found("jpg", "image/jpeg", 8, 6)


def test_a_picture_with_exif_data_that_is_rubbish_comes_in_as_it_lies():
    assert sniff(picture(format="JPEG", exif=b"Exif\x00\x00MM\x00\x2a\xff\xff"), "image") == Found("jpg", "image/jpeg", 8, 6)


def test_the_pictures_of_telephones_with_smaller_ones_behind_come_in_as_jpeg():
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (4, 3), "blue")])
    assert sniff(out.getvalue(), "image") == Found("jpg", "image/jpeg", 8, 6)
