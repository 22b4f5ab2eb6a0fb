"""Which part of the guidelines speaks of a class: found by its name, so that a talk can begin with the text. Pure."""

import re
from collections.abc import Sequence

HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
FENCE = re.compile(r"^ {0,3}(```|~~~)")
LONGEST = 320  # characters of a part that is shown
MOST = 3


def parts_about(text: str, names: Sequence[str]) -> list[dict[str, object]]:
    """Up to three parts that name one of the names: [{"heading", "excerpt", "names"}], those first whose heading names one, then those that
    name more of them, then in the text's order."""
    wanted = {name: pattern for name in names if name and (pattern := _pattern(name))}
    found = []
    for place, (heading, paragraphs) in enumerate(_sections(text)):
        in_heading = [name for name, pattern in wanted.items() if pattern.search(heading)]
        speaking = [(name, part) for part in paragraphs for name, pattern in wanted.items() if pattern.search(part)]
        told = list(dict.fromkeys([*in_heading, *(name for name, _ in speaking)]))
        if not told:
            continue
        both = next((part for part in paragraphs if all(pattern.search(part) for pattern in wanted.values())), None)
        excerpt = both or (speaking[0][1] if speaking else next(iter(paragraphs), ""))
        found.append((not in_heading, -len(told), place, {"heading": heading, "excerpt": _cut(excerpt), "names": told}))
    return [part for *_, part in sorted(found, key=lambda one: one[:3])[:MOST]]


def _pattern(name: str) -> re.Pattern[str] | None:
    words = name.split()
    return re.compile(r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)", re.IGNORECASE) if words else None


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """(heading, its paragraphs), in order; what stands before the first heading has none."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    lines: list[str] = []
    fenced = False

    def close() -> None:
        if lines:
            sections[-1][1].append("\n".join(lines))
            lines.clear()

    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading:
            close()
            sections.append((heading[2], []))
        elif not line.strip():
            close()
        else:
            lines.append(line)
    close()
    return [section for section in sections if section[0] or section[1]]


def _cut(text: str) -> str:
    plain = " ".join(re.sub(r"^\s*(?:[-*+>]|\d+\.)\s+", "", line) for line in text.splitlines())
    plain = re.sub(r"(\*\*|__|`)", "", plain).strip()
    return plain if len(plain) <= LONGEST else plain[:LONGEST].rsplit(" ", 1)[0] + "…"
