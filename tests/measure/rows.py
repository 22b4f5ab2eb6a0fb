"""Labels put straight into the tables, for tests of what is computed from them."""

from collections.abc import Mapping
from typing import Any

from labelling.accounts.models import User
from labelling.intake.models import Example
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.measure.models import ResolvedAnswer
from labelling.projects.models import Membership, Project, Question
from tests import factories


def put_labels(project: Project, votes: Mapping[str, Mapping[str, Any]], question: str | None = None) -> None:
    """`votes[example key][user name]` is an answer."""
    row = Question.objects.get(project=project, key=question) if question else Question.objects.get(project=project)
    codes = _codes(row, [answer for given in votes.values() for answer in given.values()])
    people = {user.username: user for user in User.objects.all()}
    start = Example.objects.filter(project=project).count()
    for position, (key, given) in enumerate(votes.items(), start=start):
        example, _ = Example.objects.get_or_create(
            project=project,
            key=key,
            defaults={"data": {"text": key}, "content_hash": key, "position": position, "place": position,
                      "labels_wanted": 3, "labels_counted": len(given), "created_at": factories.NOW},
        )  # fmt: skip
        for name, answer in given.items():
            CountedAnswer.objects.create(
                question=row, example=example, labeller=people[name], round=1, code=codes[str(answer)],
                schema_version=1, guideline_version=1, day=20_514,
            )  # fmt: skip
            Membership.objects.filter(project=project, user=people[name]).update(labels=1)


def put_truth(project: Project, truth: Mapping[str, Any], *, gold: bool = False) -> None:
    from labelling.discuss.models import Resolution

    row = Question.objects.get(project=project)
    codes = _codes(row, list(truth.values()))
    lea = User.objects.get(username="lea")
    for key, answer in truth.items():
        example = Example.objects.get(project=project, key=key)
        resolution = Resolution.objects.create(
            project=project, example=example, outcome="answer", value={row.key: answer}, cause="other", gold=gold,
            resolved_by=lea, created_at=factories.NOW,
        )  # fmt: skip
        ResolvedAnswer.objects.create(
            question=row, example=example, resolution=resolution, code=codes[str(answer)], gold=gold
        )


def _codes(question: Question, answers: list[Any]) -> dict[str, int]:
    known = {str(row.value): row.code for row in AnswerCode.objects.filter(question=question)}
    for answer in answers:
        if str(answer) not in known:
            known[str(answer)] = len(known)
            AnswerCode.objects.create(question=question, code=known[str(answer)], value=answer, digest=str(answer))
    return known


def put_truth_of(slug: str, question: str, truth: Mapping[str, Any], *, gold: bool = False) -> None:
    """The answers that stand for some examples to one question of a project with several, answers of any kind."""
    from labelling.discuss.models import Resolution

    row = Question.objects.get(project__slug=slug, key=question)
    lea = User.objects.get(username="lea")
    for key, answer in truth.items():
        example = Example.objects.get(project__slug=slug, key=key)
        code = next((known for known in AnswerCode.objects.filter(question=row) if known.value == answer), None)
        code = code or AnswerCode.objects.create(
            question=row, code=AnswerCode.objects.filter(question=row).count(), value=answer, digest=f"{question} {key}"
        )
        resolution = Resolution.objects.create(
            project_id=row.project_id, example=example, outcome="answer", value={row.key: answer}, cause="other", gold=gold,
            resolved_by=lea, created_at=factories.NOW,
        )  # fmt: skip
        ResolvedAnswer.objects.create(question=row, example=example, resolution=resolution, code=code.code, gold=gold)
