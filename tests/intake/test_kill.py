"""A real worker, killed for real in the middle of an import."""

import httpx
import pytest

ROWS = 80_000
STAND = """
import json
from labelling.intake.models import Batch, Example
from labelling.jobs.models import Job
from labelling.projects.models import ProjectCounts
job = Job.objects.get(kind="import")
print(json.dumps([job.state, job.done, job.attempts, Example.objects.count(), ProjectCounts.objects.get().open]))
"""
AGE = """
from datetime import timedelta
from labelling.jobs.models import Job
from labelling.jobs.rules import SILENT_AFTER
for job in Job.objects.filter(state="running"):
    Job.objects.filter(id=job.id).update(heartbeat_at=job.heartbeat_at - 2 * SILENT_AFTER)
"""


@pytest.fixture
def stack(own_stack):
    return own_stack()


@pytest.fixture
def client(stack):
    name, _ = stack.superuser()
    with httpx.Client(base_url=f"{stack.url}/api/v1", headers={"Authorization": f"Bearer {stack.token(name)}"}, timeout=60) as client:
        yield client


def test_an_import_survives_kill_9_of_its_worker_and_doubles_nothing(stack, client):
    fields = {
        "slug": "reviews", "name": "Film reviews", "display": [{"field": "text", "as": "text"}],
        "questions": [{"key": "feeling", "kind": "choice", "classes": ["pos", "neg"]}],
    }  # fmt: skip
    assert client.post("/projects/", json=fields).status_code == 201
    content = "id,text\n" + "".join(f"{number},text number {number}\n" for number in range(ROWS))
    job = client.post("/projects/reviews/imports/", files={"file": ("rows.csv", content)}).json()["job"]["id"]

    def done() -> int:
        return client.get(f"/jobs/{job}/").json()["progress"]["done"]

    stack.wait_for(lambda: done() > 0, "the first chunk")
    stack.kill_worker()
    found = client.get(f"/jobs/{job}/").json()
    assert (found["state"], found["progress"]["done"] < ROWS) == ("running", True), "the kill came too late"
    assert stack.shell("from labelling.intake.models import Example; print(Example.objects.count())").strip() == str(found["progress"]["done"])
    stack.shell(AGE)  # as if half a minute had passed: the reaper need not be waited for
    stack.start_worker()
    stack.wait_for(lambda: client.get(f"/jobs/{job}/").json()["state"] == "done", "the import to end")
    result = client.get(f"/jobs/{job}/").json()["result"]
    assert (result["rows"], result["added"], result["duplicates"], result["rejected"]) == (ROWS, ROWS, 0, 0)
    assert stack.shell(STAND).strip() == f'["done", {ROWS}, 2, {ROWS}, {ROWS}]'
