"""Evaluate: a model beside people, by identical references; where it loses, and on which examples."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from labelling.access import Permission
from labelling.errors import Conflict
from labelling.evaluate import people, selectors
from labelling.evaluate.alternative import CHOICES
from labelling.kinds import KINDS
from labelling.stats.parties import FEWEST
from labelling.web.guard import in_project
from labelling.web.measure import dots
from labelling.web.paging import Pages

PER_PAGE = 50
MOST_LOST = 5  # on the evaluation's first page
FIRST = 20  # losses or wins that are shown at once
EVEN = 0.05  # an interval within this of 0: level; a wider one tells nothing
REFERENCES = {"resolved": "Against resolved answers", "leave_one_out": "Against what the others say"}
NOTHING = {
    "resolved": "No label here can be scored so: nothing was settled, or only by those who labelled it, or each label is the reason why its example was.",
    "leave_one_out": "No label here can be scored so: nobody else labelled these examples, or each label is the reason why its example is here.",
}
FIELDS = {"source": "source", "batch": "batch"}


@in_project(Permission.READ_EVALUATIONS)
def beside_people(request: HttpRequest, project: Any, evaluation_id: str) -> HttpResponse:
    """All about one question: both references, the alternative annotator test, losses before wins."""
    evaluation = selectors.get_evaluation(request.viewer, project.slug, evaluation_id)
    questions = list(evaluation.results["questions"])
    context: dict[str, Any] = {"project": project, "evaluation": evaluation, "model": evaluation.model, "questions": questions, "tab": "people"}
    asked = {name: request.GET.get(name) or None for name in ("question", "epsilon")}
    context["key"] = asked["question"] or questions[0]
    try:
        found = people.beside_people(request.viewer, project.slug, evaluation_id, **asked)
    except Conflict as error:  # an old evaluation is shown with its sentence
        return TemplateResponse(request, "evaluate/people.html", context | {"old": error.message})
    name = f"{evaluation.model.name} {evaluation.model.version}"
    order = [found["reference"], *(kind for kind in REFERENCES if kind != found["reference"])]
    first = found["references"][order[0]]
    base = _examples(project, evaluation, found["question"])
    places = [_place(row, _where(row), class_=str(row["key"]), base=base) for row in found["by_class"]]
    slices = [_place(row, _where(row), slice_=row["slice"], base=base) for row in found["by_slice"]]
    context |= {
        "found": found,
        "finding": finding(name, first["each_label"]),
        "levels": dots(levels(name, first), figure="figure"),
        "references": [_reference(found["references"][kind], name) for kind in order],
        "test": found["alternative"],
        "verdict": verdict(found["alternative"], name),
        "epsilons": [(value, words, abs(value - found["alternative"]["epsilon"]) < 1e-9) for value, words in CHOICES.items()],
        "places": [{"id": "classes", "title": "class", "head": "Class", **_sides(places)}, {"id": "slices", "title": "slice", "head": "Slice", **_sides(slices)}],
        "all_lost": base,
    }
    return TemplateResponse(request, "evaluate/people.html", context)


def finding(model: str, standing: Mapping[str, Any]) -> str:
    """The chart's title: how the model stands to one person and to the popular answer."""
    if standing["person"]["value"] is None:
        return f"{model} and people cannot be compared here: {standing['person']['undefined']}"
    to_person, to_popular = (_stands(standing[name]) for name in ("model_minus_person", "model_minus_popular"))
    mine, person, popular = (percent(standing[name]["value"]) for name in ("model", "person", "popular_answer"))
    joined = f"and {to_popular}" if to_person != to_popular else "nor from" if to_person.endswith("from") else "and"
    return f"{model} {to_person} one person ({mine} and {person}) {joined} the most popular answer ({popular})."


