"""The whole running product for tests: granian and a Celery worker on a data folder of their own, as `up` starts them."""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.servers import free_port, shared_folder
from workbench import up
from workbench.children import Child

CHECKOUT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 60


class Stack:
    """A server, a worker and their database.

    `url` is the base address without a slash at its end; `manage()` runs a management command against the same data;
    `kill_server()` and `kill_worker()` are kill -9 of the whole process group, `start_server()` and `start_worker()`
    bring them back. Child processes inherit `environment`.
    """

    def __init__(self, data: Path, *, database_url: str = "", redis_url: str = "") -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "WORKBENCH_DATA": str(data), "WORKBENCH_LOG_LEVEL": "INFO", "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": database_url, "REDIS_URL": redis_url, "PYTHONWARNINGS": "",
            "WORKBENCH_LOGINS_A_MINUTE": "10000",  # everybody in the browser tests comes from one address
        }
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST", "PYTHONDONTWRITEBYTECODE"):
            self.environment.pop(name, None)
        self._children: dict[str, Child] = {}
        (data / "logs").mkdir(parents=True, exist_ok=True)

    def start(self, *, worker: bool = True) -> "Stack":
        if self.environment["DATABASE_URL"]:
            self._prepare(self.data)
        else:
            shutil.copytree(self._prepared_folder(), self.data, dirs_exist_ok=True)
        starts = [self._start_server(), *([self._start_worker()] if worker else [])]  # both at once
        for wait in starts:
            wait()
        return self

    def start_server(self) -> None:
        """Starts the web server and waits until it answers."""
        self._start_server()()

    def start_worker(self) -> None:
        """Starts the worker and waits until `/health/ready` counts it as alive."""
        self._start_worker()()

    def kill_server(self) -> None:
        self._children.pop("web").kill()

    def kill_worker(self) -> None:
        self._children.pop("worker").kill()

    def stop(self) -> None:
        for child in self._children.values():
            child.kill()  # nothing here has to be kept, so nobody waits for a clean end

    def manage(self, *arguments: str, stdin: str | None = None, **environment: str) -> str:
        """Runs `manage.py ARGUMENTS` on the same data and returns what it printed; a failing command fails the test."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=self.environment | environment, input=stdin,
            capture_output=True, text=True,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def shell(self, code: str) -> str:
        """Runs Python inside the product and returns what it printed."""
        return self.manage("shell", "--no-imports", "-c", code)

    def superuser(self, username: str = "root-of-tests", password: str = "long-enough-for-tests") -> tuple[str, str]:
        """Makes a site admin and returns name and password."""
        self.manage("createsuperuser", "--noinput", DJANGO_SUPERUSER_USERNAME=username,
                    DJANGO_SUPERUSER_PASSWORD=password, DJANGO_SUPERUSER_EMAIL=f"{username}@example.org")
        return username, password

    def token(self, username: str, *scopes: str, project: str = "") -> str:
        """Makes an API token, with every scope unless some are named."""
        arguments = [part for scope in scopes for part in ("--scope", scope)]
        arguments += ["--project", project] if project else []
        return self.manage("create_token", username, "--name", "tests", *arguments).strip().splitlines()[-1]

    def answers(self, path: str) -> bool:
        with contextlib.suppress(OSError):
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url + path, timeout=5) as answer:
                return answer.status == 200
        return False

    def wait_for(self, ready: Callable[[], bool], what: str, *, seconds: float = WAIT_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not ready():
            for child in self._children.values():
                assert not child.ended(), f"While waiting for {what}, the {child.name} ended. {child.last_words()}"
            assert time.monotonic() < deadline, f"Waited {seconds} s for {what}.\n" + self.logs()
            time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(child.last_words() for child in self._children.values())

    def _prepare(self, data: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "workbench.prepare"], cwd=CHECKOUT, capture_output=True, text=True,
            env=self.environment | {"WORKBENCH_DATA": str(data)},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _prepared_folder(self) -> Path:
        """A data folder with an empty migrated database, made once a run: it is copied in a blink."""
        folder = shared_folder() / "prepared"
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                self._prepare(folder.with_suffix(".new"))
                folder.with_suffix(".new").rename(folder)
        return folder

    def _start_server(self) -> Callable[[], None]:
        options = up.parse(["--port", str(self.port), "--data", str(self.data)])
        self._launch("web", up.web(options, self.environment, self.data))
        return lambda: self.wait_for(lambda: self.answers("/health/live"), "the web server to answer")

    def _start_worker(self) -> Callable[[], None]:
        child = up.worker(self.environment, self.data)
        before = child.log.stat().st_size if child.log.exists() else 0
        self._launch("worker", child)

        def wait() -> None:
            # The heartbeat of one that was just killed is still fresh; the log is not.
            self.wait_for(lambda: b" ready." in child.log.read_bytes()[before:], "the worker to be ready")
            if "web" in self._children:
                self.wait_for(lambda: self.answers("/health/ready"), "the worker to be alive")

        return wait

    def _launch(self, name: str, child: Child) -> None:
        child.start()
        self._children[name] = child
