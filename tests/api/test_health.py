"""Health answers without a token, names what is down, and gives nothing else away."""

import pytest
from django.utils import timezone

from labelling.jobs import services

pytestmark = pytest.mark.django_db


def test_live_answers_without_a_token(client):
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_says_that_no_worker_is_running(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not_ready", "database": "ok", "broker": "ok", "worker": "down"}


@pytest.mark.both_databases
def test_ready_is_ok_once_a_worker_beats(client):
    services.beat_worker(name="one", now=timezone.now())
    answer = client.get("/health/ready")
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"}
    assert answer.status_code == 200


def test_a_worker_that_fell_silent_counts_as_down(client):
    services.beat_worker(name="one", now=timezone.now() - timezone.timedelta(minutes=5))
    assert client.get("/health/ready").json()["worker"] == "down"


def test_a_redis_that_is_away_is_named_and_its_address_is_not(client, settings):
    from celery import current_app

    from tests.servers import free_port

    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{free_port()}/0"
    before = current_app.conf.broker_write_url, current_app.conf.broker_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = settings.REDIS_URL
    try:
        answer = client.get("/health/ready")
    finally:
        current_app.conf.broker_write_url, current_app.conf.broker_url = before
    assert (answer.status_code, answer.json()["broker"]) == (503, "down")
    assert b"secret" not in answer.content


def test_ready_refuses_to_be_written_to(client):
    assert client.post("/health/ready").status_code == 405
