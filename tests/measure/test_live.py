"""What is known of the labels is what is there: under concurrent labelling, revisions, hidden answers, rounds and changes of the classes."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labelling.intake.models import Example
from labelling.label.models import AnswerChange, AnswerCode, CountedAnswer
from labelling.label.services import prune_changes
from labelling.measure import dashboard as page
from labelling.measure import live, live_check
from labelling.measure.answers import read_answers
from labelling.measure.columns import read_counted
from labelling.measure.dashboard import dashboard_of, figures_of
from labelling.measure.live_rows import MOST
from labelling.measure.services import Standing, set_resolved_answers
from labelling.projects.models import Project, Question
from tests.factories import SENTIMENT, STRENGTH, label_next, make_examples, make_project, make_user, submit
from tests.measure.live_work import hammer
from tests.measure.rows import put_labels, put_truth
from tests.measure.test_columns import count_answer

BULK_READS = "labelling.measure.live.read_rows"


@pytest.fixture
def bulk_reads(monkeypatch) -> list[int]:
    """Grows with each time that a question's labels are read from the beginning."""
    read, times = live.read_rows, []

    def counted(question_id: int, *rest: Any) -> Any:
        times.append(question_id)
        return read(question_id, *rest)

    monkeypatch.setattr(BULK_READS, counted)
    return times


def in_a_thread(work: Callable[[], Any]) -> None:
    """On a connection of its own, to its end."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failed, failed


ON_A_FILE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.measure.live_work import hammer
print("versions", hammer())
"""


