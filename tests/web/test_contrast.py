"""The colours keep the ratios that people need, in both themes (WCAG 2.2: 4.5 for text, 3 for edges and marks)."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()


def tokens(theme: int) -> dict[str, str]:
    """Name → colour; theme 0 is light, 1 dark."""
    found = {}
    for name, value in re.findall(r"--([\w-]+):\s*((?:light-dark\([^;]+\))|#[0-9A-Fa-f]{6})(?:;|$)", TOKENS):
        pair = re.findall(r"#[0-9A-Fa-f]{6}|var\(--[\w-]+\)", value)
        found[name] = pair[theme] if len(pair) > 1 else pair[0]
    return {name: found[value[6:-1]] if value.startswith("var") else value for name, value in found.items() if value}


def ratio(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


GROUNDS = ("bg", "surface", "sunk")
TEXTS = ("text", "muted", "accent", "saved", "waiting", "error", "focus")
PAIRS = [(text, ground, 4.5) for text in TEXTS for ground in GROUNDS]
PAIRS += [("edge", ground, 3.0) for ground in GROUNDS] + [("on-accent", "accent", 4.5)]
PAIRS += [(f"on-class-{number}", f"class-{number}", 4.5) for number in range(1, 9)]
PAIRS += [(f"on-{ramp}-{step}", f"{ramp}-{step}", 4.5) for ramp in ("same", "apart") for step in range(1, 6)]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_each_pair_of_colours_can_be_read(theme, ink, ground, least):
    colours = tokens(theme)
    assert ratio(colours[ink], colours[ground]) >= least


def test_colours_and_pixels_stand_in_the_tokens_only():
    folder = Path(__file__).resolve().parents[2] / "static/css"
    wrong = [
        f"{path.name}: {found}"
        for path in sorted(folder.rglob("*.css"))
        if path.name not in {"tokens.css", "reset.css"} and "label" not in path.name
        for found in re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;,) ])", path.read_text())
    ]
    assert wrong == []
