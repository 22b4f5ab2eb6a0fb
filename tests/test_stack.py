"""The whole product starts on both sets of servers, and comes back after being killed."""

import re

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


def test_pages_and_modules_name_their_files_by_hash(live_stack: Stack):
    page = httpx.get(f"{live_stack.url}/accounts/login/").text
    files = re.findall(r"(?:src|href)=\"(/static/[^\"]+\.(?:js|css))\"", page)
    assert files
    seen = set()
    while files:
        address = files.pop()
        if address in seen:
            continue
        seen.add(address)
        assert re.search(r"\.[0-9a-f]{12}\.(js|css)$", address), address
        answer = httpx.get(f"{live_stack.url}{address}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        # A file of a few bytes is not smaller when it is packed.
        assert answer.headers.get("Content-Encoding") == "gzip" or len(answer.content) < 300, address
        assert "immutable" in answer.headers["Cache-Control"]
        if address.endswith(".js"):
            imported = re.findall(r"(?:from|import)\s*\(?[\"'](\.[^\"']+)[\"']", answer.text)
            files += [str(httpx.URL(live_stack.url + address).join(name).path) for name in imported]
