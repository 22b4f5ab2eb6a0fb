"""Bulk reads: the same columns through both ways, in order, without rounds that were given up."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction

from labelling.errors import Invalid
from labelling.intake.models import Batch, Example, Source
from labelling.label.models import AnswerCode, CountedAnswer
from labelling.measure import bulk
from labelling.measure.columns import code_values, example_columns, read_counted, read_resolved, read_took_part
from labelling.projects.models import Project, Question
from tests.factories import NOW, make_project, make_user

both_ways = pytest.mark.parametrize("inside", [True, False], ids=["inside a transaction", "on a connection of its own"])


def make_examples(project: Project, count: int, **fields) -> list[Example]:
    return Example.objects.bulk_create(
        Example(
            project=project, key=f"k{number}", data={"text": f"text {number}"}, content_hash=f"{number:064x}", position=number,
            place=number, labels_wanted=3, created_at=NOW, **{name: value[number] for name, value in fields.items()},
        )
        for number in range(count)
    )  # fmt: skip


def count_answer(question: Question, example: Example, username: str, code: int, *, round_: int = 1, **fields) -> None:
    CountedAnswer.objects.create(
        question=question, example=example, labeller=make_user(username), code=code, round=round_,
        **{"schema_version": 1, "guideline_version": 1, "day": 20_000, **fields},
    )  # fmt: skip


@contextmanager
def way(inside: bool) -> Iterator[None]:
    """Read inside a transaction, or by a connection of its own: on SQLite that needs a file to open, which the test
    database, being in memory, is first copied to."""
    if inside:
        with transaction.atomic():
            yield
    elif connection.vendor == "postgresql":
        yield
    else:
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            copy = Path(folder) / "a copy.sqlite3"
            with closing(sqlite3.connect(copy)) as target:
                connection.connection.backup(target)
            patch.setitem(connection.settings_dict, "NAME", str(copy))
            patch.setattr(bulk, "_in_memory", lambda: False)
            yield


def columns_of(question: Question, inside: bool, **options):
    with way(inside):
        return read_counted(question.pk, **options)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@both_ways
def test_counted_answers_come_ordered_by_example_and_labeller_whatever_their_order_in_the_table(inside):
    project = make_project()
    question = Question.objects.get(project=project)
    one, two = make_examples(project, 2)
    count_answer(question, two, "cleo", 2, schema_version=9, guideline_version=7, day=-3, imported=True)
    count_answer(question, one, "ben", 1)
    count_answer(question, two, "ada", 0)
    ada, ben, cleo = (make_user(name).pk for name in ("ada", "ben", "cleo"))

    columns = columns_of(question, inside)

    assert columns.example.tolist() == [one.pk, two.pk, two.pk]
    assert columns.labeller.tolist() == [ben, ada, cleo]
    assert columns.code.tolist() == [1, 0, 2]
    assert columns.schema_version.tolist() == [1, 1, 9]
    assert columns.guideline_version.tolist() == [1, 1, 7]
    assert columns.day.tolist() == [20_000, 20_000, -3]
    assert columns.imported.tolist() == [0, 0, 1]
    assert {getattr(columns, name).dtype for name in ("example", "labeller", "code", "round", "day")} == {np.dtype(np.int32)}


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@both_ways
def test_the_current_round_leaves_out_what_a_relabelled_example_was_answered_before(inside):
    project = make_project()
    question = Question.objects.get(project=project)
    kept, again, waiting = make_examples(project, 3, round=[1, 3, 2])
    count_answer(question, kept, "ada", 0)
    count_answer(question, again, "ada", 0, round_=1)
    count_answer(question, again, "ada", 1, round_=2)
    count_answer(question, again, "ada", 2, round_=3)
    count_answer(question, waiting, "ada", 0, round_=1)

    assert columns_of(question, inside).code.tolist() == [0, 2]
    assert columns_of(question, inside, rounds="all").round.tolist() == [1, 1, 2, 3, 1]
    assert columns_of(question, inside, rounds=[2, 3]).code.tolist() == [1, 2]
    assert len(columns_of(question, inside, rounds=[])) == 0


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@both_ways
def test_a_question_that_nobody_answered_has_columns_of_length_none(inside):
    question = Question.objects.get(project=make_project())

    columns = columns_of(question, inside)

    assert len(columns) == 0
    assert columns.code.dtype == np.int32
    with way(inside):
        assert read_resolved(question.pk).example.size == 0
        assert read_took_part(question.project_id).user.size == 0


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@both_ways
@pytest.mark.parametrize("name", ["lab", 'la"b', "la\\b", "l'ab", "labör", "2020", "a.b[0]"])
def test_example_columns_say_source_batch_state_and_meta_the_same_way_on_both_databases(inside, name):
    project = make_project()
    source = Source.objects.create(project=project, key="café", name="Café", created_at=NOW)
    batch = Batch.objects.create(
        project=project, source=source, file_name="a.csv", sha256="0" * 64, imported_by=make_user("lea"), imported_at=NOW
    )
    examples = make_examples(
        project, 4, source=[None, source, source, None], batch=[None, batch, None, None], state=["open", "complete", "open", "open"],
        meta=[{}, {name: "ü"}, {name: 5}, {name: None}],
    )  # fmt: skip
    wanted = ["source", "batch", "state", f"meta.{name}"]

    with way(inside):
        found = example_columns(project.pk, wanted)

    assert found.id.tolist() == [example.pk for example in examples]
    assert (found.columns["source"].values, found.columns["source"].code.tolist()) == (["café"], [-1, 0, 0, -1])
    assert (found.columns["batch"].values, found.columns["batch"].code.tolist()) == ([batch.pk], [-1, 0, -1, -1])
    assert (found.columns["state"].values, found.columns["state"].code.tolist()) == (["complete", "open"], [1, 0, 1, 1])
    assert (found.columns[f"meta.{name}"].values, found.columns[f"meta.{name}"].code.tolist()) == (["ü", 5], [-1, 0, 1, -1])
    assert found.place(np.array([examples[2].pk])).tolist() == [2]


@pytest.mark.django_db
def test_an_example_column_that_does_not_exist_is_refused_by_name():
    with pytest.raises(Invalid, match="no column colour"):
        example_columns(make_project().pk, ["colour"])


@pytest.mark.django_db
def test_code_values_stand_at_their_codes_even_after_a_gap():
    question = Question.objects.get(project=make_project())
    AnswerCode.objects.create(question=question, code=0, value="pos", digest="a")
    AnswerCode.objects.create(question=question, code=2, value="neg", digest="b")

    assert code_values(question.pk) == ["pos", None, "neg"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_keeps_seeing_what_it_first_saw():
    project = make_project()
    question = Question.objects.get(project=project)
    one, two = make_examples(project, 2)
    count_answer(question, one, "ada", 0)

    with bulk.snapshot() as reader:
        assert len(read_counted(question.pk, reader=reader)) == 1
        count_answer(question, two, "ada", 0)
        assert len(read_counted(question.pk, reader=reader)) == 1

    assert len(read_counted(question.pk)) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_bulk_connection_cannot_write():
    with bulk.snapshot() as reader, pytest.raises(Exception, match="read-only"):
        reader.table("DELETE FROM labelling_countedanswer RETURNING id")
