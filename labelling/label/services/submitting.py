"""A label comes in. Nothing that a labeller sends with a valid value is lost: a late label is stored and says so, the same
one sent twice is stored once, another one for the same assignment is a revision.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from labelling.access import Permission, Role, Viewer, check_permission
from labelling.assign.rules import AssignmentState, Purpose, comes_back
from labelling.assign.selectors import MISSING, check_id
from labelling.assign.services import put_back
from labelling.errors import Conflict, Invalid, NotFound
from labelling.intake.about import about_example
from labelling.intake.rules import ExampleState
from labelling.intake.states import count_examples
from labelling.kinds.changes import current_value
from labelling.label import rules
from labelling.label.models import Label
from labelling.label.receipts import receipt_of, time_text
from labelling.label.remapping import later_changes
from labelling.label.services import asking_more, counting
from labelling.label.services.answer_rows import answer_writes, counted_answer_writes
from labelling.label.services.counting import Share
from labelling.label.services.interning import Schema, codes_of, schema_of
from labelling.projects.labelling_settings import complete
from labelling.projects.rules import BUILT_IN_TAGS
from labelling.sql import Statement, as_json, as_uuid, at, locked, rows, run_all, when

MOST_TRIES = 5
# Where a label of a live lease still counts. Elsewhere the example was settled without it: it is stored all the same.
UNSETTLED = frozenset({ExampleState.OPEN, ExampleState.COMPLETE, ExampleState.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a label: `answer` goes to the client, the rest tells flow what to set going."""

    answer: dict[str, Any]
    created: bool  # False: it had come in before
    project_id: int
    example_id: int
    example_state: str  # after this label
    round: int
    completed: bool  # this label was the last one that the example wanted
    counted: bool
    revision: int
    value: dict[str, Any] | None
    tags: tuple[str, ...]
    purpose: str = "label"
    assignment_id: int = 0


@dataclass(slots=True)
class _Found:
    """The assignment with its example (locked), its project, the labeller's membership and the label that stands."""

    id: int
    project_id: int
    example_id: int
    round: int
    state: str
    expires_at: datetime
    revisions: int
    counted: bool
    imported: bool
    suggestion_shown: bool  # beside the example, says what was written down when it was leased
    label_id: int | None
    last_labelled_at: datetime | None
    last_seconds: float | None
    last_tags: Any
    example_state: str
    example_round: int
    wanted: int
    labels_counted: int
    leases_live: int
    own_tags: Any
    schema_version: int
    guideline_version: int
    born: datetime
    membership_id: int | None
    role: str | None
    removed_at: Any
    purpose: str
    settings: Any
    seed: int


FIND = (
    "SELECT a.id, a.project_id, a.example_id, a.round, a.state, a.expires_at, a.revisions, a.counted, a.imported, "
    "COALESCE(d.shown, FALSE), a.label_id, l.labelled_at, l.seconds, l.tags, e.state, e.round, e.labels_wanted, e.labels_counted, e.leases_live, "
    "p.tags, p.schema_version, p.guideline_version, p.created_at, m.id, m.role, m.removed_at, a.purpose, p.settings, p.seed "
    "FROM labelling_assignment a JOIN labelling_example e ON e.id = a.example_id "
    "JOIN labelling_project p ON p.id = a.project_id "
    "LEFT JOIN labelling_membership m ON m.project_id = a.project_id AND m.user_id = a.labeller_id "
    "LEFT JOIN labelling_label l ON l.id = a.label_id LEFT JOIN labelling_suggested d ON d.assignment_id = a.id WHERE a.id = %s AND a.labeller_id = %s"
)


class _Moved(Exception):
    """The assignment changed while its example's lock was waited for: look again."""


class _Sent(Exception):
    """This client_id was stored before."""


Then = Callable[[Submitted], object]


def submit_label(
    *, actor: Viewer, assignment_id: Any, fields: Mapping[str, Any], now: datetime, then: Then | None = None
) -> Submitted:
    """Store a label for one of the actor's own assignments; `fields` as in API.md. `then` runs in the same transaction.

    Raises NotFound for another person's assignment, Invalid or Conflict for what cannot be stored.
    """
    number, tries = check_id(assignment_id), 0
    while True:
        tries += 1
        try:
            with transaction.atomic():
                done = _submit(actor, number, fields, now)
                if then is not None:
                    then(done)
            return done
        except _Moved:
            continue
        except IntegrityError:  # what was read had changed by the time that it was written
            if tries >= MOST_TRIES:
                raise
        except _Sent:
            known = _stored(actor, number, fields.get("client_id"))
            if known is None:
                raise Conflict("This client_id was used for another label. Make a new one for each label.") from None
            return known
        except (Invalid, Conflict):
            # What was stored once is answered the same for ever, whatever has changed since.
            known = _stored(actor, number, fields.get("client_id"))
            if known is None:
                raise
            return known


