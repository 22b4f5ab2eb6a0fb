"""Gold and settings for tests of checks on labellers' work."""

from collections.abc import Collection
from typing import Any

from labelling import flow
from labelling.assign.models import Assignment
from labelling.assign.services import Leased
from labelling.discuss.models import Resolution
from labelling.discuss.services.settling import answer_codes
from labelling.intake.models import Example
from labelling.intake.states import change_state
from labelling.measure.services import Standing, set_resolved_answers
from labelling.projects.models import Project
from tests.factories import NOW, lease, make_examples, submit, viewer

QUALIFY = {"qualification": {"examples": 3, "required": 0.6}}


def make_gold(project: Project, count: int, *, answer: Any = "neg", prefix: str = "g", note: str = "The irony decides.", settled: bool = True) -> list[Example]:
    """Examples with a gold answer that came in a file; settled by it, so that checks are drawn from them."""
    made = make_examples(project, count, prefix=prefix)
    value = answer if isinstance(answer, dict) else {"sentiment": answer}
    for example in made:
        truth = Resolution.objects.create(
            project=project, example=example, outcome="answer", value=value, cause="other", note=note, gold=True, imported=True,
            schema_version=1, resolved_by_id=viewer("lea").user_id, created_at=NOW,
        )  # fmt: skip
        set_resolved_answers(standing=[Standing(example.pk, truth.pk, answer_codes(project, [value]), True, [])])
    if settled:
        change_state(project_id=project.pk, example_ids=[example.pk for example in made], to="resolved")
    return made


def switch_on(project: Project, **settings: Any) -> Project:
    return flow.update_project(actor=viewer("lea"), slug=project.slug, fields={"labelling": settings}, now=NOW)


def label_on(username: str, count: int, answer: Any = "pos", *, slug: str = "reviews", at_once: int = 1, now: Any = NOW, **fields: Any) -> list[Leased]:
    """Lease and label this many examples, one after the other; fewer when there are no more. What was handed, in order."""
    done: list[Leased] = []
    while len(done) < count and (handed := lease(username, slug, count=min(at_once, count - len(done)), now=now)):
        for one in handed:
            submit(username, one.id, answer, now=now, **fields)
            done.append(one)
    return done


def purposes(leases: Collection[Leased]) -> list[str]:
    found = dict(Assignment.objects.filter(pk__in=[one.id for one in leases]).values_list("id", "purpose"))
    return [found[one.id] for one in leases]


