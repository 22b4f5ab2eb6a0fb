"""What set-up and start say on the terminal, and how they run other programs. Standard library only."""

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

NO_NETWORK = re.compile(
    r"name resolution|name or service not known|failed to lookup|dns error|getaddrinfo|ENOTFOUND|EAI_AGAIN|"
    r"network is unreachable|connection refused|ECONNREFUSED|ETIMEDOUT|timed out|tcp connect error|"
    r"error sending request|failed to establish a new connection|no route to host",
    re.IGNORECASE,
)
BAD_CERTIFICATE = re.compile(r"certificate|UnknownIssuer|SELF_SIGNED|SSLError|UNABLE_TO_GET_ISSUER", re.IGNORECASE)


class Trouble(Exception):
    """A sentence that says what is wrong and what cures it; it ends the command without a traceback."""


def say(text: str, *, end: str = "\n", stream: TextIO | None = None) -> None:
    print(text, end=end, file=stream or sys.stdout, flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """One line: what is being done, and how long it took."""
    say(f"  {name} ... ", end="")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - start:.1f} s")


def run(
    command: Sequence[str | os.PathLike[str]],
    *,
    network: str = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Runs a program and returns what it printed.

    `network` names what the program talks to. Raises Trouble with the cure for a missing network or certificate, else
    with the end of what the program said.
    """
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    )
    if done.returncode == 0:
        return done.stdout
    tail = "\n".join(done.stdout.strip().splitlines()[-15:])
    if network and BAD_CERTIFICATE.search(done.stdout):
        raise Trouble(
            f"the certificate of {network} was not accepted. Behind a company's proxy set SSL_CERT_FILE and "
            f"NODE_EXTRA_CA_CERTS to its certificate file, then start again.\n{tail}"
        )
    if network and NO_NETWORK.search(done.stdout):
        raise Trouble(
            f"{network} could not be reached. The first set-up needs the network: connect, or set HTTPS_PROXY, or name "
            f"a mirror with PIP_INDEX_URL and NPM_CONFIG_REGISTRY, then start again; what is done is kept.\n{tail}"
        )
    raise Trouble(f"{Path(command[0]).name} ended with code {done.returncode}:\n{tail}")


def tree_hash(*paths: Path) -> str:
    """One hash over files and whole folders: names and contents."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(part for part in path.rglob("*") if part.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.exists():
                content = hashlib.sha256(file.read_bytes()).hexdigest()
                total.update(f"{file.relative_to(path.parent).as_posix()} {content}\n".encode())
    return total.hexdigest()
