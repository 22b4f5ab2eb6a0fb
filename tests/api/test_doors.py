"""Every door of the API × everybody who may knock.

A route that is missing in DOORS fails the test, and so does a method that a view answers and no line names. The table says
what each finds: Lea owns the project, Dora leads it, Ada labels in it, Mallory belongs to another one, nobody has no token;
`scopeless` is Lea's token with the scope label alone (for the doors of labelling itself: read), `bound` is Lea's token
that is bound to her other project. Bodies are empty, so whoever is let in finds what an empty body finds.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern

from labelling import tasks
from labelling.access import Role
from labelling.api.urls import urlpatterns
from labelling.discuss.models import Case
from labelling.projects import services as projects
from tests import factories
from tests.factories import NOW, api, make_examples, make_project, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
PEOPLE = ("owner", "lead", "labeller", "stranger", "nobody", "scopeless", "bound")
# What each of PEOPLE finds. Doors of a project that its leads alone open, and how an empty body fares behind them:
LEADS_200 = (200, 200, 403, 404, 401, 403, 404)
LEADS_400 = (400, 400, 403, 404, 401, 403, 404)
LEADS_404 = (404, 404, 403, 404, 401, 403, 404)
MEMBERS_200 = (200, 200, 200, 404, 401, 200, 404)
ALONE_404 = (404, 404, 404, 404, 401, 404, 404)  # addresses without a project: what is not there, or not theirs

# (method, address below /api/v1/): statuses. {} is the project's address.
DOORS = {
    ("GET", "schema/"): (200, 200, 200, 200, 200, 200, 200),
    ("POST", "users/"): (403, 403, 403, 403, 401, 403, 403),  # site admins
    ("POST", "users/<username>/tokens/"): (400, 403, 403, 403, 401, 400, 400),  # Lea's own
    ("GET", "jobs/<job_id>/"): (200, 404, 404, 404, 401, 200, 404),  # who started it
    ("POST", "jobs/<job_id>/cancel/"): (409, 404, 404, 404, 401, 409, 404),  # it is done
    ("GET", "projects/"): (200, 200, 200, 200, 401, 200, 200),
    ("POST", "projects/"): (400, 400, 400, 400, 401, 403, 403),
    ("GET", "{}"): MEMBERS_200,
    ("PATCH", "{}"): (200, 200, 403, 404, 401, 403, 404),
    ("GET", "{}members/"): LEADS_200,
    ("POST", "{}members/"): LEADS_400,
    ("DELETE", "{}members/<username>/"): LEADS_404,  # nobody of this name
    ("GET", "{}guidelines/"): MEMBERS_200,
    ("POST", "{}guidelines/"): LEADS_400,
    ("GET", "{}guidelines/effect/"): LEADS_200,
    ("GET", "{}sources/"): LEADS_200,
    ("POST", "{}sources/"): LEADS_400,
    ("POST", "{}imports/"): LEADS_400,
    ("GET", "{}imports/<job_id>/errors.csv"): LEADS_200,
    ("GET", "{}examples/"): LEADS_200,
    ("GET", "{}examples/<path>/"): LEADS_200,
    ("GET", "{}slices/"): LEADS_200,
    ("POST", "{}slices/"): LEADS_400,
    ("GET", "{}slices/<slice_id>/"): LEADS_200,
    ("PATCH", "{}slices/<slice_id>/"): LEADS_200,
    ("DELETE", "{}slices/<slice_id>/"): (204, 204, 403, 404, 401, 403, 404),
    ("POST", "{}assignments/"): (200, 200, 200, 404, 401, 403, 404),
    ("POST", "assignments/<assignment_id>/release/"): (404, 404, 409, 404, 401, 404, 404),  # Ada's, and labelled
    ("POST", "assignments/<assignment_id>/skip/"): (404, 404, 409, 404, 401, 404, 404),
    ("POST", "assignments/<assignment_id>/label/"): (404, 404, 400, 404, 401, 404, 404),
    ("GET", "{}labels/"): (200, 200, 200, 404, 401, 200, 404),
    ("GET", "{}history/"): (200, 200, 200, 404, 401, 403, 404),
    ("GET", "{}mine/"): (200, 200, 200, 404, 401, 403, 404),
    ("GET", "{}qualification/"): (200, 200, 200, 404, 401, 403, 404),
    ("POST", "{}qualification/tries/"): LEADS_400,
    ("POST", "{}label-imports/"): LEADS_400,
    ("POST", "{}suggestion-imports/"): LEADS_400,
    ("DELETE", "{}suggestions/"): (204, 204, 403, 404, 401, 403, 404),
    ("GET", "{}suggestions/effect/"): LEADS_200,
    ("GET", "{}agreement/"): LEADS_200,
    ("GET", "{}trends/"): LEADS_200,
    ("GET", "{}notes/"): LEADS_200,
    ("POST", "{}notes/"): LEADS_400,
    ("GET", "{}notes/<note_id>/"): LEADS_200,
    ("PATCH", "{}notes/<note_id>/"): LEADS_200,
    ("DELETE", "{}notes/<note_id>/"): (204, 204, 403, 404, 401, 403, 404),
    ("GET", "{}confusions/"): LEADS_200,
    ("GET", "{}human-performance/"): LEADS_200,
    ("GET", "{}labellers/"): LEADS_200,
    ("GET", "{}labellers/<username>/"): LEADS_404,  # nobody of this name
    ("GET", "{}labellers/<username>/examples/"): LEADS_404,
    ("GET", "{}consensus/"): LEADS_200,
    ("GET", "{}suspects/"): LEADS_200,
    ("POST", "{}suspects/"): (202, 202, 403, 404, 401, 403, 404),
    ("POST", "{}suspects/send/"): LEADS_400,
    ("GET", "{}audits/"): LEADS_200,
    ("POST", "{}audits/"): LEADS_400,
    ("GET", "{}audits/<audit_id>/"): LEADS_404,
    ("GET", "{}audits/<audit_id>/answers/"): LEADS_404,
    ("POST", "{}audits/<audit_id>/answers/"): LEADS_404,
    ("GET", "{}near-duplicates/"): LEADS_200,
    ("POST", "{}near-duplicates/"): (202, 202, 403, 404, 401, 403, 404),
    ("POST", "{}near-duplicates/send/"): LEADS_400,
    ("GET", "{}overlap/simulation/"): LEADS_200,
    ("GET", "{}precision/"): LEADS_200,
    ("GET", "{}agreement-runs/"): LEADS_200,
    ("POST", "{}agreement-runs/"): (202, 202, 403, 404, 401, 403, 404),  # all questions
    ("GET", "{}cases/"): (200, 200, 200, 404, 401, 200, 404),  # a labeller finds those of an invitation
    ("POST", "{}cases/"): LEADS_400,
    ("GET", "{}schema/"): MEMBERS_200,
    ("POST", "{}schema/"): LEADS_400,
    ("POST", "{}resolution-imports/"): LEADS_400,
    ("GET", "cases/<case_id>/"): LEADS_200,
    ("GET", "cases/<case_id>/remarks/"): LEADS_200,
    ("POST", "cases/<case_id>/remarks/"): LEADS_400,
    ("POST", "cases/<case_id>/invite/"): LEADS_400,
    ("POST", "cases/<case_id>/assign/"): LEADS_200,  # nobody takes care of it
    ("POST", "cases/<case_id>/resolve/"): LEADS_400,
    ("POST", "cases/<case_id>/reopen/"): (409, 409, 403, 404, 401, 403, 404),  # it is open
    ("GET", "{}versions/"): LEADS_200,
    ("POST", "{}versions/"): (202, 202, 403, 404, 401, 403, 404),  # the usual policy
    ("GET", "{}versions/<number>/"): LEADS_200,
    ("GET", "{}versions/<number>/diff/"): LEADS_400,
    ("GET", "{}versions/<number>/files/<name>"): LEADS_200,
    ("GET", "{}versions/<number>/pulls/"): LEADS_200,
    ("POST", "{}versions/<number>/recall/"): LEADS_400,
    ("GET", "{}models/"): LEADS_200,
    ("POST", "{}models/"): LEADS_400,
    ("GET", "{}evaluations/"): LEADS_200,
    ("POST", "{}evaluations/"): LEADS_400,
    ("GET", "{}evaluations/<evaluation_id>/"): LEADS_404,
    ("GET", "{}evaluations/<evaluation_id>/humans/"): LEADS_404,
}
OF_LABELLING = {"{}assignments/", "{}history/", "{}mine/", "{}qualification/", "assignments/<assignment_id>/skip/"}  # `scopeless` has read there
MULTIPART = {"{}imports/", "{}label-imports/", "{}suggestion-imports/", "{}resolution-imports/", "{}evaluations/"}


def routes() -> Iterator[tuple[str, str]]:
    """(method, address as in DOORS) of every route there is."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern), "labelling.api.urls is one flat list"
        address = str(pattern.pattern).replace("<str:", "<").replace("<path:key>", "<path>").replace("projects/<slug>/", "{}")
        if address.startswith("^"):
            continue  # what answers 404
        view: Any = pattern.callback.view_class  # type: ignore[attr-defined]
        for method in ("get", "post", "put", "patch", "delete"):
            if hasattr(view, method):
                yield method.upper(), address


