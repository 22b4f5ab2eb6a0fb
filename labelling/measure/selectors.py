"""Agreement and what is confused, as the API shows it. The viewer comes first; labellers never see any of this."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.label.models import Label
from labelling.measure import by_kind
from labelling.measure.answers import Answers, names_of, parse_rounds, read_answers
from labelling.measure.columns import example_columns
from labelling.measure.compare import comparison
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats import agreement as coefficients
from labelling.stats import groups, pairs
from labelling.stats.comparison import Comparison
from labelling.stats.confusions import confusions as find_confusions

GROUPINGS = ("class", "labeller", "pair", "guideline", "week", "batch", "source", "state", "meta.NAME")
MIN_OVERLAP = 10  # examples that two labellers must share before their kappa is shown
MOST_GROUPS = 1000
EPOCH = date(1970, 1, 1)


def agreement(
    viewer: Viewer,
    slug: str,
    *,
    question: str | None = None,
    by: str | None = None,
    level: str | None = None,
    rounds: str | None = None,
    now: Any,
) -> dict[str, Any]:
    """All agreement figures of one question, as in API.md. Raises NotFound, NotAllowed, Invalid."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question, rounds=parse_rounds(rounds), level=level)
    if by is not None and by not in GROUPINGS and not by.startswith("meta."):
        raise Invalid.field("by", f"Figures can be had by: {', '.join(GROUPINGS)}.")
    head = {"question": answers.described["key"], "kind": answers.described["kind"], "level": answers.level, "as_of": now}
    compared = comparison(answers, seed=project.seed)
    if compared is not None:
        return {
            **head,
            "alpha": compared.alpha().as_dict(),
            "measures": {name: figure.as_dict() for name, figure in compared.measures().items()},
            "classes": by_kind.classes(answers),
            "by": _by_of_kind(project, answers, compared, by),
            "left_out": {"single_label": int((answers.labels.sizes == 1).sum()), **_left_out(project)},
        }
    found = coefficients.measure(
        answers.labels, level=answers.level, values=answers.numbers, seed=project.seed, per_class=by == "class"
    )
    return {
        **head,
        "alpha": found.alpha.as_dict(),
        "measures": {name: figure.as_dict() for name, figure in found.measures.items()},
        "classes": [
            {"key": answers.key(code), "name": answers.name(code), "share": float(found.shares[code])}
            for code in answers.in_order()
        ],
        "by": _by(project, answers, found, by),
        "left_out": {**found.left_out, **_left_out(project)},
    }


def _left_out(project: Project) -> dict[str, int]:
    """Labels that no figure counts: withdrawn ones, and those that came too late."""
    newest = Label.objects.filter(project=project, next=None, assignment__repeat=0)
    return {
        "withdrawn": newest.filter(withdrawn=True).count(),
        "too_late": newest.filter(late=True, counted=False, withdrawn=False).count(),
    }


def _by(project: Project, answers: Answers, found: coefficients.Agreement, by: str | None) -> list[dict[str, Any]]:
    if by is None:
        return []
    labels, how = answers.labels, {"level": answers.level, "values": answers.numbers}
    if by == "class":
        return [
            _entry(answers.key(code), found.per_class[code], name=answers.name(code))
            for code in answers.in_order()
            if code in found.per_class
        ]
    if by == "pair":
        return _by_pair(project, answers)
    if by == "labeller":
        names = names_of(project)
        people = groups.by_labeller(labels, **how)
        return [_entry(names.get(one.labeller, str(one.labeller)), one.alpha, one.percent) for one in people]
    return _grouped(
        project,
        answers,
        by,
        lambda keys: groups.by_label_group(labels, keys, **how),
        lambda keys: groups.by_example_group(labels, keys, **how),
    )


def _by_of_kind(project: Project, answers: Answers, compared: Comparison, by: str | None) -> list[dict[str, Any]]:
    """The same for kinds whose answers are compared by their distance."""
    if by is None:
        return []
    if by == "class":
        return by_kind.by_class(answers, compared, _entry)
    if by == "pair":
        return by_kind.by_pair(answers, compared, names_of(project), MIN_OVERLAP)
    if by == "labeller":
        names = names_of(project)
        return [_entry(names.get(one.labeller, str(one.labeller)), one.alpha, one.percent) for one in compared.by_labeller()]
    return _grouped(
        project,
        answers,
        by,
        lambda keys: by_kind.of_label_groups(compared, answers, keys),
        lambda keys: by_kind.of_example_groups(compared, answers, keys),
    )


