"""Reads of audits: what is to be checked, blind, and what the checks come to."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from labelling.access import Permission, Viewer
from labelling.errors import NotFound
from labelling.intake.selectors import render_data
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode
from labelling.measure.suspect_models import AuditedAnswer, LabelAudit
from labelling.measure.suspect_rules import Verdict, check_id
from labelling.projects.models import Project
from labelling.projects.selectors import get_project, questions_of
from labelling.stats.audits import Stratum, told_error_rate


def list_audits(viewer: Viewer, slug: str) -> QuerySet[LabelAudit]:
    """A project's audits, newest first."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    return LabelAudit.objects.filter(project=project).select_related("question", "created_by").order_by("-id")


def get_audit(viewer: Viewer, slug: str, audit_id: Any) -> LabelAudit:
    number = check_id(audit_id, "audit", "an audit")
    found = list_audits(viewer, slug).filter(id=number).first() if number else None
    if found is None:
        raise NotFound("There is no such audit in this project.")
    return found


def describe_audits(audits: Iterable[LabelAudit]) -> list[dict[str, Any]]:
    """Audits in the API's shape, each with the error rate that it comes to; one query for all of them."""
    audits = list(audits)
    counts: dict[int, dict[bool, dict[str, int]]] = {}
    rows = AuditedAnswer.objects.filter(audit__in=[one.pk for one in audits]).values_list("audit_id", "suspected")
    named = {verdict.value: Count("id", filter=Q(verdict=verdict)) for verdict in Verdict}
    for audit_id, suspected, *found in rows.annotate(**named).values_list("audit_id", "suspected", *named):
        counts.setdefault(audit_id, {})[suspected] = dict(zip(named, found, strict=True))
    return [_described(one, counts.get(one.pk, {})) for one in audits]


def _described(one: LabelAudit, counts: dict[bool, dict[str, int]]) -> dict[str, Any]:
    none = dict.fromkeys(Verdict, 0)
    by_part = [(counts.get(True, none), one.suspected), (counts.get(False, none), one.others)]
    strata = [Stratum(part[Verdict.WRONG], part[Verdict.WRONG] + part[Verdict.RIGHT], size) for part, size in by_part]
    total = {verdict.value: sum(part[verdict] for part, _ in by_part) for verdict in Verdict}
    drawn = one.suspected_drawn + one.others_drawn
    return {
        "id": one.pk,
        "question": one.question.key,
        "run": one.run_id,
        "seed": one.seed,
        "population": one.suspected + one.others,
        "examples": drawn,
        "checked": sum(total.values()),
        **total,
        "error_rate": told_error_rate(strata).as_dict(),
        "created_by": one.created_by.username,
        "created_at": one.created_at,
    }


def list_to_check(viewer: Viewer, slug: str, audit_id: Any, *, left: bool = False) -> tuple[Project, LabelAudit, QuerySet[AuditedAnswer]]:
    """The answers of an audit's sample in their order; with `left` those that nobody has checked yet."""
    project = get_project(viewer, slug, Permission.DISCUSS)
    found = get_audit(viewer, slug, audit_id)
    rows = AuditedAnswer.objects.filter(audit=found).select_related("example").order_by("place")
    return project, found, rows.filter(verdict=None) if left else rows


def describe_to_check(project: Project, found: LabelAudit, rows: Iterable[AuditedAnswer]) -> list[dict[str, Any]]:
    """What a checker sees of answers: neither votes nor whether the answer was suspected."""
    described = next((one for one in questions_of(project) if one["key"] == found.question.key), None)
    values = dict(AnswerCode.objects.filter(question=found.question).values_list("code", "value"))
    return [
        {
            "place": row.place,
            "example": row.example.key,
            "data": render_data(project, row.example.data),
            "answer": values[row.given],
            "answer_name": KINDS[described["kind"]].show(described, values[row.given]) if described else str(values[row.given]),
            "verdict": row.verdict,
        }
        for row in rows
    ]
