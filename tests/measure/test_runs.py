"""Stored measurements: what is stored and when, and that a figure the second implementation contradicts is never hidden."""

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from labelling import tasks
from labelling.audit import AuditEvent
from labelling.jobs.models import Job
from labelling.measure import runs, services
from labelling.measure.answers import read_answers
from labelling.measure.models import AgreementRun
from labelling.stats.second_opinion import SecondOpinion
from tests import every_kind
from tests.factories import NOW, SENTIMENT, STRENGTH, api, label_next, make_examples, make_project
from tests.web.people import browse

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DOOR = "/api/v1/projects/reviews/agreement-runs/"


@pytest.fixture
def reviews():
    project = make_project(questions=[SENTIMENT, STRENGTH])
    make_examples(project, 12)
    for number in range(12):
        for person, answer in (("ada", "pos"), ("ben", "neg" if number % 4 == 0 else "pos"), ("cleo", "mix" if number % 5 == 0 else "pos")):
            label_next(person, {"sentiment": answer, "strength": 1 + (number + len(person)) % 3})
    return project


def store(**body):
    answer = api("lea").post(DOOR, body, format="json")
    assert answer.status_code == 202, answer.content
    tasks.run_queued()
    return api("lea").get(f"/api/v1/jobs/{answer.json()['job']['id']}/").json()


@pytest.fixture
def a_wrong_figure(monkeypatch):
    """The core's alpha of the ordinal level is off in the tenth place after the point, and a little more."""
    original = runs._figures

    def wrong(answers, seed, lengths):
        found = original(answers, seed, lengths)
        if answers.level == "ordinal":
            found["alpha"]["value"] += 3e-9
        return found

    monkeypatch.setattr(runs, "_figures", wrong)


def test_a_run_holds_the_figures_what_went_in_and_the_second_opinion(reviews):
    job = store(question="sentiment")
    assert job["state"] == "done" and (len(job["result"]["runs"]), job["result"]["checked"], job["result"]["differ"]) == (3, 3, 0)
    [row] = api("lea").get(DOOR, {"level": "nominal"}).json()["results"]
    live = api("lea").get("/api/v1/projects/reviews/agreement/?question=sentiment").json()
    assert row["alpha"] == live["alpha"] and row["measures"] == live["measures"]
    assert (row["question"], row["level"], row["labels_seen"], row["reason"], row["version"], row["created_by"]) == ("sentiment", "nominal", 36, "asked", None, "lea")
    checked = row["checked"]
    assert (checked["checked"], checked["agrees"], checked["within"]) == (True, True, 1e-9)
    assert checked["theirs"] == pytest.approx(live["alpha"]["value"], abs=1e-9)
    assert checked["message"].startswith("Checked: krippendorff 0.") and checked["message"].endswith("to the same, to nine decimals.")
    assert AuditEvent.objects.filter(verb="stored agreement").count() == 3


def test_each_level_that_fits_a_kind_is_stored_and_checked(reviews):
    store()
    rows = api("lea").get(DOOR, {"question": "strength"}).json()["results"]
    assert {row["level"]: row["checked"]["agrees"] for row in rows} == {"ordinal": True, "nominal": True, "interval": True, "ratio": True}
    assert len({row["digest"] for row in rows}) == 1
    only = api("lea").get(DOOR, {"question": "strength", "level": "interval"}).json()["results"]
    assert [row["level"] for row in only] == ["interval"]


def test_a_figure_that_the_second_implementation_contradicts_is_reported_everywhere(reviews, a_wrong_figure, caplog):
    with caplog.at_level(logging.ERROR):
        job = store(question="strength")
    assert (job["result"]["checked"], job["result"]["differ"]) == (4, 1)
    [run] = AgreementRun.objects.filter(level="ordinal")
    assert (run.checked["checked"], run.checked["agrees"]) == (True, False)
    assert run.checked["difference"] == pytest.approx(3e-9, rel=0.01)
    assert run.checked["message"].startswith("Error: krippendorff") and "Do not rely on this figure" in run.checked["message"]
    assert [record.levelname for record in caplog.records if "differs from the second implementation" in record.message] == ["ERROR"]
    assert AuditEvent.objects.filter(verb="stored agreement", details__agrees=False).count() == 1
    page = browse("lea").get("/projects/reviews/measure/stored/?question=strength").content.decode()
    assert "Do not rely on this figure" in page
    agreement = browse("lea").get("/projects/reviews/measure/?question=strength&level=nominal").content.decode()
    assert 'role="alert"' in agreement and "Do not rely on this figure" in agreement
    csv = b"".join(api("lea").get(DOOR, {"format": "csv"}).streaming_content).decode()
    assert "Do not rely on this figure" in csv


def test_a_second_implementation_that_breaks_off_is_no_agreement(reviews, monkeypatch, caplog):
    def broken(*args, **how):
        raise MemoryError

    monkeypatch.setattr(runs, "check_alpha", broken)
    store(question="sentiment")
    checked = AgreementRun.objects.get(level="nominal").checked
    assert (checked["checked"], checked["agrees"]) == (False, None)
    assert checked["message"] == "Not checked: the second implementation broke off (MemoryError)."


