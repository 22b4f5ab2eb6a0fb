"""Spans of a long text in a real Chromium: frames a second while a selection and while a span's end is dragged.

    .venv/bin/python -m tests.benchmarks.bench_spans [--bytes 200000] [--spans 1000] [--seconds 3]

One JSON line a drag, for a text of many lines and for the same text in one line. Frames are counted by
requestAnimationFrame while the mouse moves with every one of them; "frame_p95_ms" is the time between two, "busy_p95_ms"
what script, style, layout and paint took of one (from the frame's start to the first task after it). Beside each stands
the baseline of the same run: the same moves over the same page with a short text and no spans, which is as fast as this
machine draws. "opening" is from the submitting key on a short text to the long one on the screen (see bench_label_page).
"""

import argparse
import json
import os
import re
import tempfile
from pathlib import Path

LINE = "{number}. Ada Lovelace wrote to Charles Babbage about notes, and nothing else happened that day."
OBSERVE = """() => {
  window.frames_ = []; window.busy_ = []; let last = 0;
  const channel = new MessageChannel(); let began = 0;
  channel.port1.onmessage = () => busy_.push(performance.now() - began);
  const tick = (now) => { if (last) frames_.push(now - last); last = now; began = now; channel.port2.postMessage(0); window.ticking_ = requestAnimationFrame(tick); };
  window.ticking_ = requestAnimationFrame(tick);
}"""
STOP = """() => { cancelAnimationFrame(window.ticking_); return [window.frames_, window.busy_]; }"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bytes", type=int, default=200_000)
    parser.add_argument("--spans", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", choices=["many lines", "one line"])
    options = parser.parse_args()

    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import find_chromium
    from tests.browser.labelling import logged_in
    from tests.browser.spans import NAMES, make_texts
    from tests.stack import Stack

    lines = [LINE.format(number=number) for number in range(options.bytes // 90)]
    texts = {"many lines": "\n".join(lines), "one line": " ".join(lines)}
    with tempfile.TemporaryDirectory(prefix="bench-spans-") as name:
        folder = Path(name)
        (folder / "chromium").mkdir()
        os.environ["WORKBENCH_TEST_FOLDER"] = name  # where test stacks keep their prepared data
        stack = Stack(folder / "data")
        try:
            stack.start(worker=False)
            projects = {slug_of(what): {"questions": [NAMES], "texts": [text, lines[0]]} for what, text in texts.items()}
            projects |= {f"{slug_of(what)}-open": {"questions": [NAMES], "texts": [lines[0], text] * 5} for what, text in texts.items()}
            make_texts(stack, projects | {"bench-none": {"questions": [NAMES], "texts": [" ".join(lines[:8])] * 2}})
            chromium = find_chromium(folder / "chromium")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.path, env=chromium.environment, args=chromium.arguments)
                context = {"base_url": stack.url, "viewport": {"width": 1280, "height": 800}}
                cookies = logged_in(lambda: browser.new_context(**context).new_page())

                def opened():
                    return browser.new_context(**context, storage_state=cookies).new_page()

                for what, text in texts.items():
                    if options.only not in (None, what):
                        continue
                    measure(opened, what, text, options.spans, options.seconds)
                    opening(opened(), what, text)
                browser.close()
        finally:
            stack.stop()


def slug_of(what: str) -> str:
    return f"bench-{what.replace(' ', '-')}"


def measure(opened, what: str, text: str, count: int, seconds: float) -> None:
    from tests.browser.labelling import start
    from tests.browser.spans import begun, point

    plain = start(opened(), "bench-none")
    found = [match.start() for match in re.finditer("Ada Lovelace|Charles Babbage|day", text)]
    step = max(1, len(found) // count)
    names = [{"start": at, "end": at + 3, "class": "PER"} for at in found[::step][:count]]
    page = begun(opened(), slug_of(what), {"names": names})
    page.get_by_role("heading", name=f"{len(names):,} spans").wait_for()
    page.wait_for_timeout(1000)
    for where in (page, plain):
        where.evaluate("() => window.scrollTo(0, 0)")
    ours, base = dragged(page, (420, 105), seconds), dragged(plain, (420, 105), seconds)
    report(f"dragging a selection, {what}", text, names, ours, base)
    page.locator(".span-pending").first.wait_for()  # something was selected indeed
    page.keyboard.press("Escape")
    page.mouse.click(*point(page, "Ada"))
    page.locator(".span-mark.chosen").wait_for()
    box = page.locator(".span-grip[data-side=end]").bounding_box()
    ours = dragged(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), seconds, wide=60)
    report(f"dragging a span's end, {what}", text, names, ours, base)
    page.wait_for_function("() => document.querySelector('.span-row .span-text').textContent !== 'Ada'")  # it was moved indeed
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    ours = pressed(page, seconds)
    assert page.locator("[data-said]").text_content() not in ("", "Ada"), "The cursor did not move."
    report(f"moving the cursor by held key, {what}", text, names, ours, base)


def opening(page, what: str, text: str) -> None:
    from tests.browser.labelling import start

    start(page, f"{slug_of(what)}-open")
    for _ in range(10):
        page.wait_for_timeout(500)
        page.keyboard.press("0")
        page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    took = page.evaluate("performance.getEntriesByName('label:submit-to-painted').map((entry) => Math.round(entry.duration))")
    print(json.dumps({"benchmark": f"spans, opening, {what}", "load": round(os.getloadavg()[0], 1), "bytes": len(text.encode()), "long_ms": took[::2][:5], "short_ms": took[1::2][:4]}), flush=True)


def dragged(page, at: tuple[float, float], seconds: float, wide: int = 300) -> tuple[list[float], list[float]]:
    """The mouse goes to and fro (and down, where it is wide) with each frame, by the browser's own input events."""
    x, y = at
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(OBSERVE)
    moves = int(seconds * 60)
    for number in range(moves):
        turn = abs((number * 4) % (2 * wide) - wide)
        page.mouse.move(x + wide - turn, y + (number % 120 if wide > 100 else 0))
    frames = page.evaluate(STOP)
    page.mouse.move(x + wide, y)
    page.wait_for_timeout(100)
    page.mouse.up()
    return frames


def pressed(page, seconds: float) -> tuple[list[float], list[float]]:
    page.evaluate(OBSERVE)
    page.keyboard.down("ArrowRight")
    for _ in range(int(seconds * 30)):
        page.keyboard.down("ArrowRight")  # Playwright marks a second down as a repeat
    page.keyboard.up("ArrowRight")
    return page.evaluate(STOP)


def at(values: list[float], percentile: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * percentile / 100))], 1)


def report(what: str, text: str, names: list, ours: tuple[list[float], list[float]], base: tuple[list[float], list[float]]) -> None:
    def rate(frames: list[float]) -> float:
        return round(1000 * len(frames) / sum(frames), 1)

    print(json.dumps({
        "benchmark": f"spans, {what}", "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "bytes": len(text.encode()), "spans": len(names),
        "frames_a_second": rate(ours[0]), "frame_p95_ms": at(ours[0], 95), "busy_p50_ms": at(ours[1], 50), "busy_p95_ms": at(ours[1], 95),
        "baseline_frames_a_second": rate(base[0]), "baseline_frame_p95_ms": at(base[0], 95), "baseline_busy_p95_ms": at(base[1], 95),
        "frames": len(ours[0]),
    }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
