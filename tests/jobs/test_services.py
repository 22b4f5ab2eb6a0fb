from datetime import timedelta

import pytest
from django.utils import timezone

from labelling.errors import Conflict, WrongContent
from labelling.jobs import selectors, services
from labelling.jobs.models import Job, WorkerBeat
from labelling.jobs.rules import MAX_ATTEMPTS
from tests import factories

pytestmark = pytest.mark.django_db


def queued(**arguments):
    return services.enqueue(kind="count", actor=None, project_id=None, arguments=arguments, now=timezone.now())


def run(job, runner):
    services.work_on(job_id=str(job.id), runners={"count": runner}, now=timezone.now())
    job.refresh_from_db()
    return job


def test_a_job_runs_once_and_keeps_its_result():
    job = queued(to=3)
    done = run(job, lambda claimed: {"counted": claimed.arguments["to"]})
    assert (done.state, done.result, done.attempts, done.claim) == ("done", {"counted": 3}, 1, None)
    assert not services.work_on(job_id=str(job.id), runners={}, now=timezone.now())


def test_what_a_person_can_mend_is_told_and_not_tried_again():
    def refuse(claimed):
        raise WrongContent("Row 3: the column text is missing.")

    failed = run(queued(), refuse)
    assert (failed.state, failed.error, failed.attempts) == ("failed", "Row 3: the column text is missing.", 1)


def test_a_fault_is_tried_again_and_then_given_up_in_words():
    def crash(claimed):
        raise ZeroDivisionError

    job = queued()
    for attempt in range(1, MAX_ATTEMPTS):
        assert (run(job, crash).state, job.attempts) == ("queued", attempt)
    assert run(job, crash).state == "failed"
    assert "gave" in job.error or "given up" in job.error
    assert "ZeroDivisionError" not in job.error


def test_a_dead_worker_s_job_goes_on_where_it_stopped():
    job = queued()
    claimed = services.claim(job_id=str(job.id), now=timezone.now())
    claimed.checkpoint(done=2, total=5, resume={"row": 2})
    Job.objects.filter(id=job.id).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert services.reap(now=timezone.now()) == [str(job.id)]
    done = run(job, lambda again: {"from": again.resume["row"]})
    assert (done.state, done.result, done.attempts) == ("done", {"from": 2}, 2)


def test_an_attempt_that_was_taken_for_dead_writes_nothing_more():
    job = queued()
    old = services.claim(job_id=str(job.id), now=timezone.now())
    Job.objects.filter(id=job.id).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    services.reap(now=timezone.now())
    new = services.claim(job_id=str(job.id), now=timezone.now())
    with pytest.raises(services.LostClaim):
        old.checkpoint(done=9)
    new.checkpoint(done=1)
    assert Job.objects.get(id=job.id).done == 1


def test_a_live_job_is_left_alone_by_the_reaper():
    job = queued()
    services.claim(job_id=str(job.id), now=timezone.now())
    assert services.reap(now=timezone.now()) == []


def test_a_cancelled_job_stops_at_its_next_checkpoint():
    lea = factories.viewer("lea")
    job = queued()
    claimed = services.claim(job_id=str(job.id), now=timezone.now())
    services.cancel(actor=lea, job_id=str(job.id), now=timezone.now())
    with pytest.raises(services.LostClaim):
        claimed.checkpoint(done=1)
    with pytest.raises(Conflict):
        services.cancel(actor=lea, job_id=str(job.id), now=timezone.now())


def test_a_waiting_job_says_when_no_worker_is_there():
    job, now = queued(), timezone.now()
    assert selectors.describe(job, now)["waiting_for_worker"] is True
    services.beat_worker(name="one", now=now)
    assert selectors.describe(job, now)["waiting_for_worker"] is False
    assert selectors.describe(job, now + timedelta(minutes=1))["waiting_for_worker"] is True
    assert WorkerBeat.objects.count() == 1


def test_a_job_is_seen_by_who_started_it_and_by_site_admins(client):
    lea = factories.viewer("lea")
    job = services.enqueue(kind="count", actor=lea, project_id=None, arguments={}, now=timezone.now())
    assert factories.api("lea").get(f"/api/v1/jobs/{job.id}/").json()["state"] == "queued"
    assert factories.api("mallory").get(f"/api/v1/jobs/{job.id}/").status_code == 404
    assert factories.api("lea").get("/api/v1/jobs/nonsense/").status_code == 404
