"""Agreement and what is confused, as the API shows it. The viewer comes first; labellers never see any of this."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.label.models import Label
from labelling.measure import by_kind
from labelling.measure.answers import Answers, names_of, parse_rounds, read_answers
from labelling.measure.compare import comparison
from labelling.measure.grouping import Groups, read_groups
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats import agreement as coefficients
from labelling.stats import groups, pairs
from labelling.stats.comparison import Comparison
from labelling.stats.confusions import confusions as find_confusions
from labelling.stats.results import Counts, undefined

GROUPINGS = ("class", "labeller", "pair", "guideline", "schema", "round", "week", "batch", "source", "state", "slice", "meta.NAME")
OF_LABELS = {"guideline": "guideline_version", "schema": "schema_version", "round": "round"}  # by → column: labels of one value are compared
MIN_OVERLAP = 10  # examples that two labellers must share before their kappa is shown
MOST_PAIRS = 1000
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
    every = answers  # a round is compared within itself: without rounds being named, all of them are
    if by == "round" and rounds is None:
        every = read_answers(project, question, rounds="all", level=level)
    if by is not None and by not in GROUPINGS and not by.startswith("meta."):
        raise Invalid.field("by", f"Figures can be had by: {', '.join(GROUPINGS)}.")
    head = {"question": answers.described["key"], "kind": answers.described["kind"], "level": answers.level, "as_of": now}
    compared = comparison(answers, seed=project.seed)
    if compared is not None:
        figures = answers.remember(("agreement of kind", project.seed), lambda: (compared.alpha(), compared.measures()))
        of_all = compared if every is answers else comparison(every, seed=project.seed)
        rows, pairs_left_out = _by_of_kind(project, every, of_all, by) if of_all is not None else ([], {})
        return {
            **head,
            "alpha": figures[0].as_dict(),
            "measures": {name: figure.as_dict() for name, figure in figures[1].items()},
            "classes": by_kind.classes(answers),
            "by": rows,
            "left_out": {"single_label": int((answers.labels.sizes == 1).sum()), **_left_out(project), **pairs_left_out},
        }
    whole = partial(
        coefficients.measure, answers.labels, level=answers.level, values=answers.numbers, seed=project.seed, per_class=by == "class"
    )
    found = answers.remember(("agreement", project.seed, by == "class"), whole)
    rows, pairs_left_out = _by(project, every, found, by)
    return {
        **head,
        "alpha": found.alpha.as_dict(),
        "measures": {name: figure.as_dict() for name, figure in found.measures.items()},
        "classes": [
            {"key": answers.key(code), "name": answers.name(code), "share": float(found.shares[code])}
            for code in answers.in_order()
        ],
        "by": rows,
        "left_out": {**found.left_out, **_left_out(project), **pairs_left_out},
    }


def _left_out(project: Project) -> dict[str, int]:
    """Labels that no figure counts: withdrawn ones, and those that came too late."""
    newest = Label.objects.filter(project=project, next=None, assignment__repeat=0)
    return {
        "withdrawn": newest.filter(withdrawn=True).count(),
        "too_late": newest.filter(late=True, counted=False, withdrawn=False).count(),
    }


Rows = list[dict[str, Any]]
LeftOut = dict[str, int]  # what is said of pairs of labellers, nothing for other groupings


def _by(project: Project, answers: Answers, found: coefficients.Agreement, by: str | None) -> tuple[Rows, LeftOut]:
    if by is None:
        return [], {}
    labels, how = answers.labels, {"level": answers.level, "values": answers.numbers}
    if by == "class":
        rows = [
            _entry(answers.key(code), found.per_class[code], name=answers.name(code))
            for code in answers.in_order()
            if code in found.per_class
        ]
        return rows, {}
    if by == "pair":
        return _by_pair(project, answers)
    if by == "labeller":
        names = names_of(project)
        people = groups.by_labeller(labels, **how)
        return [_entry(names.get(one.labeller, str(one.labeller)), one.alpha, one.percent) for one in people], {}

    def of_examples(part: Groups) -> list[groups.Group]:
        inside = labels if part.whole else labels.keep((part.code >= 0)[labels.example])
        return groups.by_example_group(inside, part.code if part.whole else part.code[part.code >= 0], **how)

    return _grouped(project, answers, by, lambda keys: groups.by_label_group(labels, keys, **how), of_examples), {}


def _by_of_kind(project: Project, answers: Answers, compared: Comparison, by: str | None) -> tuple[Rows, LeftOut]:
    """The same for kinds whose answers are compared by their distance."""
    if by is None:
        return [], {}
    if by == "class":
        return by_kind.by_class(answers, compared, _entry), {}
    if by == "pair":
        rows, left_out = by_kind.by_pair(answers, compared, names_of(project), MIN_OVERLAP)
        return rows, {"pairs": left_out, "min_overlap": MIN_OVERLAP}
    if by == "labeller":
        names = names_of(project)
        return [_entry(names.get(one.labeller, str(one.labeller)), one.alpha, one.percent) for one in compared.by_labeller()], {}
    rows = _grouped(
        project,
        answers,
        by,
        lambda keys: by_kind.of_label_groups(compared, answers, keys),
        lambda part: by_kind.of_example_groups(compared, answers, part.code, whole=part.whole),
    )
    return rows, {}


def _grouped(
    project: Project, answers: Answers, by: str, of_labels: Callable[[Any], list[groups.Group]], of_examples: Callable[[Groups], list[groups.Group]]
) -> Rows:
    """What labels (versions, rounds, weeks) or examples (batch, source, state, a meta field, slices) are grouped by."""
    if by in OF_LABELS:
        return [_entry(group.key, group.alpha, group.percent) for group in of_labels(getattr(answers.columns, OF_LABELS[by]))]
    if by == "week":
        rows = of_labels(weeks(answers))
        return [_entry(monday(group.key), group.alpha, group.percent) for group in rows]
    found = []
    for part in read_groups(project, by, answers.labels.example_ids):
        rows = of_examples(part)
        if not rows and not part.whole:  # a slice that nobody has labelled anything of says so
            rows = [groups.Group(0, undefined(coefficients.NO_PAIRS, Counts()), undefined(coefficients.NO_PAIRS, Counts()))]
        for row in rows:
            key, more = (None, {}) if row.key < 0 else (part.keys[row.key], part.more(row.key))
            found.append(_entry(key, row.alpha, row.percent, **more))
    return found


def weeks(answers: Answers) -> Any:
    """The week of each label. Days count from a Thursday; weeks begin on Mondays."""
    return (answers.columns.day + 3) // 7


def monday(week: int) -> str:
    return (EPOCH + timedelta(days=7 * week - 3)).isoformat()


def _entry(key: Any, alpha: Any, percent: Any = None, **more: Any) -> dict[str, Any]:
    entry = {"key": key, "alpha": alpha.as_dict(), "n_examples": alpha.n_examples, **more}
    return entry if percent is None else {**entry, "percent": percent.as_dict()}


def _by_pair(project: Project, answers: Answers) -> tuple[Rows, LeftOut]:
    """Cohen's kappa of every two labellers who share enough examples, most examples first; and how many pairs share too few."""
    names = names_of(project)
    weights = {"nominal": "none", "ordinal": "linear"}.get(answers.level, "quadratic")
    found = pairs.pairwise_kappas(answers.labels, min_overlap=MIN_OVERLAP, weights=weights, values=answers.numbers)
    rows = []
    for pair in found.pairs[:MOST_PAIRS]:
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
    return rows, {"pairs": found.left_out, "min_overlap": MIN_OVERLAP}


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
