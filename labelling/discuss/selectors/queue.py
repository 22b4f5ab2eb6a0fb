"""The queue of cases: worst first, filtered by index, paged by where it stopped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from labelling.access import Permission, Viewer
from labelling.assign.models import Assignment
from labelling.assign.rules import AssignmentState
from labelling.discuss.models import Case, CaseInvite, CaseReason, Remark
from labelling.discuss.rules import ONLY_FOR_LEADS, CaseState
from labelling.discuss.selectors.keyset import Page, check_size, page_of
from labelling.discuss.selectors.votes import Vote, votes_on
from labelling.errors import Invalid, NotAllowed, NotFound
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, get_project_by_id, get_question

UNSETTLED = (CaseState.OPEN, CaseState.DISCUSSING)
ORDERS = {"worst": "score", "newest": "opened_at"}


@dataclass(frozen=True)
class Row:
    """A case in the queue."""

    case: Case
    votes: list[Vote]
    named: bool  # whether its reader may know who gave which answer
    reasons: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The case object of the API."""
        case = self.case
        return {
            "id": case.pk,
            "example": case.example.key,
            "state": case.state,
            "reasons": self.reasons,
            "votes": [vote.as_dict(named=self.named) for vote in self.votes],
            "score": case.score,
            "assigned_to": case.assigned_to.username if case.assigned_to else None,
            "note": case.note if self.named else "",
            "opened_at": case.opened_at,
            "changed_at": case.changed_at,
            "resolution": case.resolution_id,
        }


def list_cases(viewer: Viewer, slug: str, query: Mapping[str, Any]) -> tuple[Project, Page]:
    """One page of a project's cases as `Row`s. Leads see all, a labeller those that they are invited to and have answered
    themselves. `query` is the API's: state, question, pair, tag, labeller, meta.NAME, assigned_to, order, cursor, page_size.
    """
    project = get_project(viewer, slug)
    if not sees_all(project):
        project = get_project(viewer, slug, Permission.JOIN_CASES)
    found = narrow(project, visible_cases(viewer, project), query)
    order = query.get("order") or "worst"
    if order not in ORDERS:
        raise Invalid.field("order", f"The order is one of: {', '.join(ORDERS)}.")
    rows = found.select_related("example", "assigned_to")
    page = page_of(rows, by=ORDERS[order], cursor=query.get("cursor"), size=check_size(query.get("page_size")))
    return project, Page(rows_of(viewer, project, page.rows), page.next, page.previous)


def rows_of(viewer: Viewer, project: Project, cases: Iterable[Case]) -> list[Row]:
    """Cases that the viewer may see, with their votes of the current round."""
    cases = list(cases)
    votes = votes_on(project, {case.example_id: case.example.round for case in cases})
    leads = sees_all(project)
    return [Row(case, votes[case.example_id], leads, reasons_for(leads, case.reasons)) for case in cases]


def sees_all(project: Project) -> bool:
    return Permission.SEE_LABELS in project.viewer_permissions  # type: ignore[attr-defined]


def reasons_for(leads: bool, reasons: Iterable[str]) -> list[str]:
    return [reason for reason in reasons if leads or reason not in ONLY_FOR_LEADS]


def visible_cases(viewer: Viewer, project: Project) -> QuerySet[Case]:
    """Blindness: without SEE_LABELS one sees only cases one is invited to, and none while one may still label its example."""
    cases = Case.objects.filter(project=project)
    return cases if sees_all(project) else cases.filter(invited(viewer), no_longer_blind(viewer))


def invited(viewer: Viewer) -> Exists:
    return Exists(CaseInvite.objects.filter(case=OuterRef("pk"), user_id=viewer.user_id))


def no_longer_blind(viewer: Viewer) -> Exists:
    """They answered in the example's current round, or were taken out of it: what they see can sway no label of theirs."""
    over = (AssignmentState.DONE, AssignmentState.SKIPPED)
    return Exists(
        Assignment.objects.filter(
            example=OuterRef("example"), round=OuterRef("example__round"), repeat=0, labeller_id=viewer.user_id, state__in=over
        )
    )


def fetch_case(viewer: Viewer, case_id: int, permission: Permission | None = None) -> tuple[Project, Case]:
    """The case and its project, to read or with a permission to do more: 404 for strangers, 403 for members who lack the permission, are not invited, or may
    still label its example."""
    case = Case.objects.select_related("example", "assigned_to").filter(id=case_id).first() if -(2**63) < case_id < 2**63 else None
    if case is None:
        raise no_such_case()
    try:
        project = get_project_by_id(viewer, case.project_id, permission or Permission.READ_PROJECT)
    except NotFound:
        raise no_such_case() from None
    if permission is None and not sees_all(project):
        get_project_by_id(viewer, case.project_id, Permission.JOIN_CASES)
    if not sees_all(project):
        mine = Case.objects.filter(pk=case.pk)
        if not mine.filter(invited(viewer)).exists():
            raise NotAllowed("You are not invited to this case. A lead can invite you.")
        if not mine.filter(no_longer_blind(viewer)).exists():
            raise NotAllowed("Its example is still yours to label. You see the case once you have labelled it.")
    return project, case


