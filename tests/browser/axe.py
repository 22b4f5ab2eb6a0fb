"""axe-core on a page, in both themes and at both widths: it finds nothing, and nothing scrolls sideways."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {1280: 800, 390: 844, 320: 640}
SCAN = """async (rules) => (await axe.run(document, { runOnly: rules, resultTypes: ["violations"], preload: false })).violations
  .map((found) => `${found.impact} ${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" … ")}`)"""


@cache
def source() -> str:
    return AXE.read_text()


def problems_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, in light and dark, wide and narrow. The page's context bypasses the
    Content-Security-Policy, or axe could not run; a test of its own holds the pages to the policy."""
    page.evaluate(source())
    found = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.evaluate("scrollTo(0, 0)")  # what lies under the header of a page that was scrolled cannot be pressed there
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{width} px, {theme}: scrolls sideways, {wide} px wide")
            if width != 320:  # 320 px is for the scrolling; the rest is the same as at 390
                found += [f"{width} px, {theme}: {problem}" for problem in page.evaluate(SCAN, RULES)]
    return found
