"""One question's counted answers, ready for `labelling.stats`."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from labelling.errors import Invalid
from labelling.kinds import KINDS
from labelling.measure import live
from labelling.measure.columns import Columns, Rounds, code_values, read_counted
from labelling.projects.models import Membership, Project, Question
from labelling.projects.selectors import get_question
from labelling.stats.columns import Labels

Found = TypeVar("Found")


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
    known: live.Known | None = None  # where the columns come from, if they are kept

    @cached_property
    def labels(self) -> Labels:
        columns, size = self.columns, len(self.values)
        return self._once(("labels",), lambda: Labels.of(columns.example, columns.labeller, columns.code, n_codes=size))

    def remember(self, key: Hashable, compute: Callable[[], Found]) -> Found:
        """A figure of these answers, computed once for as long as nothing that it depends on has changed: not the answers, what stands
        after resolutions, the question or the level. `key` names the figure and everything else that goes into it; what is given
        back is shared and must not be changed."""
        described = orjson.dumps(self.described, option=orjson.OPT_SORT_KEYS)
        return self._once((key, self.level, described), compute)

    def remember_days(self, key: Hashable, days: Iterable[int], compute: Callable[[], Found]) -> Found:
        """The same for a figure of these days' labels alone: it holds until one of them changes."""
        known = self.known
        if known is None or self.columns is not known.current:
            return compute()
        described = orjson.dumps(self.described, option=orjson.OPT_SORT_KEYS)
        return known.lasting((key, self.level, described, len(self.values)), known.changed(days), compute)

    def _once(self, key: Hashable, compute: Callable[[], Found]) -> Found:
        """Only of the newest rounds, as they are kept: other columns that were put in their place have figures of their own."""
        known = self.known
        return known.remember(key, compute) if known is not None and self.columns is known.current else compute()

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
        used = set(self.labels.used_codes.tolist())
        return listed + sorted(used - set(listed))


def read_answers(
    project: Project, key: str | None = None, *, rounds: Rounds = "current", level: str | None = None
) -> Answers:
    """Read a question's counted answers (the first question when no key is given). Raises NotFound and Invalid."""
    question, described = get_question(project, key)
    return answers_to(question, described, rounds=rounds, level=level)


def answers_to(question: Question, described: Mapping[str, Any], *, rounds: Rounds = "current", level: str | None = None) -> Answers:
    """The same for a question that is at hand, with its description in force."""
    allowed = levels_of(described)
    if level is not None and level not in allowed:
        raise Invalid.field("level", f"The level of a {described['kind']} question is one of: {', '.join(allowed)}.")
    level = level or allowed[0]
    if (known := live.known(question.pk)) is not None:
        return Answers(question, described, level, known.rows(rounds), known.values, known)
    columns = read_counted(question.pk, rounds=rounds)  # before the codes: a code that is in a row is then in the list too
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
