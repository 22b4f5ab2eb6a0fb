"""One chunk of imported labels into the tables, set by set: assignments, labels, answers, counters."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

import orjson

from labelling.assign.services.room import CHUNK, free, put_back
from labelling.intake.formats import BadRow
from labelling.intake.rules import ExampleState
from labelling.intake.states import count_examples
from labelling.label.rules import day_number
from labelling.label.services import asking_more, counting
from labelling.label.services.bulk import insert, new_ids
from labelling.label.services.import_members import Members
from labelling.label.services.import_rows import Row
from labelling.label.services.interning import codes_of, schema_of
from labelling.projects.models import Project
from labelling.sql import as_uuid, at, locked, marks, rows, run

NAMESPACE = UUID("5f1b7a52-0d5b-4c62-9a43-0f9c8b7d6e10")  # of the client_ids of imported labels; never change it
ASSIGNMENT = (
    "id", "project_id", "example_id", "labeller_id", "round", "state", "leased_at", "expires_at", "ended_at", "skip_reason",
    "label_id", "revisions", "counted", "imported",
)  # fmt: skip
LABEL = (
    "id", "project_id", "example_id", "assignment_id", "labeller_id", "round", "revision", "previous_id", "withdrawn",
    "client_id", "value", "tags", "comment", "seconds", "confidence", "schema_version", "guideline_version",
    "suggestion_shown", "imported", "late", "counted", "labelled_at", "created_at",
)  # fmt: skip
ANSWER = ("label_id", "question_id", "code")
COUNTED = (
    "question_id", "example_id", "labeller_id", "round", "code", "schema_version", "guideline_version", "day", "imported",
)  # fmt: skip


@dataclass(slots=True)
class Touched:
    """Examples that a chunk changed: those that are complete or beyond now, and the tags that came in, by example."""

    over: list[int] = field(default_factory=list)
    tags: dict[int, set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.over or self.tags)


@dataclass(slots=True)
class Written:
    added: int = 0
    duplicates: int = 0
    errors: list[tuple[int, BadRow]] = field(default_factory=list)
    notes: list[tuple[int, BadRow]] = field(default_factory=list)
    touched: Touched = field(default_factory=Touched)


@dataclass(slots=True)
class _Example:
    """An example, locked."""

    id: int
    round: int
    state: str
    wanted: int
    counted: int


@dataclass(frozen=True, slots=True)
class _There:
    """What a labeller has of an example in a round: an assignment, and the value of its label if it has one."""

    assignment_id: int
    state: str
    labelled: bool
    value: Any


def write_rows(*, project: Project, members: Members, chunk: Sequence[Row], now: datetime) -> Written:
    """Write what is new of these rows, in the caller's transaction."""
    written = Written()
    if not chunk:
        return written
    there = set(_known_keys(project.pk, chunk))
    chunk = _with_example(chunk, there, written)
    for name in members.find({row.labeller for row in chunk}, now):
        first = next(row.number for row in chunk if row.labeller == name)
        words = f"{name} has an account here but is no member of this project. Their labels are in; add them as a member if it is them."
        written.notes.append((first, BadRow(words, "labeller")))
    examples = _locked_examples(project.pk, {row.example for row in chunk})
    new = _sort(chunk, examples, members, written)
    if new:
        _insert(project, new, now)
        written.added = len(new)
        written.touched = _count(project, new, examples, members, now)
    return written


@dataclass(frozen=True, slots=True)
class _New:
    row: Row
    example: _Example
    labeller_id: int
    round: int
    there: _There | None  # an assignment without a label, which this one takes over


def _known_keys(project_id: int, chunk: Sequence[Row]) -> Iterable[str]:
    keys = sorted({row.example for row in chunk})
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        yield from (
            key for (key,) in rows(f"SELECT key FROM labelling_example WHERE project_id = %s AND key IN {marks(part)}", [project_id, *part])
        )


def _with_example(chunk: Sequence[Row], there: set[str], written: Written) -> list[Row]:
    kept = []
    for row in chunk:
        if row.example in there:
            kept.append(row)
        else:
            words = f"There is no example with the key {row.example:.100} in this project. Import the examples first."
            written.errors.append((row.number, BadRow(words, "example")))
    return kept


