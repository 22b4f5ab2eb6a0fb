"""Suspected errors, audits and near-duplicates over the API: what is sent, what is told, and to whom not."""

import pytest

from labelling import tasks
from labelling.audit import AuditEvent
from labelling.discuss.models import Case
from labelling.discuss.suspect_models import SentSuspect
from labelling.intake.models import Example
from labelling.measure.suspect_models import AuditedAnswer, LabelAudit
from tests import factories
from tests.discuss.cast import seen
from tests.factories import api, make_examples, make_project
from tests.measure.test_near_duplicates import STORY, import_rows
from tests.measure.test_suspects import WHO, given, import_labels

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
URL = "/api/v1/projects/reviews/"
N = 40


def slips(n: int, who: str) -> str:
    """Eve slips on every tenth example."""
    truth = "neg" if n % 2 else "pos"
    return {"pos": "neg", "neg": "pos"}[truth] if who == "eve" and n % 10 == 0 else truth


@pytest.fixture
def lea(db):
    project = make_project(labellers=WHO, labels_per_example=5)
    make_examples(project, N)
    import_labels(project, [(f"e{n}", who, slips(n, who)) for n in range(N) for who in WHO])
    client = api("lea")
    assert client.post(URL + "suspects/", {}).status_code == 202
    tasks.run_queued()
    return client


def suspects(client, **query):
    return client.get(URL + "suspects/", {"of": "label", **query}).json()


def test_suspected_labels_are_listed_worst_first_and_paged(lea):
    first = suspects(lea, page_size=3)
    assert [row["place"] for row in first["results"]] == [1, 2, 3]
    assert {row["example"] for row in first["results"]} <= {"e0", "e10", "e20", "e30"}
    assert first["results"][0]["labeller"] == "eve"
    assert first["results"][0]["votes"] == {"Positive": 4, "Negative": 1}
    last = lea.get(first["next"]).json()
    assert ([row["place"] for row in last["results"]], last["next"]) == ([4], None)
    assert first["run"]["stale"] is False


def test_what_is_sent_opens_a_case_once_and_tells_labellers_nothing(lea):
    done = lea.post(URL + "suspects/send/", {"of": "label", "worst": 2}).json()
    # Their labels differ, so a case was there already: it gets the reason besides.
    assert (done["opened"], done["added"], done["already"], len(done["cases"])) == (0, 2, 0, 2)
    case = Case.objects.get(pk=done["cases"][0])
    assert {"disagreement", "suspected_error"} <= set(case.reasons)
    assert "a chance of" in case.note
    rest = lea.post(URL + "suspects/send/", {"of": "label", "worst": 10}).json()
    assert (rest["added"], rest["already"]) == (2, 0)
    assert lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0", "e10"]}).json()["already"] == 2
    assert lea.post(URL + "suspects/send/", {"of": "label", "worst": 5}).json() == {"opened": 0, "added": 0, "already": 0, "left_out": 0, "cases": []}
    assert SentSuspect.objects.count() == 4
    assert all(row["sent"] and row["case"] for row in suspects(lea)["results"])
    for door in ("suspects/", "audits/", "near-duplicates/", "cases/?tag=suspected_error"):
        answer = api("ada").get(URL + door)
        assert answer.status_code == 403 or answer.json()["results"] == []
    assert AuditEvent.objects.filter(verb="sent suspected errors").count() == 4


def test_a_labeller_who_is_invited_does_not_read_that_an_error_is_suspected(lea):
    [number] = lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0"]}).json()["cases"]
    assert lea.post(f"/api/v1/cases/{number}/invite/", {"username": "ada"}).json()["sees_case"] is True
    seen_by_ada = api("ada").get(f"/api/v1/cases/{number}/").json()
    assert seen_by_ada["reasons"] == ["disagreement"]
    assert "chance" not in str(seen_by_ada.get("note"))
    assert "suspected_error" in lea.get(f"/api/v1/cases/{number}/").json()["reasons"]


def test_a_case_that_was_settled_comes_back_only_when_its_labels_changed(lea):
    lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0"]})
    case = Case.objects.get(example__key="e0")
    body = {"outcome": "answer", "value": {"sentiment": "pos"}, "cause": "slip", "note": "", "seen": seen("e0")}
    assert lea.post(f"/api/v1/cases/{case.pk}/resolve/", body).status_code == 200
    assert lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0"]}).json()["already"] == 1
    case.refresh_from_db()
    assert case.state == "resolved"
    import_labels(case.project, [("e0", "fay", "neg")])
    assert lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0"]}).json()["added"] == 1
    case.refresh_from_db()
    assert case.state == "open"


