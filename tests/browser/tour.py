"""The pictures of the README's tour, taken from a running demo: `docs/tour/*.png`.

    python3 manage.py up                          # in another shell; wait for the address
    .venv/bin/python -m tests.browser.tour [--url http://127.0.0.1:8000] [--data var] [--only label case]

Logs in as the people of the demo with the passwords in the data folder, so it needs the folder's owner. The labelling
screen leases examples to Ada, as looking at it always does; the pictures of the kinds of questions make small projects of
their own (`samples.py`).
"""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium
from tests.browser.samples import PROJECTS, make_samples, pages_of_digits

PICTURES = Path(__file__).resolve().parent.parent.parent / "docs" / "tour"
WIDTH, MOST_BYTES = 1280, 150_000


@dataclass(frozen=True)
class Stop:
    """One picture: who looks at which page, what they do first, and what of the page is shown.

    `first` and `last` are selectors: the picture reaches from the top of one to the foot of the other, over the full
    width, and is `most` pixels high at most.
    """

    name: str
    person: str
    path: str
    before: Callable[[Page], None] = lambda page: None
    first: str = "body"
    last: str = "main"
    most: int = 900


def choose_an_answer(page: Page) -> None:
    page.locator("body[data-ready]").wait_for(state="attached")
    start = page.get_by_role("button", name="Start labelling")  # the guidelines come first
    start.or_(page.locator("#example img")).first.wait_for()
    if start.is_visible():
        start.click()
        page.mouse.move(0, 0)
    page.locator("#example img").wait_for()
    page.keyboard.press("0")  # what the first example of a fresh demo shows
    page.locator("input[name=q-digit]:checked").wait_for(state="attached")


def open_worst_case(page: Page) -> None:
    page.goto(page.locator("a[href*='/discuss/']:not([href*='?'])").evaluate_all(
        "links => links.map(link => link.href).find(href => /discuss[/]\\d+[/]$/.test(href))"
    ))


def open_evaluation(page: Page) -> None:
    page.goto(page.locator("main a[href*='/evaluate/']").evaluate_all(
        "links => links.map(link => link.href).find(href => /evaluate[/][^/?]+[/]$/.test(href))"
    ))


def take_reviewed_ones_too(page: Page) -> None:
    """Ten ratings of a word are hardly ever alike, so a version of agreed ones alone would be all but empty."""
    with page.expect_response("**/preview/**"):
        page.get_by_label("In review").check()


def press(*keys: str) -> Callable[[Page], None]:
    def before(page: Page) -> None:
        page.locator("body[data-ready]").wait_for(state="attached")
        for key in keys:
            page.keyboard.press(key)

    return before


def mark_names(page: Page) -> None:
    """By keyboard: Mira Okafor is a person, Elm Street a place."""
    press(*["Shift+ArrowRight"] * 2, "1", *["ArrowRight"] * 6, *["Shift+ArrowRight"] * 2, "3")(page)


def draw_boxes(page: Page) -> None:
    """Round the digits of the two upper rows, by mouse."""
    page.locator("body[data-ready]").wait_for(state="attached")
    area = page.locator("#example canvas").first.bounding_box()
    assert area
    scale = min(area["width"] / 900, area["height"] / 560)
    left, top = area["x"] + (area["width"] - 900 * scale) / 2, area["y"] + (area["height"] - 560 * scale) / 2
    for x, y, side, digit in pages_of_digits(1)[1][0][:8]:
        page.keyboard.press(str(digit % 2 + 1))
        page.mouse.move(left + (x + 2) * scale, top + (y + 1) * scale)
        page.mouse.down()
        page.mouse.move(left + (x + side - 2) * scale, top + (y + side + 2) * scale, steps=4)
        page.mouse.up()
        page.keyboard.press("Escape")  # so that the next digit is for the next box


def write_down(page: Page) -> None:
    page.locator("body[data-ready]").wait_for(state="attached")
    page.locator("textarea").first.fill("Two rising tones, a pause, then four short ones")