def _stands(gap: Mapping[str, Any]) -> str:
    low, high = gap["low"], gap["high"]
    if low is None:
        return "has too few examples to be told from"
    if low > 0:
        return "is above"
    if high < 0:
        return "is below"
    return "is level with" if -EVEN <= low and high <= EVEN else "cannot be told from"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def levels(model: str, reference: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the chart of parties."""
    standing, best = reference["each_label"], reference["best_person"]
    rows = [
        {"key": model, "figure": standing["model"]},
        {"key": "one person", "figure": standing["person"]},
        {"key": "most popular answer", "figure": standing["popular_answer"]},
    ]
    if best is not None and best["n_people"] > 1:
        rows.insert(2, {"key": "best person, to be expected", "figure": best["expected"]})
    return rows


def _reference(found: Mapping[str, Any], model: str) -> dict[str, Any]:
    best = found["best_person"]
    rows = [("One person, each label once", found["each_label"]), (f"One person, each person once (of {found['n_people']})", found["each_person"])]
    if best is not None:
        rows.append((f"The best person of {best['n_people']}, {best['name'] or best['labeller']}", best))
    return {
        "title": REFERENCES[found["reference"]],
        "found": found,
        "rows": rows if found["each_label"]["person"]["value"] is not None else [],
        "best": best,
        "sentence": finding(model, found["each_label"]),
        "nothing": NOTHING[found["reference"]],
    }


def verdict(test: Mapping[str, Any], model: str) -> str:
    if test["passed"] is None:
        return f"The test says nothing here. {test['undefined']}"
    compared = [row for row in test["people"] if row["won"] is not None]
    won = sum(row["won"] for row in compared)
    share = f"{won} of {len(compared)} people"
    if test["passed"]:
        return f"Passed: {model} may take the place of {share}, which is half or more."
    return f"Not passed: {model} may take the place of {share}; the test asks for half."


def _where(row: Mapping[str, Any]) -> str:
    if "slice" not in row:
        return str(row["name"])
    field = str(row["field"])
    if field.startswith("length."):
        return f"{field.removeprefix('length.')} of {row['value']}"
    return f"{FIELDS.get(field, field.removeprefix('meta.'))}: {row['value']}"


def losses(project: Any, evaluation: Any, question: str, by_slice: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The slices where a model loses most, for the evaluation's first page; none of an evaluation that was made before there was this."""
    base = _examples(project, evaluation, question)
    rows = [_place(row, _where(row), slice_=row["slice"], base=base) for row in by_slice if "field" in row]
    sides = _sides(rows)
    return {"lost": sides["sides"][0][1][:MOST_LOST], "comparisons": sides["comparisons"]}


def _examples(project: Any, evaluation: Any, question: str) -> str:
    query = urlencode({"question": question})
    return reverse("evaluation-examples", kwargs={"slug": project.slug, "evaluation_id": evaluation.pk}) + "?" + query


def _place(row: Mapping[str, Any], where: str, *, base: str, slice_: str = "", class_: str = "") -> dict[str, Any]:
    model = row["metric"] if "metric" in row else row["model"]
    query = {"slice": slice_} if slice_ else {"class": class_}
    return {**row, "where": where, "model": model, "url": f"{base}&{urlencode(query)}", "together": row["together"] or {}}


def _sides(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Losses, wins and what is too small, each in the order that they came in."""
    enough = [row for row in rows if row["gap"]["value"] is not None and row["gap"]["n_examples"] >= FEWEST]
    lost, won = [row for row in enough if row["gap"]["value"] < 0], [row for row in enough if row["gap"]["value"] >= 0]
    return {
        "sides": [("loses", lost[:FIRST], lost[FIRST:], "lost"), ("wins or is level", won[:FIRST], won[FIRST:], "won")],
        "few": [row for row in rows if row not in enough],
        "comparisons": next((row["together"]["comparisons"] for row in enough if row["together"]), 0),
        "settled": sum(row["settled"] for row in lost),
        "any": bool(rows),
    }


@in_project(Permission.SEE_LABELS)
def examples(request: HttpRequest, project: Any, evaluation_id: str) -> HttpResponse:
    """The examples where people are right and the model is wrong, or the other way round."""
    side, slice_, class_ = request.GET.get("side") or "lost", request.GET.get("slice", ""), request.GET.get("class", "")
    number = request.GET.get("page", "1")
    first = (min(int(number), 10**6) - 1) * PER_PAGE if number.isascii() and number.isdigit() and len(number) < 12 and int(number) else 0
    found = people.lost_examples(
        request.viewer, project.slug, evaluation_id, question=request.GET.get("question") or None, side=side, slice_=slice_, class_=class_,
        first=first, count=PER_PAGE + 1,
    )  # fmt: skip
    described = found["described"]
    kind = KINDS[described["kind"]]
    for row in found["rows"]:
        row["said"] = "no answer" if row["predicted"] is None else kind.show(described, row["predicted"])
        row["wanted"] = " or ".join(kind.show(described, answer) for answer in row["right"])
    evaluation = selectors.get_evaluation(request.viewer, project.slug, evaluation_id)
    names = {item["key"]: item["name"] for item in described.get("classes", ())}
    field, _, value = slice_.partition("=")
    context = {
        "project": project, "evaluation": evaluation, "model": evaluation.model, "found": found, "side": side,
        "pages": Pages(request, _Already(found["rows"], first), PER_PAGE),
        "where": _where({"slice": slice_, "field": field, "value": value}) if slice_ else names.get(class_, class_),
        "other": "won" if side == "lost" else "lost",
        "query": urlencode({name: value for name, value in (("question", found["question"]), ("slice", slice_), ("class", class_)) if value}),
        "degrees": described["kind"] not in ("choice", "rating"),
    }  # fmt: skip
    return TemplateResponse(request, "evaluate/examples.html", context)


class _Already:
    """Rows from `first` on, as the list that Pages slices."""

    def __init__(self, rows: list[Any], first: int) -> None:
        self.rows, self.first = rows, first

    def __getitem__(self, part: slice) -> list[Any]:
        return self.rows[: part.stop - part.start]


urlpatterns = [
    path("projects/<str:slug>/evaluate/<str:evaluation_id>/people/", beside_people, name="evaluation-people"),
    path("projects/<str:slug>/evaluate/<str:evaluation_id>/examples/", examples, name="evaluation-examples"),
]