def test_many_at_once_on_sqlite(tmp_path: Path):
    """Everything there is to do, from several threads, on a database file of its own."""
    environment = {"WORKBENCH_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "workbench.settings", "PATH": "/usr/bin:/bin"}
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", ON_A_FILE], env=environment, cwd=root, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(ran.stdout.split()[-1]) > 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_on_postgresql():
    assert hammer() > 20


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_label_is_not_missed_that_becomes_visible_after_one_with_a_later_id(bulk_reads):
    project = make_project()
    question = Question.objects.get(project=project)
    one, two = make_examples(project, 2)
    ada, ben = make_user("ada"), make_user("ben")
    read_counted(question.pk)

    with transaction.atomic():
        count_answer(question, one, "ada", 0)
        in_a_thread(lambda: count_answer(question, two, "ben", 1))
        seen: list[list[int]] = []
        in_a_thread(lambda: seen.append(read_counted(question.pk).labeller.tolist()))
    assert seen == [[ben.pk]]
    assert read_counted(question.pk).labeller.tolist() == [ada.pk, ben.pk]
    assert len(bulk_reads) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_removal_is_not_missed_that_becomes_visible_after_a_later_change(bulk_reads):
    project = make_project()
    question = Question.objects.get(project=project)
    one, two = make_examples(project, 2)
    count_answer(question, one, "ada", 0)
    count_answer(question, two, "ben", 0)
    read_counted(question.pk)

    with transaction.atomic():
        CountedAnswer.objects.filter(example=one).delete()
        in_a_thread(lambda: CountedAnswer.objects.filter(example=two).update(code=2))
        seen: list[list[int]] = []
        in_a_thread(lambda: seen.append(read_counted(question.pk).code.tolist()))
    assert seen == [[0, 2]]
    assert read_counted(question.pk).code.tolist() == [2]
    assert len(bulk_reads) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_given_up_is_never_known():
    project = make_project()
    question = Question.objects.get(project=project)
    [one] = make_examples(project, 1)
    read_counted(question.pk)
    with pytest.raises(RuntimeError), transaction.atomic():
        count_answer(question, one, "ada", 0)
        raise RuntimeError
    assert len(read_counted(question.pk)) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_numbers_that_another_server_gave_do_not_make_everything_new(bulk_reads):
    """A dump that is put into another server brings along numbers of transactions which that one has not reached."""
    project = make_project()
    question = Question.objects.get(project=project)
    one, two = make_examples(project, 2)
    count_answer(question, one, "ada", 0)
    CountedAnswer.objects.update(written_in=2**40)
    first = live.known(question.pk)
    assert live.known(question.pk).version == first.version
    count_answer(question, two, "ben", 1)
    assert read_counted(question.pk).code.tolist() == [0, 1]
    assert len(bulk_reads) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_change_is_known_at_once_and_nothing_is_read_twice(bulk_reads):
    project = make_project(labels_per_example=2)
    question = Question.objects.get(project=project)
    examples = make_examples(project, 3)

    def codes() -> list[int]:
        assert live_check.differences(Project.objects.get(pk=project.pk)) == []
        return read_counted(question.pk).code.tolist()

    assert codes() == []
    first = label_next("ada", "pos")
    assert codes() == [0]
    label_next("ben", "neg")
    assert codes() == [0, 1]
    submit("ada", first.answer["assignment"], "neg")
    assert codes() == [1, 1]
    submit("ada", first.answer["assignment"], None, tags=["unintelligible"])
    assert codes() == [1]
    CountedAnswer.objects.update(code=0)
    assert codes() == [0]
    Example.objects.filter(pk=examples[0].pk).update(round=2)
    assert codes() == []
    CountedAnswer.objects.all().delete()
    assert codes() == []
    assert len(bulk_reads) == 1
    assert AnswerChange.objects.count() == 4


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_with_very_many_changes_all_is_read_anew(bulk_reads, monkeypatch):
    monkeypatch.setattr("labelling.measure.live_rows.MOST", 3)
    assert MOST > 3
    project = make_project()
    question = Question.objects.get(project=project)
    read_counted(question.pk)
    for example in make_examples(project, 4):
        count_answer(question, example, "ada", 0)
    assert read_counted(question.pk).code.tolist() == [0] * 4
    assert len(bulk_reads) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_nobody_looked_at_for_long_is_read_anew_and_so_needs_no_old_traces(bulk_reads, monkeypatch):
    project = make_project()
    question = Question.objects.get(project=project)
    [one] = make_examples(project, 1)
    count_answer(question, one, "ada", 0)
    assert len(read_counted(question.pk)) == 1
    CountedAnswer.objects.all().delete()
    AnswerChange.objects.all().delete()
    now = live.time.time()
    monkeypatch.setattr(live.time, "time", lambda: now + live.FORGOTTEN_AFTER + 1)
    assert len(read_counted(question.pk)) == 0
    assert len(bulk_reads) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_memory_stays_within_what_is_allowed(settings, bulk_reads):
    project = make_project()
    question = Question.objects.get(project=project)
    settings.WORKBENCH_FIGURES_MB = 0
    assert live.known(question.pk) is None
    assert read_answers(project).known is None
    settings.WORKBENCH_FIGURES_MB = 1
    assert live.known(question.pk) is not None
    for entry in live._entries.values():
        entry.nbytes = 2**20 + 1
    other = Question.objects.get(project=make_project("others"))
    assert live.known(other.pk) is not None
    assert [key[-1] for key in live._entries] == [other.pk]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_of_what_an_open_transaction_sees():
    project = make_project()
    question = Question.objects.get(project=project)
    [one] = make_examples(project, 1)
    with transaction.atomic():
        count_answer(question, one, "ada", 0)
        assert live.known(question.pk) is None
        assert len(read_counted(question.pk)) == 1
        transaction.set_rollback(True)
    assert len(read_counted(question.pk)) == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_figures_are_computed_once_until_something_changes(monkeypatch):
    project = make_project(labellers=("ada", "ben", "cleo"))
    put_labels(project, {f"x{n}": {"ada": "pos", "ben": "neg" if n % 4 == 0 else "pos", "cleo": "pos"} for n in range(40)})
    question = Question.objects.get(project=project)
    first = figures_of(project, read_answers(project))
    assert figures_of(project, read_answers(project)) is first
    assert first.reference == "leave_one_out"

    put_truth(project, {f"x{n}": "pos" for n in range(35)})  # what stands is a part of the figures too
    second = figures_of(project, read_answers(project))
    assert (second.reference, second.alpha) == ("resolved", first.alpha)

    standing = [Standing(Example.objects.get(key="x1").pk, None, [], False, [])]
    set_resolved_answers(standing=standing)
    assert figures_of(project, read_answers(project)) is not second

    described = {**read_answers(project).described, "prompt": "Well?"}
    assert figures_of(project, replace(read_answers(project), described=described)).prompt == "Well?"
    assert AnswerCode.objects.filter(question=question).count() == 2
    assert dashboard_of(project)[0].prompt == first.prompt


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_weeks_in_which_nothing_changed_are_not_computed_again(monkeypatch):
    project = make_project()
    question = Question.objects.get(project=project)
    examples = make_examples(project, 6)
    for number, example in enumerate(examples):
        for name in ("ada", "ben"):
            count_answer(question, example, name, number % 2, day=20_000 + 7 * (number // 2))
    [AnswerCode.objects.create(question=question, code=code, value=value, digest=value) for code, value in enumerate(("pos", "neg"))]
    before = page.by_week(read_answers(project), None)
    assert len(before) == 3
    computed: list[int] = []
    real = page._of_week
    monkeypatch.setattr(page, "_of_week", lambda answers, week: computed.append(week) or real(answers, week))
    CountedAnswer.objects.filter(example=examples[-1], labeller__username="ben").update(code=0)
    after = page.by_week(read_answers(project), None)
    assert len(computed) == 1
    assert after[:2] == before[:2]
    assert after[2] != before[2]
    with live.from_scratch():
        assert page.by_week(read_answers(project), None) == after


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_command_shows_the_figures_and_says_what_differs():
    project = make_project()
    put_labels(project, {f"x{n}": {"ada": "pos", "ben": "neg" if n % 4 == 0 else "pos"} for n in range(12)})
    out = StringIO()
    call_command("figures", "reviews", stdout=out)
    assert out.getvalue().startswith("reviews sentiment: 24 labels, alpha ")
    call_command("figures", "--check", stdout=out)
    assert "reviews: all live figures are right, compared 1 time\n" in out.getvalue()

    with connection.cursor() as cursor:  # what only someone can do who goes around the triggers
        cursor.execute("ALTER TABLE labelling_countedanswer DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM labelling_countedanswer WHERE labeller_id = %s", [make_user("ben").pk])
        cursor.execute("ALTER TABLE labelling_countedanswer ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match="Some live figures differ"):
        call_command("figures", "reviews", "--check", stdout=out)
    assert "sentiment: 24 labels of all rounds are known, and 12 are there." in out.getvalue()
    assert "sentiment: alpha differs." in out.getvalue()
    with pytest.raises(CommandError, match="There is no project nothing"):
        call_command("figures", "nothing")


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_triggers_are_there():
    assert live_check._lost_triggers() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_old_traces_are_pruned_and_young_ones_stay():
    project = make_project()
    [one] = make_examples(project, 1)
    count_answer(Question.objects.get(project=project), one, "ada", 0)
    CountedAnswer.objects.all().delete()
    prune_changes(now=timezone.now() + timedelta(hours=2))
    assert AnswerChange.objects.count() == 1
    prune_changes(now=timezone.now() + timedelta(hours=25))
    assert AnswerChange.objects.count() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_first_page_asks_no_more_of_the_database_when_there_are_more_labels(bulk_reads):
    project = make_project(labels_per_example=2, questions=[SENTIMENT, STRENGTH])
    make_examples(project, 12)
    client = Client()
    client.force_login(make_user("lea"))

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/projects/reviews/").status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    label_next("ada", {"sentiment": "pos", "strength": 3})
    asked()
    few = asked()
    for name in ("ada", "ben"):
        for number in range(8):
            label_next(name, {"sentiment": "pos" if number % 3 else "neg", "strength": 1 + number % 5})
    asked()  # some of the answers were the first of their kind
    label_next("ada", {"sentiment": "pos", "strength": 3})
    many = asked()
    assert len(many) == len(few) <= 22
    assert sum("labelling_countedanswer" in sql for sql in many) == 2  # one statement a question, for what is new
    assert not any("FROM labelling_label" in sql or 'FROM "labelling_label"' in sql for sql in many)
    assert len(bulk_reads) == 2
