"""Draw an audit's sample, and keep what whoever checks it says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from labelling import audit
from labelling.access import Permission, Viewer
from labelling.errors import Conflict, Invalid, NotFound
from labelling.intake.rules import number_from
from labelling.measure.answers import read_answers
from labelling.measure.audits import get_audit
from labelling.measure.consensus import settle
from labelling.measure.suspect_models import AuditedAnswer, LabelAudit, Suspect
from labelling.measure.suspect_rules import (
    MOST_DRAWN,
    SEEDS,
    Of,
    check_count,
    check_seed,
    check_verdict,
)
from labelling.measure.suspecting import can_be_suspected
from labelling.measure.suspects import get_run
from labelling.projects.selectors import get_project, get_question
from labelling.stats.audits import allocate, audit_sample

SPREADS = (0.5, 0.2)  # expected: of suspected answers half may be wrong, of the others 4 in 100


def draw_audit(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> LabelAudit:
    """Draw a seeded random sample of the answers that stand: `examples` of them, more of the suspected ones where `run` (a number,
    or "newest") says which those are. Raises Invalid, NotFound, Conflict where no answer stands."""
    project = get_project(actor, slug, Permission.DISCUSS)
    question, described = get_question(project, fields.get("question") or None)
    if not can_be_suspected(described["kind"]):
        raise Invalid.field("question", f"An answer of the kind {described['kind']} is more or less right. Choose a question of choice or rating.")
    count, seed = check_count(fields.get("examples"), "examples", MOST_DRAWN), check_seed(fields.get("seed"))
    asked = fields.get("run")
    run = None if asked in (None, "") else get_run(actor, slug, described["key"], None if asked == "newest" else asked)
    if run is not None and run.question_id != question.pk:
        raise Invalid.field("run", "That run is about another question.")
    answers = read_answers(project, described["key"])
    standing = settle(answers)
    known = standing.answer >= 0
    example, given = standing.example[known], standing.answer[known]
    if not example.size:
        raise Conflict("There is nothing to check yet: no answer stands for any example.")
    if seed is None:
        seed = number_from(project.seed, f"audit {LabelAudit.objects.filter(project=project).count()} {now.isoformat()}", SEEDS)
    suspected = np.isin(example, _suspected(run, dict(zip(example.tolist(), given.tolist(), strict=True))))
    strata = [np.flatnonzero(suspected), np.flatnonzero(~suspected)]
    drawn = allocate(count, [part.size for part in strata], SPREADS)
    rows = np.concatenate([part[audit_sample(part.size, many, seed)] for part, many in zip(strata, drawn, strict=True)])
    rows = rows[audit_sample(rows.size, rows.size, seed)]  # so that places say nothing of the parts
    with transaction.atomic():
        made = LabelAudit.objects.create(
            project=project, question=question, run=run, seed=seed, suspected=strata[0].size, others=strata[1].size,
            suspected_drawn=drawn[0], others_drawn=drawn[1], created_by_id=actor.user_id, created_at=now,
        )  # fmt: skip
        AuditedAnswer.objects.bulk_create(
            [
                AuditedAnswer(audit=made, place=place, example_id=int(example[row]), given=int(given[row]), suspected=bool(suspected[row]))
                for place, row in enumerate(rows.tolist(), start=1)
            ],
            batch_size=1000,
        )
        audit.record(actor=actor, verb="drew audit", obj=made, now=now, project_id=project.pk, examples=sum(drawn))
    return made


def _suspected(run: Any, standing: Mapping[int, int]) -> list[int]:
    """The examples whose suspected answer still stands."""
    rows = Suspect.objects.filter(run=run, of=Of.ANSWER).values_list("example_id", "given") if run is not None else ()
    return [example for example, given in rows if standing.get(example) == given]


def judge(*, actor: Viewer, slug: str, audit_id: Any, place: Any, verdict: Any, now: datetime) -> AuditedAnswer:
    """Say of one answer of a sample whether it is right; None takes that back. The last one who says something holds."""
    project = get_project(actor, slug, Permission.DISCUSS)
    found = get_audit(actor, slug, audit_id)
    number, said = check_count(place, "place", MOST_DRAWN), check_verdict(verdict)
    with transaction.atomic():
        row = AuditedAnswer.objects.select_for_update().filter(audit=found, place=number).first()
        if row is None:
            raise NotFound(f"This audit has no answer at place {number:,}.")
        row.verdict = said
        row.checked_by_id, row.checked_at = (None, None) if said is None else (actor.user_id, now)
        row.save(update_fields=["verdict", "checked_by", "checked_at"])
        audit.record(actor=actor, verb="checked answer", obj=row, now=now, project_id=project.pk, audit=found.pk, verdict=said)
    return row