def _submit(actor: Viewer, number: int, fields: Mapping[str, Any], now: datetime) -> Submitted:
    found = _find(actor, number)
    sent = rules.check_input(fields, known_tags=[*BUILT_IN_TAGS, *(tag["key"] for tag in _loaded(found.own_tags))])
    schema, value, now_counting = _check_value(found, sent)
    guidelines = rules.check_guideline_version(sent.guideline_version, found.guideline_version)
    if found.imported:
        raise Conflict("This label was imported and cannot be revised here.")
    given = schema.answers(value)
    codes = codes_of(born=found.born, answers=given if given == now_counting else [*given, *now_counting])

    first, live, check = found.revisions == 0, found.state == AssignmentState.LEASED, found.purpose != Purpose.LABEL
    late = first and (not live or found.expires_at <= now)
    room = found.example_state == ExampleState.OPEN and found.labels_counted + found.leases_live < found.wanted
    counts = found.counted or (
        not check
        and found.round == found.example_round and ((live and found.example_state in UNSETTLED) or (not live and room))
    )
    newly = counts and not found.counted
    revision = found.revisions + 1
    label_id = _insert_label(found, sent, value, schema.version, guidelines, revision, late, counts, now, actor.user_id)

    completed = newly and found.example_state == ExampleState.OPEN and found.labels_counted + 1 >= found.wanted
    more = _asks_more(found, schema, codes, now_counting, actor.user_id, int(live)) if completed else None
    completed = completed and more is None
    state = str(ExampleState.COMPLETE) if completed else found.example_state
    writes: list[Statement] = [
        (
            "UPDATE labelling_assignment SET state = 'done', ended_at = %s, label_id = %s, revisions = %s, counted = %s "
            "WHERE id = %s AND revisions = %s AND state = %s",
            [at(now), label_id, revision, counts, found.id, found.revisions, found.state],
        )
    ]
    if newly and first and (again := _comes_back_at(found, actor.user_id, now)):
        writes.append(("UPDATE labelling_assignment SET comes_back_at = %s WHERE id = %s", [at(again), found.id]))
    if (live and not check) or newly:
        writes.append(
            (
                "UPDATE labelling_example SET leases_live = leases_live - %s, labels_counted = labels_counted + %s, "
                "labels_here = labels_here + %s, labels_wanted = %s, state = %s WHERE id = %s",
                [int(live), int(newly), int(newly), more.wanted if more else found.wanted, state, found.example_id],
            )
        )
    writes += answer_writes(label_id, [(question, codes[question, text]) for question, text, _ in given])
    if counts:
        answers = [(question, codes[question, text]) for question, text, _ in now_counting]
        place = (found.example_id, actor.user_id, found.round)
        made_under = (schema.version, guidelines, rules.day_number(now))
        writes += counted_answer_writes(answers, place=place, made_under=made_under, replaces=found.counted)
    if counts or check:
        gone = None
        if found.counted or (check and not first):
            gone = Share(when(found.last_labelled_at), found.last_seconds or 0.0, tuple(_loaded(found.last_tags)))
        come = Share(now, sent.seconds or 0.0, tuple(sent.tags))
        writes += counting.change(membership_id=found.membership_id, gone=gone, come=come, check=check)
    if more:
        writes += asking_more.asked_writes(found.project_id, [more], now)
    if run_all(writes)[0] != 1:
        raise _Moved
    if more:
        put_back(project_id=found.project_id, example_ids=[found.example_id])
    if completed:  # last, because this row is everybody's
        count_examples(project_id=found.project_id, open=-1, complete=1)

    # A check must not be told from any other label, so its labeller reads of it what they read of those.
    answer = _answer(label_id, found.id, sent.client_id, revision, counts or check, now, value, sent.tags)
    return Submitted(
        answer, True, found.project_id, found.example_id, state, found.round, completed, counts, revision, value, tuple(sent.tags),
        found.purpose, found.id,
    )  # fmt: skip


def _asks_more(
    found: _Found, schema: Schema, codes: Mapping[tuple[int, str], int], answers: Sequence[tuple[int, str, Any]], labeller_id: int,
    own_lease: int,
) -> asking_more.Unsure | None:  # fmt: skip
    """Whether the example is to get one label more than it wanted, where the project's overlap is adaptive; the budget is taken from."""
    settings = asking_more.settings_of(found.settings)
    if settings is None:
        return None
    if schema.version != found.schema_version:
        schema = schema_of(project_id=found.project_id, born=found.born, version=found.schema_version)
    unsure = asking_more.look(
        settings=settings, questions=schema.questions, ids=schema.ids, example_id=found.example_id, labeller_id=labeller_id,
        round_=found.round, counted=found.labels_counted + 1, leases_live=found.leases_live - own_lease,
        answers=[(question, codes[question, text]) for question, text, _ in answers],
    )  # fmt: skip
    return unsure if unsure and asking_more.spend(project_id=found.project_id, settings=settings) else None


