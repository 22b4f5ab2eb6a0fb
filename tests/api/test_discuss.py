"""The doors of cases, as API.md says: works, 403 for a labeller, 404 for a stranger, refusals that change nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelling.audit import AuditEvent
from labelling.discuss.models import Case, Remark, Resolution
from labelling.measure.models import ResolvedAnswer
from tests.discuss.cast import case_of, example, labelled, seen
from tests.factories import SENTIMENT, STRENGTH, api, make_project

pytestmark = pytest.mark.django_db
RIGHT = {"outcome": "answer", "value": {"sentiment": "pos"}, "cause": "slip", "note": "Plain."}


def all_doors(case_id: int) -> dict[str, Any]:
    return {
        "projects/reviews/cases/": {"example": "e0"},
        f"cases/{case_id}/remarks/": {"text": "Hm."},
        f"cases/{case_id}/invite/": {"username": "ada"},
        f"cases/{case_id}/assign/": {"username": "lea"},
        f"cases/{case_id}/resolve/": RIGHT | {"seen": seen()},
        f"cases/{case_id}/reopen/": {},
    }


def everything() -> list[Any]:
    return [list(Case.objects.values()), Resolution.objects.count(), Remark.objects.count(), ResolvedAnswer.objects.count(), example().state]


def test_the_queue_lists_cases_worst_first():
    labelled(("pos", "neg", "pos"), ("pos", "neg", "mix"), ("pos", "pos", "pos"))
    found = api("lea").get("/api/v1/projects/reviews/cases/").json()
    assert (found["next"], found["previous"]) == (None, None)
    assert [(row["example"], row["state"], row["reasons"]) for row in found["results"]] == [
        ("e1", "open", ["disagreement"]),
        ("e0", "open", ["disagreement"]),
    ]
    row = found["results"][1]
    assert row["score"] == pytest.approx(2 / 3)
    assert row["assigned_to"] is None and row["id"] == case_of("e0").pk
    assert [(vote["labeller"], vote["value"]) for vote in row["votes"]] == [
        ("ada", {"sentiment": "pos"}), ("ben", {"sentiment": "neg"}), ("cleo", {"sentiment": "pos"}),
    ]  # fmt: skip
    assert sorted(vote["label"] for vote in row["votes"]) == seen("e0")


def test_the_queue_is_paged_by_cursor_through_equal_scores_and_back():
    labelled(*[("pos", "neg", "pos")] * 7)
    client, url = api("lea"), "/api/v1/projects/reviews/cases/?page_size=3"
    pages, last = [], None
    while url:
        last = client.get(url).json()
        pages.append([row["example"] for row in last["results"]])
        url = last["next"]
    assert pages == [["e0", "e1", "e2"], ["e3", "e4", "e5"], ["e6"]]
    back = client.get(last["previous"]).json()
    assert [row["example"] for row in back["results"]] == pages[1]
    first = client.get(back["previous"]).json()
    assert ([row["example"] for row in first["results"]], first["previous"]) == (pages[0], None)
    assert client.get(first["next"]).json()["results"] == back["results"]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("state=open", ["e1", "e0", "e2"]),
        ("state=resolved", []),
        ("state=open,discussing", ["e1", "e0", "e2"]),
        ("pair=pos,neg", ["e1", "e0"]),
        ("pair=neg,mix&question=sentiment", ["e1", "e2"]),
        ("question=sentiment", ["e1", "e0", "e2"]),
        ("tag=disagreement", ["e1", "e0", "e2"]),
        ("tag=borderline", []),
        ("meta.lab=north", ["e1"]),
        ("meta.lab=south&pair=pos,neg", ["e0"]),
        ("meta.nothing=north", []),
        ("meta.a__b=north", []),
        ("assigned_to=nobody", ["e1", "e0", "e2"]),
        ("assigned_to=lea", []),
        ("order=newest", ["e2", "e1", "e0"]),
        ("order=worst", ["e1", "e0", "e2"]),
    ],
)
def test_the_queue_is_filtered(query, keys):
    labelled(("pos", "neg", "pos"), ("pos", "neg", "mix"), ("neg", "mix", "neg"))
    assert [row["example"] for row in api("lea").get(f"/api/v1/projects/reviews/cases/?{query}").json()["results"]] == keys


def test_a_pair_of_ratings_is_found_by_its_numbers():
    labelled(({"strength": 1}, {"strength": 4}, {"strength": 4}), questions=[STRENGTH])
    client = api("lea")
    assert len(client.get("/api/v1/projects/reviews/cases/?pair=1,4").json()["results"]) == 1
    assert client.get("/api/v1/projects/reviews/cases/?pair=1,5").json()["results"] == []


def test_a_class_whose_key_holds_a_comma_can_be_in_a_pair():
    question = {**SENTIMENT, "classes": [{"key": "a,b"}, {"key": "c"}]}
    labelled(("a,b", "c", "c"), questions=[question])
    assert len(api("lea").get("/api/v1/projects/reviews/cases/?pair=a,b,c").json()["results"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=closed", "state"), ("order=best", "order"), ("pair=pos", "pair"), ("pair=pos,glad", "pair"),
        ("cursor=nonsense", "cursor"), ("cursor=WzAsIm5hbiIsMV0", "cursor"), ("cursor=W10", "cursor"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_named(query, field):
    make_project()
    answer = api("lea").get(f"/api/v1/projects/reviews/cases/?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_an_unknown_question_is_not_found():
    make_project()
    assert api("lea").get("/api/v1/projects/reviews/cases/?question=mood").status_code == 404


def test_a_case_shows_all_that_is_needed_to_judge_it():
    labelled(("pos", "neg", "pos"), ("neg", "pos", "mix"), guidelines="# Irony\nCounts as meant.")
    found = api("lea").get(f"/api/v1/cases/{case_of().pk}/").json()
    assert (found["example"], found["data"], found["state"], found["example_state"]) == ("e0", {"text": "Text 0"}, "open", "in_review")
    assert found["guidelines"] == {"version": 1, "text": "# Irony\nCounts as meant."}
    assert found["similar"] == [{"id": case_of("e1").pk, "example": "e1", "state": "open"}]
    vote = found["votes"][1]
    assert (vote["labeller"], vote["value"], vote["tags"], vote["comment"], vote["guideline_version"], vote["schema_version"]) == (
        "ben", {"sentiment": "neg"}, [], "", 1, 1,
    )  # fmt: skip
    assert found["remarks"] == found["resolutions"] == found["invited"] == found["earlier_votes"] == []


def test_a_case_is_settled_superseded_and_reopened():
    labelled(("pos", "neg", "pos"))
    lea, url = api("lea"), f"/api/v1/cases/{case_of().pk}/"
    first = lea.post(url + "resolve/", RIGHT | {"seen": seen()}, format="json")
    assert first.status_code == 200
    assert (first.json()["state"], first.json()["resolutions"][0]["stands"]) == ("resolved", True)
    ben = first.json()["votes"][1]["label"]
    assert first.json()["resolutions"][0]["overrides"] == [ben]
    second = lea.post(url + "resolve/", RIGHT | {"value": {"sentiment": "mix"}, "seen": seen()}, format="json").json()
    assert [(row["value"], row["stands"]) for row in second["resolutions"]] == [({"sentiment": "mix"}, True), ({"sentiment": "pos"}, False)]
    reopened = lea.post(url + "reopen/", {}, format="json")
    assert (reopened.status_code, reopened.json()["state"], reopened.json()["resolution"]) == (200, "open", None)
    assert lea.post(url + "reopen/", {}, format="json").status_code == 409


def test_labels_that_changed_are_a_conflict_that_says_what_changed():
    labelled(("pos", "neg", "pos"))
    old = seen()
    before = everything()
    answer = api("lea").post(f"/api/v1/cases/{case_of().pk}/resolve/", RIGHT | {"seen": old[:2]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "labels_changed")
    assert answer.json()["changed"] == [{"label": old[2], "labeller": "cleo", "what": "new", "value": {"sentiment": "pos"}}]
    assert everything() == before


def test_remarks_mention_members_and_say_whom_to_invite():
    labelled(("pos", "neg", "pos"))
    url = f"/api/v1/cases/{case_of().pk}/"
    said = api("lea").post(url + "remarks/", {"text": "@ben, why? @lea @ghost. mail@ada.org"}, format="json")
    assert said.status_code == 201
    assert (said.json()["mentions"], said.json()["suggested_invites"], said.json()["not_members"]) == (["ben", "lea"], ["ben"], ["ghost"])
    assert case_of().state == "discussing"
    assert api("lea").post(url + "invite/", {"username": "ben"}, format="json").json()["sees_case"] is True
    assert api("ben").post(url + "remarks/", {"text": "It is ironic."}, format="json").status_code == 201
    found = api("ben").get(url + "remarks/").json()["results"]
    assert [(row["author"], row["text"]) for row in found] == [("lea", "@ben, why? @lea @ghost. mail@ada.org"), ("ben", "It is ironic.")]


@pytest.mark.parametrize("text", ["", "   ", None, 5, "x" * 10_001])
def test_a_remark_without_words_is_refused(text):
    labelled(("pos", "neg", "pos"))
    before = everything()
    assert api("lea").post(f"/api/v1/cases/{case_of().pk}/remarks/", {"text": text}, format="json").status_code == 400
    assert everything() == before


def test_an_example_is_reported_and_its_case_found_again():
    labelled(("pos", "pos", "pos"))
    lea = api("lea")
    first = lea.post("/api/v1/projects/reviews/cases/", {"example": "e0", "reason": "reported", "note": "Looks odd."}, format="json")
    assert (first.status_code, first.json()["reasons"], example().state) == (201, ["reported"], "in_review")
    again = lea.post("/api/v1/projects/reviews/cases/", {"example": "e0", "reason": "suspected_error"}, format="json")
    assert (again.status_code, again.json()["id"], again.json()["reasons"]) == (200, first.json()["id"], ["reported", "suspected_error"])
    assert again.json()["note"] == "Looks odd."


@pytest.mark.parametrize("body", [{}, {"example": "e9"}, {"example": 5}, {"example": "e0", "reason": "disagreement"}, {"example": "e0", "note": 1}])
def test_a_report_of_nothing_is_refused(body):
    labelled(("pos", "pos", "pos"))
    before = everything()
    assert api("lea").post("/api/v1/projects/reviews/cases/", body, format="json").status_code == 400
    assert everything() == before


def test_a_lead_takes_care_of_a_case_and_a_labeller_cannot():
    labelled(("pos", "neg", "pos"))
    lea, url = api("lea"), f"/api/v1/cases/{case_of().pk}/assign/"
    assert lea.post(url, {"username": "lea"}, format="json").json()["assigned_to"] == "lea"
    assert lea.get("/api/v1/projects/reviews/cases/?assigned_to=lea").json()["results"][0]["id"] == case_of().pk
    assert lea.post(url, {"username": "ada"}, format="json").status_code == 400
    assert lea.post(url, {"username": "mallory"}, format="json").status_code == 400
    assert lea.post(url, {"username": None}, format="json").json()["assigned_to"] is None


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("mallory", 404), (None, 401)])
def test_only_leads_come_in(name, status):
    labelled(("pos", "neg", "pos"))
    if name == "mallory":
        make_project("others", owner="mallory")
    client, before, events = api(name), everything(), AuditEvent.objects.count()
    for path, body in all_doors(case_of().pk).items():
        answer = client.post(f"/api/v1/{path}", body, format="json")
        assert (path, answer.status_code, set(answer.json())) == (path, status, {"code", "message", "fields"})
    assert client.get(f"/api/v1/cases/{case_of().pk}/").status_code == status
    assert everything() == before
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("case_id", ["0", "999999", "99999999999999999999999999", "-1", "one", "1e3", "٣"])
def test_a_case_that_is_not_there_is_not_found(case_id):
    make_project()
    assert api("lea").get(f"/api/v1/cases/{case_id}/").status_code == 404


def test_a_token_that_reads_sees_cases_and_settles_none():
    labelled(("pos", "neg", "pos"))
    reader = api("lea", scopes=["read"])
    assert len(reader.get("/api/v1/projects/reviews/cases/").json()["results"]) == 1
    assert reader.get(f"/api/v1/cases/{case_of().pk}/").status_code == 200
    assert reader.post(f"/api/v1/cases/{case_of().pk}/remarks/", {"text": "Hm."}, format="json").status_code == 403
    assert reader.post(f"/api/v1/cases/{case_of().pk}/resolve/", RIGHT | {"seen": seen()}, format="json").status_code == 403
    assert case_of().state == "open"


def test_the_queue_costs_the_same_number_of_queries_for_two_cases_and_for_ten():
    labelled(*[("pos", "neg", "pos")] * 2)
    labelled(*[("pos", "neg", "pos")] * 10, slug="more")
    client = api("lea")
    client.get("/api/v1/projects/")  # the first call of a minute notes when its token was used
    counts = []
    for slug in ("reviews", "more"):
        with CaptureQueriesContext(connection) as found:
            client.get(f"/api/v1/projects/{slug}/cases/")
        counts.append(len(found))
    assert counts[0] == counts[1] <= 10
