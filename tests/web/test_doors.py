"""Every page × every role × own and other project.

A stage adds its pages to ROLES. What needs no line is checked for every page there is: a visitor is sent to the log-in,
and for somebody of another project nothing is there.
"""

import uuid

import pytest
from django.urls import URLPattern

from labelling.access import Role
from labelling.projects import services as projects
from labelling.web.urls import urlpatterns
from tests.factories import NOW, make_project, viewer
from tests.web.people import browse

pytestmark = pytest.mark.django_db
SAMPLE = {"int": 1, "uuid": uuid.UUID(int=0), "str": "nothing", "slug": "nothing", "path": "nothing"}

# method, path in the project: status for owner (Lea), lead (Ben), labeller (Ada)
ROLES = [
    ("GET", "", 200, 200, 200),
    ("GET", "settings/", 200, 200, 403),
    ("POST", "settings/", 302, 302, 403),
    ("GET", "settings/members/", 200, 200, 403),
    ("POST", "settings/members/", 400, 400, 403),
    ("GET", "settings/members/new/", 200, 200, 403),
    ("POST", "settings/members/new/", 400, 400, 403),  # only site admins make accounts
    ("GET", "settings/members/ada/remove/", 405, 405, 403),
    ("GET", "settings/members/ada/password/", 403, 403, 403),  # site admins only
    ("POST", "settings/members/ada/password/", 403, 403, 403),
    ("GET", "guidelines/", 200, 200, 200),
    ("GET", "guidelines/?version=9", 404, 404, 404),
    ("GET", "guidelines/diff/", 200, 200, 200),
    ("GET", "guidelines/edit/", 200, 200, 403),
    ("POST", "guidelines/edit/", 400, 400, 403),
    ("GET", "settings/schema/", 200, 200, 403),
    ("GET", "import/", 200, 200, 403),
    ("POST", "import/", 400, 400, 403),  # no file
    ("GET", "import/batches/", 200, 200, 403),
    ("GET", "import/sources/", 200, 200, 403),
    ("POST", "import/sources/", 400, 400, 403),
    ("GET", "examples/", 200, 200, 403),
    ("GET", "examples/nothing/", 404, 404, 403),
    ("GET", "media/nothing.png", 404, 404, 404),
    ("GET", "assign/", 200, 200, 403),
    ("POST", "assign/", 400, 400, 403),  # no number
    ("POST", "assign/ada/release/", 302, 302, 403),
    ("POST", "assign/ada/allow/", 302, 302, 403),
    ("GET", "assign/suggestions/", 200, 200, 403),
    ("POST", "assign/suggestions/", 400, 400, 403),  # no file
    ("POST", "assign/suggestions/remove/", 302, 302, 403),
    ("GET", "measure/human/", 200, 200, 403),
    ("GET", "measure/labellers/", 200, 200, 403),
    ("GET", "measure/labellers/ada/", 200, 200, 403),
    ("GET", "measure/labellers/ada/examples/", 200, 200, 403),
    ("GET", "measure/labellers/nobody/", 404, 404, 403),
    ("GET", "measure/overlap/", 200, 200, 403),
    ("GET", "measure/stored/", 200, 200, 403),
    ("POST", "measure/stored/new/", 302, 302, 403),
    ("GET", "measure/precision/", 200, 200, 403),
    ("GET", "measure/precision/?width=x", 400, 400, 403),
    ("GET", "measure/trends/", 200, 200, 403),
    ("POST", "measure/trends/", 400, 400, 403),  # no text
    ("GET", "measure/trends/notes/1/", 404, 404, 403),
    ("POST", "measure/trends/notes/1/remove/", 404, 404, 403),
    ("POST", "measure/trends/notes/1/restore/", 302, 302, 403),
    ("GET", "measure/slices/", 200, 200, 403),
    ("POST", "measure/slices/", 400, 400, 403),  # no name
    ("GET", "measure/slices/1/", 404, 404, 403),
    ("POST", "measure/slices/1/remove/", 404, 404, 403),
    ("POST", "measure/slices/1/restore/", 302, 302, 403),
    ("POST", "measure/slices/recount/", 302, 302, 403),
    ("GET", "measure/suspects/", 200, 200, 403),
    ("POST", "measure/suspects/start/", 302, 302, 403),
    ("POST", "measure/suspects/send/", 302, 302, 403),  # nothing ticked
    ("POST", "measure/suspects/audits/draw/", 400, 400, 403),  # no number
    ("GET", "measure/suspects/audits/1/", 404, 404, 403),
    ("POST", "measure/suspects/audits/1/verdict/", 404, 404, 403),
    ("GET", "measure/near-duplicates/", 200, 200, 403),
    ("POST", "measure/near-duplicates/start/", 302, 302, 403),
    ("POST", "measure/near-duplicates/send/", 400, 400, 403),  # no group
    ("GET", "discuss/", 200, 200, 200),
    ("GET", "discuss/classes/", 200, 200, 403),
    ("POST", "discuss/classes/", 400, 400, 403),  # nothing changes
    ("POST", "discuss/report/", 400, 400, 403),  # no example
    ("GET", "release/", 200, 200, 403),
    ("GET", "release/new/", 200, 200, 403),
    ("POST", "release/new/", 400, 400, 403),
    ("POST", "release/new/preview/", 200, 200, 403),
    ("GET", "release/1/", 404, 404, 403),
    ("POST", "release/1/recall/", 404, 404, 403),
    ("GET", "evaluate/1/people/", 404, 404, 403),
    ("GET", "evaluate/1/examples/", 404, 404, 403),
    ("GET", "label/", 200, 200, 200),
    ("GET", "mine/", 200, 200, 200),
    ("GET", "label/guidelines/", 200, 200, 200),
    ("GET", "label/history/", 200, 200, 200),
    ("POST", "label/stock/", 400, 400, 400),  # the body is no JSON
]
BODIES = {
    "settings/": {"name": "Reviews", "labels_per_example": "3", "order": "sequence", "lease_minutes": "30"},
    "settings/members/": {"username": "nobody-of-this-name", "role": "labeller"},
    "settings/members/new/": {"username": "", "role": "labeller"},
    "guidelines/edit/": {"text": "# New", "reason": ""},
}


