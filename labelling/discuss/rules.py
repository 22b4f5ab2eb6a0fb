"""Cases: why they open, how they move, how they end."""

from enum import StrEnum


class CaseState(StrEnum):
    OPEN = "open"
    DISCUSSING = "discussing"
    RESOLVED = "resolved"


class Reason(StrEnum):
    DISAGREEMENT = "disagreement"
    BORDERLINE = "borderline"
    UNINTELLIGIBLE = "unintelligible"
    NOT_ENOUGH_INFORMATION = "not_enough_information"
    GOLD_MISSED = "gold_missed"
    SUSPECTED_ERROR = "suspected_error"
    REPORTED = "reported"


class Outcome(StrEnum):
    ANSWER = "answer"
    SEVERAL_ANSWERS = "several_answers"
    RELABEL = "relabel"
    REGATHER = "regather"
    DROP = "drop"


class Cause(StrEnum):
    SLIP = "slip"
    GUIDELINE_GAP = "guideline_gap"
    AMBIGUOUS_EXAMPLE = "ambiguous_example"
    POOR_DATA = "poor_data"
    SCHEMA = "schema"
    OTHER = "other"
