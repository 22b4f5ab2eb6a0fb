"""Members: add, change, take out and put back, make accounts, new passwords."""

import re

import pytest

from labelling.access import Role
from labelling.accounts.models import User
from labelling.audit import AuditEvent
from labelling.projects import services as projects
from labelling.projects.models import Membership
from tests.factories import NOW, make_project, make_user, viewer
from tests.web.people import browse, text_of

pytestmark = pytest.mark.django_db
MEMBERS = "/projects/reviews/settings/members/"


@pytest.fixture(autouse=True)
def reviews(db):
    return make_project("reviews", labellers=("ada", "ben"))


def roles() -> dict[str, str]:
    return dict(Membership.objects.filter(removed_at=None).order_by("user__username").values_list("user__username", "role"))


def test_the_list_names_members_with_roles_and_labels():
    page = text_of(browse("lea").get(MEMBERS))
    assert "3 members" in page and 'aria-label="Role of ada"' in page


def test_somebody_with_an_account_is_added_by_name():
    make_user("cleo")
    answer = browse("lea").post(MEMBERS, {"username": " cleo ", "role": "labeller"}, follow=True)
    assert "cleo is a labeller here." in text_of(answer)
    assert roles()["cleo"] == "labeller"


def test_a_name_without_an_account_is_said_at_the_field():
    before = roles()
    answer = browse("lea").post(MEMBERS, {"username": "nobody", "role": "labeller"})
    page = text_of(answer)
    assert answer.status_code == 400 and "<title>Error: Members" in page
    assert '<a href="#add_username">There is no user nobody. A site admin can create one.</a>' in page
    assert 'value="nobody"' in page and roles() == before


def test_who_is_removed_can_be_put_back_with_one_press():
    client = browse("lea")
    page = text_of(client.post(f"{MEMBERS}ada/remove/", {"role": "labeller"}, follow=True))
    assert "ada is no longer a member. Their labels stay." in page and "ada" not in roles()
    undo = re.search(r'<form class="notice" method="post" action="([^"]+)">(.*?)</form>', page)
    typed = dict(re.findall(r'name="(username|role)" value="([^"]+)"', undo[2]))
    assert (undo[1], typed, "Put ada back" in undo[2]) == (MEMBERS, {"username": "ada", "role": "labeller"}, True)
    client.post(undo[1], typed)
    assert roles() == {"ada": "labeller", "ben": "labeller", "lea": "owner"}
    assert "no longer a member" not in text_of(client.get(MEMBERS))


def test_the_last_owner_stays():
    answer = browse("lea").post(f"{MEMBERS}lea/remove/", {"role": "owner"})
    assert answer.status_code == 409
    assert "This is the last owner of the project. Make somebody else an owner first." in text_of(answer)
    assert roles()["lea"] == "owner"


def test_a_lead_who_is_no_owner_is_offered_no_owner_and_refused_one():
    projects.add_member(actor=viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=NOW)
    client = browse("ben")
    page = text_of(client.get(MEMBERS))
    assert "<td data-label=\"Role\">Owner</td>" in page and f"{MEMBERS}lea/remove/" not in page
    answer = client.post(MEMBERS, {"username": "ada", "role": "owner"})
    assert answer.status_code == 400 and roles()["ada"] == "labeller"


def test_a_site_admin_makes_an_account_whose_password_is_shown_once():
    client = browse("lea", is_staff=True)
    answer = client.post(f"{MEMBERS}new/", {"username": "cleo", "display_name": "Cleo", "role": "labeller"})
    password = re.search(r"<code data-copy-text>([a-z2-9-]{19})</code>", answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    assert browse(None).login(username="cleo", password=password)
    assert roles()["cleo"] == "labeller"
    assert password not in text_of(client.get(MEMBERS)) and password not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize(("typed", "anchor"), [
    ({"username": "ada", "role": "labeller"}, "new_username"), ({"username": "two words", "role": "labeller"}, "new_username"),
    ({"username": "", "role": "labeller"}, "new_username"), ({"username": "dora", "role": "labeller", "display_name": "x" * 151}, "new_display_name"),
])  # fmt: skip
def test_an_account_that_cannot_be_made_is_said_and_nothing_is_made(typed, anchor):
    users, members = User.objects.count(), Membership.objects.count()
    answer = browse("lea", is_staff=True).post(f"{MEMBERS}new/", typed)
    assert answer.status_code == 400 and f'<a href="#{anchor}">' in text_of(answer)
    assert (User.objects.count(), Membership.objects.count()) == (users, members)


def test_who_may_not_make_accounts_is_told_and_nothing_is_made():
    page = text_of(browse("lea").post(f"{MEMBERS}new/", {"username": "cleo", "role": "labeller"}))
    assert "Only a site admin may create users." in page
    assert not User.objects.filter(username="cleo").exists()


def test_a_new_password_is_explained_first_and_logs_the_old_sessions_out():
    ada, client = browse("ada"), browse("lea", is_staff=True)
    page = text_of(client.get(f"{MEMBERS}ada/password/"))
    assert "The old password stops working" in page
    assert ada.get("/").status_code == 200
    answer = client.post(f"{MEMBERS}ada/password/", {"csrf": "x"})
    password = re.search(r"<code data-copy-text>([a-z2-9-]{19})</code>", answer.content.decode())[1]
    assert ada.get("/").status_code == 302
    assert browse(None).login(username="ada", password=password)
