"""One's own account: theme, quick mode, tokens."""

import re

import pytest

from labelling.accounts.models import ApiToken, User
from tests.factories import api, make_project, make_token, make_user
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
TOKEN = {"name": "training-job", "purpose": "nightly", "scopes": ["read", "evaluate"], "project": "", "lasts": "90"}


def test_the_theme_is_kept_with_the_user_and_written_by_the_server():
    client = browse("ada")
    assert '<html lang="en-GB" data-theme="auto">' in text_of(client.get("/account/"))
    client.post("/account/", {"theme": "dark", "quick_mode": "on"})
    assert '<html lang="en-GB" data-theme="dark">' in text_of(client.get("/"))
    user = User.objects.get(username="ada")
    assert (user.theme, user.quick_mode) == ("dark", True)


def test_a_theme_that_there_is_not_changes_nothing():
    answer = browse("ada").post("/account/", {"theme": "pink", "quick_mode": "on"})
    user = User.objects.get(username="ada")
    assert (answer.status_code, user.theme, user.quick_mode) == (400, "auto", False)


def test_a_token_is_shown_once_and_works():
    client = browse("ada")
    answer = client.post("/account/tokens/new/", TOKEN)
    token = re.search(r"<code data-copy-text>(wb_[\w-]+)</code>", answer.content.decode())[1]
    assert "no-store" in answer["Cache-Control"]
    page = text_of(client.get("/account/"))
    assert "training-job" in page and "evaluate, read" in page and token not in page
    caller = api(None)
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert caller.get("/api/v1/projects/").status_code == 200


@pytest.mark.parametrize(("typed", "anchor"), [({"name": ""}, "id_name"), ({"scopes": []}, "id_scopes"), ({"project": "elsewhere"}, "id_project"), ({"lasts": "1"}, "id_lasts")])
def test_a_token_that_cannot_be_made_is_said_at_its_field(typed, anchor):
    make_project("elsewhere", owner="mallory", labellers=())
    answer = browse("ada").post("/account/tokens/new/", TOKEN | typed)
    assert answer.status_code == 400 and f'<a href="#{anchor}' in text_of(answer)
    assert not ApiToken.objects.filter(user__username="ada").exists()


def test_a_revoked_token_is_refused_from_then_on():
    token = make_token("ada")
    row = ApiToken.objects.get(user__username="ada")
    assert browse("ben").post(f"/account/tokens/{row.pk}/revoke/").status_code == 404
    answer = browse("ada").post(f"/account/tokens/{row.pk}/revoke/", follow=True)
    assert "Programs that use it are refused from now on." in text_of(answer)
    caller = api(None)
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert caller.get("/api/v1/projects/").status_code == 401


def test_the_account_page_costs_the_same_for_any_number_of_tokens():
    project = make_project("reviews")
    costs = []
    for _ in range(3):
        make_token("lea", project_id=project.pk)
        client = browse("lea")
        with counted() as cost:
            client.get("/account/")
        costs.append((cost.view, cost.render))
    assert costs == [(3, 0)] * 3


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/password/reset/", "/accounts/signup/", "/accounts/login/", "/accounts/logout/"])
def test_pages_of_the_log_in_library_wear_our_frame(path):
    make_user("lea", password="long-enough-for-tests")
    client = browse("lea" if "change" in path or "logout" in path else None)
    answer = client.get(path)
    assert answer.status_code == 200
    assert 'class="site-header"' in text_of(answer) and "Sign" not in text_of(answer)


def test_a_wrong_password_is_said_in_words_and_the_name_stays():
    make_user("lea", password="long-enough-for-tests")
    page = text_of(browse(None).post("/accounts/login/", {"login": "lea", "password": "wrong"}))
    assert "The user name or the password is wrong. Write both again." in page
    assert "<title>Error: Log in</title>" in page and 'value="lea"' in page


def test_too_many_wrong_passwords_are_stopped_with_a_way_out():
    make_user("lea", password="long-enough-for-tests")
    client = browse(None)
    pages = [text_of(client.post("/accounts/login/", {"login": "lea", "password": "wrong"})) for _ in range(6)]
    assert "Wait five minutes, or ask a site admin for a new one." in pages[-1]
    assert client.post("/accounts/login/", {"login": "lea", "password": "long-enough-for-tests"}).status_code == 200
