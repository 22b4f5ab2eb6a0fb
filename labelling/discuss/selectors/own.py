"""A labeller's own page: what they did, what was asked of them, and what was later settled otherwise.

Nothing here tells of another's answer, of an example that is not settled, of gold, or of one that may still come back to its
labeller as a check; and no figure moves because of a label that was made after its example was settled.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from labelling.access import Permission, Viewer
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.rules import AssignmentState
from labelling.discuss.models import Case, Remark
from labelling.discuss.rules import CAUSE_WORDS, SETTLING, CaseState
from labelling.discuss.selectors.queue import invited, visible_cases
from labelling.discuss.selectors.votes import Schemas
from labelling.errors import NotAllowed
from labelling.intake.models import Example
from labelling.intake.rules import ExampleState
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode, CountedAnswer, Label, LabellerDay
from labelling.measure.models import ResolvedAnswer, TookPart
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project, question_rows, questions_of
from labelling.stats.results import Counts, Result, figure, undefined
from labelling.stats.shares import over_examples

WEEKS = 12
LAST_LABELS = 500  # whose pace is looked at
LAST_SETTLED = 2000  # examples that agreement rests on at most, those handed out last
FEW_SHOWN = 20
METHOD = (
    "Mean score of your label against the resolved answer of the same example, on examples that you labelled before they were"
    " settled and did not help to settle; gold is left out"
)


@dataclass(frozen=True, slots=True)
class Week:
    """From a Monday on. Checks are labels like all others here, or they could be told apart."""

    monday: date
    labels: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A remark that mentions the viewer, in a case that they may see."""

    remark: Remark
    answered: bool  # they said something in the case since then
    settled: bool


@dataclass(frozen=True, slots=True)
class Own:
    """What a labeller reads of themselves."""

    total: int
    seconds: float
    today: int
    weeks: list[Week]  # oldest first, up to this one
    median_seconds: float | None
    paced: int  # labels that the median rests on
    agreement: list[tuple[str, Result]]  # (question's prompt, figure)
    asked: list[Asked]  # unanswered first
    cases: list[Case]  # that they are invited to and may see, unsettled first


@dataclass(frozen=True, slots=True)
class SettledOtherwise:
    """An example that the viewer labelled, and that was settled with another answer afterwards."""

    example: Example
    mine: list[tuple[str, str]]  # (question key, answer in words)
    right: list[list[tuple[str, str]]]  # one list an answer that is right
    cause: str
    note: str
    settled_at: datetime
    case_id: int | None  # where the viewer may see it


def get_own(viewer: Viewer, slug: str, *, now: datetime) -> Own:
    """Raises NotFound for strangers, NotAllowed for those who do not label here."""
    project, member = _own_place(viewer, slug)
    days = list(LabellerDay.objects.filter(membership=member, day__gt=_monday(now.date()) - timedelta(weeks=WEEKS)))
    newest = Label.objects.filter(project=project, labeller_id=viewer.user_id).order_by("-id").values_list("seconds", flat=True)
    paces = [seconds for seconds in newest[:LAST_LABELS] if seconds is not None]
    return Own(
        total=member.labels + member.checks,
        seconds=member.seconds + member.check_seconds,
        today=sum(day.labels + day.checks for day in days if day.day == now.date()),
        weeks=_weeks(days, now.date()),
        median_seconds=median(paces) if paces else None,
        paced=len(paces),
        agreement=_agreement(viewer, project),
        asked=_asked(viewer, project),
        cases=list(
            visible_cases(viewer, project).filter(invited(viewer)).select_related("example").order_by("state", "-changed_at")[:FEW_SHOWN]
        ),
    )


def list_settled_otherwise(viewer: Viewer, slug: str) -> tuple[QuerySet[Assignment], Any]:
    """(the viewer's assignments whose examples were settled with another answer after they had labelled them, the last
    settled first; what makes a page of them into SettledOtherwise)."""
    project, _ = _own_place(viewer, slug)
    stands = ResolvedAnswer.objects.filter(question=OuterRef("question"), example=OuterRef("example"))
    otherwise = CountedAnswer.objects.filter(
        Exists(stands), ~Exists(stands.filter(code=OuterRef("code"))), example=OuterRef("example"), labeller_id=viewer.user_id, round=OuterRef("round")
    )
    found = _settled_since(viewer, project).filter(
        Exists(otherwise), example__case__state=CaseState.RESOLVED, example__case__resolution__outcome__in=list(SETTLING), example__case__resolution__gold=False
    )
    rows = found.select_related("example", "label", "example__case__resolution").order_by("-example__case__resolution_id")
    return rows, lambda page: _described(viewer, project, page)


def _described(viewer: Viewer, project: Project, page: Sequence[Assignment]) -> list[SettledOtherwise]:
    schemas = Schemas(project)
    seen = set(visible_cases(viewer, project).filter(example__in=[row.example_id for row in page]).values_list("id", flat=True))
    found = []
    for row in page:
        case = row.example.case
        stands = case.resolution
        right = [stands.value] if stands.value else stands.values or []
        found.append(
            SettledOtherwise(
                example=row.example,
                mine=schemas.words(row.label.value, row.label.schema_version),
                right=[schemas.words(value, stands.schema_version) for value in right],
                cause=CAUSE_WORDS[stands.cause],
                note=stands.note,
                settled_at=stands.created_at,
                case_id=case.pk if case.pk in seen else None,
            )
        )
    return found


