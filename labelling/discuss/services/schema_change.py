"""A new version of the questions, and what it does to the answers that are there.

Label rows stay what they are, under the version that they were made under. What counts of them is a projection: renamed
and merged classes count under their new names, answers to split and retired ones count no longer. The changes are stored
with the version, so that the projection can be worked out again (labelling.kinds.changes, labelling.label.remapping).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import models, transaction
from django.db.models import F, Value, When
from numpy.typing import NDArray

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.discuss.models import Case, Resolution
from labelling.discuss.rules import CaseState, Cause, Outcome, Reason, check_text
from labelling.discuss.selectors.votes import votes_on
from labelling.discuss.services.opening import open_cases
from labelling.errors import Invalid
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.intake.states import change_state
from labelling.kinds import KINDS
from labelling.kinds.changes import check_changes, current_answer, renamings
from labelling.kinds.questions import canonical_value, check_of_fields, check_questions
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.label.services.interning import codes_of
from labelling.measure.at_level import alpha_at_level
from labelling.measure.columns import read_counted
from labelling.measure.models import ResolvedAnswer
from labelling.measure.services import forget_gold_without_answers
from labelling.projects.models import Project, Question, SchemaVersion
from labelling.projects.selectors import get_project, question_rows, questions_of
from labelling.stats.columns import Labels

PART = 200  # codes or ids in one statement
MERGED = "Classes were put together in version {version} of the questions; the labels agree now."


@dataclass(frozen=True)
class Moves:
    """What becomes of one question's codes: `to` maps a code to the canonical answer that it counts as, None for none."""

    question: Question
    described: Mapping[str, Any] | None  # in the new version; None: the question is gone
    to: Mapping[int, Any]

    @property
    def dropped(self) -> list[int]:
        return sorted(code for code, answer in self.to.items() if answer is None)


@dataclass(frozen=True)
class Changed:
    """A new version (or, as a preview, what it would be). `agreement`: question key → {"before", "after"} for a preview."""

    version: int
    affected: dict[str, int]
    relabel: list[int] = field(default_factory=list)
    agreement: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"version": self.version, "affected": self.affected}
        return found | ({"agreement": self.agreement} if self.agreement else {})


def change_schema(
    *,
    actor: Viewer,
    slug: str,
    questions: Any,
    changes: Any = None,
    reason: Any = "",
    relabel: Any = False,
    preview: bool = False,
    now: datetime,
) -> Changed:
    """Put a new version of the questions in force; with `preview` only say what it would do, and write nothing.

    `changes` say what becomes of classes that go or come. `relabel` starts a new round for the examples whose answers
    count no longer. Raises Invalid for changes that leave answers in the dark.
    """
    project = get_project(actor, slug, Permission.EDIT_PROJECT)
    new = check_questions(questions)
    check_of_fields(new, project.display)
    reason = check_text(reason or "", "reason")
    if not isinstance(relabel, bool):
        raise Invalid.field("relabel", "relabel is true or false.")
    with transaction.atomic():
        if not preview:
            # Not the key: labels that point at the project may come in until the examples below are held, else both wait for each other.
            Project.objects.select_for_update(no_key=True).get(pk=project.pk)
            project.refresh_from_db(fields=["schema_version"])
        old = questions_of(project)
        cleaned = check_changes(old, new, changes or [])
        if new == old and not cleaned:
            raise Invalid.field("questions", "These are the questions as they are. Change something first.")
        _check_kinds(project, new)
        moves = _moves(project, old, new, cleaned)
        found = _affected(project, moves)
        version = project.schema_version + 1
        if preview:
            return Changed(version, found.counts, found.to_relabel, _agreements(project, old, new, moves))
        return _write(actor, project, new, cleaned, reason, moves, found, relabel, version, now)


def _check_kinds(project: Project, new: Sequence[Mapping[str, Any]]) -> None:
    """A question that was retired may come back under its key, but only as the kind that it was."""
    rows = question_rows(project)
    for question in new:
        row = rows.get(question["key"])
        if row is not None and row.kind != question["kind"]:
            raise Invalid.field("questions", f"There was a question {row.key} of the kind {row.kind} before. Give this one another key.")


def _moves(
    project: Project, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]
) -> list[Moves]:
    rows, after = question_rows(project), {question["key"]: question for question in new}
    moves = []
    for question in old:
        key, described = question["key"], after.get(question["key"])
        if described == question and not renamings(key, changes):
            continue
        to: dict[int, Any] = {}
        counted = set(CountedAnswer.objects.filter(question=rows[key]).values_list("code", flat=True).distinct())
        standing = ResolvedAnswer.objects.filter(question=rows[key]).values_list("code", flat=True).distinct()
        used = counted | set(standing)
        for code, answer in AnswerCode.objects.filter(question=rows[key]).values_list("code", "value").iterator():
            if code not in used:
                continue
            becomes = current_answer(key, answer, [changes]) if described is not None else None
            if becomes is not None and described is not None:
                becomes = _fitting(described, becomes)
            if becomes is None or becomes != answer:
                to[code] = becomes
        if to or described is None:
            moves.append(Moves(rows[key], described, to))
    return moves


