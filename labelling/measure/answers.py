"""One question's counted answers, ready for `labelling.stats`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.errors import Invalid
from labelling.kinds import KINDS
from labelling.measure.columns import Columns, Rounds, code_values, read_counted
from labelling.projects.models import Membership, Project, Question
from labelling.projects.selectors import get_question
from labelling.stats.columns import Labels


@dataclass(frozen=True)
class Answers:
    """The columns of one question and what its codes mean.

    `values[code]` is the canonical answer; `columns` are ordered by example, so that `labels` has the same rows.
    """

    question: Question
    described: Mapping[str, Any]
    level: str
    columns: Columns
    values: list[Any]

    @cached_property
    def labels(self) -> Labels:
        columns = self.columns
        return Labels.of(columns.example, columns.labeller, columns.code, n_codes=len(self.values))

    @cached_property
    def numbers(self) -> NDArray[np.float64] | None:
        """Each code's number where the level needs one: the order of classes, the steps of a scale."""
        if self.level not in ("ordinal", "interval", "ratio"):
            return None
        kind = KINDS[self.described["kind"]]
        found = [kind.number(self.described, value) if value is not None else None for value in self.values]
        # A class that was retired has no number; none of its labels counts, so what stands here is never used.
        return np.array([0.0 if number is None else number for number in found])

    def key(self, code: int) -> Any:
        """An answer as the API's key of a class."""
        return self.values[code]

    def name(self, code: int) -> str:
        """An answer in words."""
        return KINDS[self.described["kind"]].show(self.described, self.values[code])

    def in_order(self) -> list[int]:
        """The codes that are answers today, in the question's own order; those never given yet are left out."""
        kind = KINDS[self.described["kind"]]
        place = {kind.text(value): code for code, value in enumerate(self.values)}
        listed = [place[kind.text(value)] for value, _ in kind.names(self.described) if kind.text(value) in place]
        used = set(np.unique(self.columns.code).tolist()) if len(self.columns) else set()
        return listed + sorted(used - set(listed))


def read_answers(
    project: Project, key: str | None = None, *, rounds: Rounds = "current", level: str | None = None
) -> Answers:
    """Read a question's counted answers (the first question when no key is given). Raises NotFound and Invalid."""
    question, described = get_question(project, key)
    allowed = levels_of(described)
    if level is not None and level not in allowed:
        raise Invalid.field("level", f"The level of a {described['kind']} question is one of: {', '.join(allowed)}.")
    level = level or allowed[0]
    columns = read_counted(
        question.pk, rounds=rounds
    )  # before the codes: a code that is in a row is then in the list too
    return Answers(question, described, level, columns, code_values(question.pk))


def levels_of(described: Mapping[str, Any]) -> tuple[str, ...]:
    """The levels of measurement that fit a question, the default first: a scale below zero has no true zero."""
    levels = KINDS[described["kind"]].levels
    return tuple(level for level in levels if level != "ratio" or described.get("low", 0) >= 0)


def parse_rounds(text: str | None) -> Rounds:
    """`rounds=`: nothing or "current", "all", or numbers like "1,2"."""
    if text in (None, "", "current"):
        return "current"
    if text == "all":
        return "all"
    try:
        numbers = [int(part) for part in str(text).split(",")]
    except ValueError:
        numbers = []
    if not numbers or any(not 1 <= number <= 32767 for number in numbers) or len(numbers) > 100:
        raise Invalid.field("rounds", "Rounds are current, all, or numbers like 1,2.")
    return numbers


def names_of(project: Project) -> dict[int, str]:
    """User id → user name, of everybody who is or was a member."""
    return dict(Membership.objects.filter(project=project).values_list("user_id", "user__username"))
