"""What every test may ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.stack import Stack


def pytest_configure() -> None:
    from django.conf import settings

    # A slow hash protects passwords; in tests it would only slow each log-in.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Pages rendered in the test process need no collected files; `live_stack` serves the collected ones.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Limits on log-in count in the cache: one test must not use up another's. Nor may labels be known that another test gave."""
    yield
    from django.core.cache import cache

    from labelling.measure import live

    cache.clear()
    live.forget()


@pytest.fixture
def media_folder(settings, tmp_path: Path) -> Path:
    """Media of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(scope="session")
def live_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running product on SQLite and the embedded broker, shared by all tests of this process: kill nothing here."""
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        yield stack.start()
        assert stack.answers("/health/ready"), f"The product did not live through the tests.\n{stack.logs()}"
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def live_stack_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: servers.Server, redis_server: servers.Server
) -> Iterator[Stack]:
    """The same on PostgreSQL and Redis."""
    data = tmp_path_factory.mktemp("stack-postgres")
    name = f"live_{data.parent.name}_{data.name}".replace("-", "_")
    stack = Stack(data, database_url=postgres_server.url(name), redis_url=redis_server.url(0))
    try:
        yield stack.start()
    finally:
        stack.stop()


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Makes stacks for one test, which may kill them: `own_stack()`, or with `database_url=` and `redis_url=`."""
    stacks: list[Stack] = []

    def make(*, worker: bool = True, **urls: str) -> Stack:
        stacks.append(Stack(tmp_path / f"stack-{len(stacks)}", **urls))
        return stacks[-1].start(worker=worker)

    yield make
    for stack in stacks:
        stack.stop()
