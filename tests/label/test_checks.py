"""What a label becomes that checks its labeller's work: like any other for them, for leads one with a purpose, and no part of
any figure about examples."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from labelling import flow, tasks
from labelling.accounts.models import User
from labelling.assign.models import Assignment
from labelling.discuss.models import Case
from labelling.discuss.selectors.checks import qualification_results
from labelling.discuss.services import allow_try
from labelling.errors import Conflict, NotAllowed
from labelling.label.drift import find_drift
from labelling.label.models import CountedAnswer, Label, LabellerDay, TagCount
from labelling.label.selectors import get_mine
from labelling.label.services import recount
from labelling.projects.models import Membership, Project
from labelling.projects.selectors import get_project
from tests.checks import label_on, make_gold, purposes, switch_on
from tests.factories import (
    NOW,
    SENTIMENT,
    STRENGTH,
    api,
    label_next,
    lease,
    make_examples,
    make_project,
    submit,
    viewer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BASE = "/api/v1/projects/reviews/"


@pytest.fixture(autouse=True)
def no_drift():
    """Whatever a test did, the counters are right afterwards."""
    yield
    for project in Project.objects.all():
        assert not find_drift(project.pk)


def mixed(**settings: Any) -> Project:
    project = make_project(seed=5)
    make_examples(project, 40)
    make_gold(project, 20, prefix="f")  # keys must not tell
    return switch_on(project, gold={"share": 0.5} | settings)


def both(username: str = "ada", count: int = 10) -> tuple[Any, Any]:
    """(an ordinary lease, a check), in hand."""
    handed = lease(username, count=count)
    kinds = purposes(handed)
    return handed[kinds.index("label")], handed[kinds.index("gold")]


# Never recognisable


def shape(text: str) -> str:
    """A body with what differs between any two examples taken out: numbers, keys, texts, receipts, times."""
    text = re.sub(r'"receipt":"[0-9a-f]{32}"', '"receipt":"R"', text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "T", text)
    text = re.sub(r'"key":"[ef]\d+"|"example":"[ef]\d+"', "K", text)
    return re.sub(r'"text":"Text \d+"', "X", re.sub(r"(?<![\w-])\d+(\.\d+)?", "0", text))


def one_by_one(body: Any) -> list[str]:
    return [shape(json.dumps(part, separators=(",", ":"))) for part in body]


def test_a_check_reads_like_any_other_example_in_every_answer_that_its_labeller_gets():
    mixed()
    client = api("ada")
    handed = client.post(f"{BASE}assignments/", {"count": 10}, format="json").json()
    kinds = dict(Assignment.objects.values_list("id", "purpose"))
    assert set(kinds.values()) == {"label", "gold"}
    assert set(handed) == {"assignments", "waiting"}
    assert len(set(one_by_one(handed["assignments"]))) == 1

    answers, skipped = {}, {}
    for one in handed["assignments"][:-2]:
        sent = {"value": {"sentiment": "pos"}, "seconds": 1, "client_id": f"00000000-0000-4000-8000-{one['id']:012d}", "schema_version": 1}
        first = client.post(f"/api/v1/assignments/{one['id']}/label/", sent, format="json")
        again = client.post(f"/api/v1/assignments/{one['id']}/label/", sent, format="json")
        assert first.content == again.content
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["counted"] is True
        answers.setdefault(kinds[one["id"]], set()).add(shape(first.content.decode()))
    assert answers["gold"] == answers["label"]
    assert len(answers["gold"]) == 1
    for kind, one in zip(("label", "gold"), both("ben"), strict=True):
        skipped[kind] = shape(api("ben").post(f"/api/v1/assignments/{one.id}/skip/", {"reason": "x"}, format="json").content.decode())
    assert skipped["gold"] == skipped["label"]

    for address in ("labels/", "history/"):
        found = client.get(f"{BASE}{address}").json()["results"]
        assert {kinds[label["assignment"]] for label in found} == {"label", "gold"}
        assert len(set(one_by_one(found))) == 1
        assert all(label["counted"] is True and "purpose" not in label for label in found)
    mine = client.get(f"{BASE}mine/").json()
    assert (mine["today"], mine["total"], mine["seconds_today"]) == (8, 8, 8.0)


def test_the_labelling_page_holds_nothing_that_tells_a_check(client):
    mixed()
    ada = viewer("ada").user_id
    client.force_login(User.objects.get(pk=ada))
    text = client.get("/projects/reviews/label/").content.decode()
    assert set(Assignment.objects.values_list("purpose", flat=True)) == {"label", "gold"}
    for word in ("gold", "purpose", "repeat", "irony", "told_at"):
        assert word not in text.lower(), word
    body = client.post("/projects/reviews/label/stock/", '{"user": "ada", "count": 10}', content_type="application/json").json()
    assert len(set(one_by_one([{**one, "suggestion": None} for one in body["assignments"]]))) == 1


def test_leads_read_what_each_label_was_for_and_that_a_check_does_not_count():
    mixed()
    ordinary, check = both()
    submit("ada", ordinary.id), submit("ada", check.id)
    found = {label["assignment"]: label for label in api("lea").get(f"{BASE}labels/").json()["results"]}
    assert (found[ordinary.id]["purpose"], found[ordinary.id]["counted"]) == ("label", True)
    assert (found[check.id]["purpose"], found[check.id]["counted"]) == ("gold", False)


def test_a_check_can_be_revised_like_any_other_and_is_counted_once_in_the_days_work():
    mixed()
    _, check = both()
    submit("ada", check.id, "pos", seconds=4)
    submit("ada", check.id, "neg", seconds=2, now=NOW + timedelta(minutes=1))
    mine = api("ada").get(f"{BASE}history/").json()["results"]
    assert [(label["revision"], label["value"]) for label in mine] == [(2, {"sentiment": "neg"})]
    member = Membership.objects.get(user__username="ada")
    assert (member.checks, member.check_seconds, member.labels) == (1, 2.0, 0)


# No part of any figure about examples


def test_checks_open_no_case_use_no_tag_and_change_no_figure_and_no_version(media_folder):
    project = make_project(seed=5, labels_per_example=2)
    make_examples(project, 12)
    make_gold(project, 12, prefix="f")
    for name in ("ben", "cleo"):
        label_on(name, 12, "pos")
    lea = api("lea")

    def everything() -> dict[str, Any]:
        found = {name: lea.get(f"{BASE}{name}/?question=sentiment").json() for name in ("agreement", "consensus", "human-performance", "confusions")}
        found["cases"] = lea.get(f"{BASE}cases/").json()
        found["counts"] = lea.get(BASE).json()["counts"]
        body = {"include": {"states": ["complete", "resolved"]}, "splits": {"train": 1.0}, "seed": 7}
        found["version"] = lea.post(f"{BASE}versions/?preview=true", body, format="json").json()
        answer = lea.post(f"{BASE}versions/", body, format="json")
        assert answer.status_code == 202, answer.content
        tasks.run_queued()
        newest = lea.get(f"{BASE}versions/").json()["results"][0]
        found["digest"] = newest["digest"]
        found["agreement"].pop("as_of"), found["counts"].pop("labellers")
        return found

    switch_on(project, gold={"share": 0.5})
    make_examples(project, 12, prefix="more")
    before = everything()
    handed = lease("ada", count=20)
    for one, purpose in zip(handed, purposes(handed), strict=True):
        if purpose == "gold":
            submit("ada", one.id, "neg", tags=["borderline", "unintelligible"])
        else:
            flow.assign.release_assignment(actor=viewer("ada"), assignment_id=one.id, now=NOW)
    assert Label.objects.filter(labeller__username="ada").count() >= 5
    after = everything()
    for found in (before, after):
        found["version"].pop("next_version"), found["version"].pop("previous")
    assert after == before
    assert not Case.objects.exists()
    assert not TagCount.objects.filter(membership__user__username="ada").exists()


def test_recounting_puts_right_what_was_bent_of_checks():
    project = mixed()
    ordinary, check = both()
    submit("ada", ordinary.id, seconds=3), submit("ada", check.id, seconds=5)
    Membership.objects.filter(user__username="ada").update(checks=17, check_seconds=0)
    LabellerDay.objects.update(checks=9)
    counts = recount(actor=None, slug=project.slug, now=NOW).counts()
    assert counts["checks"] == 2
    assert sum(counts.values()) == 2
    member = Membership.objects.get(user__username="ada")
    assert (member.labels, member.checks, member.check_seconds) == (1, 1, 5.0)


# Feedback


def test_what_is_right_is_told_after_the_answer_only_where_the_lead_wants_it():
    mixed(feedback=True)
    ordinary, check = both()
    assert "feedback" not in submit("ada", ordinary.id).answer
    done = submit("ada", check.id, "pos")
    assert done.answer["feedback"] == {"right": False, "reference": "Negative", "reason": "The irony decides."}
    assert Assignment.objects.get(pk=check.id).told_at == NOW
    _, other = both("ben")
    assert submit("ben", other.id, "neg").answer["feedback"]["right"] is True


def test_sent_twice_a_label_is_answered_with_the_same_feedback():
    mixed(feedback=True)
    _, check = both()
    client_id = "00000000-0000-4000-8000-000000000001"
    first = submit("ada", check.id, "pos", client_id=client_id)
    again = submit("ada", check.id, "pos", client_id=client_id, now=NOW + timedelta(hours=1))
    assert again.answer == first.answer


# Qualification


def qualifying(gold: int = 6, **fields: Any) -> Project:
    project = make_project(seed=5, questions=[SENTIMENT, STRENGTH], **fields)
    make_examples(project, 10)
    make_gold(project, gold, answer={"sentiment": "neg", "strength": 2})
    return switch_on(project, qualification={"examples": 3, "required": 0.6})


def answer(username: str, count: int, right: bool = True) -> list[str]:
    value = {"sentiment": "neg" if right else "pos", "strength": 2}
    return purposes(label_on(username, count, value))


def test_before_they_start_labellers_get_gold_alone_and_start_once_enough_of_it_is_right():
    qualifying()
    handed = lease("ada", count=10)
    assert purposes(handed) == ["qualification"] * 3
    body = api("ada").post(f"{BASE}assignments/", {"count": 10}, format="json").json()
    assert body["qualification"] == {"state": "open", "examples": 3, "required": 0.6, "done": 0, "tries": 0, "score": None}
    assert len(body["assignments"]) == 3
    assert answer("ada", 2) == ["qualification"] * 2
    assert answer("ada", 1, right=False) == ["qualification"]
    member = Membership.objects.get(user__username="ada")
    assert (member.tries, member.qualified_at, round(member.qualification_score, 2), member.labels) == (1, NOW, 0.67, 0)
    assert answer("ada", 2) == ["label", "label"]
    assert CountedAnswer.objects.count() == 4
    assert "qualification" not in api("ada").post(f"{BASE}assignments/", {"count": 1}, format="json").json()


def test_each_question_must_be_right():
    qualifying()
    for one in lease("ada", count=3):
        submit("ada", one.id, {"sentiment": "neg", "strength": 5})
    assert Membership.objects.get(user__username="ada").qualification_score == 0.0


def test_whoever_fails_gets_nothing_until_a_lead_allows_another_try_and_then_gold_they_never_saw():
    qualifying()
    first = {one.key for one in lease("ada", count=5)}
    answer("ada", 3, right=False)
    body = api("ada").post(f"{BASE}assignments/", {"count": 5}, format="json").json()
    assert body["assignments"] == []
    assert body["qualification"]["state"] == "failed"
    assert body["waiting"] == 10
    with pytest.raises(NotAllowed):
        allow_try(actor=viewer("ada"), slug="reviews", username="ada", now=NOW)
    allow_try(actor=viewer("lea"), slug="reviews", username="ada", now=NOW)
    with pytest.raises(Conflict):
        allow_try(actor=viewer("lea"), slug="reviews", username="ada", now=NOW)
    assert first.isdisjoint(one.key for one in lease("ada", count=5))
    answer("ada", 3)
    assert answer("ada", 1) == ["label"]
    member = Membership.objects.get(user__username="ada")
    assert (member.tries, member.tries_allowed, member.qualification_score) == (2, 2, 1.0)


def test_a_third_try_is_made_on_gold_that_was_seen_before_when_there_is_no_other():
    qualifying(gold=4)
    for _ in range(3):
        assert answer("ada", 3, right=False) == ["qualification"] * 3
        allow_try(actor=viewer("lea"), slug="reviews", username="ada", now=NOW)
    assert lease("ada")


def test_once_a_try_is_over_its_labeller_reads_what_was_right_and_why():
    project = qualifying()
    results = lambda: qualification_results(viewer("ada"), get_project(viewer("ada"), project.slug))  # noqa: E731
    answer("ada", 2)
    assert results() == []
    answer("ada", 1, right=False)
    assert [one["right"] for one in results()] == [True, True, False]
    assert results()[2]["given"] == "What does the writer feel: Positive; How strongly: 2"
    assert results()[2]["reference"] == "What does the writer feel: Negative; How strongly: 2"
    assert results()[2]["reason"] == "The irony decides."
    body = api("ada").get(f"{BASE}qualification/").json()
    assert body["qualification"]["state"] == "passed"
    assert [one["right"] for one in body["results"]] == [True, True, False]
    assert api("ben").get(f"{BASE}qualification/").json()["results"] == []


def test_leads_and_labellers_who_labelled_here_before_are_not_asked():
    project = make_project()
    make_examples(project, 10)
    label_next("ada")
    make_gold(project, 6)
    switch_on(project, qualification={"examples": 3})
    assert purposes(lease("ada")) == ["label"]
    assert purposes(lease("lea")) == ["label"]
    assert purposes(lease("ben")) == ["qualification"]


def test_too_little_gold_keeps_nobody_from_labelling():
    qualifying(gold=2)
    assert purposes(lease("ada", count=3)) == ["label"] * 3
    assert api("ada").get(f"{BASE}qualification/").json()["qualification"] is None


def test_a_skipped_qualification_example_comes_back_and_is_not_got_rid_of():
    qualifying(gold=3)
    [one] = lease("ada")
    flow.assign.skip_assignment(actor=viewer("ada"), assignment_id=one.id, reason="", now=NOW)
    assert answer("ada", 2) == ["qualification"] * 2
    [last] = lease("ada", count=3)
    assert last.key == one.key
    assert last.id != one.id
    submit("ada", last.id, {"sentiment": "neg", "strength": 2})
    assert Membership.objects.get(user__username="ada").qualified_at == NOW


def test_two_labels_sent_out_of_order_end_the_try_once():
    qualifying()
    handed = lease("ada", count=3)
    for one in reversed(handed):
        submit("ada", one.id, {"sentiment": "neg", "strength": 2})
    submit("ada", handed[0].id, {"sentiment": "pos", "strength": 1})  # a revision, after it was told
    member = Membership.objects.get(user__username="ada")
    assert (member.tries, member.qualification_score) == (1, 1.0)
    mine = get_mine(viewer("ada"), "reviews", now=NOW)
    assert (mine.today, mine.total) == (3, 3)