def test_examples_that_were_dropped_stay_where_they_are(lea):
    case = Case.objects.get(example__key="e0")
    assert lea.post(f"/api/v1/cases/{case.pk}/resolve/", {"outcome": "drop", "cause": "poor_data", "note": "", "seen": seen("e0")}).status_code == 200
    done = lea.post(URL + "suspects/send/", {"of": "label", "examples": ["e0", "e10"]}).json()
    assert (done["added"], done["left_out"]) == (1, 1)
    assert Example.objects.get(key="e0").state == "dropped"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "examples"), ({"worst": 0}, "worst"), ({"worst": 1001}, "worst"), ({"worst": True}, "worst"), ({"examples": []}, "examples"),
        ({"examples": ["moon"]}, "examples"), ({"examples": "e0"}, "examples"), ({"worst": 3, "of": "moon"}, "of"), ({"worst": 3, "run": "x"}, "run"),
        ({"worst": 3, "examples": ["e0"]}, "examples"), ({"worst": 3, "question": 7}, "question"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_by_its_field(lea, body, field):
    answer = lea.post(URL + "suspects/send/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not SentSuspect.objects.exists()


def test_before_anybody_looked_there_is_nothing_to_send():
    make_project()
    client = api("lea")
    assert client.get(URL + "suspects/").json() == {"next": None, "previous": None, "results": [], "run": None}
    assert client.post(URL + "suspects/send/", {"worst": 1}).status_code == 409


# Audits ---------------------------------------------------------------------------------------------------------------------


def draw(client, **fields):
    answer = client.post(URL + "audits/", {"examples": 12, "seed": 3, **fields})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def check(client, audit, verdicts):
    for place, verdict in verdicts.items():
        assert client.post(f"{URL}audits/{audit['id']}/answers/", {"place": place, "verdict": verdict}).status_code == 200


def test_an_audit_tells_its_rate_when_enough_is_checked_and_not_before(lea):
    audit = draw(lea)
    assert (audit["population"], audit["examples"], audit["checked"]) == (N, 12, 0)
    check(lea, audit, dict.fromkeys(range(1, 9), "right") | {9: "wrong"})
    found = lea.get(f"{URL}audits/{audit['id']}/").json()
    assert (found["checked"], found["error_rate"]["value"]) == (9, None)
    assert found["error_rate"]["undefined"].startswith("Too few to judge: 9 of the answers")
    check(lea, audit, {10: "cannot_tell"})
    assert lea.get(f"{URL}audits/{audit['id']}/").json()["error_rate"]["value"] is None
    check(lea, audit, {11: "right"})
    found = lea.get(f"{URL}audits/{audit['id']}/").json()
    assert (found["right"], found["wrong"], found["cannot_tell"]) == (9, 1, 1)
    assert found["error_rate"]["value"] == 0.1
    assert found["error_rate"]["low"] < 0.1 < found["error_rate"]["high"]


def test_the_same_seed_draws_the_same_and_another_one_others(lea):
    def keys(audit):
        return [row["example"] for row in lea.get(f"{URL}audits/{audit['id']}/answers/").json()["results"]]

    one, again, other = draw(lea), draw(lea), draw(lea, seed=4)
    assert keys(one) == keys(again) != keys(other)
    assert len(set(keys(one))) == 12
    assert draw(lea, examples=500)["examples"] == N


def test_strata_are_weighted_and_whoever_checks_cannot_tell_them_apart(db):
    project = make_project(labellers=WHO, labels_per_example=5)
    make_examples(project, 200)
    import_labels(project, [(f"e{n}", who, given(n, who)) for n in range(200) for who in WHO])
    client = api("lea")
    client.post(URL + "suspects/", {})
    tasks.run_queued()
    from labelling.measure.suspect_models import Suspect, SuspectRun

    run = SuspectRun.objects.get()
    for place, n in enumerate(range(0, 40, 2), start=1):  # as if they were suspected
        Suspect.objects.create(
            run=run, of="answer", place=place, example=Example.objects.get(key=f"e{n}"), settled=False, reason="r", chance=0.1,
            given=0 if n != 20 else 1, instead=1 if n != 20 else 0,
        )  # fmt: skip
    audit = draw(client, examples=50, run="newest")
    row = LabelAudit.objects.get()
    assert (row.suspected, row.others, row.suspected_drawn + row.others_drawn) == (20, 180, 50)
    assert row.suspected_drawn == 11  # a tenth of the answers, a fifth of the checks
    places = list(AuditedAnswer.objects.filter(audit=row, suspected=True).values_list("place", flat=True))
    assert min(places) <= 15 and max(places) >= 35  # mixed, not first
    listed = client.get(f"{URL}audits/{audit['id']}/answers/").json()["results"]
    assert all(set(one) == {"place", "example", "data", "answer", "answer_name", "verdict"} for one in listed)
    for one in AuditedAnswer.objects.filter(audit=row):
        check(client, audit, {one.place: "wrong" if one.suspected else "right"})
    assert client.get(f"{URL}audits/{audit['id']}/").json()["error_rate"]["value"] == pytest.approx(0.1)


def test_a_verdict_can_be_taken_back_and_only_leads_give_one(lea):
    audit = draw(lea)
    check(lea, audit, {1: "wrong"})
    check(lea, audit, {1: None})
    row = AuditedAnswer.objects.get(audit_id=audit["id"], place=1)
    assert (row.verdict, row.checked_by, row.checked_at) == (None, None, None)
    for who, status in (("ada", 403), ("mallory", 404)):
        factories.make_user(who)
        assert api(who).post(f"{URL}audits/{audit['id']}/answers/", {"place": 1, "verdict": "right"}).status_code == status
        assert api(who).get(f"{URL}audits/{audit['id']}/answers/").status_code == status
    reader = api("lea", scopes=["read"])
    assert reader.get(f"{URL}audits/{audit['id']}/").status_code == 200
    assert reader.post(f"{URL}audits/{audit['id']}/answers/", {"place": 1, "verdict": "right"}).status_code == 403
    assert not AuditedAnswer.objects.exclude(verdict=None).exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "examples"), ({"examples": 0}, "examples"), ({"examples": 5001}, "examples"), ({"examples": 5, "seed": -1}, "seed"),
     ({"examples": 5, "seed": "x"}, "seed"), ({"examples": 5, "run": []}, "run"), ({"examples": 5, "question": 3}, "question")],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_by_its_field(lea, body, field):
    answer = lea.post(URL + "audits/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not LabelAudit.objects.exists()


@pytest.mark.parametrize(("body", "status"), [({"place": 99, "verdict": "right"}, 404), ({"place": 1, "verdict": "maybe"}, 400), ({"place": "x"}, 400), ({"place": 1, "verdict": 7}, 400)])
def test_what_is_no_verdict_is_refused(lea, body, status):
    audit = draw(lea)
    assert lea.post(f"{URL}audits/{audit['id']}/answers/", body).status_code == status
    assert not AuditedAnswer.objects.exclude(verdict=None).exists()


def test_where_no_answer_stands_there_is_nothing_to_draw():
    make_project()
    answer = api("lea").post(URL + "audits/", {"examples": 5})
    assert (answer.status_code, LabelAudit.objects.count()) == (409, 0)


# Near-duplicates ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def doubled(db):
    """Five pairs of exact copies; the first three pairs are labelled differently."""
    project = make_project()
    rows = [{"key": f"{side}{n}", "text": f"{n} {STORY[7 * n : 7 * n + 40]}{'!' if side == 'b' else ''}"} for n in range(5) for side in "ab"]
    import_rows(rows)
    import_labels(project, [(row["key"], who, "neg" if row["key"] in ("b0", "b1", "b2") else "pos") for row in rows for who in ("ada", "ben")])
    client = api("lea")
    assert client.post(URL + "near-duplicates/", {}).status_code == 202
    tasks.run_queued()
    return client


def test_groups_labelled_differently_are_listed_and_paged(doubled):
    first = doubled.get(URL + "near-duplicates/", {"exact": "true", "page_size": 2}).json()
    assert first["run"]["exact_groups"] == 5
    assert first["consistency"]["answers"]["value"] == 0.4
    assert first["consistency"]["same_example"]["value"] == 1.0
    assert len(first["results"]) == 2
    assert [(one["answer"]) for one in first["results"][0]["members"]] == ["pos", "neg"]
    second = doubled.get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (1, None)
    assert doubled.get(second["previous"]).json()["results"] == first["results"]


def test_a_group_goes_to_the_queue_once(doubled):
    group = doubled.get(URL + "near-duplicates/", {"exact": "true"}).json()["results"][0]
    done = doubled.post(URL + "near-duplicates/send/", {"group": group["group"]}).json()
    assert (done["opened"], len(done["cases"])) == (2, 2)
    case = Case.objects.get(pk=done["cases"][0])
    assert case.reasons == ["reported"]
    assert case.note == f"Exact copies of each other are labelled differently: {', '.join(sorted(one['example'] for one in group['members']))}."
    again = doubled.post(URL + "near-duplicates/send/", {"group": group["group"]}).json()
    assert (again["opened"], again["added"], again["already"]) == (0, 0, 2)


@pytest.mark.parametrize(("query", "field"), [({"exact": "maybe"}, "exact"), ({"cursor": "x"}, "cursor"), ({"run": "x"}, "run")])
def test_what_makes_no_sense_is_refused_by_its_field(doubled, query, field):
    answer = doubled.get(URL + "near-duplicates/", query)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_what_is_not_there_is_not_found(doubled):
    assert doubled.get(URL + "near-duplicates/", {"run": 99}).status_code == 404
    assert doubled.post(URL + "near-duplicates/send/", {"group": 99}).status_code == 404
    assert doubled.get(URL + "near-duplicates/", {"question": "moon"}).status_code == 404
