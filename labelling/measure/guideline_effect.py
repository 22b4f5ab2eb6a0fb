"""What a change of the guidelines did to agreement: on the examples that were labelled under both versions, and on no others."""

from typing import Any

import numpy as np

from labelling.access import Permission, Viewer
from labelling.errors import Invalid
from labelling.measure.answers import Answers, read_answers
from labelling.measure.compare import OF_CLASSES, compare, text_lengths
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats import effect as of_classes
from labelling.stats.columns import Labels
from labelling.stats.compare_effect import of_comparisons
from labelling.stats.effect import Change, Effect, in_common

ENOUGH = 10  # examples in common; with fewer a difference is chance


def guideline_effect(
    viewer: Viewer, slug: str, *, question: str | None = None, from_: str | None = None, to: str | None = None
) -> dict[str, Any]:
    """Alpha and raw agreement under two versions of the guidelines, on exactly the examples that two people or more labelled under
    each, and the difference. `to` is the newest version by default and `from_` the one before. Raises NotFound, NotAllowed, Invalid.

    Labels of all rounds are in; of a person's labels of one example under one version the newest counts.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    later = _version(project, to, "to") if to else project.guideline_version
    earlier = _version(project, from_, "from") if from_ else later - 1
    if earlier >= later:
        raise Invalid.field("from", f"Compare a version with an earlier one: from lies below {later}." if later > 1 else "Version 1 has none before it.")
    answers = read_answers(project, question, rounds="all")
    sides = [labels_under(answers, version) for version in (earlier, later)]
    found = _effect(project, answers, *in_common(*sides))
    return {
        "question": answers.described["key"],
        "kind": answers.described["kind"],
        "level": answers.level,
        "from": earlier or None,  # there may be one version only
        "to": later,
        "n_examples": found.n_examples,
        "enough": found.n_examples >= ENOUGH,
        "examples": {"from": sides[0].n_examples, "to": sides[1].n_examples, "both": _shared(sides[0].example_ids, sides[1].example_ids)},
        "labellers": _labellers(*in_common(*sides)),
        "alpha": _change(found.alpha),
        "percent": _change(found.percent),
        "by_class": _by_class(answers, found),
        "versions": versions_of(answers),
    }


def labels_under(answers: Answers, version: int) -> Labels:
    """The labels made under one version of the guidelines: each person's newest of each example."""
    columns = answers.columns
    rows = np.flatnonzero(columns.guideline_version == version)
    example, labeller = columns.example[rows], columns.labeller[rows]
    # Rows are ordered by example, labeller, round: the last of each person is the newest.
    last = np.append((example[1:] != example[:-1]) | (labeller[1:] != labeller[:-1]), True)[: rows.size]
    return Labels.of(example[last], labeller[last], columns.code[rows[last]], n_codes=len(answers.values))


def versions_of(answers: Answers) -> list[dict[str, int]]:
    """The versions that labels were made under, the oldest first: how many examples each has, and how many of them can be compared
    with the version before it in this list."""
    found: list[dict[str, int]] = []
    before = None
    for version in np.unique(answers.columns.guideline_version).tolist():
        labels = labels_under(answers, version)
        enough = labels.example_ids[labels.sizes >= 2]
        found.append({"version": version, "n_examples": labels.n_examples, "in_common": _shared(before, enough) if before is not None else 0})
        before = enough
    return found


def _version(project: Project, text: str, name: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 1 <= number <= project.guideline_version:
        raise Invalid.field(name, f"The guidelines have the versions 1 to {project.guideline_version}.")
    return number


def _shared(one: Any, other: Any) -> int:
    return int(np.intersect1d(one, other, assume_unique=True).size)


def _labellers(before: Labels, after: Labels) -> dict[str, int]:
    both = _shared(before.labeller_ids, after.labeller_ids)
    return {"from": before.n_labellers, "to": after.n_labellers, "both": both}


def _effect(project: Project, answers: Answers, before: Labels, after: Labels) -> Effect:
    described = answers.described
    if described["kind"] in OF_CLASSES or not before.n_examples:
        return of_classes.of_labels(before, after, level=answers.level, values=answers.numbers, seed=project.seed)
    lengths = None
    if described["kind"] == "spans":
        lengths = text_lengths(answers)[np.searchsorted(answers.labels.example_ids, before.example_ids)]  # the same of both sides
    sides = [compare(described, side, answers.values, level=answers.level, lengths=lengths, seed=project.seed) for side in (before, after)]
    return of_comparisons(*sides, seed=project.seed)


def _change(change: Change) -> dict[str, Any]:
    return {"before": change.before.as_dict(), "after": change.after.as_dict(), "difference": change.difference.as_dict()}


def _by_class(answers: Answers, found: Effect) -> list[dict[str, Any]]:
    """In the question's own order; classes that fewer than 10 of the examples hold are left out."""
    if answers.described["kind"] in OF_CLASSES:
        return [
            {"key": answers.key(code), "name": answers.name(code), **_change(found.per_class[code])}
            for code in answers.in_order()
            if code in found.per_class
        ]
    items = answers.described.get("classes", ())
    return [{"key": item["key"], "name": item["name"], **_change(found.per_class[place])} for place, item in enumerate(items) if place in found.per_class]
