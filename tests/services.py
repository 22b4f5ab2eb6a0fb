"""A pytest plugin (`-p tests.services`): real servers for tests, started when first needed, ended with the run.

It is loaded before Django reads its settings, because it decides the data folder and the database of the run:
`--database=sqlite` (default) runs everything but the tests marked `postgres`; `--database=postgres` starts a real
PostgreSQL and runs the tests marked `postgres` or `both_databases` on it.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.servers import FOLDER, shared_folder

# Tests that ask for one of these run in one process, one after the other, so that each is started once.
WHOLE_PRODUCT = {"live_stack", "live_stack_postgres", "browser"}
KEEPER = pytest.StashKey[subprocess.Popen[bytes]]()
STATUS = {"passed": "passed", "failed": "failed", "error": "errors", "skipped": "skipped", "xfailed": "xfailed"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=["sqlite", "postgres"], default="sqlite",
        help="sqlite: everything but `postgres` tests. postgres: the tests marked postgres or both_databases.",
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Runs before pytest-django's own hook of this name, which reads the settings."""
    options = early_config.known_args_namespace
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        folder = Path(tempfile.mkdtemp(prefix="workbench-tests-"))
        folder.chmod(0o755)  # PostgreSQL refuses to run as root and runs as nobody then
        os.environ[FOLDER] = str(folder)
        early_config.stash[KEEPER] = servers.keep(folder)
    data = shared_folder() / f"data-{worker or 'main'}"
    for name in ("REDIS_URL", "DATABASE_URL", "WORKBENCH_MEDIA_URL", "WORKBENCH_HTTPS", "WORKBENCH_DEBUG"):
        os.environ.pop(name, None)  # the shell that starts the tests must not decide what they test
    os.environ |= {
        "WORKBENCH_DATA": str(data),
        "WORKBENCH_LOG_LEVEL": "WARNING",
        # Playwright's synchronous interface keeps an event loop in the thread in which tests use the database.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    if options.database == "postgres" and not options.help:
        os.environ["DATABASE_URL"] = servers.postgres(shared_folder()).url("workbench")
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    on_postgres = config.getoption("database") == "postgres"
    kept, left_out = [], []
    for item in items:
        if WHOLE_PRODUCT & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("stack"))
        only_there = item.get_closest_marker("postgres") is not None
        there_too = only_there or item.get_closest_marker("both_databases") is not None
        (kept if there_too and on_postgres or not on_postgres and not only_there else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(scope="session")
def postgres_server() -> servers.Server:
    """A real PostgreSQL, one for the run. `.url(name)` makes an empty database and gives its DATABASE_URL."""
    return servers.postgres(shared_folder())


@pytest.fixture(scope="session")
def redis_server() -> servers.Server:
    """A real Redis, one for the run. `.url(number)` gives the REDIS_URL of one of its 64 numbered databases."""
    return servers.redis(shared_folder())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if path := os.environ.get("WORKBENCH_TEST_COUNTS"):
        counts = {word: len(terminalreporter.stats.get(status, [])) for status, word in STATUS.items()}
        Path(path).write_text(json.dumps(counts))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    if keeper := config.stash.get(KEEPER, None):
        keeper.communicate()
        del os.environ[FOLDER]