def _locked_examples(project_id: int, keys: set[str]) -> dict[str, _Example]:
    """By key; locked in the order of their ids, as everywhere."""
    wanted, ids = sorted(keys), []
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        ids += [pk for (pk,) in rows(f"SELECT id FROM labelling_example WHERE project_id = %s AND key IN {marks(part)}", [project_id, *part])]
    ids.sort()
    found: dict[str, _Example] = {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        for key, *columns in rows(
            f"SELECT key, id, round, state, labels_wanted, labels_counted FROM labelling_example WHERE id IN {marks(part)} "
            "ORDER BY id" + locked(),
            part,
        ):
            found[key] = _Example(*columns)
    return found


def _there(examples: Iterable[_Example], labellers: set[int]) -> dict[tuple[int, int, int], _There]:
    """What these labellers have of these examples already, by (example, labeller, round)."""
    ids, who, found = sorted(example.id for example in examples), sorted(labellers), {}
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        for example_id, labeller_id, round_, pk, state, label_id, value in rows(
            "SELECT a.example_id, a.labeller_id, a.round, a.id, a.state, a.label_id, l.value FROM labelling_assignment a "
            f"LEFT JOIN labelling_label l ON l.id = a.label_id WHERE a.example_id IN {marks(part)} AND a.labeller_id IN {marks(who)} "
            "AND a.repeat = 0",
            [*part, *who],
        ):
            loaded = orjson.loads(value) if isinstance(value, str) else value
            found[example_id, labeller_id, round_] = _There(pk, state, label_id is not None, loaded)
    return found


def _sort(chunk: Sequence[Row], examples: Mapping[str, _Example], members: Members, written: Written) -> list[_New]:
    """What is new; duplicates are counted, what says something else is refused."""
    if not chunk:
        return []
    there = _there(examples.values(), {members[row.labeller][0] for row in chunk})
    new: list[_New] = []
    for row in chunk:
        example, labeller_id = examples[row.example], members[row.labeller][0]
        round_ = row.round or example.round
        place = (example.id, labeller_id, round_)
        known = there.get(place)
        if known is None or not known.labelled:
            new.append(_New(row, example, labeller_id, round_, known))
            there[place] = _There(0, "done", True, row.answered.value)
        elif known.value == row.answered.value:
            written.duplicates += 1
        else:
            words = f"{row.labeller} gave another answer to {row.example:.100} in round {round_} already. If they labelled it twice, give this one a round of its own in a column round."
            written.errors.append((row.number, BadRow(words, "round")))
    return new


def _insert(project: Project, new: Sequence[_New], now: datetime) -> None:
    codes = codes_of(born=project.created_at, answers=(answer for one in new for answer in one.row.answered.answers))
    taken_over = [one for one in new if one.there is not None]
    fresh = [one for one in new if one.there is None]
    label_ids = new_ids("labelling_label", len(new))
    assignment_ids = iter(new_ids("labelling_assignment", len(fresh)) if fresh else ())
    moment = at(now)
    assignments, labels, answers, counted = [], [], [], []
    in_hex = isinstance(as_uuid(NAMESPACE), str)
    times: dict[datetime, Any] = {}
    texts: dict[int, str | None] = {}  # rows that say the same share one object
    for label_id, one in zip(label_ids, new, strict=True):
        row, example_id = one.row, one.example.id
        labelled_at = moment if row.labelled_at is None else times.get(row.labelled_at)
        if labelled_at is None:
            labelled_at = times[row.labelled_at] = at(row.labelled_at)
        day = day_number(row.labelled_at or now)
        assignment_id = one.there.assignment_id if one.there else next(assignment_ids)
        if one.there is None:
            assignments.append(
                (assignment_id, project.pk, example_id, one.labeller_id, one.round, "done", labelled_at, labelled_at, labelled_at,
                 "", label_id, 1, True, True)
            )  # fmt: skip
        same = id(row.answered)
        if same not in texts:
            texts[same] = None if row.answered.value is None else orjson.dumps(row.answered.value).decode()
        client_id: Any = uuid5(NAMESPACE, f"{project.pk}/{example_id}/{one.labeller_id}/{one.round}")
        if in_hex:
            client_id = client_id.hex
        tags = "[]" if not row.tags else orjson.dumps(row.tags).decode()
        labels.append(
            (label_id, project.pk, example_id, assignment_id, one.labeller_id, one.round, 1, None, False, client_id, texts[same],
             tags, row.comment, row.seconds, None, project.schema_version, project.guideline_version, False, True, False, True,
             labelled_at, moment)
        )  # fmt: skip
        for question_id, text, _ in row.answered.answers:
            code = codes[question_id, text]
            answers.append((label_id, question_id, code))
            counted.append(
                (question_id, example_id, one.labeller_id, one.round, code, project.schema_version, project.guideline_version, day, True)
            )
    insert("labelling_assignment", ASSIGNMENT, assignments)
    insert("labelling_label", LABEL, labels)
    insert("labelling_answer", ANSWER, answers)
    insert("labelling_countedanswer", COUNTED, counted)
    _take_over(taken_over, {one.there.assignment_id: row[0] for one, row in zip(new, labels, strict=True) if one.there}, now)


def _take_over(taken_over: Sequence[_New], label_of: Mapping[int, int], now: datetime) -> None:
    """The labeller held the example, gave it back or skipped it here: their imported label takes that assignment."""
    for one in taken_over:
        run(
            "UPDATE labelling_assignment SET state = 'done', ended_at = %s, label_id = %s, revisions = 1, counted = %s, imported = %s "
            "WHERE id = %s",
            [at(now), label_of[one.there.assignment_id], True, True, one.there.assignment_id],
        )
    free_again = [one.example.id for one in taken_over if one.there.state == "leased"]
    if free_again:
        free(free_again)


def _count(
    project: Project, new: Sequence[_New], examples: Mapping[str, _Example], members: Members, now: datetime
) -> Touched:
    """Examples, memberships, days, tags and, last, the project's counts."""
    touched = Touched()
    gained = Counter(one.example.id for one in new if one.round == one.example.round)
    by_id = {example.id: example for example in examples.values()}
    by_number: dict[int, list[int]] = defaultdict(list)
    for example_id, number in sorted(gained.items()):
        by_number[number].append(example_id)
    for number, ids in sorted(by_number.items()):
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            run(
                "UPDATE labelling_example SET labels_counted = labels_counted + %s, state = CASE WHEN state = 'open' "
                f"AND labels_counted + %s >= labels_wanted THEN 'complete' ELSE state END WHERE id IN {marks(part)}",
                [number, number, *part],
            )
    completed: list[int] = []
    for example_id, number in gained.items():
        example = by_id[example_id]
        if example.state != ExampleState.OPEN:
            touched.over.append(example_id)
        elif example.counted + number >= example.wanted:
            completed.append(example_id)
    more = _ask_for_more(project, sorted(completed), now)
    touched.over += [example_id for example_id in completed if example_id not in more]
    shares: dict[int, list[counting.Share]] = defaultdict(list)
    for one in new:
        if one.row.tags and one.round == one.example.round:
            touched.tags.setdefault(one.example.id, set()).update(one.row.tags)
        share = counting.Share(one.row.labelled_at or now, one.row.seconds or 0.0, one.row.tags)
        shares[members[one.row.labeller][1]].append(share)
    for membership_id, own in sorted(shares.items()):
        _count_for(membership_id, own)
    put_back(project_id=project.pk, example_ids=more)
    if over := len(completed) - len(more):
        count_examples(project_id=project.pk, open=-over, complete=over)
    return touched


def _ask_for_more(project: Project, completed: Sequence[int], now: datetime) -> set[int]:
    """Those of the examples that this chunk completed that are to get one label more, where the project's overlap is adaptive."""
    settings = asking_more.settings_of(project.settings)
    if settings is None or not completed:
        return set()
    schema = schema_of(project_id=project.pk, born=project.created_at, version=project.schema_version)
    return set(
        asking_more.ask_for_many(
            project_id=project.pk, settings=settings, questions=schema.questions, ids=schema.ids, example_ids=completed, now=now
        )
    )


def _count_for(membership_id: int, own: Sequence[counting.Share]) -> None:
    days: dict[date, list[float]] = defaultdict(list)
    tags: Counter[str] = Counter()
    for share in own:
        days[share.labelled_at.date()].append(share.seconds)
        tags.update(share.tags)
    counting.add(
        membership_id=membership_id,
        days={day: (len(seconds), sum(seconds)) for day, seconds in sorted(days.items())},
        tags=dict(sorted(tags.items())),
    )
