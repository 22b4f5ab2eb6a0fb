"""Scaled copies of large pictures: upright, made once, taken up again, and served beside the picture itself."""

import io

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from labelling import tasks
from labelling.intake.models import Media, MediaCopy
from labelling.intake.rules import copy_path, copy_sides, media_path
from labelling.intake.scaling import copies_of
from labelling.intake.services import ask_for_copies, copies, scale_pictures
from labelling.jobs.models import Job
from labelling.jobs.services import Claimed, LostClaim, claim
from tests import factories
from tests.intake.files import picture, run, start, zip_of

PICTURES = [{"field": "image", "as": "image"}]


def quarters(width: int, height: int, *, mode: str = "RGB", format: str = "PNG", orientation: int | None = None, **options) -> bytes:
    """Red, green, blue and white quarters, the red one at the top left of what is stored."""
    image = Image.new("RGB", (width, height), "white")
    for place, colour in (((0, 0), "red"), ((width // 2, 0), "green"), ((0, height // 2), "blue")):
        image.paste(colour, (*place, place[0] + width // 2, place[1] + height // 2))
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    out = io.BytesIO()
    image.convert(mode).save(out, format, **options)
    return out.getvalue()


def corners(content: bytes) -> list[str]:
    """The colours of a picture's quarters, from the top left, row by row."""
    with Image.open(io.BytesIO(content)) as image:
        found = []
        for x, y in ((1, 1), (3, 1), (1, 3), (3, 3)):
            red, green, blue = image.convert("RGB").getpixel((image.width * x // 4, image.height * y // 4))
            found.append("white" if min(red, green, blue) > 200 else max((red, "red"), (green, "green"), (blue, "blue"))[1])
    return found


def made(content: bytes) -> list[tuple[int, int, int]]:
    return [(copy.side, copy.width, copy.height) for copy in copies_of(io.BytesIO(content))]


def test_a_picture_gets_copies_where_they_are_worth_it():
    assert [copy_sides(*size) for size in ((3071, 10), (10, 3072), (4000, 3000), (10_000, 10_000), (12_288, 12_200), (None, None))] == [
        [], [2048], [2048], [2048, 4096], [2048, 4096, 8192], [],
    ]  # fmt: skip


UPRIGHT = {1: "red green blue white", 2: "green red white blue", 3: "white blue green red", 4: "blue white red green",
           5: "red blue green white", 6: "blue red white green", 7: "white green blue red", 8: "green white red blue"}  # fmt: skip


@pytest.mark.parametrize("turn", range(1, 9))
def test_copies_are_upright_however_the_picture_lies(turn):
    content = quarters(3200, 400, format="JPEG", orientation=turn)
    [copy] = copies_of(io.BytesIO(content))
    assert (copy.width, copy.height) == ((2048, 256) if turn < 5 else (256, 2048))
    assert (corners(copy.content), copy.content_type) == (UPRIGHT[turn].split(), "image/jpeg")
    with Image.open(io.BytesIO(copy.content)) as found:
        assert not found.getexif()  # or it would be turned a second time


@pytest.mark.parametrize(("mode", "format"), [("RGB", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("RGB", "WEBP"), ("P", "GIF"), ("RGB", "BMP"), ("CMYK", "JPEG")])
def test_copies_of_every_kind_of_picture_keep_its_colours(mode, format):
    [copy] = copies_of(io.BytesIO(quarters(3300, 300, mode=mode, format=format)))
    assert (copy.width, copy.height, corners(copy.content)) == (2048, 186, ["red", "green", "blue", "white"])
    assert copy.suffix == ("jpg" if format == "JPEG" else "webp")


def test_grey_of_16_bits_is_not_cut_off_and_what_cannot_be_seen_stays_so():
    out = io.BytesIO()
    Image.new("I;16", (3100, 10), 32_768).save(out, "PNG")
    [copy] = copies_of(out)
    with Image.open(io.BytesIO(copy.content)) as found:
        assert abs(found.convert("L").getpixel((100, 3)) - 128) < 3
    out = io.BytesIO()
    Image.new("RGBA", (3100, 10), (255, 0, 0, 0)).save(out, "PNG")
    [copy] = copies_of(out)
    with Image.open(io.BytesIO(copy.content)) as found:
        assert found.convert("RGBA").getpixel((100, 3))[3] == 0


def test_moving_and_small_pictures_get_none():
    assert made(quarters(2000, 2000)) == []
    out = io.BytesIO()
    frames = [Image.new("RGB", (3100, 10), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert made(out.getvalue()) == []


@pytest.fixture
def project(db, media_folder):
    return factories.make_project(display=PICTURES)


def imported(**pictures: bytes) -> list[Job]:
    """Import these, with all that it sets going; the jobs that scale."""
    run(zip_of({name.replace("_", "."): content for name, content in pictures.items()}), name="pictures.zip")
    while tasks.run_queued():
        pass
    return list(Job.objects.filter(kind="scale_pictures").order_by("created_at"))


def brought_in(**pictures: bytes) -> Job:
    """Import these, and leave the job waiting that scales them."""
    job = start(zip_of({f"{name}.png": content for name, content in pictures.items()}), name="pictures.zip")
    tasks.jobs.work_on(job_id=str(job.id), runners=tasks.RUNNERS, now=timezone.now())
    return Job.objects.get(kind="scale_pictures")


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_an_import_sets_the_copies_going_and_members_get_them(project):
    [job] = imported(large_jpg=quarters(4000, 1000, format="JPEG", orientation=6), small_png=picture())
    assert (job.state, job.result, job.done, job.total) == ("done", {"pictures": 1, "copies": 1, "failed": 0}, 1, 1)
    assert (job.created_by.username, job.project) == ("lea", project)
    large = Media.objects.get(suffix="jpg")
    assert (large.width, large.height) == (1000, 4000)
    address = f"/projects/reviews/media/{large}"
    ada = factories.api("ada")
    copy = ada.get(address, {"w": 2048})
    assert (copy.status_code, copy["Content-Type"], copy["Cache-Control"]) == (200, "image/jpeg", "private, max-age=31536000, immutable")
    assert copy["Content-Security-Policy"] == "sandbox; default-src 'none'" and copy["X-Content-Type-Options"] == "nosniff"
    assert corners(content_of(copy)) == UPRIGHT[6].split()
    assert ada.get(address, {"w": 2048}, HTTP_IF_NONE_MATCH=copy["ETag"]).status_code == 304
    assert content_of(ada.get(address, {"w": 100}))[:3] == b"\xff\xd8\xff"
    part = ada.get(address, {"w": 2048}, HTTP_RANGE="bytes=0-1")
    assert (part.status_code, content_of(part)) == (206, b"\xff\xd8")
    whole = ada.get(address, {"w": 4096})  # larger than any copy: the picture itself, which there is nothing better than
    assert (len(content_of(whole)), whole["Cache-Control"]) == (large.bytes, "private, max-age=31536000, immutable")
    assert whole["ETag"] != copy["ETag"]
    assert factories.api("mallory").get(address, {"w": 2048}).status_code == 404


@pytest.mark.parametrize("width", ["", "0", "-1", "1e3", "many", "9" * 30, "٣"])
def test_a_width_that_is_none_is_refused_in_words(project, width):
    imported(small_png=picture())
    answer = factories.api("ada").get(f"/projects/reviews/media/{Media.objects.get()}", {"w": width})
    assert (answer.status_code, answer.json()["fields"]) == (400, {"w": ["w is a number of pixels, from 1 to 1,000,000."]})


def test_until_there_is_a_copy_the_picture_itself_comes_and_is_asked_for_again(project):
    brought_in(large=quarters(3200, 300))
    large = Media.objects.get()
    answer = factories.api("ada").get(f"/projects/reviews/media/{large}", {"w": 2048})
    assert (len(content_of(answer)), answer["Cache-Control"]) == (large.bytes, "private, no-cache")


def test_the_same_import_again_makes_nothing_twice(project):
    content = quarters(3200, 300)
    imported(large_png=content)
    before = list(MediaCopy.objects.values_list("pk", flat=True))
    assert len(imported(large_png=content)) == 1
    assert list(MediaCopy.objects.values_list("pk", flat=True)) == before
    assert ask_for_copies(actor=factories.viewer("lea"), project_id=project.pk, now=factories.NOW) is None


def test_a_job_that_waits_is_not_started_a_second_time(project):
    brought_in(large=quarters(3200, 300))
    assert ask_for_copies(actor=factories.viewer("lea"), project_id=project.pk, now=factories.NOW) is None
    assert Job.objects.filter(kind="scale_pictures").count() == 1


def test_a_job_that_dies_in_the_middle_is_taken_up_where_it_was(project, monkeypatch):
    job = brought_in(**{f"n{number}": quarters(3200, 300 + number) for number in range(3)})
    store = copies._store

    def dies(media, copy):
        if MediaCopy.objects.count() == 1:
            store(media, copy)  # the file is there, its row is not
            raise KeyboardInterrupt
        store(media, copy)

    monkeypatch.setattr(copies, "_store", dies)
    with pytest.raises(KeyboardInterrupt):
        scale_pictures(claim(job_id=str(job.id), now=factories.NOW))
    monkeypatch.undo()
    job.refresh_from_db()
    assert (MediaCopy.objects.count(), job.done, job.total) == (1, 1, 3)
    second = Media.objects.order_by("pk")[1]
    half = copy_path(project.pk, second.sha256, 2048, "webp")
    with open(default_storage.path(half), "r+b") as file:
        file.truncate(20)
    tasks.jobs.reap(now=factories.NOW.replace(year=2027))
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"pictures": 3, "copies": 3, "failed": 0})
    assert [copy.bytes for copy in MediaCopy.objects.order_by("media")] == [
        default_storage.size(copy_path(project.pk, media.sha256, 2048, "webp")) for media in Media.objects.order_by("pk")
    ]


def test_an_attempt_that_lost_its_claim_writes_nothing_more(project):
    job = brought_in(large=quarters(3200, 300))
    stale = claim(job_id=str(job.id), now=factories.NOW)
    assert isinstance(stale, Claimed)
    tasks.jobs.reap(now=factories.NOW.replace(year=2027))
    with pytest.raises(LostClaim):
        scale_pictures(stale)
    assert MediaCopy.objects.count() == 0


def test_a_picture_that_cannot_be_scaled_is_named_and_shown_as_it_is(project):
    job = brought_in(large=quarters(3200, 300), other=quarters(3200, 301))
    first = Media.objects.order_by("pk")[0]
    default_storage.delete(media_path(project.pk, first.sha256, "png"))
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"pictures": 2, "copies": 1, "failed": 1})


def test_100_megapixels_come_in_and_get_their_copies(project):
    out = io.BytesIO()
    Image.new("P", (10_000, 10_000)).save(out, "PNG", compress_level=1)
    [job] = imported(huge_png=out.getvalue())
    assert job.result == {"pictures": 1, "copies": 2, "failed": 0}
    assert list(MediaCopy.objects.order_by("side").values_list("side", "width", "height")) == [(2048, 2048, 2048), (4096, 4096, 4096)]
