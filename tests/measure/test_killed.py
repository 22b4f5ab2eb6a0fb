"""A worker that is killed while it looks for near-duplicates or for suspected errors leaves either no run or a whole one."""

import sqlite3
from contextlib import closing

import pytest

from tests.stack import Stack

FILL = """
import random
from labelling.intake.models import Example
from labelling.label.services.bulk import insert
from labelling.label.models import AnswerCode
from labelling.projects.models import Question
from tests import factories

project = factories.make_project()
chance = random.Random(1)
words = "the film was a slow and quiet wonder that nobody wanted to end so we stayed until the lights came on again".split()
made = factories.make_examples(project, {count})
for one in made:
    one.data = {{"text": f"{{one.position % 1000}} " + " ".join(chance.choices(words, k=30))}}
Example.objects.bulk_update(made, ["data"], batch_size=500)
question = Question.objects.get(project=project)
codes = [AnswerCode.objects.create(question=question, code=code, value=key, digest=key) for code, key in enumerate(("pos", "neg"))]
people = [factories.make_user(name).pk for name in ("ada", "ben", "cleo")]
insert("labelling_countedanswer", ("question_id", "example_id", "labeller_id", "round", "code", "schema_version", "guideline_version", "day", "imported"),
       [(question.pk, one.pk, who, 1, int(chance.random() < (0.1 if one.position % 2 else 0.9)), 1, 1, 20000, False) for one in made for who in people])
"""
ASK = {
    "near_duplicates": "from labelling.measure.services import start_near_duplicates as start",
    "suspects": "from labelling.flow import start_suspects as start",
}
LOOK = """
from labelling.jobs.models import Job
from labelling.measure.likeness_models import LikenessGroup, LikenessRun
from labelling.measure.suspect_models import Suspect, SuspectRun
job = Job.objects.get()
runs, rows = (LikenessRun, LikenessGroup) if job.kind == "near_duplicates" else (SuspectRun, Suspect)
wanted = sum(job.result[name] for name in ("exact_groups", "near_groups", "answers", "labels") if name in job.result) if job.result else 0
print(job.state, job.attempts, runs.objects.count(), rows.objects.count() == wanted)
"""
GIVE_UP = """
from datetime import timedelta
from django.utils import timezone
from labelling.jobs.models import Job
Job.objects.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(minutes=5))
"""


@pytest.mark.parametrize("kind", list(ASK))
def test_a_worker_killed_in_the_middle_leaves_exactly_one_run(own_stack, kind):
    stack: Stack = own_stack(worker=False)
    stack.shell(FILL.format(count=12_000))
    stack.shell(f"{ASK[kind]}\nfrom django.utils import timezone\nfrom tests.factories import viewer\nstart(actor=viewer('lea'), slug='reviews', now=timezone.now())")
    stack.start_worker()
    with closing(sqlite3.connect(f"file:{stack.data}/workbench.sqlite3?mode=ro", uri=True)) as database:
        begun = "SELECT count(*) FROM labelling_job WHERE message <> ''"
        stack.wait_for(lambda: database.execute(begun).fetchone()[0], "the job to have begun")
    stack.kill_worker()
    state, attempts, runs, _ = stack.shell(LOOK).split()
    assert (state, attempts, runs) == ("running", "1", "0"), "the job was over before the worker could be killed"

    stack.shell(GIVE_UP)  # spares the half minute after which a silent worker counts as dead
    stack.start_worker()
    stack.wait_for(lambda: stack.shell(LOOK).startswith("done"), "the job to be taken up again")
    assert stack.shell(LOOK).split() == ["done", "2", "1", "True"]
