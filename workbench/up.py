"""`python3 manage.py up`: sets the data folder up, starts web server and worker, and keeps them. Standard library only."""

import argparse
import contextlib
import errno
import json
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from workbench.children import Child, Stop, keep, obey_signals
from workbench.console import Trouble, say

CHECKOUT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"0.0.0.0", "::"}
FIRST_PAGE_SECONDS = 90
STOP_SECONDS = 9  # container engines kill after ten; a job that is cut off is taken up again


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py up", description="Sets up what is missing and starts the workbench: web server and worker."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
    parser.add_argument("--data", type=Path, help="folder of database, media and secret key (default: var)")
    parser.add_argument("--no-demo", action="store_true", help="start without the two filled demo projects")
    return parser.parse_args(arguments)


def check(options: argparse.Namespace) -> None:
    """Raises Trouble when the address cannot be listened on."""
    if not 0 < options.port < 65536:
        raise Trouble(f"{options.port} is no port. Choose one between 1024 and 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Trouble(
                f"port {options.port} on {options.host} is already in use. Choose another, for instance: "
                f"python3 manage.py up --port {options.port + 1}"
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM}:
            raise Trouble(f"port {options.port} is kept for the system's administrator. Choose one above 1023.") from error
        raise Trouble(f"{options.host} is no address of this machine ({error.strerror or error}).") from error


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    check(options)
    data = data_folder(options)
    environment = os.environ | {"WORKBENCH_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    environment.setdefault("WORKBENCH_ALLOWED_HOSTS", ",".join(allowed_hosts(options.host)))
    obey_signals()
    children: list[Child] = []
    with only_one(data):
        try:
            prepare(environment, demo=not options.no_demo)
            children = [web(options, environment, data), worker(environment, data)]
            for child in children:
                child.start()
            address = first_page(options, children[0])
            welcome(address, data)
            keep(children)
        except Stop as stop:
            say(f"\nStopping ({stop}) ... ", end="")
            stop_all(children)
            say("stopped.")
            return 0
        finally:
            stop_all(children)
    return 1


def data_folder(options: argparse.Namespace) -> Path:
    chosen = options.data or Path(os.environ.get("WORKBENCH_DATA") or CHECKOUT / "var")
    data = chosen.expanduser().resolve()
    try:
        (data / "logs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"the data folder {data} cannot be made or written ({error.strerror}). Name another with --data FOLDER."
        ) from error
    return data


def allowed_hosts(host: str) -> list[str]:
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    if host not in EVERYWHERE:
        return [*hosts, f"[{host}]" if ":" in host else host]
    name = socket.gethostname()
    with contextlib.suppress(OSError):
        hosts += sorted({str(entry[4][0]) for entry in socket.getaddrinfo(name, None, family=socket.AF_INET)})
    return [*hosts, name]


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Two workbenches must not share one data folder."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with open(data / "up.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            raise Trouble(
                f"a workbench already runs on the data folder {data} (process {lock.read().strip() or 'unknown'}). "
                "Stop that one, or name another folder with --data FOLDER."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def prepare(environment: dict[str, str], *, demo: bool) -> None:
    command = [sys.executable, "-m", "workbench.prepare", *(["--demo"] if demo else [])]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL)
    try:
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if code:
        raise Trouble("nothing was started; the lines above say why.")


def web(options: argparse.Namespace, environment: dict[str, str], data: Path) -> Child:
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", options.host, "--port", str(options.port),
        "--workers", "2", "--blocking-threads", "1", "--blocking-threads-idle-timeout", "600", "--no-ws", "--http", "1",
        "--respawn-failed-workers", "--workers-kill-timeout", "8", "--log-level", "warning",
        "workbench.wsgi:application",
    ]
    return Child("web server", command, environment, data / "logs" / "web.log")


def worker(environment: dict[str, str], data: Path) -> Child:
    # Two processes, so that a long import does not keep a small job waiting; the beat rides along.
    command = [
        sys.executable, "-m", "celery", "--app", "workbench.celery", "worker", "--beat", "--concurrency", "2",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO",
    ]
    return Child("worker", command, environment, data / "logs" / "worker.log")


def base_address(options: argparse.Namespace) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(options.host, options.host)
    return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{options.port}/"


def first_page(options: argparse.Namespace, server: Child) -> str:
    """Waits until the first page answers and returns its address."""
    address = base_address(options)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    reason = "no answer"
    while time.monotonic() < deadline:
        if server.ended():
            raise Trouble(f"the web server ended while it started. {server.last_words()}")
        try:
            with opener.open(address, timeout=10):
                return address
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return address
            reason = f"it answers {error.code}"
        except OSError as error:
            reason = str(error)
        time.sleep(0.05)
    raise Trouble(f"the first page did not come within {FIRST_PAGE_SECONDS} s ({reason}). {server.last_words()}")


def welcome(address: str, data: Path) -> None:
    say(f"\nThe workbench is ready: {address}")
    logins = data / "demo-logins.json"
    if logins.exists():
        entries = json.loads(logins.read_text())
        if isinstance(entries, dict):
            entries = [{"username": name, "password": word} for name, word in entries.items()]
        say("Demo log-ins, made for this data folder:")
        for entry in entries:
            about = entry.get("about") or entry.get("role") or ""
            say(f"  {entry['username']:<12} {entry['password']:<24} {about}".rstrip())
    else:
        elsewhere = "" if data == CHECKOUT / "var" else f"WORKBENCH_DATA={shlex.quote(str(data))} "
        say(f"Make the first account with: {elsewhere}python3 manage.py createsuperuser")
    say(f"Data and logs: {data}\nStop with Ctrl-C.")


def stop_all(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    with contextlib.suppress(Stop):  # a second Ctrl-C ends the waiting
        for child in children:
            child.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.kill()
