"""The life of an assignment."""

from enum import StrEnum


class AssignmentState(StrEnum):
    LEASED = "leased"
    DONE = "done"
    RELEASED = "released"
    SKIPPED = "skipped"
    EXPIRED = "expired"


MAX_LEASES_AT_ONCE = 50
