"""Suspected errors and near-duplicates labelled differently go to the queue: each example once, unless its labels changed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.discuss.models import Case, CaseReason
from labelling.discuss.rules import CaseState, Reason, score_of
from labelling.discuss.selectors.differences import differences, sorted_ids, within
from labelling.discuss.suspect_models import SentSuspect
from labelling.errors import Conflict, Invalid, NotFound
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.label.models import Label
from labelling.measure.likeness_models import LikenessGroup, LikenessMember
from labelling.measure.near_duplicates import get_run as get_likeness_run
from labelling.measure.suspect_models import Suspect, SuspectRun
from labelling.measure.suspect_rules import check_count, check_of, check_wanted
from labelling.measure.suspects import get_run
from labelling.projects.models import Project
from labelling.projects.selectors import get_project

MOST_OF_GROUP = 100  # examples of a group that go to the queue at once
GONE = frozenset({ExampleState.DROPPED, ExampleState.REGATHER})


@dataclass
class Sent:
    """What became of examples: cases that are new, cases that got a reason more or were reopened, examples that were sent before
    and have not changed since, and those that were dropped or wait to be gathered again."""

    opened: int = 0
    added: int = 0
    already: int = 0
    left_out: int = 0
    cases: list[int] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return {"opened": self.opened, "added": self.added, "already": self.already, "left_out": self.left_out, "cases": sorted(self.cases)}


def send_suspects(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Sent:
    """Open cases for suspected answers of a run: those of `examples` (keys), or of the `worst` that were not sent yet. `of` says
    whether of answers that stand or of single labels. Labellers are told nothing."""
    project = get_project(actor, slug, Permission.DISCUSS)
    of, (keys, worst) = check_of(fields.get("of")), check_wanted(fields)
    run = get_run(actor, slug, fields.get("question") or None, fields.get("run"))
    if run is None:
        raise Conflict("Nobody has looked for suspected errors in this question's answers yet. Start that first.")
    suspects = Suspect.objects.filter(run=run, of=of).order_by("place")
    with transaction.atomic():
        if worst is None:
            reasons = _reasons(suspects.filter(example__key__in=keys), {})
            known = set(Example.objects.filter(id__in=list(reasons)).values_list("key", flat=True))
            if unknown := [key for key in keys if key not in known]:
                raise Invalid.field("examples", f"{unknown[0]:.100} is not among the suspected ones of this run.")
        else:
            reasons = _worst(run, suspects, worst)
        assign.lock_examples(list(reasons))  # two who send the same send it once
        before = _already(run, reasons)
        done = open_with_reason(project=project, notes={pk: note for pk, note in reasons.items() if pk not in before}, reason=Reason.SUSPECTED_ERROR, now=now)
        done.already += len(before)
        newest = newest_labels(reasons)
        cases = dict(Case.objects.filter(id__in=done.cases).values_list("example_id", "id"))
        SentSuspect.objects.bulk_create([
            SentSuspect(question=run.question, example_id=pk, newest_label=newest.get(pk, 0), run=run, case_id=case, sent_by_id=actor.user_id, sent_at=now)
            for pk, case in sorted(cases.items())
        ])  # fmt: skip
        audit.record(actor=actor, verb="sent suspected errors", obj=run, now=now, project_id=project.pk, of=of, **done.as_dict())
    return done


def _reasons(suspects: Iterable[Suspect], known: dict[int, str]) -> dict[int, str]:
    """Example id → what is suspected, in words. Of single labels: all of an example together."""
    for one in suspects:
        known[one.example_id] = " ".join(part for part in (known.get(one.example_id), one.reason) if part)
    return known


def _worst(run: SuspectRun, suspects: Any, count: int) -> dict[int, str]:
    """Those that were not sent yet, the worst first."""
    found: dict[int, str] = {}
    start = 0
    while len(found) < count and (part := list(suspects[start : start + 2 * count])):
        start += len(part)
        ids = list(dict.fromkeys(one.example_id for one in part))
        gone = set(Example.objects.filter(id__in=ids, state__in=GONE).values_list("id", flat=True))
        skip = _already(run, ids) | gone
        for one in part:
            if one.example_id not in skip and (one.example_id in found or len(found) < count):
                _reasons([one], found)
    return found


def _already(run: SuspectRun, example_ids: Iterable[int]) -> set[int]:
    """Examples that were sent for this question with the labels that they have now."""
    ids = list(example_ids)
    newest = newest_labels(ids)
    rows = SentSuspect.objects.filter(question=run.question, example_id__in=ids).values_list("example_id", "newest_label")
    return {example for example, label in rows if newest.get(example, 0) == label}


def newest_labels(example_ids: Iterable[int]) -> dict[int, int]:
    """Example id → id of its newest label."""
    rows = Label.objects.filter(example_id__in=list(example_ids)).order_by().values("example_id").annotate(newest=Max("id"))
    return dict(rows.values_list("example_id", "newest"))


def open_with_reason(
    *, project: Project, notes: Mapping[int, str], reason: str, now: datetime, gone: Collection[str] = GONE
) -> Sent:  # fmt: skip
    """Open cases for these examples, or add the reason to theirs and reopen them, in the caller's transaction: what was resolved
    stands until somebody resolves it anew. `notes`: example id → why, in words. Examples in a state of `gone` are left out."""
    done = Sent()
    ids = sorted(notes)
    if not ids:
        return done
    assign.lock_examples(ids)
    states = {pk: state for pk, state in Example.objects.filter(project=project, **within(ids, "id")).values_list("id", "state") if pk in notes}
    cases = {case.example_id: case for case in Case.objects.select_for_update().filter(**within(ids)).order_by("id") if case.example_id in notes}
    apart = dict(zip(*(column.tolist() for column in differences(project.pk, sorted_ids(ids))), strict=True))
    for pk in ids:
        if states.get(pk) is None or states[pk] in gone:
            done.left_out += 1
            continue
        case = cases.get(pk)
        if case is None:
            case = Case(project=project, example_id=pk, opened_at=now, reasons=[])
            done.opened += 1
        else:
            done.added += 1
        case.reasons = sorted({*case.reasons, str(reason)})
        case.score = score_of(apart.get(pk, 0.0), case.reasons)
        case.note = case.note if notes[pk] in case.note else "\n\n".join(part for part in (case.note, notes[pk]) if part)
        case.state = CaseState.OPEN if case.state == CaseState.RESOLVED else case.state
        case.changed_at = now
        case.save()
        done.cases.append(case.pk)
    CaseReason.objects.bulk_create([CaseReason(case_id=case, reason=str(reason)) for case in done.cases], ignore_conflicts=True)
    review = [pk for pk in ids if states.get(pk) == ExampleState.COMPLETE]
    if review:
        change_state(project_id=project.pk, example_ids=review, to=ExampleState.IN_REVIEW)
    return done



def send_group(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Sent:
    """Open cases for the examples of one group of near-duplicates, each with the others' names as the reason. What is in the queue
    for that reason already is left as it is."""
    project = get_project(actor, slug, Permission.DISCUSS)
    _, run = get_likeness_run(actor, slug, fields.get("run"))
    number = check_count(fields.get("group"), "group", 2**31 - 1)
    group = LikenessGroup.objects.filter(run=run, number=number).first() if run is not None else None
    if group is None:
        raise NotFound(f"There is no group {number:,} of near-duplicates in this run.")
    members = LikenessMember.objects.filter(group=group).order_by("example_id").values_list("example_id", "example__key")[:MOST_OF_GROUP]
    keys = [key for _, key in members]
    words = "Exact copies" if group.exact else "Near-duplicates"
    some = ", ".join(keys[:10]) + (f" and {group.size - 10:,} more" if group.size > 10 else "")
    note = f"{words} of each other are labelled differently: {some}."
    with transaction.atomic():
        assign.lock_examples([pk for pk, _ in members])
        open_ = Case.objects.filter(example_id__in=[pk for pk, _ in members], note__contains=note).exclude(state=CaseState.RESOLVED)
        before = set(open_.values_list("example_id", flat=True))
        notes = {pk: note for pk, _ in members if pk not in before}
        done = open_with_reason(project=project, notes=notes, reason=Reason.REPORTED, now=now)
        done.already += len(before)
        audit.record(actor=actor, verb="sent near-duplicates", obj=group, now=now, project_id=project.pk, **done.as_dict())
    return done
