"""Counters against the labels they count."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from labelling.intake.models import Example
from labelling.label.drift import find_drift
from labelling.label.models import CountedAnswer, LabellerDay, TagCount
from labelling.label.services import recount
from labelling.projects.models import Membership, Project, ProjectCounts
from tests.factories import NOW, label_next, lease, make_examples, make_project, submit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def labelled() -> Project:
    """A project with labels, a revision, tags, a lease and a complete example."""
    project = make_project(labels_per_example=2)
    make_examples(project, 3)
    first = label_next("ada", "pos", seconds=3.25, tags=["borderline"])
    label_next("ben", "neg", seconds=1.5)
    label_next("ada", None, tags=["unintelligible"], seconds=2)
    submit("ada", first.answer["assignment"], "mix", seconds=1, tags=["unintelligible"], now=NOW + timedelta(days=1))
    lease("cleo")
    return project


def test_counters_kept_while_labelling_need_no_recount():
    project = labelled()
    assert not find_drift(project.pk)
    assert recount(actor=None, slug=project.slug, now=NOW).counts() == dict.fromkeys(
        ["examples", "answers", "members", "days", "checks", "tags", "states", "asked"], 0
    )


def test_whatever_was_bent_is_put_right():
    project = labelled()
    kept = sorted(CountedAnswer.objects.values_list("question", "example", "labeller", "code", "day", "imported"))
    Example.objects.update(labels_counted=F("labels_counted") + 1)
    CountedAnswer.objects.first().delete()
    Membership.objects.update(labels=99, seconds=1)
    LabellerDay.objects.update(labels=F("labels") + 1)
    TagCount.objects.all().delete()
    ProjectCounts.objects.update(open=17)
    drift = recount(actor=None, slug=project.slug, now=NOW)
    assert drift.counts() == {"examples": 3, "answers": 1, "members": 4, "days": 3, "checks": 0, "tags": 1, "states": 1, "asked": 0}
    assert not find_drift(project.pk)
    assert sorted(CountedAnswer.objects.values_list("question", "example", "labeller", "code", "day", "imported")) == kept
    assert ProjectCounts.objects.get().examples == 3


def test_the_command_says_what_differs_and_changes_nothing_when_only_asked(capsys):
    labelled()
    call_command("recount", "--check")
    assert capsys.readouterr().out == "reviews: all counters are right\n"
    ProjectCounts.objects.update(open=17)
    with pytest.raises(CommandError, match="Some counters differ"):
        call_command("recount", "reviews", "--check")
    assert ProjectCounts.objects.get().open == 17
    call_command("recount")
    assert "1 states put right" in capsys.readouterr().out
    assert ProjectCounts.objects.get().examples == 3


def test_the_command_names_a_project_that_is_not_there():
    with pytest.raises(CommandError, match="There is no project nothing"):
        call_command("recount", "nothing")