WORDS, DIGITS = "/projects/word-feelings", "/projects/digits"
STOPS = [
    Stop("overview", "lea", f"{WORDS}/"),
    Stop("label", "ada", f"{DIGITS}/label/", choose_an_answer),
    Stop("kind-choices", "ada", "/projects/sample-topics/label/", press("2", "6")),
    Stop("kind-spans", "ada", "/projects/sample-names/label/", mark_names),
    Stop("kind-boxes", "ada", "/projects/sample-digits/label/", draw_boxes),
    Stop("kind-text", "ada", "/projects/sample-voices/label/", write_down),
    Stop("kind-rating", "ada", "/projects/sample-talks/label/", press("2")),
    Stop("confusions", "lea", f"{WORDS}/measure/confusions/"),
    Stop("human", "lea", f"{WORDS}/measure/human/"),
    Stop("queue", "lea", f"{WORDS}/discuss/"),
    Stop("case", "lea", f"{WORDS}/discuss/", open_worst_case),
    Stop("recipe", "lea", f"{WORDS}/release/new/", take_reviewed_ones_too),
    Stop("version", "lea", f"{WORDS}/release/1/"),
    Stop("evaluation", "lea", f"{WORDS}/evaluate/", open_evaluation),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=Path("var"), help="data folder of the demo, which holds its log-ins")
    parser.add_argument("--into", type=Path, default=PICTURES)
    parser.add_argument("--only", nargs="*", default=[stop.name for stop in STOPS])
    options = parser.parse_args()
    passwords = {row["username"]: row["password"] for row in json.loads((options.data / "demo-logins.json").read_text())}
    options.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tour-") as folder, sync_playwright() as playwright:
        chromium = find_chromium(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=chromium.path, env=chromium.environment, args=chromium.arguments
        )
        people: dict[str, Page] = {}
        if any(slug in stop.path for stop in STOPS for slug in PROJECTS if stop.name in options.only):
            people["lea"] = log_in(browser, options.url, "lea", passwords)
            make_samples(people["lea"])
        for stop in STOPS:
            if stop.name in options.only:
                if stop.person not in people:
                    people[stop.person] = log_in(browser, options.url, stop.person, passwords)
                page = people[stop.person]
                save(photograph(page, stop), options.into / f"{stop.name}.png")
        browser.close()


def log_in(browser: Browser, url: str, username: str, passwords: dict[str, str]) -> Page:
    context = browser.new_context(
        base_url=url, locale="en-GB", viewport={"width": WIDTH, "height": 800}, color_scheme="light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", passwords[username])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "/login/" not in address)
    return page


def photograph(page: Page, stop: Stop) -> Image.Image:
    answer = page.goto(stop.path)
    assert answer and answer.status == 200, f"{stop.path} answers {answer and answer.status}"
    stop.before(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => window.scrollTo(0, 0)")
    page.wait_for_timeout(300)  # charts are drawn in a frame of their own
    top = page.locator(stop.first).first.bounding_box()
    foot = page.locator(stop.last).last.bounding_box()
    assert top and foot, f"{stop.path} shows no {stop.first} or {stop.last}"
    height = min(foot["y"] + foot["height"] - top["y"], stop.most)
    taken = page.screenshot(full_page=True, clip={"x": 0, "y": top["y"], "width": WIDTH, "height": height})
    return Image.open(io.BytesIO(taken)).convert("RGB")


def save(picture: Image.Image, path: Path) -> None:
    """With as many colours as fit into the bytes that a page of pictures can spare."""
    for colours in (128, 64, 32):
        few = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        if path.stat().st_size < MOST_BYTES:
            break
    size = path.stat().st_size
    assert size < MOST_BYTES, f"{path.name} has {size} bytes: show less of the page"
    sys.stdout.write(f"{path.name}: {picture.width} × {picture.height}, {size:,} bytes\n")


if __name__ == "__main__":
    main()
