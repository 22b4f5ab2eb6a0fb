"""The whole product starts on both sets of servers, and comes back after being killed."""

import httpx

from tests.stack import Stack

READY = {"status": "ok", "database": "ok", "broker": "ok", "worker": "ok"}


def test_the_product_runs_on_sqlite_and_the_embedded_broker(live_stack: Stack):
    assert httpx.get(f"{live_stack.url}/health/ready").json() == READY
    assert live_stack.shell("from django.db import connection; print(connection.vendor)").strip() == "sqlite"


def test_the_product_runs_on_postgresql_and_redis(live_stack_postgres: Stack):
    assert httpx.get(f"{live_stack_postgres.url}/health/ready").json() == READY
    assert live_stack_postgres.shell("from django.db import connection; print(connection.vendor)").strip() == "postgresql"


def test_server_and_worker_come_back_after_kill_9(own_stack):
    stack = own_stack()
    name, _ = stack.superuser()
    stack.kill_server()
    assert not stack.answers("/health/live")
    stack.kill_worker()
    stack.start_server()
    stack.start_worker()
    token = stack.token(name)
    answer = httpx.get(f"{stack.url}/api/v1/projects/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
