"""One case with all that is needed to judge it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from labelling.access import Permission, Viewer
from labelling.assign.models import Assignment
from labelling.discuss.models import Case, CaseInvite, Remark, Resolution
from labelling.discuss.rules import CAUSE_WORDS, OUTCOME_WORDS, mentions_in
from labelling.discuss.selectors.queue import fetch_case, reasons_for, sees_all, visible_cases
from labelling.discuss.selectors.votes import Schemas, Vote, votes_on
from labelling.intake.models import Example
from labelling.intake.selectors import render_data
from labelling.label.models import CountedAnswer
from labelling.projects.models import GuidelineVersion, Membership, Project
from labelling.projects.selectors import guidelines_of

REMARKS_SHOWN = 200
SIMILAR_SHOWN = 5


@dataclass(frozen=True)
class Decision:
    """A resolution, in words too. `stands` says whether it is the one that holds now."""

    id: int
    outcome: str
    outcome_words: str
    value: dict[str, Any] | None
    values: list[dict[str, Any]] | None
    words: list[list[tuple[str, str]]]  # one list a value
    cause: str
    cause_words: str
    note: str
    gold: bool
    imported: bool
    overrides: list[int]  # ids of labels that say something else; they are kept
    resolved_by: str
    created_at: datetime
    stands: bool

    def as_dict(self, *, leads: bool) -> dict[str, Any]:
        return {
            "id": self.id,
            "outcome": self.outcome,
            "value": self.value,
            "values": self.values,
            "cause": self.cause,
            "note": self.note,
            "resolved_by": self.resolved_by,
            "created_at": self.created_at,
            "stands": self.stands,
            "overrides": self.overrides,
            **({"gold": self.gold, "imported": self.imported} if leads else {}),
        }


@dataclass(frozen=True)
class CaseView:
    project: Project
    case: Case
    example: Example
    leads: bool
    reasons: list[str]
    votes: list[Vote]  # of the current round
    earlier: list[Vote]
    remarks: list[Remark]
    invited: list[CaseInvite]
    suggested: list[str]  # members who were mentioned and are not invited
    decisions: list[Decision]  # newest first
    similar: list[Case]
    guidelines: GuidelineVersion

    @property
    def seen(self) -> list[int]:
        return [vote.label_id for vote in self.votes]

    def as_dict(self) -> dict[str, Any]:
        """The case object of `GET /cases/{id}/`."""
        case, example = self.case, self.example
        found = {
            "id": case.pk,
            "example": example.key,
            "data": render_data(self.project, example.data),
            "example_state": example.state,
            "state": case.state,
            "reasons": self.reasons,
            "score": case.score,
            "assigned_to": case.assigned_to.username if case.assigned_to else None,
            "opened_at": case.opened_at,
            "changed_at": case.changed_at,
            "votes": [vote.as_dict(named=self.leads) for vote in self.votes],
            "earlier_votes": [vote.as_dict(named=self.leads) for vote in self.earlier],
            "remarks": [describe_remark(remark) for remark in self.remarks],
            "invited": [invite.user.username for invite in self.invited],
            "resolution": case.resolution_id,
            "resolutions": [decision.as_dict(leads=self.leads) for decision in self.decisions],
            "similar": [{"id": other.pk, "example": other.example.key, "state": other.state} for other in self.similar],
            "guidelines": {"version": self.guidelines.version, "text": self.guidelines.text},
        }
        if self.leads:
            found |= {"meta": example.meta, "note": case.note, "suggested_invites": self.suggested}
        return found


def describe_remark(remark: Remark) -> dict[str, Any]:
    return {
        "id": remark.pk,
        "author": remark.author.username,
        "text": remark.text,
        "mentions": remark.mentions,
        "created_at": remark.created_at,
    }


def get_case(viewer: Viewer, case_id: int) -> CaseView:
    """A case for its page and the API. Raises NotFound and NotAllowed as `fetch_case` says."""
    project, case = fetch_case(viewer, case_id)
    leads = sees_all(project)
    example = Example.objects.select_related("source", "batch").get(pk=case.example_id)
    votes = votes_on(project, [example.pk])[example.pk]
    now = [vote for vote in votes if vote.round == example.round]
    remarks = list(list_remarks(case).order_by("-id")[:REMARKS_SHOWN])[::-1]
    invited = list(CaseInvite.objects.filter(case=case).select_related("user").order_by("id"))
    return CaseView(
        project=project,
        case=case,
        example=example,
        leads=leads,
        reasons=reasons_for(leads, case.reasons),
        votes=now,
        earlier=[vote for vote in votes if vote.round != example.round],
        remarks=remarks,
        invited=invited,
        suggested=suggested_invites(project, remarks, invited) if leads else [],
        decisions=decisions_on(project, case, votes),
        similar=similar_cases(viewer, project, case),
        guidelines=guidelines_of(project),
    )


def list_remarks(case: Case) -> Any:
    """The remarks of a case that its reader was let into, oldest first."""
    return Remark.objects.filter(case=case).select_related("author").order_by("id")


def suggested_invites(project: Project, remarks: list[Remark], invited: list[CaseInvite]) -> list[str]:
    """Labellers who were mentioned and are not invited yet."""
    mentioned = {name for remark in remarks for name in remark.mentions or mentions_in(remark.text)}
    there = {invite.user.username for invite in invited}
    members = Membership.objects.filter(project=project, removed_at=None, role="labeller", user__username__in=mentioned - there)
    return sorted(members.values_list("user__username", flat=True))


def decisions_on(project: Project, case: Case, votes: list[Vote]) -> list[Decision]:
    """How the example was settled, each time, newest first; truth that came in a file included."""
    schemas = Schemas(project)
    found = []
    for row in Resolution.objects.filter(example_id=case.example_id).select_related("resolved_by").order_by("-id")[:50]:
        right = [row.value] if row.value else row.values or []
        looked_at = [vote for vote in votes if vote.label_id in set(row.seen)]
        found.append(
            Decision(
                id=row.pk,
                outcome=row.outcome,
                outcome_words=OUTCOME_WORDS[row.outcome],
                value=row.value,
                values=row.values,
                words=[schemas.words(value, row.schema_version or 1) for value in right],
                cause=row.cause,
                cause_words=CAUSE_WORDS[row.cause],
                note=row.note,
                gold=row.gold,
                imported=row.imported,
                overrides=[vote.label_id for vote in looked_at if right and vote.value not in right],
                resolved_by=row.resolved_by.username,
                created_at=row.created_at,
                stands=row.pk == case.resolution_id,
            )
        )
    return found


def similar_cases(viewer: Viewer, project: Project, case: Case) -> list[Case]:
    """The worst other cases whose labels hold the same two answers, of those that the viewer may see."""
    pair = _pair_of(case)
    if pair is None:
        return []
    question_id, one, other = pair
    answers = CountedAnswer.objects.filter(question_id=question_id, example=OuterRef("example"))
    cases = visible_cases(viewer, project).filter(Exists(answers.filter(code=one)), Exists(answers.filter(code=other)))
    cases = cases.exclude(pk=case.pk)
    return list(cases.select_related("example").order_by("-score", "id")[:SIMILAR_SHOWN])


def _pair_of(case: Case) -> tuple[int, int, int] | None:
    """(question id, code, code): the two most frequent answers to the first question on which the labels differ."""
    rows = CountedAnswer.objects.filter(example_id=case.example_id, round=case.example.round)
    counts: dict[int, dict[int, int]] = {}
    for question, code in rows.values_list("question_id", "code"):
        counts.setdefault(question, {})
        counts[question][code] = counts[question].get(code, 0) + 1
    for question in sorted(counts):
        ranked = sorted(counts[question], key=lambda code: (-counts[question][code], code))
        if len(ranked) > 1:
            return question, ranked[0], ranked[1]
    return None


def current_labels(example: Example) -> dict[int, dict[str, Any]]:
    """Label id → who and which revision, of the labels of the current round that count."""
    rows = Assignment.objects.filter(example=example, round=example.round, counted=True).values(
        "label_id", "labeller__username", "label__revision", "label__previous_id", "label__value", "label__withdrawn"
    )
    return {row["label_id"]: row for row in rows}



def may_settle(project: Project) -> bool:
    return Permission.DISCUSS in project.viewer_permissions  # type: ignore[attr-defined]