def _own_place(viewer: Viewer, slug: str) -> tuple[Project, Membership]:
    project = get_project(viewer, slug, Permission.LABEL)
    member = project.viewer_membership  # type: ignore[attr-defined]
    if member is None:
        raise NotAllowed("Only members of a project label in it. Add yourself to its members first.")
    return project, member


def _settled_since(viewer: Viewer, project: Project) -> QuerySet[Assignment]:
    """The viewer's labelled examples that were settled afterwards and without them: their last round on each."""
    own = Assignment.objects.filter(example=OuterRef("example"), labeller_id=viewer.user_id)
    stands = ResolvedAnswer.objects.filter(example=OuterRef("example"), gold=False, resolution__created_at__gt=OuterRef("label__created_at"))
    return Assignment.objects.filter(
        Exists(stands),
        ~Exists(GoldExample.objects.filter(example=OuterRef("example"))),
        ~Exists(TookPart.objects.filter(example=OuterRef("example"), user_id=viewer.user_id)),
        ~Exists(own.filter(Q(state=AssignmentState.LEASED) | Q(comes_back_at__isnull=False))),  # they may see it as a check yet
        ~Exists(own.filter(repeat=0, counted=True, round__gt=OuterRef("round"))),
        project=project,
        labeller_id=viewer.user_id,
        state=AssignmentState.DONE,
        repeat=0,
        counted=True,
        example__state=ExampleState.RESOLVED,
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(days: Sequence[LabellerDay], today: date) -> list[Week]:
    """One a week from the first that has labels, those without any as well."""
    labels: dict[date, int] = {}
    seconds: dict[date, float] = {}
    for day in days:
        monday = _monday(day.day)
        labels[monday] = labels.get(monday, 0) + day.labels + day.checks
        seconds[monday] = seconds.get(monday, 0.0) + day.seconds + day.check_seconds
    mondays = [_monday(today) - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    first = next((place for place, monday in enumerate(mondays) if labels.get(monday)), len(mondays))
    return [Week(monday, labels.get(monday, 0), seconds.get(monday, 0.0)) for monday in mondays[first:]]


def _agreement(viewer: Viewer, project: Project) -> list[tuple[str, Result]]:
    """A figure a question."""
    newest = _settled_since(viewer, project).order_by("-leased_at").values_list("example_id", "round")[:LAST_SETTLED]
    rounds: dict[int, int] = dict(newest)
    own = CountedAnswer.objects.filter(example__in=list(rounds), labeller_id=viewer.user_id)
    mine = {(row[0], row[1]): row[2] for row in own.values_list("question_id", "example_id", "code", "round") if rounds[row[1]] == row[3]}
    right: dict[tuple[int, int], set[int]] = {}
    for question, example, code in ResolvedAnswer.objects.filter(example__in=list(rounds)).values_list("question_id", "example_id", "code"):
        right.setdefault((question, example), set()).add(code)
    pairs = {place: (mine[place], right[place]) for place in sorted(mine.keys() & right.keys())}
    values = _values(pairs)
    ids = {key: row.pk for key, row in question_rows(project).items()}
    return [
        (described["prompt"] or described["key"], _figure(described, [
            max(KINDS[described["kind"]].score(described, values[question, code], values[question, known]) for known in rights)
            for (question, _), (code, rights) in pairs.items()
            if question == ids[described["key"]]
        ]))
        for described in questions_of(project)
    ]  # fmt: skip


def _values(pairs: Mapping[tuple[int, int], tuple[int, set[int]]]) -> dict[tuple[int, int], Any]:
    """(question, code) → answer, of all codes that are named."""
    codes = {(question, code) for (question, _), (mine, right) in pairs.items() for code in (mine, *right)}
    rows = AnswerCode.objects.filter(question__in={question for question, _ in codes}, code__in={code for _, code in codes})
    return {(question, code): value for question, code, value in rows.values_list("question_id", "code", "value")}


def _figure(described: Mapping[str, Any], scores: list[float]) -> Result:
    counts = Counts(len(scores), len(scores))
    if not scores:
        return undefined("None of the examples that you labelled was settled by others since then.", counts)
    credit = np.array(scores, dtype=np.float64)
    value = float(credit.mean())
    return figure(value, {"examples": over_examples(credit, np.ones(credit.size), value, 0.95)}, METHOD, counts, 0.95)


def _asked(viewer: Viewer, project: Project) -> list[Asked]:
    """The newest remarks that mention the viewer, those without an answer of theirs first. A settled case needs none."""
    later = Remark.objects.filter(case=OuterRef("case"), author_id=viewer.user_id, id__gt=OuterRef("id"))
    named = Remark.objects.filter(case__in=visible_cases(viewer, project).values("id")).exclude(author_id=viewer.user_id)
    name = viewer.username  # as PostgreSQL writes it, or in ASCII
    found = named.alias(names=Cast("mentions", TextField())).filter(Q(names__contains=f'"{name}"') | Q(names__contains=json.dumps(name)))
    found = found.annotate(answered=Exists(later)).select_related("author", "case__example")
    waiting = Q(answered=False) & ~Q(case__state=CaseState.RESOLVED)
    rows = found.annotate(done=ExpressionWrapper(~waiting, BooleanField())).order_by("done", "-id")[:FEW_SHOWN]
    # SQLite takes capitals for small letters.
    return [Asked(row, row.answered, row.case.state == CaseState.RESOLVED) for row in rows if name in row.mentions]
