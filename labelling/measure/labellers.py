"""Each labeller's figures: to teach with, so every one comes with its interval."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.label.models import TagCount
from labelling.measure import estimates, habits
from labelling.measure.answers import Answers, read_answers
from labelling.measure.check_columns import ON_GOLD, with_checks
from labelling.measure.compare import OF_CLASSES, comparison
from labelling.measure.human import against_resolved, consistency, leave_one_out
from labelling.measure.pace import median_seconds
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import all_tags, get_project
from labelling.stats import drift, groups
from labelling.stats.comparison import Comparison
from labelling.stats.results import Undefined


def list_labellers(
    viewer: Viewer, slug: str, *, question: str | None = None
) -> tuple[QuerySet[Membership], Callable[[list[Membership]], list[dict[str, Any]]]]:
    """(everybody who has labelled, what makes a page of them into rows). Figures are those of one question, the first by
    default."""
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    answers = read_answers(project, question)
    return members_of(project), lambda members: describe(project, answers, members)


def members_of(project: Project) -> QuerySet[Membership]:
    """Everybody who has labelled, most labels first."""
    return Membership.objects.filter(project=project, labels__gt=0).select_related("user").order_by("-labels", "id")


def describe(project: Project, answers: Answers, members: Iterable[Membership]) -> list[dict[str, Any]]:
    compared = comparison(answers, seed=project.seed)
    agreement = {one.labeller: one for one in with_the_others(project, answers, compared)}
    gold = against_resolved(project, with_checks(answers, ON_GOLD), gold=True).by_labeller()
    _, repeats = consistency(project, answers)
    reliability = estimates.reliability(answers)
    no_model = estimates.NO_MODEL if compared is None else estimates.NO_CLASSES
    members = list(members)
    tags, medians = _tags(project), median_seconds(project, [member.user_id for member in members])
    to_say = _to_say(project, answers)
    nothing = Undefined("This person has no label on an example that others labelled too.")
    rows = []
    for member in members:
        who = member.user_id
        own = agreement.get(who)
        rows.append(
            {
                "username": member.user.username,
                "display_name": member.user.display_name or member.user.username,
                "role": member.role,
                "labels": member.labels,
                "seconds": member.seconds,
                "median_seconds": medians.get(who),
                "agreement": (own.alpha if own else nothing).as_dict(),
                "percent": (own.percent if own else nothing).as_dict(),
                "gold_accuracy": gold.get(who, Undefined("No gold example was labelled by this person.")).as_dict(),
                "repeat_consistency": repeats.get(who, Undefined("This person labelled no example twice.")).as_dict(),
                "reliability": reliability.get(who, no_model).as_dict(),
                "tags": {tag["key"]: tags.get((member.pk, tag["key"]), 0) / member.labels for tag in all_tags(project)},
                "stands_out": to_say.get(who, 0),
            }
        )
    return rows


def with_the_others(project: Project, answers: Answers, compared: Comparison | None) -> list[groups.LabellerAgreement]:
    """Everybody's agreement with the others; `compared` is what `comparison` gave for the answers."""

    def compute() -> list[groups.LabellerAgreement]:
        return groups.by_labeller(answers.labels, level=answers.level, values=answers.numbers) if compared is None else compared.by_labeller()

    return answers.remember(("agreement of each labeller", project.seed), compute)


def _to_say(project: Project, answers: Answers) -> dict[int, int]:
    """User id → how many things about that person are beyond chance: habits against the others' answers, and a drift. One pass over
    the labels for everybody, and none while the labels stay as they are."""

    def count() -> dict[int, int]:
        found: dict[int, int] = {}
        for aspect, habit in habits.habits_of(project, answers, "leave_one_out"):
            who = int(aspect.labels.labeller_ids[habit.labeller])
            found[who] = found.get(who, 0) + 1
        if answers.described["kind"] in OF_CLASSES:
            labels = answers.labels
            for one in drift.drifts(leave_one_out(project, answers), answers.columns.day, n_people=max(1, labels.n_labellers)):
                if one.drifted:
                    who = int(labels.labeller_ids[one.labeller])
                    found[who] = found.get(who, 0) + 1
        return found

    return answers.remember("things to say of labellers", count)


def _tags(project: Project) -> dict[tuple[int, str], int]:
    rows = TagCount.objects.filter(membership__project=project, labels__gt=0).values_list(
        "membership_id", "tag", "labels"
    )
    return {(membership, tag): count for membership, tag, count in rows}
