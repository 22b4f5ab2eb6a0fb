"""What every measure answers: a figure with its intervals, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Interval:
    """One interval and how it was made; without limits, `how` says why there is none."""

    low: float | None
    high: float | None
    how: str

    @property
    def width(self) -> float:
        return -1.0 if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Figure:
    """A value with the interval to show (`low`, `high`) and every interval that could be computed.

    `intervals` maps "examples" (other examples, these labellers) and "labellers" (other labellers, these examples)
    to (low, high); the wider one is shown. `method` says in words how value and intervals were made.
    """

    value: float
    low: float | None
    high: float | None
    confidence: float = 0.95
    n_examples: int = 0
    n_labels: int = 0
    n_labellers: int = 0
    method: str = ""
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    undefined: None = None

    def as_dict(self) -> dict[str, Any]:
        """The figure as the API shows it: plain numbers only, never NaN."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "confidence": self.confidence,
            "n_examples": self.n_examples,
            "n_labels": self.n_labels,
            "n_labellers": self.n_labellers,
            "method": self.method,
            "intervals": {name: [low, high] for name, (low, high) in self.intervals.items()},
        }


@dataclass(frozen=True)
class Undefined:
    """No figure, and the reason as a sentence a person can act on. It has the counts, and no value."""

    reason: str
    n_examples: int = 0
    n_labels: int = 0
    n_labellers: int = 0
    value: None = None
    low: None = None
    high: None = None

    @property
    def undefined(self) -> str:
        return self.reason

    def as_dict(self) -> dict[str, Any]:
        """`{"value": null, "undefined": reason}` and the counts."""
        return {
            "value": None,
            "undefined": self.reason,
            "n_examples": self.n_examples,
            "n_labels": self.n_labels,
            "n_labellers": self.n_labellers,
        }


Result = Figure | Undefined


@dataclass(frozen=True)
class Counts:
    """What a figure rests on."""

    n_examples: int = 0
    n_labels: int = 0
    n_labellers: int = 0


def figure(value: float, named: Mapping[str, Interval], method: str, counts: Counts, confidence: float) -> Figure:
    """A `Figure` that shows the widest of the named intervals and says in `method` which one it is and why others miss."""
    if not math.isfinite(value):
        raise ValueError("A figure needs a finite value; answer Undefined(reason) instead.")
    known = {name: interval for name, interval in named.items() if interval.low is not None and interval.high is not None}
    words = [method]
    low = high = None
    if known:
        shown = max(known, key=lambda name: known[name].width)
        low, high = known[shown].low, known[shown].high
        chosen = f"the interval shown is the one over {shown}"
        if len(known) > 1:
            chosen += ", the wider of the two"
        words.append(f"{chosen}: {known[shown].how}")
        words += [f"over {name}: {interval.how}" for name, interval in known.items() if name != shown]
    words += [f"no interval over {name}: {interval.how}" for name, interval in named.items() if name not in known]
    limits = {name: (float(i.low), float(i.high)) for name, i in known.items() if i.low is not None and i.high is not None}
    return Figure(
        float(value),
        None if low is None else float(low),
        None if high is None else float(high),
        confidence,
        counts.n_examples,
        counts.n_labels,
        counts.n_labellers,
        "; ".join(words) + ".",
        limits,
    )


def undefined(reason: str, counts: Counts) -> Undefined:
    """An `Undefined` with the counts that it rests on."""
    return Undefined(reason, counts.n_examples, counts.n_labels, counts.n_labellers)
