"""One label more for an example whose labels do not make its answer sure enough (adaptive overlap).

Asked when a label completes an example, and only then: a revision asks for nothing. Two look-ups by index whatever the size of
the project; reliabilities come from a small table that is measured now and then (measure.services.skills). The example is locked by
whoever calls, and the project's OverlapState, which holds what was asked for, comes after examples in the order of locks and
before members, the queue and the counts.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from labelling.assign.overlap import Given, asks_more, how_sure, options_of, questions_that_count
from labelling.projects.labelling_settings import complete
from labelling.sql import Statement, at, marks, rows, rows_of_all, run

CHUNK = 500
# Somebody is left who may label it: who has come to label here, or is a labeller who has not begun. Members whose labels
# came in a file do neither.
SOMEBODY = (
    "EXISTS (SELECT 1 FROM labelling_membership m WHERE m.project_id = e.project_id AND m.removed_at IS NULL AND m.user_id <> %s "
    "AND ((m.role = 'labeller' AND m.labels = 0) OR EXISTS (SELECT 1 FROM labelling_cursor c WHERE c.membership_id = m.id)) "
    "AND NOT EXISTS (SELECT 1 FROM labelling_assignment a WHERE a.example_id = e.id AND a.labeller_id = m.user_id "
    "AND a.round = e.round AND a.repeat = 0 AND a.state IN ('done', 'skipped', 'leased')))"
)
GIVEN = (
    "SELECT c.example_id, c.question_id, c.code, COALESCE(s.matched, 0), COALESCE(s.compared, 0) FROM labelling_countedanswer c "
    "JOIN labelling_example e ON e.id = c.example_id AND e.round = c.round "
    "LEFT JOIN labelling_labellerskill s ON s.question_id = c.question_id AND s.labeller_id = c.labeller_id "
    "WHERE c.question_id IN {questions} AND c.example_id IN {examples}"
)


def settings_of(settings: Any) -> Mapping[str, Any] | None:
    """The project's adaptive overlap; None where it is switched off."""
    stored = json.loads(settings) if isinstance(settings, str) else settings
    if not stored or not stored.get("overlap", {}).get("adaptive"):
        return None
    return complete(stored)["overlap"]


@dataclass(frozen=True, slots=True)
class Unsure:
    """An example that has its labels and is not sure enough. `wanted` is how many it is to have."""

    example_id: int
    round: int
    wanted: int
    sure: float


def look(
    *, settings: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], ids: Mapping[str, int], example_id: int, labeller_id: int,
    round_: int, counted: int, leases_live: int, answers: Sequence[tuple[int, int]],
) -> Unsure | None:  # fmt: skip
    """Whether the example, which `counted` labels complete, wants one more, in the caller's transaction, which holds it.

    `answers` are (question id, code) of the label that comes in, `ids` question ids by key, and `leases_live` counts others'.
    """
    asked = {ids[question["key"]]: options_of(question) for question in questions_that_count(questions)}
    if not asked or counted >= settings["most"]:
        return None
    mine = f"SELECT question_id, matched, compared FROM labelling_labellerskill WHERE labeller_id = %s AND question_id IN {marks(list(asked))}"
    given, own, [(somebody,)] = rows_of_all(
        [
            (GIVEN.format(questions=marks(list(asked)), examples="(%s)") + " AND c.labeller_id <> %s", [*asked, example_id, labeller_id]),
            (mine, [labeller_id, *asked]),
            (f"SELECT {SOMEBODY} FROM labelling_example e WHERE e.id = %s", [labeller_id, example_id]),
        ]
    )
    known = {question: (right, compared) for question, right, compared in own}
    found: dict[int, list[Given]] = {question: [] for question in asked}
    for _, question, code, right, compared in given:
        found[question].append((code, right, compared))
    for question, code in answers:
        if question in found:
            found[question].append((code, *known.get(question, (0.0, 0.0))))
    sure = how_sure(found, asked)
    if sure is None or not asks_more(settings, sure=sure, counted=counted) or not (somebody or leases_live):
        return None
    return Unsure(example_id, round_, counted + max(leases_live, 1), sure)


def spend(*, project_id: int, settings: Mapping[str, Any], most: int = 1) -> int:
    """Take up to `most` labels from the budget, in the caller's transaction; how many it had left."""
    budget = settings["budget"]
    if budget is not None:
        found = rows(
            "INSERT INTO labelling_overlapstate (project_id, asked) VALUES (%s, 0) ON CONFLICT (project_id) "
            "DO UPDATE SET asked = labelling_overlapstate.asked RETURNING asked",  # takes the lock
            [project_id],
        )
        most = max(0, min(most, budget - found[0][0]))
    if most:
        run(
            "INSERT INTO labelling_overlapstate (project_id, asked) VALUES (%s, %s) ON CONFLICT (project_id) "
            "DO UPDATE SET asked = labelling_overlapstate.asked + excluded.asked",
            [project_id, most],
        )
    return most


def asked_writes(project_id: int, unsure: Sequence[Unsure], now: datetime) -> list[Statement]:
    """The rows that say what was asked for."""
    values = [part for one in unsure for part in (project_id, one.example_id, one.round, one.wanted, one.sure, at(now))]
    sql = "INSERT INTO labelling_askedmore (project_id, example_id, round, wanted, confidence, asked_at) VALUES "
    return [(sql + ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(unsure)), values)] if unsure else []


def ask_for_many(
    *, project_id: int, settings: Mapping[str, Any], questions: Sequence[Mapping[str, Any]], ids: Mapping[str, int], example_ids: Sequence[int],
    now: datetime,
) -> list[int]:  # fmt: skip
    """Of these examples, which an import completed just now and the caller's transaction holds, open those again that are not
    sure enough, the least sure first while the budget lasts; their ids. The caller puts them back and counts them."""
    asked = {ids[question["key"]]: options_of(question) for question in questions_that_count(questions)}
    unsure: list[Unsure] = []
    for start in range(0, len(example_ids) if asked else 0, CHUNK):
        part = list(example_ids[start : start + CHUNK])
        given: dict[int, dict[int, list[Given]]] = defaultdict(lambda: {question: [] for question in asked})
        for example_id, question, *answer in rows(GIVEN.format(questions=marks(list(asked)), examples=marks(part)), [*asked, *part]):
            given[example_id][question].append(tuple(answer))
        for example_id, round_, counted, leased, somebody in rows(
            f"SELECT e.id, e.round, e.labels_counted, e.leases_live, {SOMEBODY} FROM labelling_example e WHERE e.id IN {marks(part)}", [0, *part]
        ):
            sure = how_sure(given[example_id], asked)
            if sure is not None and asks_more(settings, sure=sure, counted=counted) and (somebody or leased):
                unsure.append(Unsure(example_id, round_, counted + max(leased, 1), sure))
    unsure.sort(key=lambda one: (one.sure, one.example_id))
    unsure = unsure[: spend(project_id=project_id, settings=settings, most=len(unsure))] if unsure else []
    for start in range(0, len(unsure), CHUNK):
        some = unsure[start : start + CHUNK]
        for sql, params in asked_writes(project_id, some, now):
            run(sql, params)
        by_wanted: dict[int, list[int]] = defaultdict(list)
        for one in some:
            by_wanted[one.wanted].append(one.example_id)
        for wanted, part in sorted(by_wanted.items()):
            run(f"UPDATE labelling_example SET labels_wanted = %s, state = 'open' WHERE id IN {marks(part)}", [wanted, *part])
    return [one.example_id for one in unsure]
