"""Each labeller's figures: to teach with, so every one comes with its interval."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from django.db.models import QuerySet

from labelling.access import Permission, Viewer
from labelling.label.models import TagCount
from labelling.measure.answers import Answers, read_answers
from labelling.measure.bulk import literal, snapshot
from labelling.measure.check_columns import ON_GOLD, with_checks
from labelling.measure.compare import comparison
from labelling.measure.human import against_resolved, consistency
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import all_tags, get_project
from labelling.stats import groups
from labelling.stats.dawid_skene import dawid_skene
from labelling.stats.results import Figure, Undefined

NO_CLASSES = Undefined("The model of labellers is one of classes; answers of this kind are no classes.")
NO_MODEL = Undefined("The model of labellers needs examples that several people labelled.")


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
    own_figures = groups.by_labeller(answers.labels, level=answers.level, values=answers.numbers) if compared is None else compared.by_labeller()
    agreement = {one.labeller: one for one in own_figures}
    gold = against_resolved(project, with_checks(answers, ON_GOLD), gold=True).by_labeller()
    _, repeats = consistency(project, answers)
    reliability = _reliability(answers) if compared is None else {}
    no_model = (NO_MODEL if compared is None else NO_CLASSES).as_dict()
    tags, medians = _tags(project), _median_seconds(project)
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
                "reliability": reliability.get(who, no_model),
                "tags": {tag["key"]: tags.get((member.pk, tag["key"]), 0) / member.labels for tag in all_tags(project)},
            }
        )
    return rows


def _reliability(answers: Answers) -> dict[Any, Any]:
    if answers.labels.n_labellers < 2:
        return {}
    model = dawid_skene(answers.labels)
    if isinstance(model, Undefined):
        return {}
    labels = answers.labels
    counts = np.bincount(labels.labeller, minlength=labels.n_labellers).tolist()  # one label an example and round
    method = "Estimated share of right answers, by the model of Dawid and Skene with a pooled prior; no interval: the model gives none."
    rows = zip(labels.labeller_ids.tolist(), model.reliability.tolist(), counts, strict=True)
    return {
        who: Figure(share, None, None, n_examples=count, n_labels=count, n_labellers=labels.n_labellers, method=method).as_dict()
        for who, share, count in rows
    }


def _tags(project: Project) -> dict[tuple[int, str], int]:
    rows = TagCount.objects.filter(membership__project=project, labels__gt=0).values_list(
        "membership_id", "tag", "labels"
    )
    return {(membership, tag): count for membership, tag, count in rows}


def _median_seconds(project: Project) -> dict[int, float]:
    """Median active seconds of each labeller's labels, by user id."""
    with snapshot() as reader:
        found = reader.table(
            "SELECT labeller_id AS labeller, seconds FROM labelling_label "
            f"WHERE project_id = {literal(project.pk)} AND seconds IS NOT NULL ORDER BY labeller_id"
        )
    if not found.num_rows:
        return {}
    people = found.column("labeller").to_numpy()
    seconds = found.column("seconds").to_numpy()
    ids, first = np.unique(people, return_index=True)
    return {int(who): float(np.median(part)) for who, part in zip(ids, np.split(seconds, first[1:]), strict=True)}