@pytest.fixture
def two_projects(db):
    make_project("reviews", labellers=("ada", "ben"))
    projects.add_member(actor=viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=NOW)
    make_project("elsewhere", owner="mallory", labellers=())


def ask(client, method: str, path: str):
    body = BODIES.get(path.split("?")[0], {"csrf": "x"})
    return client.post(f"/projects/reviews/{path}", body) if method == "POST" else client.get(f"/projects/reviews/{path}")


@pytest.mark.parametrize(("method", "path", "owner", "lead", "labeller"), ROLES)
def test_each_role_finds_the_doors_that_are_open_to_it(two_projects, method, path, owner, lead, labeller):
    found = {name: ask(browse(name), method, path).status_code for name in ("lea", "ben", "ada")}
    assert found == {"lea": owner, "ben": lead, "ada": labeller}


def pages() -> list[tuple[str, str]]:
    """(name, path) of each page below a project, with made-up values for what else its address holds."""
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern), "labelling.web.urls is one flat list"
        converters = pattern.pattern.converters
        if "slug" not in converters:
            continue
        path = str(pattern.pattern)
        for name, converter in converters.items():
            kind = next((key for key in SAMPLE if type(converter).__name__.lower().startswith(key)), "str")
            for written in (f"<{kind}:{name}>", f"<{name}>"):
                path = path.replace(written, "reviews" if name == "slug" else str(SAMPLE[kind]))
        found.append((pattern.name, "/" + path))
    return found


@pytest.mark.parametrize(("name", "path"), pages())
@pytest.mark.parametrize("method", ["get", "post"])
def test_for_somebody_of_another_project_no_page_is_there(two_projects, name, path, method):
    assert getattr(browse("mallory"), method)(path).status_code == 404


@pytest.mark.parametrize(("name", "path"), pages())
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_sent_to_the_log_in(two_projects, name, path, method):
    answer = getattr(browse(None), method)(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/projects/reviews/")


@pytest.mark.parametrize("path", ["/", "/new-project/", "/account/", "/account/tokens/new/", f"/jobs/{uuid.UUID(int=0)}/"])
def test_pages_outside_projects_are_for_people_who_are_logged_in(db, path):
    answer = browse(None).get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


def test_a_part_of_a_page_sends_the_whole_page_to_the_log_in(two_projects):
    answer = browse(None).get(f"/jobs/{uuid.UUID(int=0)}/part/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/jobs/"})
    assert answer["HX-Redirect"] == "/accounts/login/?next=/jobs/"


def test_the_page_of_a_refusal_says_why_and_the_way_back(two_projects):
    answer = browse("ada").get("/projects/reviews/settings/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Your role in this project does not allow that (edit project). Ask one of its owners." in page
    assert 'href="/projects/reviews/">Back to Film reviews</a>' in page


def test_the_page_for_what_is_not_there_does_not_tell_whether_it_exists(two_projects):
    other, none = (browse("mallory").get(f"/projects/{slug}/") for slug in ("reviews", "never-was"))
    assert other.status_code == none.status_code == 404
    cut = "csrftoken"
    assert [line for line in other.content.decode().splitlines() if cut not in line and "csrf" not in line] == [
        line for line in none.content.decode().splitlines() if cut not in line and "csrf" not in line
    ]