def test_what_cannot_be_checked_says_why(reviews, monkeypatch):
    answers = read_answers(reviews, "sentiment")
    assert runs.second_opinion(answers, None)["message"] == "Not checked: alpha is undefined here, so there is nothing to compare."
    monkeypatch.setattr(runs, "MOST_EXAMPLES", 11)
    asked = []
    monkeypatch.setattr(runs, "check_alpha", lambda *args, **how: asked.append(args) or SecondOpinion(True, True, 0.0, 0.0, 0.0, 1, ""))
    assert runs.second_opinion(answers, 0.5)["message"] == "Not checked: more than 11 examples."
    monkeypatch.setattr(runs, "MOST_EXAMPLES", 100)
    monkeypatch.setattr(runs, "MOST_CELLS", 50)
    assert "more than the second implementation can hold" in runs.second_opinion(answers, 0.5)["message"]
    assert asked == []  # it is not even asked, so it costs no memory


def test_kinds_beyond_codes_are_stored_and_say_why_they_are_not_checked(media_folder):
    every_kind.labelled(3)
    store()
    found = {run.question.key: run for run in AgreementRun.objects.select_related("question")}
    kinds = {question["key"]: question["kind"] for question in api("lea").get("/api/v1/projects/reviews/").json()["questions"]}
    for key, run in found.items():
        if kinds[key] in runs.NOT_OF_CODES:
            assert run.checked["checked"] is False and run.checked["message"].startswith("Not checked: the second implementation does not know"), key
        elif run.figures["alpha"]["value"] is not None:
            assert run.checked["agrees"] is True, key
    assert set(kinds) == set(found)


def test_the_digest_is_of_the_answers_and_of_nothing_else(reviews):
    answers = read_answers(reviews, "sentiment")
    assert runs.digest_of(replace(answers, level="other")) == runs.digest_of(answers)
    assert runs.digest_of(replace(answers, values=[*answers.values, "never given"])) == runs.digest_of(answers)
    other = answers.columns.keep(np.arange(len(answers.columns)) > 0)
    assert runs.digest_of(replace(answers, columns=other)) != runs.digest_of(answers)


def test_asking_without_labels_ends_in_a_sentence():
    make_examples(make_project(), 2)
    job = store()
    assert (job["state"], job["error"]) == ("failed", "Nothing can be measured yet: there are no labels.")
    assert not AgreementRun.objects.exists()


def test_a_job_that_runs_twice_stores_once(reviews):
    store(question="sentiment")
    job = Job.objects.get(kind=services.AGREEMENT_RUN)
    Job.objects.filter(pk=job.pk).update(state="queued", ended_at=None, result=None)
    tasks.run_queued()
    job.refresh_from_db()
    assert job.result["runs"] == list(AgreementRun.objects.order_by("id").values_list("pk", flat=True))
    assert AgreementRun.objects.count() == 3


def test_the_timetable_stores_once_a_day_and_only_what_changed(reviews):
    now = datetime.now(UTC)
    assert services.start_daily_runs(now=now) == 1
    assert services.start_daily_runs(now=now + timedelta(hours=23)) == 0  # asked every hour
    tasks.run_queued()
    count = AgreementRun.objects.count()
    assert count == 7 and set(AgreementRun.objects.values_list("reason", "created_by")) == {("daily", None)}
    later = now + timedelta(hours=25)
    assert services.start_daily_runs(now=later) == 0  # nobody labelled since
    Job.objects.filter(kind=services.AGREEMENT_RUN).update(created_at=NOW - timedelta(days=2))  # as if all labels came after it
    assert services.start_daily_runs(now=later) == 1
    tasks.run_queued()
    assert AgreementRun.objects.count() == count  # the same answers as the newest ones saw


def test_a_released_version_stores_the_agreement_of_its_labels(reviews, media_folder):
    policy = {"include": {"states": ["complete", "in_review"]}, "consensus": {"ties": "leave_out"}}
    assert api("lea").post("/api/v1/projects/reviews/versions/", policy, format="json").status_code == 202
    tasks.run_queued()
    manifest = api("lea").get("/api/v1/projects/reviews/versions/1/").json()
    rows = api("lea").get(DOOR, {"question": "sentiment", "level": "nominal"}).json()["results"]
    assert [(row["reason"], row["version"], row["created_by"]) for row in rows] == [("release", 1, "lea")]
    assert rows[0]["alpha"]["value"] == manifest["agreement"]["sentiment"]["value"]
    assert rows[0]["checked"]["agrees"] is True


def test_the_database_holds_why_a_run_was_made(reviews):
    store(question="sentiment")
    run = AgreementRun.objects.get(level="nominal")
    for wrong in ({"reason": "whim"}, {"reason": "release"}, {"reason": "daily", "version": 3}):
        values = {name: getattr(run, name) for name in ("project", "question", "level", "at", "labels_seen", "digest", "figures", "checked")}
        with pytest.raises(IntegrityError), transaction.atomic():
            AgreementRun.objects.create(**values, **wrong)
    assert AgreementRun.objects.count() == 3


def test_labellers_and_readers_store_nothing(reviews):
    for client in (api("ada"), api("lea", scopes=["read"])):
        assert client.post(DOOR, {}, format="json").status_code == 403
    assert api("mallory").post(DOOR, {}, format="json").status_code == 404
    assert not Job.objects.exists()


def test_a_lead_stores_one_from_the_page_and_finds_it_there(reviews):
    browser = browse("lea")
    assert browser.post("/projects/reviews/measure/stored/new/", {"question": "sentiment"}).status_code == 302
    tasks.run_queued()
    page = browser.get("/projects/reviews/measure/stored/?question=sentiment").content.decode()
    assert "asked for by lea" in page and "✓" in page and "Checked: krippendorff" in page
    assert "format=csv" in page
