"""Pictures to draw boxes on, and the board as a test sees it: where a pixel of the picture lies on the screen."""

import io
import json
import zipfile
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from tests.browser.people import make_people
from tests.stack import Stack

CARS = {
    "key": "cars", "kind": "boxes", "prompt": "Mark each vehicle.", "of": "image",
    "classes": [{"key": "car", "name": "Car", "definition": "Private, four wheels."}, {"key": "bus", "name": "Bus"}, {"key": "bike", "name": "Bicycle"}],
}  # fmt: skip
DISPLAY = [{"field": "image", "as": "image"}]


def street(width: int = 640, height: int = 400, *, orientation: int | None = None, format: str = "JPEG") -> bytes:
    """A picture with a line each 100 pixels; with an orientation it is stored lying, so that it is this one when upright."""
    image = Image.new("RGB", (width, height), "#8fa3ad")
    draw = ImageDraw.Draw(image)
    for x in range(0, width, 100):
        draw.line([(x, 0), (x, height)], fill="#6d7f88")
    for y in range(0, height, 100):
        draw.line([(0, y), (width, y)], fill="#6d7f88")
    for number in range(4):
        x, y = 60 + 140 * number, 120 + 60 * (number % 3)
        draw.rectangle([x, y, x + 89, y + 49], fill=["#b33", "#36a", "#e8c34a", "#444"][number])
    options: dict[str, Any] = {}
    if orientation:
        back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes the turn: Image.Transpose
        image = image.transpose(Image.Transpose(back[orientation])) if orientation in back else image
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def make_pictures(stack: Stack, slug: str, pictures: dict[str, bytes], **fields: Any) -> None:
    """A project of lab-lea with these pictures as examples, which lab-ada and lab-ben label; imported as a ZIP."""
    make_people(stack, "lab-ada", "lab-ben", "lab-lea")
    archive = stack.data / f"{slug}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for name, content in pictures.items():
            packed.writestr(name, content)
    given = {"display": DISPLAY, "questions": [CARS], **fields}
    stack.shell(f"""
import json, time
from django.core.files import File
from django.utils import timezone
from labelling import tasks
from labelling.intake import services
from labelling.projects.models import Project
from tests.factories import make_project, viewer
if not Project.objects.filter(slug={slug!r}).exists():
    make_project({slug!r}, owner="lab-lea", labellers=("lab-ada", "lab-ben"), now=timezone.now(), **json.loads({json.dumps(json.dumps(given))}))
    with open({str(archive)!r}, "rb") as file:
        job = services.start_import(actor=viewer("lab-lea"), slug={slug!r}, file=File(file, name={f"{slug}.zip"!r}), now=timezone.now())
    for _ in range(1200):
        job.refresh_from_db()
        if job.state in ("done", "failed"):
            break
        time.sleep(0.05)
    assert job.state == "done" and not job.result["errors"], (job.state, job.error, job.result)
""")


def board(page: Page) -> dict[str, float]:
    """Where the board is, and its view, as its data attribute says: {x, y, width, height, scale, left, top}."""
    view = page.locator(".boxes-view")
    box = view.bounding_box()
    assert box is not None
    return {**box, **json.loads(view.get_attribute("data-view") or "null")}


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where this pixel of the picture is on the screen."""
    place = board(page)
    return place["x"] + 1 + place["left"] + x * place["scale"], place["y"] + 1 + place["top"] + y * place["scale"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, steps: int = 5) -> None:
    """With the mouse, from one pixel of the picture to another."""
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=steps)
    page.mouse.up()


def rows(page: Page) -> list[str]:
    """The list under the picture: "A1 · Car10, 20 · 30 × 40". What is scrolled out of sight has its text all the same."""
    return page.locator(".boxes-choose").all_text_contents()