def no_such_case() -> NotFound:
    return NotFound("There is no such case, or you are not a member of its project.")


def narrow(project: Project, cases: QuerySet[Case], query: Mapping[str, Any]) -> QuerySet[Case]:
    """The cases that the query's filters ask for. Raises Invalid naming the filter."""
    if state := query.get("state"):
        states = str(state).split(",")
        if any(one not in list(CaseState) for one in states):
            raise Invalid.field("state", f"The state is one of: {', '.join(CaseState)}; several are joined by commas.")
        cases = cases.filter(state__in=states) if len(states) > 1 else cases.filter(state=states[0])
    if tag := query.get("tag"):
        if tag in ONLY_FOR_LEADS and not sees_all(project):
            return cases.none()
        cases = cases.filter(Exists(CaseReason.objects.filter(case=OuterRef("pk"), reason=str(tag)[:60])))
    if (who := query.get("assigned_to")) is not None and who != "":
        cases = cases.filter(assigned_to__username=who) if who != "nobody" else cases.filter(assigned_to=None)
    if (who := query.get("labeller")) and sees_all(project):
        cases = cases.filter(Exists(CountedAnswer.objects.filter(example=OuterRef("example"), round=OuterRef("example__round"), labeller__username=who)))
    for name, wanted in query.items():
        if name.startswith("meta.") and len(name) > 5 and wanted != "":
            cases = cases.filter(Exact(Cast(KeyTextTransform(name[5:], "example__meta"), TextField()), str(wanted)))
    if query.get("pair") or query.get("question"):
        cases = _of_question(project, cases, query.get("question") or None, query.get("pair") or None)
    return cases


def _of_question(project: Project, cases: QuerySet[Case], key: str | None, pair: str | None) -> QuerySet[Case]:
    """Cases whose labels differ on the question, or hold both answers of the pair."""
    question, described = get_question(project, key)
    answers = CountedAnswer.objects.filter(question=question, example=OuterRef("example"), round=OuterRef("example__round"))
    if pair is None:
        lowest = answers.order_by("code").values("code")[:1]
        highest = answers.order_by("-code").values("code")[:1]
        return cases.alias(lowest=lowest, highest=highest).filter(highest__gt=F("lowest"))
    for code in pair_codes(question.pk, described, pair):
        cases = cases.filter(Exists(answers.filter(code=code)))
    return cases


def pair_codes(question_id: int, described: Mapping[str, Any], pair: str) -> list[int]:
    """The codes of "a,b"; -1 for an answer that nobody gave. A class's key may hold commas itself."""
    kind = KINDS[described["kind"]]
    parts = str(pair).split(",")
    for cut in range(1, len(parts)):
        sides = [",".join(parts[:cut]), ",".join(parts[cut:])]
        try:
            answers = [kind.canonical(described, kind.parse(described, side), "pair") for side in sides]
        except Invalid:
            continue
        known = {kind.text(value): code for code, value in AnswerCode.objects.filter(question_id=question_id).values_list("code", "value")}
        return [known.get(kind.text(answer), -1) for answer in answers]
    known_names = ", ".join(str(answer) for answer, _ in kind.names(described)[:20])
    raise Invalid.field("pair", f"A pair is two answers to {described['key']}, joined by a comma." + (f" Its answers: {known_names}." if known_names else ""))


@dataclass(frozen=True)
class Waiting:
    """A labeller whose remark is the last word in a case that is not settled."""

    case_id: int
    example: str
    username: str
    name: str
    since: datetime


def waiting_for_reply(project: Project, limit: int = 50) -> list[Waiting]:
    """Labellers who wait for a reply, longest first. For those who see all labels."""
    last = (
        Remark.objects.filter(case__project=project, case__state__in=UNSETTLED).order_by().values("case").annotate(last=Max("id")).values("last")
    )
    rows = (
        Remark.objects.filter(id__in=last, author__memberships__project=project, author__memberships__role="labeller")
        .select_related("author", "case__example")
        .order_by("id")
    )
    return [Waiting(row.case_id, row.case.example.key, row.author.username, str(row.author), row.created_at) for row in rows[:limit]]


def counts_of_cases(project: Project) -> dict[str, int]:
    """How many cases are unsettled, and how many labellers wait for a reply: for the dashboard's first line."""
    unsettled = Case.objects.filter(project=project, state__in=UNSETTLED).count()
    return {"unsettled": unsettled, "waiting": len({row.username for row in waiting_for_reply(project)})}


def count_mine(viewer: Viewer, project: Project) -> int:
    """How many unsettled cases this lead takes care of."""
    return Case.objects.filter(project=project, state__in=UNSETTLED, assigned_to_id=viewer.user_id).count()
