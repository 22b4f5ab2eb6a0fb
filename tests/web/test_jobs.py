"""A job's page: how far it is, how it ended, and whose it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labelling.jobs import services as jobs
from labelling.jobs.models import Job
from tests.factories import make_project, viewer
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    project = make_project("reviews")
    return jobs.enqueue(kind="import", actor=viewer("lea"), project_id=project.pk, arguments={}, now=timezone.now())


def test_a_job_that_waits_for_a_worker_says_that_none_is_running_until_one_is(job):
    client = browse("lea")
    assert "No worker is running" in text_of(client.get(f"/jobs/{job.id}/"))
    jobs.beat_worker(name="w", now=timezone.now())
    page = text_of(client.get(f"/jobs/{job.id}/part/", headers={"HX-Request": "true"}))
    assert "Waiting for its turn" in page and "No worker" not in page and "<html" not in page


def test_a_job_that_is_done_says_what_it_did_and_where_to_go(job):
    result = {"rows": 5000, "added": 4988, "duplicates": 10, "rejected": 2}
    Job.objects.filter(id=job.id).update(state="done", ended_at=timezone.now() + timedelta(seconds=1), result=result)
    page = text_of(browse("lea").get(f"/jobs/{job.id}/"))
    assert "Of 5,000 rows 4,988 are in, 10 were there already, 2 are left out and named." in page
    assert "hx-get" not in page


def test_the_job_of_somebody_else_is_not_there(job):
    assert browse("mallory").get(f"/jobs/{job.id}/").status_code == 404
    assert browse("mallory").get(f"/jobs/{job.id}/part/").status_code == 404


def test_a_job_costs_the_same_few_queries_and_none_while_it_is_rendered(job):
    client = browse("lea")
    with counted() as cost:
        client.get(f"/jobs/{job.id}/part/")
    assert (cost.view, cost.render) == (4, 0)  # session, user, job with its project, last beat of a worker
