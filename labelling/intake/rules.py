"""States of an example and origins of a source."""

from enum import StrEnum


class ExampleState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    IN_REVIEW = "in_review"
    RESOLVED = "resolved"
    REGATHER = "regather"
    DROPPED = "dropped"


class Origin(StrEnum):
    PERSON = "person"
    DEVICE = "device"
    THIRD_PARTY = "third_party"
    MODEL = "model"
    OTHER = "other"
