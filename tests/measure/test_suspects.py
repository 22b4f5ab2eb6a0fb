"""Suspected errors, from labels and predictions to stored rows; what they say is what was planted."""

import json

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from labelling import flow, tasks
from labelling.errors import Invalid, NotAllowed, NotFound
from labelling.evaluate.models import Evaluation
from labelling.jobs.models import Job
from labelling.label import services as label
from labelling.measure import suspects
from labelling.measure.answers import read_answers
from labelling.measure.consensus import settle
from labelling.measure.suspect_models import Suspect, SuspectRun
from labelling.measure.suspecting import find, opinion_of
from tests import factories
from tests.factories import NOW, make_examples, make_project, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
WHO = ("ada", "ben", "cleo", "dan", "eve")
N = 60


def given(n: int, who: str) -> str:
    """Everybody is right but for planted slips: Eve takes e10 for neg, Ada and Ben mistake e20 together (of three)."""
    truth = "neg" if n % 2 else "pos"
    if (n, who) == (10, "eve"):
        return "neg"
    return {"pos": "neg", "neg": "pos"}[truth] if n == 20 else truth


def import_labels(project, rows):
    content = "\n".join(json.dumps({"example": key, "labeller": who, "value": value}) for key, who, value in rows)
    label.start_label_import(actor=viewer("lea"), slug=project.slug, file=SimpleUploadedFile("labels.jsonl", content.encode()), now=NOW)
    tasks.run_queued()


@pytest.fixture
def project(db):
    """Sixty examples, five labels each; e20 is wrong by everybody."""
    made = make_project(labellers=WHO)
    make_examples(made, N)
    import_labels(made, [(f"e{n}", who, given(n, who)) for n in range(N) for who in WHO])
    return made


def sure(n: int, *, of: float = 0.95) -> dict[str, float]:
    truth, other = ("neg", "pos") if n % 2 else ("pos", "neg")
    return {truth: of, other: round(1 - of - 0.01, 9), "mix": 0.01}


def evaluate(client, rows, name="guess.jsonl"):
    """An evaluation of these predictions on a version that has everything in its split test."""
    policy = {"splits": {"test": 1.0}, "include": {"states": ["complete", "in_review", "open", "resolved"]}, "consensus": {"min_labels": 1}}
    assert client.post("/api/v1/projects/reviews/versions/", policy).status_code == 202
    tasks.run_queued()
    model = client.post("/api/v1/projects/reviews/models/", {"name": "letters", "version": "1"}).json()["id"]
    file = SimpleUploadedFile(name, "\n".join(json.dumps(row) for row in rows).encode())
    body = {"model": model, "version": 1, "split": "test", "predictions": file}
    assert client.post("/api/v1/projects/reviews/evaluations/", body, format="multipart").status_code == 202
    tasks.run_queued()
    return Evaluation.objects.get()


def look(project, **fields):
    job = flow.start_suspects(actor=viewer("lea"), slug=project.slug, now=NOW, **fields)
    tasks.run_queued()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return SuspectRun.objects.get(pk=job.result["run"])


def rows_of(run, of="answer"):
    return [(row.example.key, row.place) for row in Suspect.objects.filter(run=run, of=of).order_by("place")]


def test_without_a_model_the_label_that_all_others_contradict_is_suspected(project):
    run = look(project)
    assert (run.way, run.evaluation, run.examples) == ("people", None, N)
    assert rows_of(run, "answer") == []
    [row] = Suspect.objects.filter(run=run)
    assert (row.of, row.example.key, row.labeller.username, row.place, row.settled) == ("label", "e10", "eve", 1, False)
    assert row.chance < 0.01
    assert "“Positive” is right" in row.reason


