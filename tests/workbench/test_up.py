"""`manage.py up` as people meet it: it starts, says so, keeps its children, and stops."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.servers import free_port, gone

CHECKOUT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.xdist_group("up")


class Up:
    def __init__(self, data: Path, *arguments: str) -> None:
        self.data, self.port = data, free_port()
        self.output = data.parent / f"{data.name}-output.txt"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port), "--data", str(data), "--no-demo", *arguments],
                cwd=CHECKOUT, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )

    def said(self, words: str, *, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.output.read_text():
            assert time.monotonic() < deadline, f"{words!r} was not said:\n{self.output.read_text()}"
            time.sleep(0.05)

    def children(self) -> dict[str, int]:
        """The leading processes of web server and worker, by name."""
        listed = subprocess.check_output(["ps", "-eo", "pid,ppid,args"], text=True)
        rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
        names = {"-m granian": "web", "-m celery": "worker"}
        return {
            name: int(pid) for pid, parent, command in rows if int(parent) == self.process.pid
            for part, name in names.items() if part in command
        }

    def status(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture
def up(tmp_path):
    """One running `manage.py up`."""
    started = Up(tmp_path / "data")
    yield started
    started.end()


@pytest.fixture
def wait_until():
    def wait(ready, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not ready():
            assert time.monotonic() < deadline, f"waited for {what}"
            time.sleep(0.05)

    return wait


def test_up_answers_restarts_what_dies_refuses_a_second_one_and_stops_cleanly(up, wait_until):
    up.said("The workbench is ready: http://127.0.0.1:")
    assert up.status("/health/live") == 200
    children = up.children()
    assert sorted(children) == ["web", "worker"]

    twin = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port()), "--data", str(up.data)],
        cwd=CHECKOUT, capture_output=True, text=True,
    )
    assert (twin.returncode, "already runs on the data folder" in twin.stderr) == (1, True)
    assert "Traceback" not in twin.stderr

    os.kill(children["worker"], signal.SIGKILL)
    up.said("The worker ended by SIGKILL; it is started again.")
    wait_until(lambda: "worker" in up.children() and up.children()["worker"] != children["worker"], "a new worker")

    last = up.children()
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(20) == 0
    assert up.output.read_text().rstrip().endswith("Stopping (SIGTERM) ... stopped.")
    assert [pid for pid in last.values() if not gone(pid)] == []
    key = up.data / "secret-key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) > 50


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_children_end_when_up_itself_is_killed(up, wait_until):
    up.said("The workbench is ready")
    children = up.children()
    up.process.kill()
    up.process.wait()
    wait_until(lambda: all(gone(pid) for pid in children.values()), "the children to end")


def test_a_port_in_use_is_said_with_the_next_one_to_try(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port), "--data", str(tmp_path / "data")],
            cwd=CHECKOUT, capture_output=True, text=True,
        )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"Stopped: port {port} on 127.0.0.1 is already in use. Choose another, for instance: "
        f"python3 manage.py up --port {port + 1}"
    )
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_written_is_said_with_the_cure(tmp_path):
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(free_port()), "--data", str(tmp_path / "file" / "data")],
        cwd=CHECKOUT, capture_output=True, text=True,
    )
    assert done.returncode == 1
    assert "cannot be made or written (Not a directory). Name another with --data FOLDER." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("variable", "value", "sentence"), [
    ("DATABASE_URL", "mysql://root@localhost/x", "DATABASE_URL must read postgres://"),
    ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "the database does not answer"),
    ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis does not answer"),
    ("WORKBENCH_SECRET_KEY", "short", "shorter than 32 characters"),
    ("WORKBENCH_MEDIA_URL", "ftp://bucket", "WORKBENCH_MEDIA_URL must read s3://"),
    ("WORKBENCH_DEBUG", "perhaps", "WORKBENCH_DEBUG is 'perhaps': write 1 or 0."),
])  # fmt: skip
def test_a_wrong_setting_is_said_without_a_traceback(tmp_path, variable, value, sentence):
    done = subprocess.run(
        [sys.executable, "-m", "workbench.prepare"], cwd=CHECKOUT, capture_output=True, text=True,
        env=os.environ | {"WORKBENCH_DATA": str(tmp_path), variable: value},
    )
    assert (done.returncode, sentence in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
