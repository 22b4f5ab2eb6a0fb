"""How like two markings of one text are, and what most people marked. A span is {"start", "end", "class"}, the end exclusive."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Span = Mapping[str, Any]


def merged(spans: Iterable[Span]) -> dict[str, list[tuple[int, int]]]:
    """Class → intervals that do not touch, in order: what is covered, however it was cut up."""
    found: dict[str, list[tuple[int, int]]] = {}
    for name, start, end in sorted((span["class"], span["start"], span["end"]) for span in spans):
        own = found.setdefault(name, [])
        if own and start <= own[-1][1]:
            own[-1] = (own[-1][0], max(own[-1][1], end))
        else:
            own.append((start, end))
    return found


def character_likeness(one: Iterable[Span], other: Iterable[Span]) -> float:
    """Code points that both give the same class, over those to which either gives one (Jaccard); 1 where both mark nothing."""
    a, b = merged(one), merged(other)
    common = total = 0
    for name in a.keys() | b.keys():
        left, right = a.get(name, []), b.get(name, [])
        both = _common(left, right)
        common += both
        total += sum(end - start for start, end in left) + sum(end - start for start, end in right) - both
    return common / total if total else 1.0


def _common(left: Sequence[tuple[int, int]], right: Sequence[tuple[int, int]]) -> int:
    i = j = total = 0
    while i < len(left) and j < len(right):
        total += max(0, min(left[i][1], right[j][1]) - max(left[i][0], right[j][0]))
        if left[i][1] <= right[j][1]:
            i += 1
        else:
            j += 1
    return total


def spans_of_majority(answers: Sequence[Sequence[Span]], *, half: bool = False) -> tuple[list[dict[str, Any]] | None, float, bool]:
    """(spans, confidence, tie): what more than half marked with a class, code point by code point; neighbours become one span.

    Where all agree on the spans these are the answer as they stand. Confidence is the mean likeness of the answers to it.
    Exactly half of the labels on some code point is a tie, and then there is no answer. With `half` such a code point has the class,
    too; where two classes have half each and nothing in the answers overlaps, it stays a tie.
    """
    first = [dict(span) for span in answers[0]]
    if all(list(map(dict, answer)) == first for answer in answers):
        return first, 1.0, False
    n = len(answers)
    changes: dict[str, dict[int, int]] = {}
    for answer in answers:
        for name, intervals in merged(answer).items():
            at = changes.setdefault(name, {})
            for start, end in intervals:
                at[start] = at.get(start, 0) + 1
                at[end] = at.get(end, 0) - 1
    found: list[dict[str, Any]] = []
    tie = False
    for name, at in changes.items():
        depth, begun = 0, None
        for place in sorted(at):
            depth += at[place]
            tie = tie or (2 * depth == n and not half)
            inside = 2 * depth > n or (half and 2 * depth == n)
            if inside and begun is None:
                begun = place
            elif not inside and begun is not None:
                found.append({"start": begun, "end": place, "class": name})
                begun = None
    found.sort(key=lambda span: (span["start"], span["end"], span["class"]))
    tie = tie or (half and _overlap(found) and not any(_overlap(answer) for answer in answers))
    confidence = sum(character_likeness(found, answer) for answer in answers) / n
    return (None if tie else found), confidence, tie


def _overlap(spans: Sequence[Span]) -> bool:
    ordered = sorted((span["start"], span["end"]) for span in spans)
    return any(after[0] < before[1] for before, after in zip(ordered, ordered[1:], strict=False))
