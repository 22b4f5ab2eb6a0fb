"""What one stage sets going in the next, as plain calls: no signals.

A stage knows nothing of those that come after it. Where something in one has to move something in a later one, in the
same transaction, the doors call the function here instead of the stage's own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling.access import Permission, Viewer
from labelling.assign import services as assign
from labelling.discuss import services as discuss
from labelling.evaluate.opinions import opinions_of
from labelling.evaluate.selectors import get_evaluation
from labelling.intake import services as intake
from labelling.jobs.services import Claimed
from labelling.label import services as label
from labelling.measure import services as measure
from labelling.measure.services import skills
from labelling.projects import services as projects
from labelling.projects.selectors import get_project


def update_project(*, actor: Viewer, slug: str, fields: Mapping[str, Any], now: datetime) -> Any:
    """Change a project's settings, and what hangs on them: how many labels each open example still wants, and in which
    order examples are handed out."""
    with transaction.atomic():
        before = get_project(actor, slug, Permission.EDIT_PROJECT)
        project = projects.update_project(actor=actor, slug=slug, fields=fields, now=now)
        if project.order != before.order:
            assign.set_order(project=project)
        if project.labels_per_example != before.labels_per_example:
            completed = assign.set_labels_wanted(project=project, wanted=project.labels_per_example)
            discuss.open_cases(project_id=project.pk, example_ids=completed, now=now)
        if "labelling" in fields:
            discuss.set_gold_aside(project=project, now=now)
    if project.settings.get("overlap", {}).get("adaptive"):
        skills.measure(project=project, now=now)
    return project


def remove_member(*, actor: Viewer, slug: str, username: str, now: datetime) -> None:
    """Take somebody out of a project; what they hold goes back to the others."""
    with transaction.atomic():
        projects.remove_member(actor=actor, slug=slug, username=username, now=now)
        assign.release_after_leaving(slug=slug, username=username, now=now)


def submit_label(*, actor: Viewer, assignment_id: Any, fields: Mapping[str, Any], now: datetime) -> label.Submitted:
    """Store a label, and what hangs on it, in one transaction: the case that it opens or adds to; of a check on the labeller's
    work, what they are told about it, as `feedback` of the answer."""

    def tell(done: label.Submitted) -> None:
        feedback = discuss.after_check(actor=actor, done=done, now=now)
        if feedback:
            done.answer["feedback"] = feedback

    def then(done: label.Submitted) -> None:
        discuss.check_not_swayed(actor=actor, example_id=done.example_id, revision=done.revision)
        if done.purpose != "label":
            tell(done)
        elif done.counted and (done.completed or done.tags or done.example_state != "open"):
            discuss.open_cases(
                project_id=done.project_id, example_ids=[done.example_id], tags={done.example_id: done.tags}, now=now
            )

    done = label.submit_label(actor=actor, assignment_id=assignment_id, fields=fields, now=now, then=then)
    if not done.created and done.purpose == "gold":  # what was sent before is answered the same
        tell(done)
    return done


def import_examples(claimed: Claimed) -> dict[str, Any]:
    """The job that imports examples; saved slices are counted anew, so that their page never has to."""
    result = intake.import_file(claimed)
    if claimed.project_id is not None and not claimed.arguments["dry_run"]:
        measure.recount_slices(project_id=claimed.project_id)
    return result


def import_labels(claimed: Claimed) -> dict[str, Any]:
    """The job that imports labels made elsewhere; cases open chunk by chunk, in bulk."""

    def then(project_id: int, touched: label.Touched, now: datetime) -> None:
        ids = sorted({*touched.over, *touched.tags})
        discuss.open_cases(project_id=project_id, example_ids=ids, tags=touched.tags, now=now)

    return label.import_labels(claimed, then=then)


def start_suspects(*, actor: Viewer, slug: str, question: Any = None, evaluation: Any = None, now: datetime) -> Any:
    """Start the job that looks for suspected errors, with an evaluation's predictions or with people alone."""
    get_project(actor, slug, Permission.DISCUSS)
    found = get_evaluation(actor, slug, evaluation).pk if evaluation not in (None, "") else None
    return measure.start_suspects(actor=actor, slug=slug, question=question or None, evaluation=found, now=now)


def find_suspects(claimed: Claimed) -> dict[str, Any]:
    """That job: what models predicted is kept by a later stage than the labels."""
    return measure.run_suspects(claimed, opinions=opinions_of)
