"""What changed between two texts, line by line. Pure."""

import re
from difflib import unified_diff

AROUND = 3


def line_diff(old: str, new: str) -> list[tuple[str, str]]:
    """[(added | removed | same | gap, line)], unchanged stretches cut to three lines around a change; [] when equal."""
    changes = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=AROUND))[2:]  # without the two file names
    kinds = {"+": "added", "-": "removed", " ": "same", "@": "gap"}
    return [
        (kinds[line[0]], "…" if line[0] == "@" else line[1:])
        for place, line in enumerate(changes)
        if not (place == 0 and re.match(r"@@ -[01][, ]", line))  # nothing lies before the first line
    ]