def test_a_model_contradicts_what_all_people_took_wrongly(project):
    client = factories.api("lea")
    evaluation = evaluate(client, [{"key": f"e{n}", "sentiment": max(sure(n), key=sure(n).get), "sentiment__probabilities": sure(n)} for n in range(N)])
    run = look(project, evaluation=evaluation.pk)
    assert (run.way, run.evaluation_id, run.examples) == ("probabilities", evaluation.pk, N)
    assert rows_of(run) == [("e20", 1)]
    row = Suspect.objects.get(run=run, of="answer")
    assert (row.labeller, row.chance) == (None, pytest.approx(0.04))
    assert row.reason == "The labels come to “Negative”. The model gives “Positive” 95 % and “Negative” 4 %. Of 5 labels 5 said “Negative” and 0 “Positive”."
    # Single labels need both: the model contradicts all five on e20, but the others do not; Eve's on e10 is contradicted by all.
    assert rows_of(run, "label") == [("e10", 1)]
    assert Suspect.objects.get(run=run, of="label").reason.startswith("The others and the model contradict it alike.")


@pytest.mark.parametrize(
    ("extra", "way"), [({}, "predictions"), ({"sentiment__confidence": 0.9}, "confidence"), ({"sentiment__probabilities": [0.9, 0.05, 0.05]}, "probabilities")]
)
def test_hard_predictions_confidences_and_lists_of_probabilities_find_the_same(project, extra, way):
    def row(n):
        found = {"key": f"e{n}", "sentiment": "neg" if n % 2 else "pos", **extra}
        if way == "probabilities" and n % 2:
            found["sentiment__probabilities"] = [0.05, 0.9, 0.05]
        return found

    run = look(project, evaluation=evaluate(factories.api("lea"), [row(n) for n in range(N)]).pk)
    assert run.way == way
    assert rows_of(run) == [("e20", 1)]


def test_a_model_that_guesses_contradicts_nobody(project):
    random = np.random.default_rng(1)
    guess = random.choice(["pos", "neg", "mix"], N)
    run = look(project, evaluation=evaluate(factories.api("lea"), [{"key": f"e{n}", "sentiment": guess[n]} for n in range(N)]).pk)
    assert (run.examples, rows_of(run), rows_of(run, "label")) == (0, [], [])


def test_probabilities_that_are_none_say_nothing_and_break_nothing(project):
    nasty = [{"pos": -1, "neg": 2}, {"moon": 1}, [0.5], "text", {"pos": "NaN"}, {}, [None, None, None], {"pos": 0, "neg": 0}, True]
    rows = [{"key": f"e{n}", "sentiment": "pos"} for n in range(N)]
    for row, what in zip(rows, nasty, strict=False):
        row["sentiment__probabilities"] = what
    for n in range(len(nasty), N):
        rows[n]["sentiment__probabilities"] = sure(n)
    run = look(project, evaluation=evaluate(factories.api("lea"), rows).pk)
    assert (run.way, run.examples) == ("probabilities", N - len(nasty))
    assert rows_of(run) == [("e20", 1)]


def test_what_people_settled_is_suspected_where_a_model_contradicts_it_and_its_labels_no_more(project):
    from labelling.discuss import services as discuss
    from tests.discuss.cast import seen

    case, _ = discuss.report(actor=viewer("lea"), slug="reviews", example="e10", now=NOW)
    discuss.resolve(actor=viewer("lea"), case_id=case.pk, outcome="answer", value={"sentiment": "neg"}, cause="slip", seen=seen("e10"), now=NOW)
    run = look(project)
    [row] = Suspect.objects.filter(run=run)
    assert (row.of, row.example.key, row.settled) == ("answer", "e10", True)
    assert row.reason.startswith("People settled it as “Negative”")


def test_a_run_says_when_it_is_stale(project):
    run = look(project)
    assert not suspects.is_stale(project, run)
    import_labels(project, [("e3", "lea", "neg")])
    assert suspects.is_stale(project, run)