def _grouped(
    project: Project, answers: Answers, by: str, of_labels: Callable[[Any], list[groups.Group]], of_examples: Callable[[Any], list[groups.Group]]
) -> list[dict[str, Any]]:
    """What labels (guideline, week) or examples (batch, source, state, a meta field) are grouped by."""
    if by == "guideline":
        rows = of_labels(answers.columns.guideline_version)
        return [_entry(group.key, group.alpha, group.percent) for group in rows]
    if by == "week":
        rows = of_labels(weeks(answers))
        return [_entry(monday(group.key), group.alpha, group.percent) for group in rows]
    table = example_columns(project.pk, [by])
    column = table.columns[by]
    if len(column.values) > MOST_GROUPS:
        raise Invalid.field(
            "by", f"{by} has {len(column.values):,} different values; figures are shown for up to {MOST_GROUPS:,}."
        )
    rows = of_examples(column.code[table.place(answers.labels.example_ids)])
    return [_entry(None if group.key < 0 else column.values[group.key], group.alpha, group.percent) for group in rows]


def weeks(answers: Answers) -> Any:
    """The week of each label. Days count from a Thursday; weeks begin on Mondays."""
    return (answers.columns.day + 3) // 7


def monday(week: int) -> str:
    return (EPOCH + timedelta(days=7 * week - 3)).isoformat()


def _entry(key: Any, alpha: Any, percent: Any = None, **more: Any) -> dict[str, Any]:
    entry = {"key": key, "alpha": alpha.as_dict(), "n_examples": alpha.n_examples, **more}
    return entry if percent is None else {**entry, "percent": percent.as_dict()}


def _by_pair(project: Project, answers: Answers) -> list[dict[str, Any]]:
    """Cohen's kappa of every two labellers who share enough examples, most examples first."""
    names = names_of(project)
    weights = {"nominal": "none", "ordinal": "linear"}.get(answers.level, "quadratic")
    found = pairs.pairwise_kappas(answers.labels, min_overlap=MIN_OVERLAP, weights=weights, values=answers.numbers)
    rows = []
    for pair in found.pairs[:MOST_GROUPS]:
        one, other = sorted((names.get(pair.a, str(pair.a)), names.get(pair.b, str(pair.b))))
        kappa = pair.kappa.as_dict()
        rows.append(
            {
                "key": f"{one},{other}",
                "labellers": [one, other],
                "alpha": kappa,
                "cohen_kappa": kappa,
                "percent": pair.percent,
                "n_examples": pair.n_examples,
            }
        )
    return rows


def confusions(viewer: Viewer, slug: str, *, question: str | None = None) -> list[dict[str, Any]]:
    """Pairs of classes that labellers confuse, worst first, with what merging them would do."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    return confusion_rows(answers, comparison(answers, seed=project.seed))


def confusion_rows(answers: Answers, compared: Comparison | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """Worst first. `compared` is what `comparison` gave for the answers."""
    if compared is not None:
        return by_kind.confusion_rows(answers, compared, limit)
    rows = find_confusions(answers.labels, limit=limit)
    return [
        {
            "a": answers.key(row.a),
            "b": answers.key(row.b),
            "a_name": answers.name(row.a),
            "b_name": answers.name(row.b),
            "count": row.count,
            "share": row.share,
            "alpha_if_merged": row.alpha_if_merged,
            "alpha_now": row.alpha_now,
            "hlp_if_merged": row.hlp_if_merged,
            "hlp_now": row.hlp_now,
        }
        for row in rows
    ]


def step(share: float, same: bool) -> int:
    """1 to 5, for the ramp of a cell's colour: the diagonal holds most of each row, so its ramp is the longer one."""
    return min(5, 1 + int(share * (5 if same else 10)))


def heat_map(answers: Answers, compared: Comparison | None = None) -> dict[str, Any] | None:
    """Classes and the table of what one person said where another said the row's class: {"classes": [{"key", "name"}],
    "rows": [{"key", "name", "n", "cells": [{"key", "pairs", "share", "step"}]}]}, step 1..5 for the ramp of its colour.
    None for kinds without classes."""
    if compared is not None:
        return by_kind.heat_map(answers, compared, step)
    codes = answers.in_order()
    found = pairs.heat_map(answers.labels)
    table, shares = found.pairs[np.ix_(codes, codes)], found.shares[np.ix_(codes, codes)]
    classes = [{"key": answers.key(code), "name": answers.name(code)} for code in codes]
    rows = []
    for place, shown in enumerate(classes):
        cells = [
            {
                **other,
                "pairs": int(table[place, column]),
                "share": float(shares[place, column]),
                "step": step(float(shares[place, column]), place == column),
                "same": place == column,
            }
            for column, other in enumerate(classes)
        ]
        rows.append({**shown, "n": int(table[place].sum()), "cells": cells})
    return {"classes": classes, "rows": rows}
