"""An image with 500 boxes in a real Chromium: frames a second while one is dragged, while the picture is moved and zoomed.

    .venv/bin/python -m tests.benchmarks.bench_boxes [--boxes 500] [--seconds 3]

One JSON line for each of the three, and before it the same without boxes (but for the one that is dragged) as the baseline of
this machine. A frame is the time between two callbacks of requestAnimationFrame while the pointer moves in every one of them;
at 60 Hz there are 60 a second. The zoom is that of two fingers, 2.5 times as near in a second and back. "drawn" is what our own code takes for a frame.
"""

import argparse
import json
import math
import os
import statistics
import tempfile
import uuid
from pathlib import Path

WIDTH, HEIGHT = 2000, 1500


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--boxes", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()

    from playwright.sync_api import sync_playwright

    from tests.browser.boxes import make_pictures, street
    from tests.browser.chromium import find_chromium
    from tests.browser.labelling import logged_in
    from tests.stack import Stack

    with tempfile.TemporaryDirectory(prefix="bench-boxes-") as name:
        folder = Path(name)
        (folder / "chromium").mkdir()
        os.environ["WORKBENCH_TEST_FOLDER"] = name  # where test stacks keep their prepared data
        stack = Stack(folder / "data")
        try:
            stack.start()
            make_pictures(stack, "bench", {f"{count:03}.jpg": street(WIDTH, HEIGHT) for count in (0, options.boxes, 999)})
            chromium = find_chromium(folder / "chromium")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.path, env=chromium.environment, args=chromium.arguments)
                context = {"base_url": stack.url, "viewport": {"width": 1280, "height": 800}}
                cookies = logged_in(lambda: browser.new_context(**context).new_page())
                for count in (0, options.boxes):
                    page = browser.new_context(**context, storage_state=cookies).new_page()
                    measure(page, count, options.seconds)
                    page.context.close()
                browser.close()
        finally:
            stack.stop()


def boxes(count: int) -> list[dict[str, object]]:
    """So many boxes in rows all over the picture, of three classes."""
    columns = max(1, math.ceil(math.sqrt(count * 4 / 3)))
    lines = max(1, math.ceil(count / columns))
    return [
        {"x": number % columns * WIDTH // columns, "y": number // columns * HEIGHT // lines, "w": WIDTH // columns - 8, "h": HEIGHT // lines - 8,
         "class": ("car", "bus", "bike")[number % 3]}
        for number in range(count)
    ]  # fmt: skip


def measure(page, count: int, seconds: float) -> None:
    from tests.browser.boxes import at, drag, rows
    from tests.browser.labelling import press, start

    page.goto("/")
    lease = api(page, "/api/v1/projects/bench/assignments/", {"count": 1})["assignments"][0]
    api(page, f"/api/v1/assignments/{lease['id']}/label/", {
        "client_id": str(uuid.uuid4()), "value": {"cars": boxes(count)}, "schema_version": lease["schema_version"],
    })  # fmt: skip
    start(page, "bench")
    page.locator("#undo").click()
    page.locator("body.revising").wait_for()
    page.wait_for_function(f"() => document.querySelectorAll('.boxes-choose').length === {count}")
    page.wait_for_function("() => document.querySelector('.boxes-view').dataset.view")
    if not count:
        drag(page, (900, 700), (1000, 800))
    middle = next(box for box in [*boxes(count), {"x": 900, "y": 700, "w": 100, "h": 100}] if box["x"] >= 900 and box["y"] >= 600)
    x, y = at(page, middle["x"] + middle["w"] / 2, middle["y"] + middle["h"] / 2)
    page.mouse.click(x, y)
    assert len(rows(page)) == max(count, 1) and page.locator(".boxes-choose[aria-pressed=true]").count() == 1
    page.mouse.move(x, y)
    page.mouse.down()
    watched(page, "dragging one box", count, seconds, f"send(PointerEvent, {x} + 120 * Math.sin(n / 20), {y} + 90 * Math.cos(n / 20))")
    page.mouse.up()
    press(page, "Escape", "d", "e")
    page.mouse.move(640, 250)
    page.mouse.down()
    watched(page, "moving the picture", count, seconds, "send(PointerEvent, 640 + 300 * Math.sin(n / 30), 250 + 120 * Math.cos(n / 30))")
    page.mouse.up()
    press(page, "f")
    watched(page, "zooming", count, seconds, "send(WheelEvent, 640, 250, { deltaY: n % 120 < 60 ? -10 : 10 })")
    assert len(rows(page)) == max(count, 1)


def watched(page, what: str, count: int, seconds: float, each: str) -> None:
    """`each`: JavaScript that makes one event of the pointer for the frame number `n`; the button is down already."""
    page.evaluate("new Promise((done) => { let n = 0; const frame = () => (++n > 30 ? done() : requestAnimationFrame(frame)); frame(); })")
    page.evaluate("performance.clearMeasures('boxes:draw')")
    frames = page.evaluate(f"""(milliseconds) => new Promise((done) => {{
        const board = document.querySelector(".boxes-view"), frames = [];
        const send = (kind, x, y, more) => board.dispatchEvent(new kind({{PointerEvent: "pointermove"}}[kind.name] ?? "wheel",
            {{ bubbles: true, cancelable: true, pointerId: 1, pointerType: "mouse", clientX: x, clientY: y, ...more }}));
        let n = 0, last = null;
        const frame = (now) => {{
            if (last !== null) frames.push(now - last);
            last = now; n += 1;
            if (frames.reduce((sum, one) => sum + one, 0) > milliseconds) return done(frames);
            {each};
            requestAnimationFrame(frame);
        }};
        requestAnimationFrame(frame); }})""", seconds * 1000)  # fmt: skip
    drawn = page.evaluate("performance.getEntriesByName('boxes:draw').map((entry) => entry.duration)")
    report(
        what, boxes=count, frames=len(frames), fps=round(1000 * len(frames) / sum(frames), 1), frame_p50_ms=at_percent(frames, 50),
        frame_p95_ms=at_percent(frames, 95), frame_max_ms=round(max(frames), 1), drawn_p50_ms=at_percent(drawn, 50),
        drawn_p95_ms=at_percent(drawn, 95),
    )  # fmt: skip


def api(page, address: str, body: dict[str, object]) -> dict:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    answer = page.request.post(address, data=body, headers={"X-CSRFToken": token, "Referer": page.url})
    assert answer.ok, answer.text()
    return answer.json()


def at_percent(values: list[float], percentile: int) -> float | None:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percentile - 1], 1) if len(values) > 1 else None


def report(what: str, **figures: object) -> None:
    load = os.getloadavg()[0]
    print(json.dumps({"benchmark": f"boxes, {what}", "cores": os.cpu_count(), "load": round(load, 1), **figures}), flush=True)


if __name__ == "__main__":
    main()
