"""No labeller sees another's answer before they are invited, and none while they may still label the example."""

import json
from typing import Any

import pytest

from labelling.assign.models import Assignment
from labelling.audit import AuditEvent
from labelling.discuss import selectors, services
from labelling.discuss.models import CaseInvite
from labelling.errors import Conflict, Invalid, NotAllowed
from labelling.label.models import Label
from tests.discuss.cast import LATER, case_of, example, labelled, seen
from tests.factories import NOW, api, lease, make_examples, make_project, make_user, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECRET = "neg"  # Ben's answer, which nobody else gave


def invite(name: str) -> services.Invited:
    return services.invite(actor=viewer("lea"), case_id=case_of().pk, username=name, now=NOW)


def doors(name: str) -> dict[str, tuple[int, str]]:
    """Every address of the API that a labeller can read, with the status and the text that they get."""
    client, case, one = api(name), case_of(), example()
    paths = [
        "projects/", "projects/reviews/", "projects/reviews/members/", "projects/reviews/guidelines/",
        "projects/reviews/cases/", "projects/reviews/cases/?pair=pos,neg", "projects/reviews/cases/?tag=gold_missed",
        f"cases/{case.pk}/", f"cases/{case.pk}/remarks/", "projects/reviews/labels/", "projects/reviews/labels/?labeller=ben",
        f"projects/reviews/labels/?example={one.key}", "projects/reviews/examples/", f"projects/reviews/examples/{one.key}/",
        "projects/reviews/agreement/", "projects/reviews/confusions/", "projects/reviews/human-performance/",
        "projects/reviews/labellers/", "projects/reviews/labellers/ada/", "projects/reviews/labellers/ada/examples/",
        "projects/reviews/cases/?labeller=ben", "projects/reviews/consensus/", "projects/reviews/versions/", "projects/reviews/schema/",
    ]  # fmt: skip
    answers = {path: client.get(f"/api/v1/{path}") for path in paths}
    return {path: (answer.status_code, answer.content.decode()) for path, answer in answers.items()}


def tells(text: str) -> bool:
    """Whether an answer of Ben's shows; the class's key in the questions themselves does not count."""
    return f'"{SECRET}"' in json.dumps(without_questions(json.loads(text)))


def without_questions(found: Any) -> Any:
    if isinstance(found, list):
        return [without_questions(part) for part in found]
    if isinstance(found, dict):
        return {key: without_questions(part) for key, part in found.items() if key != "questions"}
    return found


def test_no_door_shows_a_labeller_anothers_answer_before_they_are_invited():
    labelled(("pos", SECRET, "pos"))
    for path, (status, text) in doors("ada").items():
        assert status in (200, 403, 404, 405), path
        assert not tells(text), path
        if "cases" in path:
            assert status == 403 or json.loads(text)["results"] == [], path


def test_a_lead_sees_the_answers():
    labelled(("pos", SECRET, "pos"))
    found = doors("lea")
    assert all(tells(found[path][1]) for path in ("projects/reviews/cases/", f"cases/{case_of().pk}/"))


def test_whoever_is_invited_sees_the_answers_but_no_names_of_labellers():
    labelled(("pos", SECRET, "pos"))
    assert invite("ada").sees
    found = api("ada").get(f"/api/v1/cases/{case_of().pk}/").json()
    assert sorted(vote["value"]["sentiment"] for vote in found["votes"]) == [SECRET, "pos", "pos"]
    assert [vote["labeller"] for vote in found["votes"]] == ["labeller 2", "labeller 3", "labeller 4"]
    assert "seconds" not in found["votes"][0] and "meta" not in found
    assert api("ada").get("/api/v1/projects/reviews/cases/").json()["results"][0]["id"] == case_of().pk
    assert api("ben").get(f"/api/v1/cases/{case_of().pk}/").status_code == 403


def test_a_labeller_is_not_told_which_examples_test_them():
    labelled(("pos", SECRET, "pos"))
    lea = viewer("lea")
    services.resolve(actor=lea, case_id=case_of().pk, outcome="answer", value={"sentiment": "pos"}, cause="slip", seen=seen(), gold=True, now=NOW)
    services.open_cases(project_id=example().project_id, example_ids=[example().pk], now=NOW)
    invite("ada")
    assert case_of().reasons == ["disagreement", "gold_missed"]
    text = api("ada").get(f"/api/v1/cases/{case_of().pk}/").content.decode()
    assert "gold" not in text
    assert api("ada").get("/api/v1/projects/reviews/cases/?tag=gold_missed").json()["results"] == []
    assert "gold" in api("lea").get(f"/api/v1/cases/{case_of().pk}/").content.decode()


