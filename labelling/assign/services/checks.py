"""Checks among what a labeller is handed: gold before they start, gold and examples of their own mixed in later.

A check takes no room of its example, so it needs no lock but the labeller's cursor. Which places of the stream are checks
hangs on the project's seed, the labeller and how many examples they were handed, and on nothing that anybody can see.
What a lease costs hangs neither on how much gold there is nor on how many checks were done.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from labelling.access import Role, Viewer
from labelling.assign.qualification import Qualification, counts_of_try
from labelling.assign.rules import Purpose, Standing, gold_start, purpose_at, standing_of
from labelling.assign.services.desk import Desk
from labelling.projects.labelling_settings import complete
from labelling.sql import at, marks, rows, run

LOOK = 16  # places of the circle, or own examples, looked at for one check
# Examples that ordinary labelling is through with: what is open is labelled first, or was set aside when checks were switched on.
OVER = "e.state IN ('complete', 'in_review', 'resolved')"
HERS = "(SELECT count(*) FROM labelling_assignment a WHERE a.example_id = e.id AND a.labeller_id = %s"
NEVER_SEEN = f"{HERS} AND (a.state IN ('leased', 'done') OR (a.state = 'skipped' AND a.repeat = 0))) = 0"
# The labeller's own check of this example that they gave back or let run out; else the next one.
MINE = "FROM labelling_assignment a WHERE a.example_id = e.id AND a.labeller_id = %s AND a.round = e.round"
ASSIGN = (
    "INSERT INTO labelling_assignment (project_id, example_id, labeller_id, round, purpose, repeat, state, leased_at, expires_at, "
    "skip_reason, revisions, counted, imported) SELECT e.project_id, e.id, %s, e.round, %s, COALESCE("
    f"(SELECT max(a.repeat) {MINE} AND a.purpose = %s AND a.state IN ('released', 'expired')), (SELECT max(a.repeat) + 1 {MINE}), 1), "
    "'leased', %s, %s, '', 0, %s, %s FROM labelling_example e WHERE e.id IN {ids} "
    "ON CONFLICT (example_id, labeller_id, round, repeat) DO UPDATE SET state = 'leased', leased_at = excluded.leased_at, "
    "expires_at = excluded.expires_at, ended_at = NULL WHERE labelling_assignment.state IN ('released', 'expired') RETURNING id"
)
READ = (
    "SELECT a.id, a.round, a.expires_at, e.id, e.key, e.data, e.meta FROM labelling_assignment a "
    "JOIN labelling_example e ON e.id = a.example_id WHERE a.id IN {ids} ORDER BY a.id"
)


class Checks:
    """What one labeller's work is checked with, in one transaction that holds their cursor."""

    def __init__(self, desk: Desk, actor: Viewer, now: datetime) -> None:
        self.desk, self.actor, self.now = desk, actor, now
        self.until = now + timedelta(seconds=desk.lease_seconds)
        settings = complete(desk.settings)
        labeller = desk.role == Role.LABELLER
        self.gold: float = settings["gold"]["share"] if labeller else 0.0
        self.second_round: float = settings["second_round"]["share"] if labeller else 0.0
        self.wanted: int = settings["qualification"]["examples"]
        self.required: float = settings["qualification"]["required"]
        self.standing = standing_of(
            settings, role=desk.role, labels=desk.labels, qualified=desk.qualified_at is not None, tries=desk.tries,
            tries_allowed=desk.tries_allowed,
        )  # fmt: skip
        self.none_left: set[Purpose] = set()  # of these nothing is there now

    @property
    def mixes(self) -> bool:
        return bool(self.gold or self.second_round)

    def run_of_labels(self, most: int) -> tuple[int, Purpose]:
        """How many of the next examples are ordinary ones, up to `most`, and what comes after them."""
        for run_ in range(most):
            purpose = self._purpose_at(self.desk.handed + run_)
            if purpose != Purpose.LABEL and purpose not in self.none_left:
                return run_, purpose
        return most, Purpose.LABEL

    def _purpose_at(self, number: int) -> Purpose:
        return purpose_at(
            seed=self.desk.seed, username=self.actor.username, number=number, gold=self.gold, second_round=self.second_round
        )

    def take(self, purpose: Purpose, most: int = 1) -> list[tuple[Any, ...]]:
        """Rows (IN_HAND) of up to `most` checks of this kind, leased; none when there are none."""
        found = self._gold() if purpose == Purpose.GOLD else self._due(most)
        if not found:
            self.none_left.add(purpose)
        return self._lease(found, purpose)

    def qualify(self, most: int) -> tuple[list[tuple[Any, ...]], Qualification | None]:
        """(gold to qualify with, how the labeller stands), for whom `standing` is not None. (.., None) when the project
        has too little gold: nobody is kept from labelling by that."""
        desk = self.desk
        done, in_hand = counts_of_try(desk.project_id, self.actor.user_id)
        state = Qualification(str(self.standing), self.wanted, self.required, done, desk.tries, desk.score)
        need = self.wanted - done - in_hand
        if self.standing != Standing.OPEN or need <= 0:
            return [], state
        start = gold_start(seed=desk.seed, username=self.actor.username)
        who = self.actor.user_id
        found = rows(
            f"SELECT e.id FROM labelling_goldexample g JOIN labelling_example e ON e.id = g.example_id WHERE g.project_id = %s AND {OVER} "
            f"AND {HERS} AND ((a.state IN ('leased', 'done') AND a.told_at IS NULL) OR (a.state = 'skipped' AND a.repeat = 0))) = 0 "
            f"ORDER BY {HERS}), CASE WHEN g.place < %s THEN 1 ELSE 0 END, g.place LIMIT %s",
            [desk.project_id, who, who, start, need],
        )
        if len(found) < need and not in_hand and (not done or not found):
            return [], None
        return self._lease([pk for (pk,) in found[:most]], Purpose.QUALIFICATION), state

    def _gold(self) -> list[int]:
        """The next example of the circle that this labeller never saw, among the next LOOK."""
        desk = self.desk
        if desk.gold_place is None:
            desk.gold_place = gold_start(seed=desk.seed, username=self.actor.username)
        for after in (desk.gold_place, -1):  # round the circle's end
            found = rows(
                f"SELECT g.place, e.id, {OVER} AND {NEVER_SEEN} FROM labelling_goldexample g "
                "JOIN labelling_example e ON e.id = g.example_id WHERE g.project_id = %s AND g.place > %s ORDER BY g.place LIMIT %s",
                [self.actor.user_id, desk.project_id, after, LOOK],
            )
            for place, pk, free in found:
                desk.gold_place = place
                if free:
                    return [pk]
            if len(found) == LOOK:
                break
        return []

    def _due(self, most: int) -> list[int]:
        """Own examples whose time has come. What was settled meanwhile does not come back: the labeller may know how."""
        found = rows(
            "SELECT a.id, e.id, a.round = e.round AND e.state IN ('open', 'complete', 'in_review') FROM labelling_assignment a "
            "JOIN labelling_example e ON e.id = a.example_id WHERE a.project_id = %s AND a.labeller_id = %s AND a.comes_back_at <= %s "
            "ORDER BY a.comes_back_at, a.id LIMIT %s",
            [self.desk.project_id, self.actor.user_id, at(self.now), LOOK + most],
        )
        good = [(pk, example_id) for pk, example_id, still in found if still][:most]
        over = [pk for pk, _, still in found if not still] + [pk for pk, _ in good]
        if over:
            run(f"UPDATE labelling_assignment SET comes_back_at = NULL WHERE id IN {marks(over)}", over)
        return [example_id for _, example_id in good]

    def _lease(self, example_ids: Sequence[int], purpose: Purpose) -> list[tuple[Any, ...]]:
        if not example_ids:
            return []
        who = self.actor.user_id
        made = rows(
            ASSIGN.format(ids=marks(example_ids)),
            [who, purpose.value, who, purpose.value, who, at(self.now), at(self.until), False, False, *example_ids],
        )
        ids = [pk for (pk,) in made]
        return rows(READ.format(ids=marks(ids)), ids) if ids else []
