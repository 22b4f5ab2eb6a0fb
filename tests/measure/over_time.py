"""Labels of several rounds, versions and days, straight in the tables."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from labelling.accounts.models import User
from labelling.intake.models import Example
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.projects import services as projects
from labelling.projects.models import Project, Question
from tests import factories

MONDAY = 20_514  # 2026-03-02, as days since 1970


def put_rows(project: Project, rows: Iterable[tuple[str, str, Any]], *, round: int = 1, guideline: int = 1, schema: int = 1, day: int = MONDAY, question: str | None = None) -> None:
    """(example key, user name, answer): counted answers, all of one round, one version and one day."""
    rows = list(rows)
    row = Question.objects.get(project=project, key=question) if question else Question.objects.get(project=project)
    codes = [code_of(row, answer) for *_, answer in rows]
    people = {user.username: user for user in User.objects.all()}
    examples = {example.key: example for example in Example.objects.filter(project=project)}
    CountedAnswer.objects.bulk_create(
        [
            CountedAnswer(question=row, example=examples[key], labeller=people[name], round=round, code=code, schema_version=schema,
                          guideline_version=guideline, day=day)
            for (key, name, _), code in zip(rows, codes, strict=True)
        ]
    )  # fmt: skip
    Example.objects.filter(project=project, key__in={key for key, *_ in rows}, round__lt=round).update(round=round)


def code_of(question: Question, answer: Any) -> int:
    """The answer's code; answers are compared as values, because databases write the same JSON in several ways."""
    known = list(AnswerCode.objects.filter(question=question))
    for row in known:
        if row.value == answer:
            return row.code
    return AnswerCode.objects.create(question=question, code=len(known), value=answer, digest=f"test {len(known)}").code


def new_guidelines(project: Project, *, weeks: int = 1, reason: str = "Irony counts") -> int:
    """A further version of the guidelines, some weeks after the first."""
    made = projects.add_guidelines(
        actor=factories.viewer("lea"), slug=project.slug, text=f"# After {weeks} weeks", reason=reason, now=factories.NOW + timedelta(weeks=weeks)
    )
    return made.version


def relabelled(count: int = 30, **fields: Any) -> Project:
    """A project whose examples were labelled under guidelines 1, and again in a second round under guidelines 2, where people agree more."""
    project = factories.make_project(**fields)
    factories.make_examples(project, count)
    names = ("ada", "ben", "cleo")
    classes = ("pos", "neg", "mix")
    first = [(f"e{n}", name, classes[(n * (1 + place) + n // 7) % 3]) for n in range(count) for place, name in enumerate(names)]
    again = [(f"e{n}", name, classes[n % 3] if (n + place) % 5 else "mix") for n in range(count) for place, name in enumerate(names)]
    put_rows(project, first)
    put_rows(project, again, round=2, guideline=new_guidelines(project), day=MONDAY + 8)
    return project
