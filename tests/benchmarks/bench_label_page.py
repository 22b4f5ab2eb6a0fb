"""The labelling page in a real Chromium: from the submitting key to the next example on the screen, 200 in a row.

    .venv/bin/python -m tests.benchmarks.bench_label_page [--labels 200] [--latency 0 100 300]

One JSON line a network. "painted" is the time from the key event (its own time stamp) to the first task after the frame
with the next example was drawn (requestAnimationFrame, then a message), so it holds the wait for the screen's next frame
(up to 16.7 ms at 60 Hz), style, layout and paint; "script" is the part that our code took. "event_timing" is the
browser's own Event Timing entry for the same keys, which rounds to 8 ms; "layout_shift" is the sum of its Layout
Instability entries. From 300 ms on the network also carries no more than 200 kB/s. The last line says what the page weighs.
"""

import argparse
import gzip
import json
import os
import statistics
import tempfile
from pathlib import Path

SLOW_KILOBYTES = 200  # a second
OBSERVE = """() => { window.events = []; new PerformanceObserver((list) => window.events.push(...list.getEntries()
  .filter((entry) => entry.name === "keydown").map((entry) => entry.duration)))
  .observe({ type: "event", durationThreshold: 16, buffered: true }); }"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--pace", type=int, default=200, help="ms between two labels")
    parser.add_argument("--latency", type=int, nargs="*", default=[0, 100, 300])
    options = parser.parse_args()

    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import find_chromium
    from tests.browser.labelling import PLAIN, logged_in, make_projects
    from tests.stack import Stack

    with tempfile.TemporaryDirectory(prefix="bench-label-") as name:
        folder = Path(name)
        (folder / "chromium").mkdir()
        os.environ["WORKBENCH_TEST_FOLDER"] = name  # where test stacks keep their prepared data
        stack = Stack(folder / "data")
        try:
            stack.start(worker=False)
            projects = {f"bench-{latency}": {**PLAIN, "examples": options.labels + 20} for latency in options.latency}
            make_projects(stack, projects)
            chromium = find_chromium(folder / "chromium")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium.path, env=chromium.environment, args=chromium.arguments)
                context = {"base_url": stack.url, "viewport": {"width": 1280, "height": 800}}
                cookies = logged_in(lambda: browser.new_context(**context).new_page())
                for latency in options.latency:
                    page = browser.new_context(**context, storage_state=cookies).new_page()
                    measure(page, f"bench-{latency}", latency, options.labels, options.pace)
                weigh(browser.new_context(**context, storage_state=cookies).new_page(), f"bench-{options.latency[0]}")
                browser.close()
        finally:
            stack.stop()


def measure(page, slug: str, latency: int, count: int, pace: int) -> None:
    from tests.browser.labelling import answers, shifted, slow, start, wait_for_labels, watch_shifts

    start(page, slug)
    page.evaluate(OBSERVE)
    watch_shifts(page)
    kilobytes = SLOW_KILOBYTES if latency >= 300 else 0
    if latency:
        slow(page, latency, kilobytes_a_second=kilobytes)
    for number in range(count):
        page.keyboard.press(str(number % 4 + 1))
        page.wait_for_timeout(pace / 2)
        page.keyboard.press("Enter")
        page.wait_for_timeout(pace / 2)
    found = wait_for_labels(page, slug, count)
    keys = ["pos", "neg", "neu", "mix"]
    right = sum(answer == keys[int(key[1:]) % 4] for key, answer in answers(found).items())
    took = page.evaluate("performance.getEntriesByName('label:submit-to-painted').map((entry) => entry.duration)")
    script = page.evaluate("""() => { const drawn = performance.getEntriesByName("label:drawn").map((entry) => entry.startTime);
        return performance.getEntriesByName("label:key").map((entry, place) => drawn[place] - entry.startTime); }""")
    events = page.evaluate("window.events")
    report(
        "submit to painted", latency_ms=latency, kilobytes_a_second=kilobytes or None, labels=count, right=right,
        layout_shift=round(sum(shift["value"] for shift in shifted(page)), 4), painted_p50=at(took, 50), painted_p95=at(took, 95),
        painted_max=round(max(took), 1), script_p50=at(script, 50), script_p95=at(script, 95),
        event_timing_above_16_ms=len(events), event_timing_p95=at(events, 95) if len(events) > 1 else None,
    )  # fmt: skip


def weigh(page, slug: str) -> None:
    from tests.browser.labelling import start

    responses: list = []
    page.on("response", lambda response: responses.append(response))
    start(page, slug)
    page.wait_for_load_state("networkidle")
    sizes: dict[str, int] = {}
    for response in responses:
        kind = response.headers.get("content-type", "").split(";")[0]
        sizes[kind] = sizes.get(kind, 0) + len(gzip.compress(response.body()))
    ready = page.evaluate("performance.getEntriesByName('label:ready')[0].startTime")
    report("first load", ready_ms=round(ready, 1), gzipped_bytes=sizes)


def at(values: list[float], percentile: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[percentile - 1], 1)


def report(what: str, **figures: object) -> None:
    print(json.dumps({"benchmark": f"label page, {what}", "cores": os.cpu_count(), **figures}), flush=True)


if __name__ == "__main__":
    main()