def _fitting(described: Mapping[str, Any], answer: Any) -> Any:
    try:
        return KINDS[described["kind"]].canonical(described, answer, "questions")
    except Invalid as error:
        words = f"Labels say {answer!s:.60} to {described['key']}, which the new question does not allow: {error.message}"
        raise Invalid.field("questions", words) from None


# What it touches


@dataclass(frozen=True)
class Touched:
    counts: dict[str, int]
    examples: list[int]
    to_relabel: list[int]


def _affected(project: Project, moves: Sequence[Moves]) -> Touched:
    labels: list[NDArray[np.int64]] = []
    again: set[int] = set()
    for move in moves:
        for part in _parts(sorted(move.to)):
            rows = CountedAnswer.objects.filter(question=move.question, code__in=part)
            labels.append(np.array(list(rows.values_list("example_id", "labeller_id", "round")), dtype=np.int64).reshape(-1, 3))
        for part in _parts(move.dropped):
            lost = CountedAnswer.objects.filter(question=move.question, code__in=part, round=F("example__round"))
            standing = ResolvedAnswer.objects.filter(question=move.question, code__in=part)
            for rows_lost in (lost, standing):
                again |= set(rows_lost.exclude(example__state=ExampleState.DROPPED).values_list("example_id", flat=True))
    every = np.unique(np.concatenate(labels), axis=0) if labels else np.zeros((0, 3), dtype=np.int64)
    examples = np.unique(every[:, 0]).tolist()
    return Touched({"labels": len(every), "examples": len(examples), "to_relabel": len(again)}, examples, sorted(again))


def _parts(codes: Sequence[int]) -> Iterator[Sequence[int]]:
    """Codes for one statement each: a question that is answered freely has as many as it has labels."""
    yield from (codes[start : start + 5000] for start in range(0, len(codes), 5000))


def _agreements(
    project: Project, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], moves: Sequence[Moves]
) -> dict[str, dict[str, Any]]:
    """Alpha of each question that changes, as it is and as it would be."""
    before = {question["key"]: question for question in old}
    found = {}
    for move in moves:
        key = move.question.key
        columns = read_counted(move.question.pk)
        values = dict(AnswerCode.objects.filter(question=move.question).values_list("code", "value"))
        size = max(values, default=-1) + 1
        labels = Labels.of(columns.example, columns.labeller, columns.code, n_codes=size)
        found[key] = {"before": alpha_at_level(before[key], labels, [values.get(code) for code in range(size)], seed=project.seed), "after": {"value": None, "undefined": "The question is no longer asked."}}
        if move.described is not None:
            kind = KINDS[move.described["kind"]]
            place: dict[str, int] = {}
            after: dict[int, Any] = {}
            table = np.full(size, -1, dtype=np.int32)
            for code, value in values.items():
                becomes = move.to.get(code, value)
                if becomes is not None:
                    table[code] = place.setdefault(kind.text(becomes), len(place))
                    after[int(table[code])] = becomes
            kept = labels.keep(table[labels.code] >= 0)
            found[key]["after"] = alpha_at_level(move.described, kept.recode(np.maximum(table, 0), len(place)), [after[code] for code in range(len(place))], seed=project.seed)
    return found


# Writing


def _write(
    actor: Viewer, project: Project, new: list[dict[str, Any]], changes: list[dict[str, Any]], reason: str, moves: Sequence[Moves],
    found: Touched, relabel: bool, version: int, now: datetime,
) -> Changed:  # fmt: skip
    assign.lock_examples(sorted({*found.examples, *found.to_relabel}))
    schema = SchemaVersion.objects.create(
        project=project, version=version, questions=new, changes=changes, reason=reason, created_by_id=actor.user_id, created_at=now
    )
    known = question_rows(project)
    Question.objects.bulk_create(
        [Question(project=project, key=question["key"], kind=question["kind"]) for question in new if question["key"] not in known]
    )
    Project.objects.filter(pk=project.pk).update(schema_version=version)
    project.schema_version = version
    for move in moves:
        _move(project, move)
    forget_gold_without_answers(project=project)
    _take_up_again(project, found.to_relabel, now)
    open_cases(project_id=project.pk, example_ids=found.examples, tags={}, now=now)
    settled = _close_agreeing(actor, project, new, found.examples, version, now)
    if relabel and found.to_relabel:
        assign.start_round(project=project, example_ids=found.to_relabel, now=now)
    affected = found.counts | {"settled": settled, "relabelled": len(found.to_relabel) if relabel else 0}
    audit.record(
        actor=actor, verb="changed schema", obj=schema, now=now, project_id=project.pk, version=version, reason=reason, affected=affected
    )
    return Changed(version, affected, found.to_relabel)


