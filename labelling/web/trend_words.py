"""Figures over time and the effect of a change, in sentences: what stands before a chart and in its title."""

from datetime import date
from typing import Any

from labelling.web.measure import dots

MIN_EXAMPLES, MIN_LABELLERS = 10, 2  # below, no digit is shown, as everywhere on pages


def decimals(value: float) -> str:
    """0.524 → 0.52, with a true minus sign and no minus before a zero."""
    text = f"{value:.2f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else text.lstrip("-")


def interval(figure: dict[str, Any]) -> str:
    """[0.41–0.63]; nothing where there is no interval."""
    return "" if figure["low"] is None else f"[{decimals(figure['low'])}\N{EN DASH}{decimals(figure['high'])}]"


def enough_of(figure: dict[str, Any]) -> bool:
    """Whether a figure may be shown with digits."""
    return figure["value"] is not None and figure["n_examples"] >= MIN_EXAMPLES and figure["n_labellers"] >= MIN_LABELLERS


def day_words(iso: str) -> str:
    """2026-03-02 → 2 March 2026."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def finding(name: str, rows: list[dict[str, Any]], figure: str, word: str) -> str:
    """The chart's title: what it shows, in a sentence."""
    if not rows:
        return f"{name} over time"
    when = "in the week from" if word == "week" else "on"
    last = f"{name} was {decimals(rows[-1][figure]['value'])} {interval(rows[-1][figure])} {when} {rows[-1]['name']}"
    return last if len(rows) == 1 else f"{last}, and {decimals(rows[0][figure]['value'])} in the first {word} shown"


def effect_words(found: dict[str, Any], likeness: str, project: Any) -> dict[str, Any]:
    """The effect of a change, ready to be read: a sentence before the chart, and who labelled."""
    later, earlier = found["to"], found["from"]
    names = [f"Version {earlier}", f"Version {later}"]
    people = found["labellers"]
    same = people["both"] == people["from"] == people["to"]
    return found | {
        "sentences": [change_sentence(found["alpha"], "alpha", found["n_examples"]), change_sentence(found["percent"], likeness[0].lower() + likeness[1:])],
        "chart": dots([{"key": name, "alpha": found["alpha"][side]} for name, side in zip(names, ("before", "after"), strict=True)], project.target_alpha),
        "chart_title": f"Alpha on the same {found['n_examples']:,} examples, under version {earlier} and under version {later}",
        "rows": [("Alpha", found["alpha"]), (likeness, found["percent"]), *((row["name"], row) for row in found["by_class"])],
        "same_people": same,
        "choices": sorted({later, *([earlier] if earlier else []), *(row["version"] for row in found["versions"])}),
        "others": [
            (before["version"], after["version"], after["in_common"])
            for before, after in zip(found["versions"], found["versions"][1:], strict=False)
            if after["in_common"] >= MIN_EXAMPLES and (before["version"], after["version"]) != (earlier, later)
        ],
    }


def change_sentence(change: dict[str, Any], name: str, n_examples: int | None = None) -> str:
    """“On the 120 examples labelled under both, alpha rose from 0.61 to 0.74, by 0.13 [0.05–0.20].”"""
    before, after, difference = change["before"], change["after"], change["difference"]
    where = f"On the {n_examples:,} examples labelled under both, {name}" if n_examples is not None else name[0].upper() + name[1:]
    if difference["value"] is None:
        return f"{where} cannot be compared: {difference['undefined'][0].lower()}{difference['undefined'][1:]}"
    shown = decimals(before["value"]), decimals(after["value"])
    reach = f" {interval(difference)}" if difference["low"] is not None else ""
    unsettled = "" if difference["low"] is None or difference["low"] > 0 or difference["high"] < 0 else " The interval holds 0: whether it changed at all is not settled."
    if shown[0] == shown[1]:
        return f"{where} stayed at {shown[0]}, a change of {decimals(difference['value'])}{reach}.{unsettled}"
    moved = "rose" if difference["value"] > 0 else "fell"
    return f"{where} {moved} from {shown[0]} to {shown[1]}, by {decimals(difference['value'])}{reach}.{unsettled}"