def test_every_route_and_method_stands_in_the_table():
    assert set(routes()) == set(DOORS)


@pytest.fixture
def place() -> dict[str, Any]:
    """A project with a labelled example in a case, a finished import, a version; and what addresses need to name them."""
    project = make_project(labels_per_example=1, labellers=("ada",))
    make_project("second", labellers=())
    make_project("elsewhere", owner="mallory", labellers=())
    factories.make_user("dora")
    projects.add_member(actor=viewer("lea"), slug="reviews", username="dora", role=Role.LEAD, now=NOW)
    make_examples(project, 2)
    [leased] = factories.lease("ada")
    factories.submit("ada", leased.id, tags=["borderline"])
    factories.label_next("ada")
    lea = api("lea")
    file = SimpleUploadedFile("more.csv", b"key,text\nx1,More\nx1,Twice\n")
    job = lea.post("/api/v1/projects/reviews/imports/", {"file": file}, format="multipart").json()["job"]
    tasks.run_queued()
    assert lea.post("/api/v1/projects/reviews/versions/", {"include": {"states": ["complete", "in_review"]}}).status_code == 202
    tasks.run_queued()
    kept = lea.post("/api/v1/projects/reviews/slices/", {"name": "North", "conditions": [{"field": "meta.lab", "is": ["north"]}]}).json()
    note = lea.post("/api/v1/projects/reviews/notes/", {"text": "Ben joined"}).json()
    return {
        "job_id": job["id"], "path": "x1", "assignment_id": leased.id, "case_id": Case.objects.get().pk, "number": 1,
        "name": "manifest.json", "evaluation_id": 7, "audit_id": 7, "slice_id": kept["id"], "note_id": note["id"],
    }  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_each_finds_the_doors_that_are_open_to_them(place, who):
    other = factories.Project.objects.get(slug="second").pk
    clients = {"owner": api("lea"), "lead": api("dora"), "labeller": api("ada"), "stranger": api("mallory"), "nobody": api(None),
               "scopeless": api("lea", scopes=["label"]), "bound": api("lea", project_id=other)}  # fmt: skip
    client, reader = clients[who], api("lea", scopes=["read"])
    found, wanted = {}, {}
    for (method, address), statuses in DOORS.items():
        names = place | {"username": "lea" if address.startswith("users/") else "nobody-of-this-name"}
        path = address.replace("{}", "projects/reviews/")
        for name, value in names.items():
            path = path.replace(f"<{name}>", str(value))
        knocking = reader if who == "scopeless" and address in OF_LABELLING else client
        body = {} if method == "GET" else {"format": "multipart" if address in MULTIPART else "json", "data": {}}
        answer = getattr(knocking, method.lower())(f"/api/v1/{path}", **body)
        found[method, address], wanted[method, address] = answer.status_code, statuses[PEOPLE.index(who)]
        if answer.status_code >= 400:
            assert set(answer.json()) >= {"code", "message", "fields"}, (method, address)
    assert {door: status for door, status in found.items() if status != wanted[door]} == {}
