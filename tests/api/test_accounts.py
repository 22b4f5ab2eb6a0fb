from datetime import timedelta

import pytest
from django.utils import timezone

from labelling.accounts.models import ApiToken, User
from labelling.audit import AuditEvent
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    factories.make_user("root", is_staff=True)
    return factories.api("root")


def test_a_site_admin_creates_a_user_who_cannot_log_in_without_a_password(admin):
    answer = admin.post("/api/v1/users/", {"username": "ada", "display_name": "Ada"})
    assert answer.status_code == 201
    assert answer.json()["username"] == "ada"
    assert not User.objects.get(username="ada").has_usable_password()
    assert AuditEvent.objects.get(verb="created user").actor_name == "root"


@pytest.mark.parametrize("username", [None, "", "a b", "x" * 151, "a\x00b", 7, "<script>"])
def test_a_name_that_is_none_is_refused(admin, username):
    before = User.objects.count()
    answer = admin.post("/api/v1/users/", {"username": username})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert User.objects.count() == before


def test_a_taken_name_is_a_conflict(admin):
    assert admin.post("/api/v1/users/", {"username": "ada"}).status_code == 201
    assert admin.post("/api/v1/users/", {"username": "ada"}).status_code == 409


def test_a_weak_password_is_refused(admin):
    answer = admin.post("/api/v1/users/", {"username": "ada", "password": "1234"})
    assert answer.status_code == 400
    assert "password" in answer.json()["fields"]


def test_others_create_no_users():
    assert factories.api("ada").post("/api/v1/users/", {"username": "ben"}).status_code == 403
    assert not User.objects.filter(username="ben").exists()


def test_a_token_is_shown_once_and_only_its_hash_is_kept(admin):
    factories.make_user("ada")
    answer = admin.post("/api/v1/users/ada/tokens/", {"name": "laptop", "scopes": ["label"]})
    assert answer.status_code == 201
    token = answer.json()["token"]
    row = ApiToken.objects.get(name="laptop")
    assert token not in (row.key_hash, row.name)
    assert len(row.key_hash) == 64


def test_a_user_makes_their_own_token_but_nobody_elses():
    ada = factories.api("ada")
    factories.make_user("ben")
    assert ada.post("/api/v1/users/ada/tokens/", {"name": "mine", "scopes": ["label"]}).status_code == 201
    assert ada.post("/api/v1/users/ben/tokens/", {"name": "his", "scopes": ["label"]}).status_code == 403


def test_a_token_cannot_make_a_stronger_one():
    weak = factories.api("ada", scopes=["label"])
    assert weak.post("/api/v1/users/ada/tokens/", {"name": "more", "scopes": ["manage"]}).status_code == 403
    assert not ApiToken.objects.filter(name="more").exists()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["all"]},
        {"name": "", "scopes": ["label"]},
        {"name": "x", "scopes": ["label"], "expires_at": "yesterday"},
        {"name": "x", "scopes": ["label"], "expires_at": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": "label"},
    ],
)
def test_a_token_that_makes_no_sense_is_refused(admin, body):
    factories.make_user("ada")
    assert admin.post("/api/v1/users/ada/tokens/", body).status_code == 400


def test_a_revoked_or_expired_or_unknown_token_opens_nothing():
    ada = factories.api("ada")
    assert ada.get("/api/v1/projects/").status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused = ada.get("/api/v1/projects/")
    assert refused.status_code == 401
    assert "expired" in refused.json()["message"]
    ApiToken.objects.update(expires_at=None, revoked_at=timezone.now())
    assert ada.get("/api/v1/projects/").status_code == 401
    ada.credentials(HTTP_AUTHORIZATION="Bearer wb_nothing")
    assert ada.get("/api/v1/projects/").status_code == 401
    ada.credentials(HTTP_AUTHORIZATION="Bearer a b")
    assert ada.get("/api/v1/projects/").json()["code"] == "not_authenticated"


def test_nobody_gets_401_with_the_error_shape():
    answer = factories.api(None).get("/api/v1/projects/")
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "fields"}
    assert "Bearer" in answer.headers["WWW-Authenticate"]
