"""Human level: a person's answer against a reference that was made without them; and what keeps the figure honest."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.assign.rules import Purpose
from labelling.errors import Invalid
from labelling.measure import estimates, person, person_parts
from labelling.measure.answers import Answers, names_of, read_answers
from labelling.measure.check_columns import with_checks
from labelling.measure.columns import read_resolved, read_took_part
from labelling.measure.compare import OF_CLASSES
from labelling.measure.grouping import read_groups
from labelling.measure.same_labels import on_the_same
from labelling.projects.models import Project
from labelling.projects.selectors import get_project
from labelling.stats import human
from labelling.stats.results import Result

GROUPINGS = ("class", "labeller", "source", "batch", "slice", "meta.NAME")
REFERENCES = ("resolved", "leave_one_out")
EXAMPLES = ("all", "same")
ENOUGH_RESOLVED = 30  # with fewer, chance decides what "against resolved answers" reads

CAUTIONS = {
    "popular_answer": "The most popular answer scores higher than one person by the same measure, although it is made of these people's"
    " answers. A model that claims to beat people must be compared with it too.",
    "few_resolved": "Few examples are resolved so far: the figure against resolved answers still moves with each one.",
    "resolved_are_disputed": "Resolved examples are mostly those that people disagreed on. On them everybody scores lower than on all examples.",
    "model_against_majority": "Compare a model with people on the same references only: against the majority of all labels a model of exactly"
    " human skill seems to beat people who are scored without their own vote.",
    "dawid_skene": "The estimate by the model of labellers supposes that people err independently of each other: a mistake that many share"
    " counts as right there.",
    "two_labels": "With two labels an example the reference is one other person: the figure is agreement, not accuracy.",
}


def human_performance(
    viewer: Viewer, slug: str, *, question: str | None = None, by: str | None = None, reference: str | None = None, examples: str | None = None
) -> dict[str, Any]:
    """Human level of one question as in API.md. `reference` is what the popular answer and the split are against, `examples` "same"
    counts only labels that have a reference of both kinds. Raises NotFound, NotAllowed, Invalid."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    if by is not None and by not in GROUPINGS and not by.startswith("meta."):
        raise Invalid.field("by", f"Human level can be had by: {', '.join(GROUPINGS)}.")
    if reference is not None and reference not in REFERENCES:
        raise Invalid.field("reference", f"The reference is one of: {', '.join(REFERENCES)}.")
    if examples is not None and examples not in EXAMPLES:
        raise Invalid.field("examples", f"The examples are one of: {', '.join(EXAMPLES)}.")
    return describe(project, read_answers(project, question), by=by, reference=reference, same=examples == "same")


def describe(project: Project, answers: Answers, *, by: str | None = None, reference: str | None = None, same: bool = False) -> dict[str, Any]:
    """The same for answers that are at hand."""
    resolved = against_resolved(project, answers)
    alone = leave_one_out(project, answers)
    n_resolved = count_resolved(resolved, answers)
    reference = reference or ("resolved" if n_resolved >= ENOUGH_RESOLVED else "leave_one_out")
    trade, top, errors = _of_the_trade(project, answers, resolved), ceiling(project, answers, alone), error_range(alone)
    if same:
        resolved, alone = on_the_same(resolved, alone)
    chosen = resolved if reference == "resolved" else alone
    repeats, repeats_of = consistency(project, answers)
    popular, level, estimate = chosen.popular_answer(), chosen.overall(), estimates.human_accuracy(answers)
    return {
        "question": answers.described["key"],
        "against_resolved": resolved.overall().as_dict(),
        "leave_one_out": alone.overall().as_dict(),
        "repeat_consistency": repeats.as_dict(),
        "repeat_by_labeller": _by_person(project, repeats_of),
        "popular_answer": popular.as_dict(),
        "ceiling": top.as_dict(),
        "dawid_skene": estimate.as_dict(),
        "irreducible_error": _error_range(errors),
        "measures": trade,
        "reference": reference,
        "examples": "same" if same else "all",
        "by": _by_both(project, answers, {"resolved": resolved, "leave_one_out": alone}, reference, by),
        "cautions": [
            {"code": code, "message": CAUTIONS[code]} for code in _cautions(answers, level, popular, n_resolved, estimate)
        ],
    }


def against_resolved(project: Project, answers: Answers, *, share: float = 1.0, gold: bool = False) -> human.Scores:
    """Each label against the resolved answers (or gold ones alone); labels of those who helped to settle the example are not scored.

    `share` scales how much work may be done for kinds that are scored answer by answer.
    """
    found = read_resolved(answers.question.pk, known=answers.known)
    example, code = (found.example[found.gold == 1], found.code[found.gold == 1]) if gold else (found.example, found.code)
    helped = took_part(project, answers)
    if answers.described["kind"] in OF_CLASSES:
        return human.against_reference(answers.labels, example, code, never_counted=helped)
    return person.against_reference(answers, example, code, never_counted=helped, share=share, seed=project.seed)


def _of_the_trade(project: Project, answers: Answers, resolved: human.Scores) -> dict[str, Any]:
    """Word error rate, F1 of spans or of boxes against resolved answers; nothing for other kinds."""
    if not isinstance(resolved, person.KindScores):
        return {}
    found = read_resolved(answers.question.pk, known=answers.known)
    return person_parts.measures(answers, found.example, found.code, took_part(project, answers), resolved)


