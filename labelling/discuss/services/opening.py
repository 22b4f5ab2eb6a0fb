"""Cases open by themselves: when the labels of a complete example differ, when a tag asks for it, when gold is missed."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from labelling.assign.models import Assignment
from labelling.discuss.models import Case, CaseReason
from labelling.discuss.rules import OPENING_TAGS, CaseState, Reason, score_of
from labelling.discuss.selectors.differences import Ints, differences, distances_between, sorted_ids, within
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.label.models import CountedAnswer
from labelling.label.services.bulk import insert, new_ids
from labelling.measure.models import ResolvedAnswer
from labelling.sql import at, rows

AT_ONCE = 50_000  # examples looked at in one go; memory stays flat
OVER = frozenset({ExampleState.COMPLETE, ExampleState.IN_REVIEW, ExampleState.RESOLVED})


def open_cases(
    *, project_id: int, example_ids: Iterable[int], tags: Mapping[int, Collection[str]] | None = None, now: datetime
) -> list[int]:
    """Open the cases that these examples ask for, or add to those that are there; returns the ids of all cases touched.

    Call it when labels came in, in their transaction: example by example or a hundred thousand at once. `tags` maps
    examples to the tags of the labels that came in; None reads those of all labels that count. A complete example with
    a case that is not resolved becomes in_review; one whose truth came in a file is resolved by it. A resolved case takes
    up new reasons, and its resolution stands.
    """
    ids = sorted_ids(example_ids)
    touched: list[int] = []
    if ids.size == 1 and tags is not None and not any(tags.values()) and _is_quiet(int(ids[0])):
        return touched
    with transaction.atomic():
        for start in range(0, ids.size, AT_ONCE):
            touched += _open_some(project_id, ids[start : start + AT_ONCE], tags, now)
    return touched


def _is_quiet(example_id: int) -> bool:
    """Whether one example has no case, no settled answers and labels that agree to the letter: what nearly every label that
    completes its example finds, so it is asked in one look."""
    return not rows(
        "SELECT 1 FROM labelling_example e WHERE e.id = %s AND (EXISTS (SELECT 1 FROM labelling_case c WHERE c.example_id = e.id) "
        "OR EXISTS (SELECT 1 FROM labelling_resolvedanswer r WHERE r.example_id = e.id) "
        "OR EXISTS (SELECT 1 FROM labelling_countedanswer a WHERE a.example_id = e.id AND a.round = e.round "
        "GROUP BY a.question_id HAVING min(a.code) <> max(a.code)))",
        [example_id],
    )


def _open_some(project_id: int, ids: Ints, tags: Mapping[int, Collection[str]] | None, now: datetime) -> list[int]:
    wanted = set(ids.tolist())
    distances = dict(zip(*(column.tolist() for column in differences(project_id, ids)), strict=True))
    tagged = _tags_of(ids) if tags is None else {pk: set(names) for pk, names in tags.items() if names and pk in wanted}
    missed = _gold_missed(project_id, ids)
    known = _with_truth(ids)
    cases = {case.example_id: case for case in Case.objects.filter(**within(ids.tolist())) if case.example_id in wanted}
    concerned = sorted(set(distances) | set(tagged) | missed | set(cases) | known)
    if not concerned:
        return []
    states = _locked_states(project_id, concerned)
    if len(concerned) > len(cases):  # those opened by others while we waited for the examples
        cases |= {case.example_id: case for case in Case.objects.filter(**within(concerned)) if case.example_id in states}
    new: list[Case] = []
    changed: list[Case] = []
    reasons: dict[int, set[str]] = {}  # new reasons and tags by example
    for example_id in concerned:
        state = states.get(example_id)
        if state is None:
            continue
        why = {str(tag) for tag in OPENING_TAGS & tagged.get(example_id, set())}
        if example_id in distances and state in OVER and example_id not in known:
            why.add(Reason.DISAGREEMENT)
        if example_id in missed:
            why.add(Reason.GOLD_MISSED)
        case = cases.get(example_id)
        if case is None and not why:
            continue
        if case is None:
            case = Case(project_id=project_id, example_id=example_id, opened_at=now, changed_at=now, reasons=[])
            new.append(case)
        _take_up(case, why, distances.get(example_id, 0.0), now, changed)
        reasons[example_id] = why | tagged.get(example_id, set())
        cases[example_id] = case
    settled = [pk for pk in known if states.get(pk) == ExampleState.COMPLETE]
    if settled:
        change_state(project_id=project_id, example_ids=settled, to=ExampleState.RESOLVED)
        states |= dict.fromkeys(settled, ExampleState.RESOLVED)
    return _store(project_id, cases, new, changed, reasons, states)


def _take_up(case: Case, why: set[str], distance: float, now: datetime, changed: list[Case]) -> None:
    reasons = sorted(set(case.reasons) | why)
    score = score_of(distance, reasons)
    if case.pk is not None and (reasons != case.reasons or abs(score - case.score) > 1e-9):
        changed.append(case)
        case.changed_at = now
    case.reasons, case.score = reasons, score


def _store(
    project_id: int,
    cases: Mapping[int, Case],
    new: list[Case],
    changed: list[Case],
    reasons: Mapping[int, set[str]],
    states: Mapping[int, str],
) -> list[int]:
    if new:
        _insert(new, reasons)
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE labelling_case SET reasons = %s, score = %s, changed_at = %s WHERE id = %s",
                [(json.dumps(case.reasons), case.score, at(case.changed_at), case.pk) for case in changed],
            )
    made = {case.example_id for case in new}
    rows = [CaseReason(case=cases[pk], reason=reason) for pk, why in reasons.items() if pk not in made for reason in sorted(why)]
    if rows:
        CaseReason.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
    review = [pk for pk in reasons if states[pk] == ExampleState.COMPLETE]
    if review:
        unsettled = Case.objects.filter(**within(review)).exclude(state=CaseState.RESOLVED).values_list("example_id", flat=True)
        put = sorted(set(review) & set(unsettled))
        for start in range(0, len(put), 10_000):
            change_state(project_id=project_id, example_ids=put[start : start + 10_000], to=ExampleState.IN_REVIEW)
    return sorted(case.pk for case in [*new, *changed])


def _insert(new: list[Case], reasons: Mapping[int, set[str]]) -> None:
    for case, pk in zip(new, new_ids("labelling_case", len(new)), strict=True):
        case.pk = pk
    names = ("id", "project_id", "example_id", "state", "reasons", "score", "note", "opened_at", "changed_at")
    insert(
        "labelling_case",
        names,
        [
            (case.pk, case.project_id, case.example_id, "open", json.dumps(case.reasons), case.score, "", at(case.opened_at), at(case.changed_at))
            for case in new
        ],
    )
    insert("labelling_casereason", ("case_id", "reason"), [(case.pk, str(reason)) for case in new for reason in sorted(reasons[case.example_id])])


def _locked_states(project_id: int, example_ids: list[int]) -> dict[int, str]:
    """The examples' states, their rows locked, so that two who complete one example open one case."""
    rows = Example.objects.select_for_update().filter(project_id=project_id, **within(example_ids, "id")).order_by("id")
    wanted = set(example_ids)
    return {pk: state for pk, state in rows.values_list("id", "state") if pk in wanted}