def test_a_job_that_is_taken_up_again_leaves_one_run(project):
    job = flow.start_suspects(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    Job.objects.filter(pk=job.pk).update(state="queued", ended_at=None)
    tasks.run_queued()
    job.refresh_from_db()
    assert (job.state, SuspectRun.objects.count(), job.result["run"]) == ("done", 1, SuspectRun.objects.get().pk)


def test_where_nothing_can_be_told_the_job_says_why():
    project = make_project()
    make_examples(project, 3)
    for prepare, words in ((lambda: None, "there are no labels"), (lambda: import_labels(project, [("e0", "ada", "pos"), ("e0", "ben", "pos")]), "every label has the same answer")):
        prepare()
        job = flow.start_suspects(actor=viewer("lea"), slug="reviews", now=NOW)
        tasks.run_queued()
        job.refresh_from_db()
        assert (job.state, SuspectRun.objects.count()) == ("failed", 0)
        assert words in job.error


def test_who_may_not_and_what_cannot_be_is_refused_and_nothing_starts(project):
    make_project("numbers", questions=[{"key": "size", "kind": "number", "prompt": "How large?"}], labellers=())
    for refused, actor, slug, fields in (
        (NotAllowed, "ada", "reviews", {}), (NotFound, "mallory", "reviews", {}), (NotFound, "lea", "reviews", {"question": "moon"}),
        (NotFound, "lea", "reviews", {"evaluation": 7}), (Invalid, "lea", "numbers", {}),
    ):  # fmt: skip
        with pytest.raises(refused):
            flow.start_suspects(actor=viewer(actor), slug=slug, now=NOW, **fields)
    assert not Job.objects.filter(kind="suspects").exists()
    with pytest.raises(NotAllowed):
        suspects.list_suspects(viewer("ada"), "reviews")


def test_the_database_refuses_a_suspect_that_says_nothing_else_and_a_label_without_its_labeller(project):
    run = look(project)
    [row] = Suspect.objects.filter(run=run)
    fields = {"run": run, "of": "label", "place": 9, "example_id": row.example_id, "labeller_id": row.labeller_id, "settled": False, "given": 0, "instead": 1, "chance": 0.1, "reason": "r"}
    for change in ({"instead": 0}, {"labeller_id": None}, {"of": "answer"}, {"chance": 1.1}, {"place": row.place}, {"of": "moon"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Suspect.objects.create(**fields | change)
    assert Suspect.objects.count() == 1


def test_answers_without_a_code_are_no_opinion(project):
    answers = read_answers(project)
    opinion = opinion_of(answers, [3, 1, 2], ["mix", "pos", None], [None] * 3, [None] * 3)
    assert opinion.example.tolist() == [1]  # nobody ever said mix
    assert find(answers, settle(answers), opinion).answers == []


def test_an_evaluation_lists_what_was_found_with_its_predictions(project):
    evaluation = evaluate(factories.api("lea"), [{"key": f"e{n}", "sentiment": "neg" if n % 2 else "pos", "sentiment__probabilities": sure(n)} for n in range(N)])
    assert suspects.suspected_in_evaluation(evaluation.pk) == []
    run = look(project, evaluation=evaluation.pk)
    [row] = suspects.suspected_in_evaluation(evaluation.pk)
    assert {name: row[name] for name in ("example", "question", "answer", "suggested", "run")} == {
        "example": "e20", "question": "sentiment", "answer": "neg", "suggested": "pos", "run": run.pk,
    }  # fmt: skip
    assert row["score"] == pytest.approx(0.96)
    assert json.dumps(row)


def test_leads_alone_may_read(project):
    look(project)
    for refused, actor, more in (
        (NotAllowed, "ada", {}), (NotFound, "mallory", {}), (NotFound, "lea", {"run": 99}), (Invalid, "lea", {"of": "moon"}), (Invalid, "lea", {"run": "x"}),
    ):  # fmt: skip
        with pytest.raises(refused):
            suspects.list_suspects(viewer(actor), "reviews", **more)
