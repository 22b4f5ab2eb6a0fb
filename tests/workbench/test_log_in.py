"""Log-in is slow for those who guess, and nobody signs up by themselves."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create_user("ada", password="right-and-long-enough")


def log_in(client, password: str):
    return client.post("/accounts/login/", {"login": "ada", "password": password})


def test_the_right_password_opens_the_door(client, ada):
    answer = log_in(client, "right-and-long-enough")
    assert (answer.status_code, client.session["_auth_user_id"]) == (302, str(ada.pk))


def test_the_sixth_wrong_guess_in_a_row_is_not_even_looked_at(client, ada):
    for _ in range(5):
        assert log_in(client, "wrong").status_code == 200
    answer = log_in(client, "right-and-long-enough")
    assert "_auth_user_id" not in client.session
    assert answer.status_code in {200, 429}


def test_nobody_signs_up_by_themselves(client, django_user_model):
    form = {"username": "eve", "password1": "long-enough-to-pass", "password2": "long-enough-to-pass"}
    client.post("/accounts/signup/", form)
    assert not django_user_model.objects.filter(username="eve").exists()


def test_passwords_are_kept_as_argon2_outside_tests():
    import re
    from pathlib import Path

    source = Path("workbench/settings.py").read_text()
    first = re.search(r"PASSWORD_HASHERS = \[\s*\"([\w.]+)\"", source)
    assert first and first.group(1) == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_pages_forbid_inline_script_style_and_framing(client):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self';" in policy + ";"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