def early_case() -> None:
    """Ada tagged the example; Ben and Cleo have not labelled it."""
    make_examples(make_project(), 1)
    [one] = lease("ada")
    submit("ada", one.id, "pos", tags=["borderline"])


def test_whoever_is_invited_before_they_labelled_is_not_handed_the_example_any_more():
    early_case()
    assert invite("ben").sees
    mine = Assignment.objects.get(labeller__username="ben")
    assert (mine.state, mine.skip_reason, mine.round) == ("skipped", "invited to its case", 1)
    assert lease("ben") == []
    assert len(lease("cleo")) == 1
    assert example().leases_live == 1
    assert selectors.get_case(viewer("ben"), case_of().pk).votes[0].value == {"sentiment": "pos"}


def test_whoever_was_kept_out_cannot_label_the_example_by_its_assignment():
    early_case()
    invite("ben")
    with pytest.raises(Conflict, match="yours stays as it is"):
        submit("ben", Assignment.objects.get(labeller__username="ben").pk, "neg")
    assert Label.objects.count() == 1
    assert example().labels_counted == 1


def test_whoever_holds_the_example_is_invited_but_sees_the_case_only_after_labelling_it():
    early_case()
    [held] = lease("ben")
    assert not invite("ben").sees
    with pytest.raises(NotAllowed, match="still yours to label"):
        selectors.get_case(viewer("ben"), case_of().pk)
    assert selectors.list_cases(viewer("ben"), "reviews", {})[1].rows == []
    assert submit("ben", held.id, "neg").counted
    assert len(selectors.get_case(viewer("ben"), case_of().pk).votes) == 2


def test_a_lease_that_ran_out_does_not_open_the_case():
    early_case()
    [held] = lease("ben")
    invite("ben")
    Assignment.objects.filter(pk=held.id).update(state="expired", ended_at=NOW)
    with pytest.raises(NotAllowed):
        selectors.get_case(viewer("ben"), case_of().pk)


def test_whoever_sees_the_others_answers_cannot_revise_theirs():
    labelled(("pos", SECRET, "pos"))
    invite("ada")
    before = list(Label.objects.values("id", "counted"))
    with pytest.raises(Conflict, match="Write a remark there"):
        submit("ada", example().assignments.get(labeller__username="ada").pk, SECRET)
    assert list(Label.objects.values("id", "counted")) == before


def test_a_label_that_was_sent_before_the_invitation_can_be_sent_again():
    make_examples(make_project(), 1)
    [one] = lease("ada")
    sent = {"client_id": "6f1f0a3e-8f0f-4c8c-9d59-0b1b5a3c2f10", "tags": ["borderline"]}
    first = submit("ada", one.id, "pos", **sent)
    invite("ada")
    again = submit("ada", one.id, "pos", **sent)
    assert (again.created, again.answer) == (False, first.answer)


def test_in_a_new_round_whoever_was_invited_is_blind_again():
    labelled(("pos", SECRET, "pos"))
    invite("ada")
    services.resolve(actor=viewer("lea"), case_id=case_of().pk, outcome="relabel", cause="guideline_gap", seen=seen(), now=LATER)
    with pytest.raises(NotAllowed, match="still yours to label"):
        selectors.get_case(viewer("ada"), case_of().pk)
    [one] = lease("ada")
    assert submit("ada", one.id, "pos").counted
    assert len(selectors.get_case(viewer("ada"), case_of().pk).earlier) == 3


def test_only_members_are_invited_and_each_once():
    labelled(("pos", SECRET, "pos"))
    make_user("mallory")
    with pytest.raises(Invalid, match="mallory is not a member"):
        invite("mallory")
    assert CaseInvite.objects.count() == 0
    invite("ada")
    invite("ada")
    assert CaseInvite.objects.count() == AuditEvent.objects.filter(verb="invited to case").count() == 1


def test_asking_for_names_is_written_down():
    labelled(("pos", SECRET, "pos"))
    services.show_names(actor=viewer("lea"), case_id=case_of().pk, now=LATER)
    assert AuditEvent.objects.get(verb="asked for names in case").object_id == str(case_of().pk)
    invite("ada")
    with pytest.raises(NotAllowed):
        services.show_names(actor=viewer("ada"), case_id=case_of().pk, now=LATER)
