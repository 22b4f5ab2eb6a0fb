"""The examples behind what is said of a labeller: what they answered, what the others or the resolution said, with tags and comments."""

from collections.abc import Callable
from typing import Any

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from labelling.access import Permission, Viewer
from labelling.assign.models import Assignment
from labelling.errors import NotFound
from labelling.intake.models import Example
from labelling.measure import habits
from labelling.measure.answers import Answers, read_answers
from labelling.measure.columns import read_resolved
from labelling.measure.one_labeller import check_reference, member_called
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import all_tags, get_project

MOST = 5_000  # examples that are listed


def list_examples(
    viewer: Viewer, slug: str, username: str, *, question: str | None = None, reference: str | None = None, said: str | None = None,
    wanted: str | None = None,
) -> tuple[dict[str, Any], QuerySet[Example], Callable[[list[Example]], list[dict[str, Any]]]]:  # fmt: skip
    """(what they have in common, the examples newest first, what makes a page of them into rows).

    `said` and `wanted` are answers as a file has them, an absent class empty; without either, all examples on which this person's
    answer is not the clear reference. Raises NotFound, NotAllowed, Invalid.
    """
    project = get_project(viewer, slug, Permission.SEE_LABELS)
    check_reference(reference)
    member = member_called(project, username)
    answers = habits.only_of(read_answers(project, question), member.user_id)
    ids, names = _behind(project, answers, member.user_id, reference or "leave_one_out", said, wanted)
    examples = Example.objects.filter(project=project, pk__in=ids[-MOST:].tolist()).select_related(None)
    head = {
        "username": member.user.username, "display_name": member.user.display_name or member.user.username, "question": answers.described,
        "reference": reference or "leave_one_out", "said_name": names[0], "wanted_name": names[1], "total": int(ids.size),
    }  # fmt: skip
    return head, examples, lambda page: _rows(project, answers, member, page)


def _behind(
    project: Project, answers: Answers, who: int, reference: str, said: str | None, wanted: str | None
) -> tuple[NDArray[Any], tuple[str, str]]:
    """(ids of the examples, ascending; both answers in words)."""
    every, names, known = [], ("", ""), said is None and wanted is None
    for aspect in habits.aspects(project, answers, reference):
        labels = aspect.labels
        mine = aspect.scores.counted & (labels.labeller_ids[labels.labeller] == who) & (aspect.wanted >= 0) & (labels.code != aspect.wanted)
        for text, codes in ((said, labels.code), (wanted, aspect.wanted)):
            if text is not None:
                mine &= np.isin(codes, [place for place, one in enumerate(aspect.texts) if one == text])
        if all(text is None or text in aspect.texts for text in (said, wanted)) and any(text for text in (said, wanted)):
            of = dict(zip(aspect.texts, aspect.names, strict=True))
            names, known = (of.get(said or "", ""), of.get(wanted or "", "")), True
        every.append(labels.example_ids[labels.example[mine]])
    if not known:
        raise NotFound("Nobody has given that answer yet, or it is no answer of this question.")
    return np.unique(np.concatenate(every)) if every else np.zeros(0, dtype=np.int64), names


def _rows(project: Project, answers: Answers, member: Membership, page: list[Example]) -> list[dict[str, Any]]:
    """Each example with everybody's answers, this person's first, and what this person wrote beside it."""
    ids = [example.pk for example in page]
    columns = answers.columns
    found = read_resolved(answers.question.pk)
    here = np.isin(found.example, ids)
    settled: dict[int, list[str]] = {}
    for example, code in zip(found.example[here].tolist(), found.code[here].tolist(), strict=True):
        settled.setdefault(example, []).append(answers.name(code))
    tags = {tag["key"]: tag["name"] for tag in all_tags(project)}
    written = {
        row.example_id: row.label
        for row in Assignment.objects.filter(example_id__in=ids, labeller_id=member.user_id, repeat=0, label__isnull=False)
        .select_related("label")
        .order_by("round")
    }
    rows = []
    for example in page:
        first, last = np.searchsorted(columns.example, [example.pk, example.pk + 1]).tolist()
        given = list(zip(columns.labeller[first:last].tolist(), columns.code[first:last].tolist(), strict=True))
        label = written.get(example.pk)
        mine = [place for place, (who, _) in enumerate(given, start=first) if who == member.user_id]
        rows.append({
            "id": example.pk,
            "example": example.key,
            "data": example.data,
            "answer": next((answers.name(code) for who, code in given if who == member.user_id), ""),
            "others": [answers.name(code) for who, code in given if who != member.user_id],
            "resolved": settled.get(example.pk, []),
            "tags": [tags.get(key, key) for key in (label.tags if label else [])],
            "comment": label.comment if label else "",
            "seconds": label.seconds if label else None,
            "guideline_version": int(columns.guideline_version[mine[0]]) if mine else None,
            "newer_guidelines": bool(mine) and int(columns.guideline_version[mine[0]]) < project.guideline_version,
        })  # fmt: skip
    return rows