def _tags_of(ids: Ints) -> dict[int, set[str]]:
    rows = (
        Assignment.objects.filter(**within(ids.tolist()), counted=True, round=F("example__round"))
        .exclude(label__tags=[])
        .values_list("example_id", "label__tags")
    )
    wanted, found = set(ids.tolist()), {}
    for example_id, tags in rows:
        if example_id in wanted:
            found.setdefault(example_id, set()).update(tags)
    return found


def _with_truth(ids: Ints) -> set[int]:
    """Examples whose right answer came in a file: once they are complete, there is nothing left to discuss."""
    rows = ResolvedAnswer.objects.filter(**within(ids.tolist()), resolution__imported=True).values_list("example_id", flat=True)
    return set(rows) & set(ids.tolist())


def _gold_missed(project_id: int, ids: Ints) -> set[int]:
    """Examples with a gold answer that a label which counts has missed."""
    gold: dict[tuple[int, int], set[int]] = {}
    wanted = set(ids.tolist())
    for question, example, code in ResolvedAnswer.objects.filter(**within(ids.tolist()), gold=True).values_list("question_id", "example_id", "code"):
        if example in wanted:
            gold.setdefault((question, example), set()).add(code)
    if not gold:
        return set()
    examples = sorted({example for _, example in gold})
    answers = CountedAnswer.objects.filter(**within(examples), round=F("example__round"))
    rows: Any = answers.values_list("question_id", "example_id", "code")
    others = [(question, example, code) for question, example, code in rows if (question, example) in gold and code not in gold[question, example]]
    # Boxes and spans may say the same in another answer: what is not apart from a right answer misses nothing.
    apart: dict[int, dict[tuple[int, int], float]] = {}
    for question in {question for question, _, _ in others}:
        pairs = {(code, right) for asked, example, code in others if asked == question for right in gold[question, example]}
        apart[question] = distances_between(project_id, question, pairs)
    return {example for question, example, code in others if all(apart[question][code, right] > 0 for right in gold[question, example])}
