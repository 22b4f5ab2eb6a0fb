"""How a labeller stands with the qualification: gold examples to label before the others."""

from dataclasses import dataclass
from typing import Any

from labelling.access import Viewer
from labelling.assign.models import Assignment, GoldExample
from labelling.assign.rules import AssignmentState, Purpose, standing_of
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import labelling_settings

CHECKABLE = ("complete", "in_review", "resolved")  # states of examples that checks are drawn from


@dataclass(frozen=True, slots=True)
class Qualification:
    """`state` is open, failed or passed; `done` counts the examples of the try that is open."""

    state: str
    examples: int
    required: float
    done: int
    tries: int
    score: float | None  # share that was right in the last try

    def as_dict(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "examples": self.examples,
            "required": self.required,
            "done": self.done,
            "tries": self.tries,
            "score": self.score,
        }


def counts_of_try(project_id: int, labeller_id: int) -> tuple[int, int]:
    """(done, in hand) of the try that is open: what its labeller was not told the answers of."""
    states = list(
        Assignment.objects.filter(
            project_id=project_id, labeller_id=labeller_id, repeat__gt=0, purpose=Purpose.QUALIFICATION, told_at=None,
            state__in=(AssignmentState.DONE, AssignmentState.LEASED),
        ).values_list("state", flat=True)
    )  # fmt: skip
    return states.count(AssignmentState.DONE), states.count(AssignmentState.LEASED)


def qualification_of(project: Project, member: Membership | None) -> Qualification | None:
    """How this member stands; None for whom no qualification is asked, or where the project has too little gold for one."""
    if member is None:
        return None
    settings = labelling_settings(project)
    asked = settings["qualification"]
    standing = standing_of(
        settings, role=member.role, labels=member.labels, qualified=member.qualified_at is not None, tries=member.tries,
        tries_allowed=member.tries_allowed,
    )  # fmt: skip
    if standing is None:
        return None
    done, in_hand = counts_of_try(project.pk, member.user_id)
    if standing == "open" and not done and not in_hand and gold_ready(project, most=asked["examples"]) < asked["examples"]:
        return None
    return Qualification(standing.value, asked["examples"], asked["required"], done, member.tries, member.qualification_score)


def gold_ready(project: Project, *, most: int) -> int:
    """How many examples checks can be drawn from, counted up to `most`."""
    ready = GoldExample.objects.filter(project=project, example__state__in=CHECKABLE).values_list("id", flat=True)
    return len(ready[:most])


def own_qualification(viewer: Viewer, project: Project) -> Qualification | None:
    """The viewer's own, of a project that was fetched for them."""
    return qualification_of(project, project.viewer_membership)  # type: ignore[attr-defined]
