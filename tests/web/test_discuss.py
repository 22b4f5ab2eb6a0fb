"""The pages of cases: who reads what, what forms do, and that everything the queue needs is in the page."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from labelling.audit import AuditEvent
from labelling.discuss import services
from labelling.discuss.models import Case, Remark, Resolution
from labelling.projects.models import GuidelineVersion
from labelling.web import discuss
from tests.discuss.cast import LATER, case_of, example, labelled, seen
from tests.factories import NOW, SENTIMENT, STRENGTH, make_examples, make_project, make_user, viewer

pytestmark = pytest.mark.django_db
QUEUE = "/projects/reviews/discuss/"


def browser(name: str) -> Client:
    client = Client()
    client.force_login(make_user(name))
    return client


def page_of(key: str = "e0", more: str = "") -> str:
    return f"{QUEUE}{case_of(key).pk}/{more}"


def outcome(key: str = "e0", **fields: Any) -> dict[str, Any]:
    case = case_of(key)
    return {"outcome": "answer", "q-sentiment": '"pos"', "cause": "slip", "seen": ",".join(map(str, seen(key))), "standing": case.resolution_id or ""} | fields


def texts(response: Any) -> str:
    return response.content.decode()


def test_the_queue_holds_every_case_of_the_page_and_shows_the_worst():
    labelled(("pos", "neg", "pos"), ("pos", "neg", "mix"))
    found = browser("lea").get(QUEUE)
    assert found.status_code == 200
    assert [row["example"] for row in found.context["rows"]] == ["e1", "e0"]
    assert texts(found).count("data-pane=") == 2
    assert texts(found).count('class="panel case-pane"') == 2
    assert 'data-digit="1"' in texts(found)
    assert [row["tally"] for row in found.context["rows"]] == ["3 ways", "2 to 1"]


def test_names_are_not_in_the_queue_until_they_are_asked_for_and_asking_is_recorded():
    labelled(("pos", "neg", "pos"))
    lea = browser("lea")
    for path in (QUEUE, page_of()):
        assert "cleo" not in texts(lea.get(path)).replace("<option>cleo</option>", "")
    answer = lea.post(page_of(more="names/"), headers={"accept": "application/json"})
    assert sorted(answer.json()["names"].values()) == ["ada", "ben", "cleo"]
    assert '<th scope="row">ben' in texts(lea.post(page_of(more="names/")))
    assert AuditEvent.objects.filter(verb="asked for names in case").count() == 2


def test_the_queue_costs_the_same_number_of_queries_for_two_cases_and_for_ten():
    labelled(*[("pos", "neg", "pos")] * 2)
    labelled(*[("pos", "neg", "pos")] * 10, slug="more")
    lea, counts = browser("lea"), []
    for slug in ("reviews", "more"):
        with CaptureQueriesContext(connection) as found:
            lea.get(f"/projects/{slug}/discuss/")
        counts.append(len(found))
    assert counts[0] == counts[1] <= 24


def test_nothing_is_asked_of_the_database_while_pages_are_written():
    labelled(("pos", "neg", "pos"))
    services.add_remark(actor=viewer("lea"), case_id=case_of().pk, text="Hm, @ben?", now=NOW)
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ada", now=NOW)
    for name, view, fields in (("lea", discuss.queue, {}), ("lea", discuss.case, {"case_id": case_of().pk}), ("ada", discuss.case, {"case_id": case_of().pk})):
        client = browser(name)
        request = client.get(QUEUE if view is discuss.queue else page_of()).wsgi_request
        request.user = make_user(name)
        request.htmx = False
        response = view(request, slug="reviews", **fields)
        with CaptureQueriesContext(connection) as found:
            response.render()
        assert [query["sql"] for query in found] == []


def test_filters_stay_in_the_url_and_those_that_match_nothing_offer_to_be_cleared():
    labelled(("pos", "neg", "pos"))
    lea = browser("lea")
    assert [row["example"] for row in lea.get(QUEUE + "?pair=pos,neg&question=sentiment").context["rows"]] == ["e0"]
    nothing = lea.get(QUEUE + "?tag=borderline")
    assert "No case fits these filters" in texts(nothing) and "Clear the filters" in texts(nothing)
    assert "Nothing to discuss" not in texts(nothing)
    assert lea.get(QUEUE + "?pair=glad,sad").status_code == 400
    assert lea.get(QUEUE + "?tag=%00").status_code == 200


def test_an_empty_queue_says_what_fills_it():
    make_examples(make_project(), 1)
    assert "Nothing to discuss" in texts(browser("lea").get(QUEUE))


def test_a_labeller_sees_only_the_cases_that_they_are_invited_to():
    labelled(("pos", "neg", "pos"), ("neg", "neg", "pos"))
    ada = browser("ada")
    assert "You are invited to no case now" in texts(ada.get(QUEUE))
    assert ada.get(page_of()).status_code == 403
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ada", now=NOW)
    listed = ada.get(QUEUE)
    assert [row["case"].example.key for row in listed.context["rows"]] == ["e0"]
    shown = texts(ada.get(page_of()))
    assert "You" in shown and "Labeller 3" in shown
    assert not re.search(r"\bben\b", shown) and "Outcome" not in shown and "Show who answered" not in shown


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("mallory", 404)])
def test_only_leads_settle_invite_and_ask_for_names(name, status):
    labelled(("pos", "neg", "pos"))
    client = browser(name)
    before = [list(Case.objects.values()), AuditEvent.objects.count()]
    for door in ("settle/", "reopen/", "names/", "remarks/", "invite/", "assign/", "guidelines/"):
        assert (door, client.post(page_of(more=door), outcome()).status_code) == (door, status)
    assert [list(Case.objects.values()), AuditEvent.objects.count()] == before


def test_a_case_of_another_project_is_not_found_under_this_one():
    labelled(("pos", "neg", "pos"))
    make_project("others")
    assert browser("lea").get(f"/projects/others/discuss/{case_of().pk}/").status_code == 404


def test_a_visitor_is_sent_to_the_log_in():
    labelled(("pos", "neg", "pos"))
    assert Client().get(QUEUE).status_code == 302


def test_a_lead_closes_a_case_on_its_page():
    labelled(("pos", "neg", "pos"))
    lea = browser("lea")
    answer = lea.post(page_of(more="settle/"), outcome(note="As meant."), follow=True)
    assert answer.status_code == 200
    assert "The labels stay as they are" in texts(answer)
    assert (case_of().state, Resolution.objects.get().value, Resolution.objects.get().note) == ("resolved", {"sentiment": "pos"}, "As meant.")
    assert "overrides 1 label" in texts(lea.get(page_of()))
    lea.post(page_of(more="reopen/"))
    assert (case_of().state, example().state) == ("open", "in_review")


def test_several_answers_are_ticked():
    labelled(("pos", "neg", "pos"))
    fields = outcome(outcome="several_answers", values=['{"sentiment": "pos"}', '{"sentiment": "neg"}'])
    assert browser("lea").post(page_of(more="settle/"), fields).status_code == 302
    assert Resolution.objects.get().values == [{"sentiment": "pos"}, {"sentiment": "neg"}]


@pytest.mark.parametrize(
    "fields", [{"outcome": ""}, {"cause": ""}, {"q-sentiment": ""}, {"q-sentiment": '"glad"'}, {"q-sentiment": "{"}, {"outcome": "several_answers"}]
)
def test_an_outcome_without_its_reason_comes_back_with_what_was_typed(fields):
    labelled(("pos", "neg", "pos"))
    answer = browser("lea").post(page_of(more="settle/"), outcome(note="My reason.", **fields))
    assert answer.status_code == 400
    assert "There is a problem" in texts(answer) and "My reason." in texts(answer)
    assert case_of().state == "open"


def test_labels_that_changed_come_back_as_a_conflict_with_the_new_ones():
    labelled(("pos", "neg", "pos"))
    answer = browser("lea").post(page_of(more="settle/"), outcome(seen="", note="My reason."))
    assert answer.status_code == 409
    assert "Labels changed since you looked" in texts(answer) and "My reason." in texts(answer)


def test_the_queue_settles_and_undoes_by_script():
    labelled(("pos", "neg", "pos"))
    lea, script = browser("lea"), {"accept": "application/json"}
    found = lea.get(QUEUE).context["rows"][0]
    fields = {"outcome": "answer", "value": found["options"][1]["json"], "cause": "slip", "seen": found["seen"], "standing": found["standing"]}
    first = lea.post(page_of(more="settle/"), fields, headers=script)
    assert (first.status_code, first.json()["outcome"]) == (200, "answer")
    assert Resolution.objects.get().value == {"sentiment": "neg"}
    again = lea.post(page_of(more="settle/"), fields, headers=script)
    assert (again.status_code, again.json()["code"]) == (409, "settled_meanwhile")
    assert lea.post(page_of(more="reopen/"), headers=script).json() == {"state": "open"}
    assert lea.post(page_of(more="reopen/"), headers=script).status_code == 409


def test_several_questions_are_settled_by_the_values_that_were_given():
    first, second = {"sentiment": "pos", "strength": 4}, {"sentiment": "pos", "strength": 2}
    labelled((first, second, first), questions=[SENTIMENT, STRENGTH])
    row = browser("lea").get(QUEUE).context["rows"][0]
    assert [(json.loads(option["json"]), option["digit"]) for option in row["options"]] == [(first, "1"), (second, "2")]


def test_remarks_are_made_and_empty_ones_come_back():
    labelled(("pos", "neg", "pos"))
    lea = browser("lea")
    assert lea.post(page_of(more="remarks/"), {"text": "@ben, why?\r\n<b>Bold</b>"}).status_code == 302
    shown = texts(lea.get(page_of()))
    assert "&lt;b&gt;Bold" in shown and "Invite ben" in shown
    assert lea.post(page_of(more="remarks/"), {"text": " "}).status_code == 400
    assert Remark.objects.count() == 1


def test_a_labeller_who_waits_for_a_reply_stands_on_top_of_the_queue():
    labelled(("pos", "neg", "pos"))
    services.invite(actor=viewer("lea"), case_id=case_of().pk, username="ada", now=NOW)
    services.add_remark(actor=viewer("ada"), case_id=case_of().pk, text="Is irony negative?", now=NOW)
    lea = browser("lea")
    assert [row.username for row in lea.get(QUEUE).context["waiting"]] == ["ada"]
    services.add_remark(actor=viewer("lea"), case_id=case_of().pk, text="Yes.", now=LATER)
    assert lea.get(QUEUE).context["waiting"] == []


def test_a_lead_invites_and_takes_care_of_a_case():
    labelled(("pos", "neg", "pos"))
    lea = browser("lea")
    assert "ada can see this case" in texts(lea.post(page_of(more="invite/"), {"username": "ada"}, follow=True))
    assert "not a member" in texts(lea.post(page_of(more="invite/"), {"username": "nobody"}, follow=True))
    lea.post(page_of(more="assign/"), {"take": "1"})
    assert case_of().assigned_to.username == "lea"
    lea.post(page_of(more="assign/"), {})
    assert case_of().assigned_to is None


def test_the_guidelines_are_changed_from_a_case_and_the_version_names_it():
    labelled(("pos", "neg", "pos"), guidelines="Read.")
    lea = browser("lea")
    assert lea.get(page_of(more="guidelines/")).status_code == 200
    typed = {"text": "Read.\n\nIrony counts as meant.", "reason": "Case 1: irony", "base": "1"}
    assert lea.post(page_of(more="guidelines/"), typed).status_code == 302
    made = GuidelineVersion.objects.get(version=2)
    assert (made.cases, made.reason) == ([case_of().pk], "Case 1: irony")
    assert lea.post(page_of(more="guidelines/"), typed).status_code == 400


def test_an_example_is_reported_from_a_page():
    labelled(("pos", "pos", "pos"))
    answer = browser("lea").post(QUEUE + "report/", {"example": "e0", "note": "Odd."})
    assert (answer.status_code, answer["Location"]) == (302, page_of())
