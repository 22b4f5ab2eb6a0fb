"""What the tests of this stage share: examples that were labelled, and their cases."""

from datetime import datetime, timedelta
from typing import Any

from labelling.discuss.models import Case
from labelling.intake.models import Example
from labelling.projects.models import Project
from tests import factories
from tests.factories import NOW, make_examples, make_project

LATER = NOW + timedelta(hours=1)
LABELLERS = ("ada", "ben", "cleo")


def labelled(*rows: tuple[Any, ...], slug: str = "reviews", now: datetime = NOW, tags: tuple[str, ...] = (), **project: Any) -> Project:
    """A project whose examples e0, e1, ... have these answers by Ada, Ben and Cleo, in order."""
    made = make_project(slug, **project)
    make_examples(made, len(rows), prefix=f"{slug}-" if slug != "reviews" else "e")
    for place, name in enumerate(project.get("labellers", LABELLERS)):
        for row in rows:
            if place < len(row):
                [one] = factories.lease(name, slug, now=now)
                factories.submit(name, one.id, row[place], now=now, tags=list(tags) if row[place] is None else [])
    return made


def example(key: str = "e0") -> Example:
    return Example.objects.get(key=key)


def case_of(key: str = "e0") -> Case:
    return Case.objects.get(example__key=key)


def seen(key: str = "e0") -> list[int]:
    """Ids of the labels of the current round that count."""
    one = example(key)
    return sorted(one.assignments.filter(counted=True, round=one.round).values_list("label_id", flat=True))
