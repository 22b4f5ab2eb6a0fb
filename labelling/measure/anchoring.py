"""How far labels agree with a model's suggestions when they were shown and when they were held back. Leads only."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.assign.suggestion_models import Suggested, Suggestion
from labelling.kinds import KINDS
from labelling.kinds.changes import current_answer
from labelling.label.remapping import later_changes
from labelling.measure.bulk import literal, snapshot
from labelling.measure.columns import code_values
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, get_question
from labelling.stats.anchoring import Anchoring, compare_arms

CAUTION = (
    "Which examples go without is decided by chance, so the difference is what showing a suggestion does to people: it is called"
    " anchoring. It says nothing of how good the model is, nor of how good the labels are."
)
PART = 5000  # suggestions read at once
# Labels that count, beside the suggestion that held when their example was handed out. Checks never count.
FROM = (
    "labelling_suggested d JOIN labelling_assignment a ON a.id = d.assignment_id JOIN labelling_countedanswer c "
    "ON c.question_id = {question} AND c.example_id = a.example_id AND c.labeller_id = a.labeller_id AND c.round = a.round "
    "WHERE d.project_id = {project} AND a.counted"
)


def effect(viewer: Viewer, slug: str, *, question: str | None = None) -> dict[str, Any]:
    """What showing suggestions does to the answers to one question, the first by default: {"question", "shown", "blind",
    "difference", "exact": {the same three}, "models", "caution"}. `exact` counts only answers that are the suggestion itself;
    the others count by the kind's own score. Raises NotFound and NotAllowed."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    row, described = get_question(project, question)
    with snapshot() as reader:
        flag = "" if reader.vendor == "sqlite" else "::int"
        columns = {"example": "c.example_id", "labeller": "c.labeller_id", "code": "c.code", "suggestion": "d.suggestion_id", "shown": f"d.shown{flag}"}
        found = reader.integers(columns, FROM.format(question=literal(row.pk), project=literal(project.pk)))
    score, same, models = _credits(project, row.pk, described, found["suggestion"], found["code"])
    known = np.flatnonzero(~np.isnan(score))
    part = [found[name][known] for name in ("example", "labeller", "shown")]
    return {
        "question": described["key"],
        **_as_dict(compare_arms(*part, score[known])),
        "exact": _as_dict(compare_arms(*part, same[known])),
        "models": [{"model": name, "labels": number} for name, number in sorted(models.items())],
        "caution": CAUTION,
    }


def has_effect(project: Project) -> bool:
    """Whether anything was handed out for which a model had suggested something."""
    return Suggested.objects.filter(project=project).exists()


def _as_dict(found: Anchoring) -> dict[str, Any]:
    return {"shown": found.shown.as_dict(), "blind": found.blind.as_dict(), "difference": found.difference.as_dict()}


def _credits(
    project: Project, question_id: int, described: Any, suggestions: NDArray[np.int64], codes: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, int]]:
    """Per label how far it agrees with its suggestion and whether it is the same answer, NaN where the suggestion does not
    answer this question; and how many labels there are beside each model's suggestions."""
    kind, values = KINDS[described["kind"]], code_values(question_id)
    score, same = np.full(codes.size, np.nan), np.full(codes.size, np.nan)
    models: dict[str, int] = {}
    if not codes.size:
        return score, same, models
    order = np.argsort(suggestions, kind="stable")
    ids, begins = np.unique(suggestions[order], return_index=True)
    rows_of = dict(zip(ids.tolist(), np.split(order, begins[1:]), strict=True))
    known: dict[tuple[str, int], tuple[float, float]] = {}
    for pk, model, answer in _suggested_answers(project, described["key"], ids):
        if answer is None:
            continue
        text = kind.text(answer)
        for row in rows_of[pk].tolist():
            code = int(codes[row])
            pair = known.get((text, code))
            if pair is None:
                pair = known[text, code] = (float(kind.score(described, answer, values[code])), float(text == kind.text(values[code])))
            score[row], same[row] = pair
            models[model] = models.get(model, 0) + 1
    return score, same, models


def _suggested_answers(project: Project, key: str, ids: NDArray[np.int64]) -> Iterator[tuple[int, str, Any]]:
    """(id, model, its answer to the question as it counts today, or None) of these suggestions."""
    changes: dict[int, Any] = {}
    for start in range(0, ids.size, PART):
        part = Suggestion.objects.filter(project=project, pk__gte=int(ids[start]), pk__lte=int(ids[min(start + PART, ids.size) - 1]))
        wanted = set(ids[start : start + PART].tolist())
        for pk, model, value, version in part.values_list("pk", "model", "value", "schema_version").iterator():
            if pk not in wanted:
                continue
            answer = value.get(key)
            if answer is not None and version < project.schema_version:
                if version not in changes:
                    changes[version] = later_changes(project.pk, version)
                answer = current_answer(key, answer, changes[version])
            yield pk, model, answer
