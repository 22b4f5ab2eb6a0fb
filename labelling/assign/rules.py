"""The life of an assignment, where a labeller starts in the queue, and which of the examples they get are checks."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from labelling.access import Role
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


class Standing(StrEnum):
    """How a labeller stands with the qualification that their project asks for."""

    OPEN = "open"
    FAILED = "failed"  # until a lead allows another try
    PASSED = "passed"


PLACES = 2**53
FASTER = 2  # own examples come back twice as often as they are chosen, so that those that are due do not pile up
MOST_REPEATS = 0.5


def standing_of(
    settings: Mapping[str, Any], *, role: str, labels: int, qualified: bool, tries: int, tries_allowed: int
) -> Standing | None:
    """None for whom no qualification is asked: leads and owners, and everybody who has labels here already."""
    if role != Role.LABELLER or not settings["qualification"]["examples"] or labels:
        return None
    if qualified:
        return Standing.PASSED
    return Standing.FAILED if tries >= tries_allowed else Standing.OPEN


def enough_right(*, right: int, asked: int, required: float) -> bool:
    """Whether a try is passed. Shares are typed in by people: 2 of 3 pass where 0.6667 is required."""
    return asked > 0 and right / asked >= required - 1e-3


def purpose_at(*, seed: int, username: str, number: int, gold: float, second_round: float) -> Purpose:
    """What the example with this number in a labeller's stream is to be: always the same for one seed, and no pattern."""
    chance = number_from(seed, f"{username} gets {number}", PLACES) / PLACES
    if chance < gold:
        return Purpose.GOLD
    return Purpose.REPEAT if chance < gold + min(MOST_REPEATS, FASTER * second_round) else Purpose.LABEL


def comes_back(*, seed: int, labeller_id: int, example_id: int, share: float) -> bool:
    """Whether an example that this person labelled belongs to the share that they label twice."""
    return number_from(seed, f"again {labeller_id} {example_id}", PLACES) < share * PLACES


def gold_place(*, seed: int, example_id: int) -> int:
    """Where an example stands in the circle from which gold is drawn."""
    return number_from(seed, f"gold {example_id}", PLACES)


def gold_start(*, seed: int, username: str) -> int:
    """Where a labeller begins in that circle."""
    return number_from(seed, f"gold for {username}", PLACES)
