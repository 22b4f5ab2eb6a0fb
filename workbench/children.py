"""Processes that live and die with `manage.py up`. Standard library only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from workbench.console import Trouble, say

CHECKOUT = Path(__file__).resolve().parent.parent
TOO_OFTEN = 3
WITHIN_SECONDS = 60
LARGEST_LOG = 10 * 1024 * 1024


class Stop(BaseException):
    """SIGTERM or Ctrl-C: not an error, so not an Exception that a handler in between could swallow."""


def obey_signals() -> None:
    def stop(number: int, _frame: object) -> None:
        raise Stop(signal.Signals(number).name)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _end_with_parent() -> None:
    # 1 is PR_SET_PDEATHSIG: should `up` itself be killed, its children are asked to stop too.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Child:
    """One program with its log file. It leads its own process group, so that Ctrl-C reaches it through us, once."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.process: subprocess.Popen[bytes] | None = None
        self.ends: list[float] = []

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.old"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=CHECKOUT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def restart(self) -> None:
        """Starts the program again; raises Trouble when it ends again and again."""
        assert self.process is not None
        code = self.process.returncode
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        self.kill()
        now = time.monotonic()
        self.ends = [end for end in self.ends if now - end < WITHIN_SECONDS] + [now]
        if len(self.ends) >= TOO_OFTEN:
            raise Trouble(f"the {self.name} ended {TOO_OFTEN} times within a minute, last {how}. {self.last_words()}")
        say(f"The {self.name} ended {how}; it is started again. Its log: {self.log}", stream=sys.stderr)
        self.start()

    def last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8000))
            lines = log.read().decode(errors="replace").splitlines()[-20:]
        return f"The end of its log {self.log}:\n" + "\n".join(lines)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def kill(self) -> None:
        """Ends what is left of the whole group: also the processes of a leader that was killed."""
        if self.process is None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()


def keep(children: list[Child]) -> None:
    """Watches over the children until a signal raises Stop, or one of them cannot be kept alive."""
    while True:
        time.sleep(0.3)
        for child in children:
            if child.ended():
                child.restart()
