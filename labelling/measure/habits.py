"""What a labeller does that the others do not, for every kind of question, in words that one can say to them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.kinds import KINDS
from labelling.measure.answers import Answers
from labelling.measure.columns import read_resolved
from labelling.measure.compare import OF_CLASSES
from labelling.measure.human import took_part
from labelling.projects.models import Project
from labelling.stats import human, teaching
from labelling.stats.columns import Labels

MOST_CLASSES = 60  # of a question that takes several: the ones given most
ABSENT = ""  # how the answers of one class are written where it is not given
REFERENCES = ("leave_one_out", "resolved")


@dataclass(frozen=True, eq=False)
class Aspect:
    """Answers as codes of which one is right: the answers themselves, or whether one class is given. `texts[code]` is how an answer is
    written, ABSENT where the class is not given; `names[code]` what people call it."""

    scores: human.Scores
    texts: list[str]
    names: list[str]
    wanted: NDArray[np.int64]

    @property
    def labels(self) -> Labels:
        return self.scores.labels


def only_of(answers: Answers, who: int) -> Answers:
    """The answers on the examples that this person labelled, by everybody."""
    columns = answers.columns
    mine = np.unique(columns.example[columns.labeller == who])
    return replace(answers, columns=columns.keep(np.isin(columns.example, mine)))


def aspects(project: Project, answers: Answers, reference: str) -> Iterator[Aspect]:
    """One for questions of classes, one a class for those whose answers hold several; none for numbers and texts."""
    kind = KINDS[answers.described["kind"]]
    if not answers.labels.n_labels:
        return
    if answers.described["kind"] in OF_CLASSES:
        texts = [ABSENT if value is None else kind.write(answers.described, value) for value in answers.values]
        names = [ABSENT if value is None else kind.show(answers.described, value) for value in answers.values]
        scores = _against(project, answers, answers.labels, reference, None)
        yield Aspect(scores, texts, names, teaching.clear_references(scores))
        return
    if "classes" not in answers.described:
        return
    held = [frozenset() if value is None else frozenset(kind.holds(answers.described, value)) for value in answers.values]
    counts = np.bincount(answers.labels.code, minlength=len(held))
    used: dict[str, int] = {}
    for classes, count in zip(held, counts.tolist(), strict=True):
        for key in classes:
            used[key] = used.get(key, 0) + count
    named = {item["key"]: item["name"] for item in answers.described["classes"]}
    for key in sorted((key for key in named if used.get(key)), key=lambda key: -used[key])[:MOST_CLASSES]:
        member = np.array([key in classes for classes in held], dtype=np.int64)
        scores = _against(project, answers, answers.labels.recode(member, 2), reference, member)
        yield Aspect(scores, [ABSENT, key], [ABSENT, named[key]], teaching.clear_references(scores))


def _against(project: Project, answers: Answers, labels: Labels, reference: str, member: NDArray[np.int64] | None) -> human.Scores:
    if reference == "leave_one_out":
        return human.leave_one_out(labels)
    found = read_resolved(answers.question.pk)
    code = found.code if member is None else member[found.code]
    return human.against_reference(labels, found.example, code, never_counted=took_part(project, answers))


def habits_of(
    project: Project, answers: Answers, reference: str, *, who: int | None = None, all_pairs: bool = False
) -> list[tuple[Aspect, teaching.Habit]]:
    """Of everybody, or of one user id; with `all_pairs` also what does not stand out. The level is shared by all labellers."""
    n_people = max(1, int(answers.labels.n_labellers))
    part = answers if who is None else only_of(answers, who)
    found = []
    looked_at = list(aspects(project, part, reference))
    for aspect in looked_at:
        labels = aspect.labels
        people = None if who is None else np.flatnonzero(labels.labeller_ids == who).tolist()
        rows = teaching.habits(
            labels, aspect.wanted, aspect.scores.counted, people=people, n_people=n_people, level=0.05 / len(looked_at), all_pairs=all_pairs
        )
        found += [(aspect, row) for row in rows]
    return sorted(found, key=lambda one: (not one[1].stands_out, one[1].p))


def describe(name: str, reference: str, aspect: Aspect, habit: teaching.Habit) -> dict[str, Any]:
    """A habit in the shape of the API."""
    return {
        "said": aspect.texts[habit.said], "wanted": aspect.texts[habit.wanted],
        "said_name": aspect.names[habit.said], "wanted_name": aspect.names[habit.wanted],
        "count": habit.count, "out_of": habit.out_of, "figure": habit.share.as_dict(), "corrected": list(habit.corrected),
        "others": {"value": habit.others, "count": habit.others_count, "out_of": habit.others_out_of},
        "shrunk": habit.shrunk, "p": habit.p, "stands_out": habit.stands_out,
        "message": sentence(name, reference, aspect, habit),
    }  # fmt: skip


def sentence(name: str, reference: str, aspect: Aspect, habit: teaching.Habit) -> str:
    said, wanted = aspect.names[habit.said], aspect.names[habit.wanted]
    others = "the others" if reference == "leave_one_out" else "the resolved answers"
    says = "say" if reference == "leave_one_out" else "are"
    if not aspect.texts[habit.wanted]:
        what = f"{name} gives {said} where {others} do not"
    elif not aspect.texts[habit.said]:
        what = f"{name} leaves out {wanted} where {others} have it"
    else:
        what = f"{name} says {said} where {others} {says} {wanted}"
    more = " more often than others do" if habit.stands_out else ""
    share = "none to compare with" if habit.others is None else f"others {percent(habit.others)}"
    return f"{what}{more} ({habit.count:,} of {habit.out_of:,}; {share})."


def percent(share: float) -> str:
    if 0 < share < 0.005:
        return "under 1 %"
    return f"{share * 100:.0f} %"
