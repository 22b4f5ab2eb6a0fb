"""The cast and their things, as plain functions. Lea leads; Ada, Ben and Cleo label; Mallory belongs elsewhere."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db.models import F
from rest_framework.test import APIClient

from labelling import flow
from labelling.access import Role, Viewer
from labelling.accounts import services as accounts
from labelling.accounts.models import User
from labelling.accounts.rules import EVERY_SCOPE
from labelling.accounts.selectors import viewer_of
from labelling.assign import services as assign
from labelling.assign.services import Leased
from labelling.intake.models import AssignQueue, Example
from labelling.intake.rules import shuffled_place
from labelling.intake.states import count_examples
from labelling.label.services import Submitted
from labelling.projects import services as projects
from labelling.projects.models import Project

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday morning
OPERATOR = Viewer(user_id=0, username="operator", is_staff=True)
SENTIMENT = {
    "key": "sentiment",
    "kind": "choice",
    "prompt": "What does the writer feel?",
    "classes": [
        {"key": "pos", "name": "Positive", "definition": "Glad of it."},
        {"key": "neg", "name": "Negative", "definition": "Sorry about it."},
        {"key": "mix", "name": "Mixed", "definition": "Both at once."},
    ],
}
STRENGTH = {"key": "strength", "kind": "rating", "prompt": "How strongly?", "low": 1, "high": 5}


def make_user(username: str, *, is_staff: bool = False, password: str | None = None) -> User:
    user, created = User.objects.get_or_create(username=username, defaults={"is_staff": is_staff})
    if created:
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
    return user


def viewer(username: str, *, is_staff: bool = False) -> Viewer:
    """The viewer of a user, who is made if missing."""
    return viewer_of(make_user(username, is_staff=is_staff))


def make_project(
    slug: str = "reviews",
    *,
    owner: str = "lea",
    labellers: tuple[str, ...] = ("ada", "ben", "cleo"),
    questions: list[dict[str, Any]] | None = None,
    labels_per_example: int = 3,
    now: datetime = NOW,
    **fields: Any,
) -> Project:
    """A project that Lea owns and Ada, Ben and Cleo label in."""
    project = projects.create_project(
        actor=viewer(owner),
        fields={
            "slug": slug,
            "name": "Film reviews",
            "display": [{"field": "text", "as": "text"}],
            "questions": questions or [SENTIMENT],
            "labels_per_example": labels_per_example,
            **fields,
        },
        now=now,
    )
    for name in labellers:
        make_user(name)
        projects.add_member(actor=viewer(owner), slug=slug, username=name, role=Role.LABELLER, now=now)
    return project


def make_token(username: str, *, scopes: list[str] | None = None, project_id: int | None = None, now: datetime = NOW) -> str:
    make_user(username)
    _, token = accounts.create_token(
        actor=OPERATOR, username=username, name=f"{username}'s", scopes=scopes or EVERY_SCOPE, project_id=project_id, now=now
    )
    return token


def api(username: str | None, *, scopes: list[str] | None = None, project_id: int | None = None) -> APIClient:
    """A client that calls the API as this user, or as nobody."""
    client = APIClient()
    if username is not None:
        token = make_token(username, scopes=scopes, project_id=project_id)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def make_examples(project: Project, count: int = 3, *, priority: int = 0, prefix: str = "e", now: datetime = NOW) -> list[Example]:
    """Open examples in the queue, straight into the table: keys e0, e1, ..."""
    queue, _ = AssignQueue.objects.get_or_create(project=project)
    first = queue.next_position
    shuffled = project.order == "shuffled"
    made = Example.objects.bulk_create(
        [
            Example(
                project=project,
                key=f"{prefix}{number}",
                data={"text": f"Text {number}"},
                meta={"lab": "north" if number % 2 else "south"},
                content_hash=f"{prefix}{number}",
                priority=priority,
                position=number,
                place=shuffled_place(project.seed, number) if shuffled else number,
                labels_wanted=project.labels_per_example,
                created_at=now,
            )
            for number in range(first, first + count)
        ]
    )
    AssignQueue.objects.filter(project=project).update(next_position=first + count, epoch=F("epoch") + 1)
    count_examples(project_id=project.pk, open=count)
    return made


def lease(username: str, slug: str = "reviews", *, count: int = 1, now: datetime = NOW) -> list[Leased]:
    """Examples in this labeller's hands."""
    return assign.lease_examples(actor=viewer(username), slug=slug, count=count, now=now).assignments


def submit(username: str, assignment_id: int, value: Any = "pos", *, now: datetime = NOW, **fields: Any) -> Submitted:
    """A label for an assignment; `value` is a whole value, or the answer to `sentiment`."""
    whole = value if value is None or isinstance(value, dict) else {"sentiment": value}
    sent = {"value": whole, "client_id": str(uuid4()), "schema_version": 1, **fields}
    return flow.submit_label(actor=viewer(username), assignment_id=assignment_id, fields=sent, now=now)


def label_next(username: str, value: Any = "pos", *, slug: str = "reviews", now: datetime = NOW, **fields: Any) -> Submitted:
    """Lease one example and label it."""
    [one] = lease(username, slug, now=now)
    return submit(username, one.id, value, now=now, **fields)
