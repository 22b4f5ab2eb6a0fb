"""The life of an assignment, where a labeller starts in the queue, and which of the examples they get are checks."""

from enum import StrEnum
from typing import Any

from labelling.errors import Conflict, Invalid
from labelling.intake.rules import PRIME, number_from
from labelling.projects.rules import Order


class AssignmentState(StrEnum):
    LEASED = "leased"
    DONE = "done"
    RELEASED = "released"
    SKIPPED = "skipped"
    EXPIRED = "expired"


class Purpose(StrEnum):
    """Why somebody is given an example: to label it, or to check how they label. A check never counts."""

    LABEL = "label"
    QUALIFICATION = "qualification"  # gold, before they start
    GOLD = "gold"  # mixed in among the others
    REPEAT = "repeat"  # one of their own, a second time


MAX_LEASES_AT_ONCE = 50
MAX_REASON = 500
# An example may come back to a labeller who gave it back or let it run out; never to one who labelled or skipped it.
MAY_COME_BACK = (AssignmentState.RELEASED, AssignmentState.EXPIRED)


def check_count(count: Any) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_LEASES_AT_ONCE:
        raise Invalid.field("count", f"Ask for 1 to {MAX_LEASES_AT_ONCE} examples at once.")
    return count


def check_reason(reason: Any) -> str:
    if reason is None:
        return ""
    if not isinstance(reason, str) or len(reason) > MAX_REASON:
        raise Invalid.field("reason", f"A reason is a text of up to {MAX_REASON} characters.")
    return reason.strip()


def check_not_labelled(state: str) -> None:
    """What was labelled can be neither given back nor skipped."""
    if state == AssignmentState.DONE:
        raise Conflict("You labelled this example already. Send another label to revise it.")


def start_of(*, order: str, seed: int, username: str) -> int:
    """The place where a labeller begins: their own in a shuffled project, the first one else."""
    return number_from(seed, username, PRIME) if order == Order.SHUFFLED else 0
