"""Settle a case, and take it up again. A resolution is a row that is never changed: a later one supersedes it, and no
label is ever touched by it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.discuss import rules
from labelling.discuss.models import Case, Remark, Resolution
from labelling.discuss.rules import SETTLING, CaseState, Cause, Outcome
from labelling.discuss.selectors.cases import current_labels
from labelling.discuss.selectors.queue import fetch_case
from labelling.discuss.selectors.votes import Schemas
from labelling.errors import Conflict, Invalid
from labelling.intake.about import about_example
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.kinds import KINDS
from labelling.label.models import Label
from labelling.label.services.interning import codes_of
from labelling.measure.services import Standing, set_resolved_answers
from labelling.projects.models import Project
from labelling.projects.selectors import question_rows, questions_of

STATE_AFTER = {
    Outcome.ANSWER: ExampleState.RESOLVED,
    Outcome.SEVERAL_ANSWERS: ExampleState.RESOLVED,
    Outcome.REGATHER: ExampleState.REGATHER,
    Outcome.DROP: ExampleState.DROPPED,
}
NOT_SAID: Any = object()


class LabelsChanged(Conflict):
    """The labels are not those that were looked at."""

    code = "labels_changed"


class SettledMeanwhile(Conflict):
    """Somebody else was faster."""

    code = "settled_meanwhile"


def resolve(
    *,
    actor: Viewer,
    case_id: int,
    outcome: Any,
    cause: Any,
    seen: Any,
    value: Any = None,
    values: Any = None,
    note: Any = "",
    gold: Any = False,
    standing: Any = NOT_SAID,
    now: datetime,
) -> Resolution:
    """Settle a case. `seen` are the ids of the labels that count and were looked at: where they are others by now, nothing
    is settled and LabelsChanged says what changed. `standing` (optional) is the resolution that stood at that moment, or
    None; where another stands by now, or somebody settles the case at this very moment, SettledMeanwhile.
    """
    project, case = fetch_case(actor, case_id, Permission.DISCUSS)
    outcome, cause = rules.check_member(outcome, Outcome, "outcome"), rules.check_member(cause, Cause, "cause")
    seen, note = rules.check_seen(seen), rules.check_text(note, "note")
    if not isinstance(gold, bool):
        raise Invalid.field("gold", "gold is true or false.")
    if gold and outcome not in SETTLING:
        raise Invalid.field("gold", "Only an answer can be a gold answer.")
    questions = questions_of(project)
    about = about_example(project_id=project.pk, example_id=case.example_id, questions=questions) if outcome in SETTLING else None
    value, values = rules.check_answers(questions, outcome, value, values, about)
    stood = case.resolution_id if standing is NOT_SAID else standing
    with transaction.atomic():
        assign.lock_examples([case.example_id])
        case = Case.objects.select_for_update(of=("self",)).select_related("resolution__resolved_by").get(pk=case.pk)
        if case.resolution_id != stood:
            raise _settled_meanwhile(case)
        example = Example.objects.get(pk=case.example_id)
        _check_nothing_changed(example, seen)
        resolution = Resolution.objects.create(
            project=project, example=example, case=case, outcome=outcome, value=value, values=values, cause=cause, note=note,
            gold=gold, seen=seen, schema_version=project.schema_version, took_part=took_part(case, actor), resolved_by_id=actor.user_id, created_at=now,
            previous=Resolution.objects.filter(example=example).order_by("-id").first(),
        )  # fmt: skip
        _carry_out(project, example, resolution, now)
        again = outcome == Outcome.RELABEL
        Case.objects.filter(pk=case.pk).update(
            state=CaseState.OPEN if again else CaseState.RESOLVED,
            score=0.0 if again else case.score,  # what waits for new labels is not the worst of the queue
            resolution=resolution,
            changed_at=now,
        )
        audit.record(
            actor=actor, verb="resolved case", obj=case, now=now, project_id=project.pk, resolution=resolution.pk, outcome=outcome, cause=cause
        )
    return resolution


def _settled_meanwhile(case: Case) -> SettledMeanwhile:
    if case.resolution is None:
        return SettledMeanwhile("The case was reopened meanwhile. Nothing was settled. Look at it again.", resolution=None)
    who = case.resolution.resolved_by.username
    return SettledMeanwhile(
        f"{who} settled this case meanwhile. Nothing of yours was stored. Look at it again; you can still supersede it.",
        resolution=case.resolution_id,
    )


def took_part(case: Case, actor: Viewer) -> list[int]:
    """Who helped to settle it: whoever resolves it, and everybody who said something."""
    return sorted({actor.user_id, *Remark.objects.filter(case=case).values_list("author_id", flat=True)})


def _check_nothing_changed(example: Example, seen: Sequence[int]) -> None:
    """Raise LabelsChanged unless the labels that count now are the ones in `seen`. Those of earlier rounds may be in it."""
    now = current_labels(example)
    looked_at, unseen = set(seen), set(now) - set(seen)
    gone = looked_at - set(now)
    known = dict(Label.objects.filter(pk__in=gone, example=example).values_list("id", "labeller__username"))
    strange = sorted(gone - set(known))
    if strange:
        raise Invalid.field("seen", f"The label {strange[0]} is not one of this example's.")
    changes: list[dict[str, Any]] = []
    for label_id in sorted(unseen):
        row = now[label_id]
        older = _older(label_id, looked_at)
        what = {"what": "revised", "instead_of": older} if older else {"what": "new"}
        changes.append({"label": label_id, "labeller": row["labeller__username"], **what, "value": row["label__value"]})
        gone.discard(older or 0)
    earlier = set(
        Label.objects.filter(pk__in=gone, assignment__counted=True, round__lt=example.round, assignment__label=F("pk")).values_list("id", flat=True)
    )
    if now or not looked_at:
        gone -= earlier
    changes += [{"label": label_id, "labeller": known[label_id], "what": "withdrawn"} for label_id in sorted(gone)]
    if changes:
        words = ", ".join(f"{change['labeller']}: {change['what']}" for change in changes[:5])
        raise LabelsChanged(f"Labels changed since you looked ({words}). Nothing was settled. Look at them and settle it again.", changed=changes)


def _older(label_id: int, among: set[int]) -> int | None:
    """The label of `among` that this one is a later revision of."""
    previous = Label.objects.values_list("previous_id", flat=True)
    current: int | None = label_id
    while current is not None:
        current = previous.get(pk=current)
        if current in among:
            return current
    return None


def _carry_out(project: Project, example: Example, resolution: Resolution, now: datetime) -> None:
    if resolution.outcome == Outcome.RELABEL:
        assign.start_round(project=project, example_ids=[example.pk], now=now)
    else:
        assign.end_leases_on(project=project, example_ids=[example.pk], now=now)
        change_state(project_id=project.pk, example_ids=[example.pk], to=STATE_AFTER[Outcome(resolution.outcome)])
    set_resolved_answers(standing=[standing_of(project, resolution)])


def standing_of(project: Project, resolution: Resolution) -> Standing:
    """What a resolution says, as codes of the newest schema."""
    schemas = Schemas(project)
    given = [resolution.value] if resolution.value else resolution.values or []
    right = [schemas.now(value, resolution.schema_version or 1) for value in given]
    return Standing(
        resolution.example_id,
        resolution.pk,
        answer_codes(project, right),
        resolution.gold,
        resolution.took_part if any(right) else [],
    )


def answer_codes(project: Project, values: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """(question id, code) of every answer in these values, in the caller's transaction."""
    questions = question_rows(project)
    answers = [
        (questions[key].pk, KINDS[questions[key].kind].text(answer), answer) for value in values for key, answer in value.items()
    ]
    return sorted((question, code) for (question, _), code in codes_of(born=project.created_at, answers=answers).items())