def _move(project: Project, move: Moves) -> None:
    """Count the question's answers under their new codes; what counts no longer leaves the projections, not the labels."""
    kept = {code: answer for code, answer in move.to.items() if answer is not None}
    kind = KINDS[move.question.kind]
    codes = codes_of(born=project.created_at, answers=[(move.question.pk, kind.text(answer), answer) for answer in kept.values()])
    new = {code: codes[move.question.pk, kind.text(answer)] for code, answer in kept.items()}
    for start in range(0, len(move.dropped), PART):
        part = move.dropped[start : start + PART]
        CountedAnswer.objects.filter(question=move.question, code__in=part).delete()
        ResolvedAnswer.objects.filter(question=move.question, code__in=part).delete()
    old = sorted(new)
    for start in range(0, len(old), PART):
        part = old[start : start + PART]
        becomes = models.Case(
            *[When(code=code, then=Value(new[code])) for code in part], output_field=models.PositiveIntegerField()
        )
        CountedAnswer.objects.filter(question=move.question, code__in=part).update(code=becomes)
        # Two answers that were both right may become one.
        rows = ResolvedAnswer.objects.filter(question=move.question, code__in=part)
        moved = [
            ResolvedAnswer(question=move.question, example_id=example, resolution_id=resolution, code=new[code], gold=gold)
            for example, resolution, code, gold in rows.values_list("example_id", "resolution_id", "code", "gold")
        ]
        ResolvedAnswer.objects.bulk_create(moved, batch_size=5000, ignore_conflicts=True)
        rows.delete()


def _take_up_again(project: Project, example_ids: Sequence[int], now: datetime) -> None:
    """Examples whose resolution says something that counts no longer are to be judged anew."""
    for start in range(0, len(example_ids), PART):
        part = example_ids[start : start + PART]
        resolved = list(Example.objects.filter(pk__in=part, state=ExampleState.RESOLVED).values_list("id", flat=True))
        lost = sorted(set(resolved) - set(ResolvedAnswer.objects.filter(example_id__in=resolved).values_list("example_id", flat=True)))
        Case.objects.filter(example_id__in=lost).update(state=CaseState.OPEN, resolution=None, changed_at=now)
        with_case = set(Case.objects.filter(example_id__in=lost).values_list("example_id", flat=True))
        change_state(project_id=project.pk, example_ids=sorted(with_case), to=ExampleState.IN_REVIEW)
        # Truth from a file may have settled an example before it had its labels.
        short = Example.objects.filter(pk__in=set(lost) - with_case, labels_counted__lt=F("labels_wanted"))
        open_again = set(short.values_list("id", flat=True))
        change_state(project_id=project.pk, example_ids=sorted(set(lost) - with_case - open_again), to=ExampleState.COMPLETE)
        if open_again:
            change_state(project_id=project.pk, example_ids=sorted(open_again), to=ExampleState.OPEN)
            assign.put_back(project_id=project.pk, example_ids=open_again)


def _close_agreeing(
    actor: Viewer, project: Project, new: Sequence[Mapping[str, Any]], example_ids: Sequence[int], version: int, now: datetime
) -> int:
    """Close cases that were there for a disagreement alone which is none any more. Their examples are complete again, by
    their labels: no answer stands as settled, so that nobody is measured against what the merge itself brought about."""
    closed = 0
    for start in range(0, len(example_ids), PART):
        rows = Case.objects.filter(
            example_id__in=example_ids[start : start + PART], score=0.0, resolution=None, example__state=ExampleState.IN_REVIEW
        ).exclude(state=CaseState.RESOLVED)
        agreeing = {case.example_id: case for case in rows.select_related("example") if case.reasons == [Reason.DISAGREEMENT]}
        votes = votes_on(project, {pk: case.example.round for pk, case in agreeing.items()})
        made = []
        for pk, case in agreeing.items():
            value = _common(new, [vote.counts_as for vote in votes[pk]])
            if value is not None:
                made.append(_closing(actor, project, case, value, [vote.label_id for vote in votes[pk]], version, now))
        if not made:
            continue
        for resolution in Resolution.objects.bulk_create(made):
            Case.objects.filter(pk=resolution.case_id).update(state=CaseState.RESOLVED, resolution=resolution, changed_at=now)
        change_state(project_id=project.pk, example_ids=[row.example_id for row in made], to=ExampleState.COMPLETE)
        closed += len(made)
    return closed


def _common(questions: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The one value that all of these labels give; None where some say nothing or something else."""
    if not values or not values[0] or any(value != values[0] for value in values):
        return None
    try:
        return canonical_value(questions, values[0])
    except Invalid:
        return None


def _closing(
    actor: Viewer, project: Project, case: Case, value: dict[str, Any], seen: list[int], version: int, now: datetime
) -> Resolution:
    return Resolution(
        project=project, example_id=case.example_id, case=case, outcome=Outcome.ANSWER, value=value, cause=Cause.SCHEMA,
        note=MERGED.format(version=version), seen=seen, schema_version=version, resolved_by_id=actor.user_id, created_at=now,
        previous=Resolution.objects.filter(example_id=case.example_id).order_by("-id").first(),
    )  # fmt: skip
