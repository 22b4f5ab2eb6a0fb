"""A worker that is killed while it makes a version leaves either no version or a whole one, and the next one ends with one."""

import sqlite3
from contextlib import closing

from tests.stack import Stack

FILL = """
from tests.benchmarks.bench_release import fill
fill(40000)
"""
ASK = """
from django.utils import timezone
from tests.factories import viewer
from labelling.release.services import release_version
print(release_version(actor=viewer("lea"), slug="reviews", policy={}, now=timezone.now()).id)
"""
LOOK = """
from labelling.jobs.models import Job
from labelling.release.models import DatasetVersion, VersionFile
job = Job.objects.get(kind="release")
print(job.state, job.attempts, DatasetVersion.objects.count(), VersionFile.objects.count())
"""
GIVE_UP = """
from datetime import timedelta
from django.utils import timezone
from labelling.jobs.models import Job
Job.objects.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(minutes=5))
"""


def test_a_worker_killed_in_the_middle_of_a_release_leaves_exactly_one_version(own_stack):
    stack: Stack = own_stack(worker=False)
    stack.shell(FILL)
    stack.shell(ASK)
    stack.start_worker()
    with closing(sqlite3.connect(f"file:{stack.data}/workbench.sqlite3?mode=ro", uri=True)) as database:
        begun = "SELECT count(*) FROM labelling_job WHERE kind = 'release' AND message <> ''"
        stack.wait_for(lambda: database.execute(begun).fetchone()[0], "the release to have begun")
    stack.kill_worker()
    state, attempts, versions, files = stack.shell(LOOK).split()
    assert (state, attempts) == ("running", "1"), "the release was over before the worker could be killed"
    assert (versions, files) == ("0", "0")

    stack.shell(GIVE_UP)  # spares the half minute after which a silent worker counts as dead
    stack.start_worker()
    stack.wait_for(lambda: stack.shell(LOOK).startswith("done"), "the release to be taken up again")

    assert stack.shell(LOOK).split() == ["done", "2", "1", "13"]
    assert "is what was released" in stack.manage("verify_version", "reviews", "1")