def leave_one_out(project: Project, answers: Answers, *, share: float = 1.0) -> human.Scores:
    """Each label against what the others' labels of its example come to."""
    if answers.described["kind"] in OF_CLASSES:
        return human.leave_one_out(answers.labels)
    return person.leave_one_out(answers, share=share, seed=project.seed)


def count_resolved(scores: human.Scores, answers: Answers) -> int:
    """How many labelled examples have an answer that labels can be scored against, whether scored or left out of a sample."""
    scored = int(np.unique(scores.labels.example[scores.counted]).size)
    if not scored or not isinstance(scores, person.KindScores):
        return scored
    settled = int(np.isin(answers.labels.example_ids, read_resolved(answers.question.pk, known=answers.known).example).sum())
    return round(settled * scored / scores.labels.n_examples)


def ceiling(project: Project, answers: Answers, alone: human.Scores, *, share: float = 1.0) -> Result:
    """The square root of what two people's answers have in common."""
    if not isinstance(alone, person.KindScores):
        return human.ceiling(answers.labels, seed=project.seed)
    return human.root(person.two_people(answers, alone.scorer, share=share, seed=project.seed))


def error_range(alone: human.Scores) -> human.ErrorRange | human.Undefined:
    return person.error_range(alone) if isinstance(alone, person.KindScores) else human.irreducible_error(alone.labels)


def consistency(project: Project, answers: Answers) -> tuple[Result, dict[object, Result]]:
    """How far people agree with themselves, over the rounds and where they were given an example of their own again: overall
    and by user id."""
    every = with_checks(read_answers(project, answers.described["key"], rounds="all"), [Purpose.REPEAT])
    return human.repeat_consistency(every.labels) if answers.described["kind"] in OF_CLASSES else person.consistency(every)


def took_part(project: Project, answers: Answers) -> NDArray[np.bool_]:
    """Per label (in the columns' order): did its labeller help to settle its example?"""
    part = read_took_part(project.pk, known=answers.known)
    if not part.example.size:
        return np.zeros(len(answers.columns), dtype=np.bool_)
    helpers = part.example.astype(np.int64) << 32 | part.user
    return np.isin(answers.columns.example.astype(np.int64) << 32 | answers.columns.labeller, helpers)


def _error_range(found: human.ErrorRange | human.Undefined) -> dict[str, Any]:
    if isinstance(found, human.Undefined):
        return found.as_dict()
    return {"low": found.low, "high": found.high, "n_examples": found.n_examples, "method": found.method}


def _cautions(answers: Answers, level: Any, popular: Any, n_resolved: int, estimate: Result) -> list[str]:
    codes = ["model_against_majority"]
    if level.value is not None and popular.value is not None and popular.value > level.value:
        codes.insert(0, "popular_answer")
    if 0 < n_resolved < ENOUGH_RESOLVED:
        codes.append("few_resolved")
    if n_resolved and n_resolved < 0.9 * answers.labels.n_examples:
        codes.append("resolved_are_disputed")
    if estimate.value is not None:
        codes.append("dawid_skene")
    if answers.labels.n_labels and int(answers.labels.sizes.max()) == 2:
        codes.append("two_labels")
    return codes


def _by_both(
    project: Project, answers: Answers, scores: dict[str, human.Scores], reference: str, by: str | None
) -> list[dict[str, Any]]:
    """What `_by` gives against the chosen reference, and in each entry the figures against both."""
    if by is None:
        return []
    found = {name: {repr(row["key"]): row for row in _by(project, answers, one, by)} for name, one in scores.items()}
    other = next(name for name in REFERENCES if name != reference)
    none = human.Undefined("No label here has a reference of this kind.").as_dict()
    rows = [*found[reference].values(), *(row | {"figure": none, "n_examples": 0} for key, row in found[other].items() if key not in found[reference])]
    for row in rows:
        for name, field in (("resolved", "against_resolved"), ("leave_one_out", "leave_one_out")):
            here = found[name].get(repr(row["key"]))
            row[field] = none if here is None else here["figure"]
    return rows


def _by_person(project: Project, found: dict[object, Result]) -> list[dict[str, Any]]:
    """Figures of people by user id, in the order of their names."""
    names = names_of(project)
    return sorted((_entry(names.get(who, str(who)), figure) for who, figure in found.items()), key=lambda row: row["key"])  # type: ignore[call-overload]


def _by(project: Project, answers: Answers, scores: human.Scores, by: str | None) -> list[dict[str, Any]]:
    if by is None:
        return []
    if by == "class" and isinstance(scores, person.KindScores):
        by_key = scores.by_key()
        return [_entry(item["key"], by_key[item["key"]], name=item["name"]) for item in answers.described.get("classes", ()) if item["key"] in by_key]
    if by == "class":
        found: dict[Any, Any] = scores.by_class()
        return [
            _entry(answers.key(code), found[code], name=answers.name(code))
            for code in answers.in_order()
            if code in found
        ]
    if by == "labeller":
        names = names_of(project)
        return [_entry(names.get(who, str(who)), figure) for who, figure in scores.by_labeller().items()]  # type: ignore[call-overload]
    return [
        _entry(part.keys[place], figure, **part.more(place))
        for part in read_groups(project, by, scores.labels.example_ids)
        for place, figure in scores.by_group(part.code).items()
    ]


def _entry(key: Any, figure: Any, **more: Any) -> dict[str, Any]:
    return {"key": key, "figure": figure.as_dict(), "n_examples": figure.n_examples, **more}