def _comes_back_at(found: _Found, labeller_id: int, now: datetime) -> datetime | None:
    """When this example comes back to its labeller for the second round, if it is among those that do."""
    asked = complete(_loaded(found.settings))["second_round"]
    if found.role != Role.LABELLER or not comes_back(
        seed=found.seed, labeller_id=labeller_id, example_id=found.example_id, share=asked["share"]
    ):
        return None
    return now + timedelta(days=asked["after_days"])


def _find(actor: Viewer, number: int) -> _Found:
    found = rows(FIND + locked("e"), [number, actor.user_id])
    if not found:
        raise NotFound(MISSING)
    one = _Found(*found[0])
    one.expires_at, one.born = when(one.expires_at), when(one.born)
    one.counted, one.imported, one.suggestion_shown = bool(one.counted), bool(one.imported), bool(one.suggestion_shown)
    member = one.membership_id is not None and one.removed_at is None
    if not (member or actor.is_staff) or actor.only_project_id not in (None, one.project_id):
        raise NotFound(MISSING)
    check_permission(actor, Role(one.role) if member else None, Permission.LABEL)
    return one


def _check_value(found: _Found, sent: rules.Input) -> tuple[Schema, dict[str, Any] | None, list[tuple[int, str, Any]]]:
    """The schema that the label was made under, its value, and the answers that count: those of an older schema are read
    through what became of its classes since."""
    version = rules.check_reachable(sent.schema_version, found.schema_version)
    schema = schema_of(project_id=found.project_id, born=found.born, version=version)
    if schema is None:
        raise Invalid.field("schema_version", f"There is no schema version {version}.")
    about = about_example(project_id=found.project_id, example_id=found.example_id, questions=schema.questions)
    value = rules.check_value(schema.questions, sent.value, sent.tags, about)
    now_counting = schema.answers(value)
    if version != found.schema_version:
        newest = schema_of(project_id=found.project_id, born=found.born, version=found.schema_version)
        becomes = current_value(value, later_changes(found.project_id, version))
        rules.check_still_fits(newest.questions, becomes or None, sent.tags, found.schema_version)
        now_counting = newest.answers(becomes)
    return schema, value, now_counting


def _insert_label(
    found: _Found, sent: rules.Input, value: Any, schema: int, guidelines: int, revision: int, late: bool, counts: bool,
    now: datetime, labeller_id: int,
) -> int:  # fmt: skip
    made = rows(
        "INSERT INTO labelling_label (project_id, example_id, assignment_id, labeller_id, round, revision, previous_id, "
        "withdrawn, client_id, value, tags, comment, seconds, confidence, schema_version, guideline_version, "
        "suggestion_shown, imported, late, counted, labelled_at, created_at) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
        "ON CONFLICT DO NOTHING RETURNING id",
        [
            found.project_id, found.example_id, found.id, labeller_id, found.round, revision, found.label_id,
            False, as_uuid(sent.client_id), None if value is None else as_json(value), as_json(sent.tags), sent.comment,
            sent.seconds, sent.confidence, schema, guidelines,
            found.suggestion_shown, False, late, counts, at(now), at(now),
        ],
    )  # fmt: skip
    if made:
        return made[0][0]
    # Either this client_id is there, or another label for this assignment was stored while the lock was waited for.
    raise _Sent if Label.objects.filter(client_id=sent.client_id).exists() else _Moved


def _stored(actor: Viewer, number: int, client_id: Any) -> Submitted | None:
    """What was answered when this client_id came first, if it was this labeller's, for this assignment."""
    try:
        client_id = rules.check_client_id(client_id)
    except Invalid:
        return None
    label = Label.objects.select_related("example", "assignment").filter(client_id=client_id).first()
    if label is None or label.labeller_id != actor.user_id or label.assignment_id != number:
        return None
    purpose = label.assignment.purpose
    counted = label.counted or purpose != Purpose.LABEL
    answer = _answer(
        label.pk, number, label.client_id, label.revision, counted, label.created_at, label.value, label.tags
    )
    return Submitted(
        answer, False, label.project_id, label.example_id, label.example.state, label.round, False, label.counted,
        label.revision, label.value, tuple(label.tags), purpose, number,
    )  # fmt: skip


def _answer(
    label_id: int, assignment_id: int, client_id: UUID, revision: int, counted: bool, at: datetime, value: Any, tags: Sequence[str]
) -> dict[str, Any]:
    receipt = receipt_of(
        label_id=label_id, client_id=client_id, assignment_id=assignment_id, revision=revision, created_at=at, value=value, tags=tags
    )
    return {
        "id": label_id,
        "assignment": assignment_id,
        "revision": revision,
        "counted": counted,
        "receipt": receipt,
        "created_at": time_text(at),
    }


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