def reopen(*, actor: Viewer, case_id: int, now: datetime) -> Case:
    """Take a case up again. Its resolution stays in the history and stands no longer; truth that came in a file does
    until somebody resolves the case anew. The labels are what they were."""
    project, case = fetch_case(actor, case_id, Permission.DISCUSS)
    with transaction.atomic():
        assign.lock_examples([case.example_id])
        case = Case.objects.select_for_update().get(pk=case.pk)
        if case.state != CaseState.RESOLVED:
            raise Conflict("This case is open already.")
        example = Example.objects.get(pk=case.example_id)
        undone = case.resolution_id
        state = CaseState.DISCUSSING if Remark.objects.filter(case=case).exists() else CaseState.OPEN
        Case.objects.filter(pk=case.pk).update(state=state, resolution=None, changed_at=now)
        truth = Resolution.objects.filter(example=example, imported=True).order_by("-id").first()
        set_resolved_answers(standing=[standing_of(project, truth) if truth else Standing(example.pk, None, [], False, [])])
        enough = example.labels_counted >= example.labels_wanted
        to = ExampleState.IN_REVIEW if enough else ExampleState.OPEN
        change_state(project_id=project.pk, example_ids=[example.pk], to=to)
        if not enough:
            assign.put_back(project_id=project.pk, example_ids=[example.pk])
        audit.record(actor=actor, verb="reopened case", obj=case, now=now, project_id=project.pk, resolution=undone)
    return Case.objects.select_related("example", "assigned_to").get(pk=case.pk)
