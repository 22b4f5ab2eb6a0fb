"""Every counter anew from assignments and labels, for the day when somebody repaired a database by hand."""

from datetime import datetime

from django.db import transaction

from labelling import audit
from labelling.access import Viewer
from labelling.label.drift import ANSWERS, Drift, find_drift, true_answers
from labelling.projects.models import Project
from labelling.sql import locked, rows, run


def recount(*, actor: Viewer | None, slug: str, now: datetime) -> Drift:
    """Put right whatever differs; returns what did. Labelling waits meanwhile: all examples of the project are held."""
    project = Project.objects.get(slug=slug)
    with transaction.atomic():
        rows("SELECT id FROM labelling_example WHERE project_id = %s ORDER BY id" + locked(), [project.pk])
        drift = find_drift(project.pk)
        if drift:
            _mend(project.pk, drift)
            audit.record(actor=actor, verb="recounted", obj=project, now=now, project_id=project.pk, **drift.counts())
    return drift


def _mend(project_id: int, drift: Drift) -> None:
    for pk, (counted, here, leased) in drift.examples.items():
        run(
            "UPDATE labelling_example SET labels_counted = %s, labels_here = %s, leases_live = %s WHERE id = %s",
            [counted, here, leased, pk],
        )
    if drift.answers:
        run(
            "DELETE FROM labelling_countedanswer WHERE question_id IN (SELECT id FROM labelling_question WHERE project_id = %s)",
            [project_id],
        )
        run(f"INSERT INTO labelling_countedanswer ({ANSWERS}) {true_answers(project_id)}", [project_id])
    for members, labels, seconds in ((drift.members, "labels", "seconds"), (drift.checks, "checks", "check_seconds")):
        for pk, true in members.items():
            run(f"UPDATE labelling_membership SET {labels} = %s, {seconds} = %s WHERE id = %s", [*true, pk])
    for days, labels, seconds in ((drift.days, "labels", "seconds"), (drift.check_days, "checks", "check_seconds")):
        for (pk, day), true in days.items():
            run(
                "INSERT INTO labelling_labellerday (membership_id, day, labels, seconds) VALUES (%s, %s, 0, 0) "
                "ON CONFLICT (membership_id, day) DO NOTHING",
                [pk, day.isoformat()],
            )
            run(
                f"UPDATE labelling_labellerday SET {labels} = %s, {seconds} = %s WHERE membership_id = %s AND day = %s",
                [*true, pk, day.isoformat()],
            )
    for (pk, tag), number in drift.tags.items():
        run(
            "INSERT INTO labelling_tagcount (membership_id, tag, labels) VALUES (%s, %s, %s) "
            "ON CONFLICT (membership_id, tag) DO UPDATE SET labels = excluded.labels",
            [pk, tag, number],
        )
    if drift.asked is not None:
        run(
            "INSERT INTO labelling_overlapstate (project_id, asked) VALUES (%s, %s) ON CONFLICT (project_id) DO UPDATE SET asked = excluded.asked",
            [project_id, drift.asked],
        )
    if drift.states:
        changes = ", ".join(f"{state} = %s" for state in drift.states)
        run(f"UPDATE labelling_projectcounts SET {changes} WHERE project_id = %s", [*drift.states.values(), project_id])
