"""A project that asks one question of every kind, and answers to it, for tests of what each stage does with them."""

from typing import Any

from labelling.intake.models import AssignQueue, Example, Media
from labelling.intake.states import count_examples
from labelling.projects.models import Project
from tests.factories import NOW, lease, make_project, submit

TEXT = "Ada 👩‍🚀 met Émile in 東京 and שלום."  # 0 Ada 3, 8 met: the astronaut is three code points
PICTURE = "ab" * 32
QUESTIONS: list[dict[str, Any]] = [
    {"key": "mood", "kind": "choice", "prompt": "Which mood?", "classes": [{"key": "good", "name": "Good"}, {"key": "bad", "name": "Bad"}]},
    {"key": "topics", "kind": "choices", "prompt": "Which topics?", "classes": ["art", "food", "money", "war"], "max": 3},
    {"key": "stars", "kind": "rating", "prompt": "How good?", "low": 1, "high": 5},
    {"key": "price", "kind": "number", "prompt": "What did it cost?", "low": 0, "high": 100, "unit": "€"},
    {"key": "summary", "kind": "text", "prompt": "In short?", "of": "text", "max_length": 200},
    {"key": "names", "kind": "spans", "prompt": "Who and where?", "classes": ["PER", "LOC"], "of": "text", "overlap": True},
    {"key": "cars", "kind": "boxes", "prompt": "Where are cars?", "classes": ["car", "van"], "of": "photo"},
]
DISPLAY = [{"field": "text", "as": "text"}, {"field": "photo", "as": "image"}]
GOOD: dict[str, Any] = {
    "mood": "good",
    "topics": ["art", "food"],
    "stars": 4,
    "price": 12.5,
    "summary": "Émile und Ada",
    "names": [{"start": 0, "end": 3, "class": "PER"}, {"start": 12, "end": 17, "class": "PER"}],
    "cars": [{"x": 10, "y": 20.25, "w": 30, "h": 15, "class": "car"}],
}
OTHER: dict[str, Any] = {
    "mood": "bad",
    "topics": [],
    "stars": 2,
    "price": 20,
    "summary": "東京",
    "names": [],
    "cars": [{"x": 60, "y": 0, "w": 40, "h": 50, "class": "van"}],
}

NEAR = GOOD | {
    "price": 14.5,
    "summary": "Émile und Ida",
    "names": [{"start": 0, "end": 3, "class": "PER"}],
    "cars": [{"x": 11, "y": 20.25, "w": 30, "h": 15, "class": "car"}],
}


def every_kind(count: int = 3, *, slug: str = "reviews", optional: bool = False, text: str = TEXT, **fields: Any) -> Project:
    """The project with examples e0, e1, ...: each has the text and a picture of 100 by 50 pixels."""
    questions = [question | ({"required": False} if optional else {}) for question in fields.pop("questions", QUESTIONS)]
    project = make_project(slug, questions=questions, display=DISPLAY, **fields)
    Media.objects.create(
        project=project, sha256=PICTURE, suffix="png", content_type="image/png", bytes=1, width=100, height=50, created_at=NOW
    )
    queue, _ = AssignQueue.objects.get_or_create(project=project)
    first = queue.next_position
    Example.objects.bulk_create(
        [
            Example(
                project=project, key=f"e{number}", data={"text": text, "photo": f"{PICTURE}.png"}, meta={"lab": "north"}, content_hash=f"e{number}",
                position=number, place=number, labels_wanted=project.labels_per_example, created_at=NOW,
            )
            for number in range(first, first + count)
        ]
    )  # fmt: skip
    AssignQueue.objects.filter(project=project).update(next_position=first + count, epoch=queue.epoch + 1)
    count_examples(project_id=project.pk, open=count)
    return project


def labelled(count: int = 3, **fields: Any) -> None:
    """e0: two agree and one is near; e1: all agree that nothing is there; e2 and further: all agree."""
    every_kind(count, **fields)
    *alike, third = fields.get("labellers", ("ada", "ben", "cleo"))
    for name in [*alike, third]:
        values = [NEAR if name == third else GOOD, OTHER, *[GOOD] * (count - 2)]
        for one, value in zip(lease(name, fields.get("slug", "reviews"), count=count), values, strict=True):
            submit(name, one.id, value)
