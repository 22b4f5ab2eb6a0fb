"""The README says what is there: its script runs, its commands parse, its map and its names exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from labelling.kinds import KINDS
from tests.stack import Stack
from workbench import up

CHECKOUT = Path(__file__).resolve().parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCKS = [(language, text) for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)]
HIDDEN = {"__init__.py", "__pycache__"}
# Roots of the checkout that need no line: they are what every project has.
USUAL = {"README.md", "LICENSE", "pyproject.toml", "package.json", "package-lock.json"}


def blocks(language: str) -> list[str]:
    return [text for found, text in BLOCKS if found == language]


def commands() -> list[list[str]]:
    return [words for text in blocks("sh") for line in text.splitlines() if (words := shlex.split(line, comments=True))]


# The script


def test_the_script_runs_and_what_it_pulled_verifies(live_stack: Stack, tmp_path: Path):
    name, _ = live_stack.superuser("reader-of-the-readme")
    script, _ = blocks("python")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {"WORKBENCH_URL": live_stack.url, "WORKBENCH_TOKEN": live_stack.token(name)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    examples, labels, alpha, again = done.stdout.splitlines()
    assert "'added': 40, " in examples and "'added': 80, " in labels
    assert re.fullmatch(r"alpha 0\.95 \[0\.\d\d–1\.00\]", alpha)
    assert again == "asked again: 304"

    folder = tmp_path / "reviews-1"
    assert {"train.parquet", "test.csv", "labels.parquet", "manifest.json"} < {path.name for path in folder.iterdir()}
    assert ["sha256sum", "-c", "SHA256SUMS"] in commands()
    check = ["sha256sum"] if shutil.which("sha256sum") else ["shasum", "-a", "256"]
    subprocess.run([*check, "-c", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    assert ["python3", "manage.py", "verify_version", "reviews", "1"] in commands()
    assert "Version 1 of reviews is what was released" in live_stack.manage("verify_version", "reviews", "1")

    (folder / "test.csv").write_bytes((folder / "test.csv").read_bytes() + b" ")
    assert subprocess.run([*check, "-c", "SHA256SUMS"], cwd=folder, capture_output=True).returncode != 0


def test_the_lines_for_a_notebook_run_without_settings():
    _, lines = blocks("python")
    done = subprocess.run([sys.executable, "-W", "error", "-c", lines], cwd=CHECKOUT, env={"PATH": "", "PYTHONIOENCODING": "utf-8"}, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"0\.\d\d \[-?\d\.\d\d–1\.00\] 0\.\d+ Cohen's kappa compares exactly two labellers.*\n", done.stdout.decode())


# The commands


def test_every_fenced_block_is_of_a_language_that_is_checked_here():
    assert {language for language, _ in BLOCKS} == {"sh", "python", "text"}


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_of_the_readme_exists_and_takes_its_options(words: list[str]):
    if words[:2] == ["python3", "manage.py"]:
        takes(words[2], words[3:])
    elif words[:2] == [".venv/bin/python", "-m"]:
        found = find_spec(words[2])
        assert found and found.origin
        source = Path(found.origin).read_text()
        assert 'if __name__ == "__main__":' in source
        assert [option for option in words[3:] if option[:1] == "-" and f'"{option}"' not in source] == []
    elif words[0] == "export":
        assert [word for word in words[1:] if word.split("=")[0] not in read_variables()] == []
    else:
        assert words == ["sha256sum", "-c", "SHA256SUMS"]  # which is run above


@pytest.mark.parametrize("command", re.findall(r"`python3 manage\.py ([^`]+)`", README))
def test_a_command_in_a_sentence_exists_and_takes_its_options(command: str):
    name, *arguments = shlex.split(command)
    takes(name, arguments)


def takes(name: str, arguments: list[str]) -> None:
    if name == "up":
        up.parse(arguments)
    elif name == "test":  # its arguments are pytest's
        assert [part for part in arguments if not part.startswith("-") and not (CHECKOUT / part).exists()] == []
    else:
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(arguments)


def test_our_own_commands_are_in_the_readme():
    ours = {path.stem for path in (CHECKOUT / "labelling/management/commands").glob("*.py")} - {"__init__"}
    told_at_start = {"load_demo"}  # `up` runs it
    assert {name for name in ours - told_at_start if f"manage.py {name}" not in README} == set()


def test_every_benchmark_has_its_command():
    there = {f"tests.benchmarks.{path.stem}" for path in (CHECKOUT / "tests/benchmarks").glob("*.py")} - {"tests.benchmarks.__init__"}
    assert {word for words in commands() for word in words if word.startswith("tests.benchmarks.")} == there


def test_continuous_integration_runs_the_test_command_and_nothing_else():
    lines = [line for line in (CHECKOUT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["set -eu", 'cd "$(dirname "$0")/.."', "exec python3 manage.py test"]
    assert ["python3", "manage.py", "test"] in commands()


# Names


def read_variables() -> set[str]:
    """The environment variables that the product reads, out of its source."""
    source = "".join(path.read_text() for path in sorted((CHECKOUT / "workbench").glob("*.py")))
    patterns = (r"\benv\.\w+\(\s*\"(\w+)\"", r"\bflag\(\"(\w+)\"\)", r"environ\.get\(\"(WORKBENCH_\w+)\"\)")
    return {name for pattern in patterns for name in re.findall(pattern, source)}


def test_the_table_of_variables_is_what_the_product_reads():
    told = re.findall(r"^\| `([A-Z_]+)` \|", README, re.M)
    assert sorted(told) == sorted(read_variables())


def test_every_variable_in_the_readme_exists():
    told = set(re.findall(r"\b(?:WORKBENCH|DATABASE|REDIS)_[A-Z_]+\b", README))
    of_the_script = {"WORKBENCH_URL", "WORKBENCH_TOKEN"}
    assert told - of_the_script - read_variables() == set()


def test_the_kinds_that_the_readme_names_are_those_of_the_registry():
    (told,) = re.findall(r"Questions are of kind (.+?); ", README)
    assert re.findall(r"`(\w+)`", told) == list(KINDS)


# The map


def mapped() -> dict[str, str]:
    """Path → what it is, out of the map; an indented line belongs to the folder above it."""
    (text,) = [text for text in blocks("text") if text.startswith("manage.py")]
    found, folder = {}, ""
    for line in text.splitlines():
        name, _, says = line.strip().partition(" ")
        inside = line.startswith("  ")
        folder = folder if inside else name
        found[folder + name if inside else name] = says.strip()
    return found


def test_everything_on_the_map_exists():
    assert [path for path in mapped() if not (CHECKOUT / path).exists() or path.endswith("/") != (CHECKOUT / path).is_dir()] == []


def test_every_room_of_labelling_is_on_the_map():
    there = {f"labelling/{path.name}{'/' * path.is_dir()}" for path in (CHECKOUT / "labelling").iterdir() if path.name not in HIDDEN}
    assert {path for path in mapped() if path.startswith("labelling/") and path != "labelling/"} == there


def test_every_line_of_the_map_says_something():
    assert {path for path, says in mapped().items() if not says} == {"labelling/"}


def test_everything_at_the_top_of_the_checkout_is_on_the_map():
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("This copy is no Git checkout, so it may hold more than what belongs to it.")
    top = {path.split("/")[0] for path in listed.stdout.splitlines() if not path.startswith(".")}
    assert top - USUAL - {path.split("/")[0] for path in mapped()} == set()


def test_the_line_of_layers_is_the_one_that_is_checked():
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract.get("exhaustive"))["layers"]
    assert re.sub(r"[()]", "", " > ".join(layers)) in [text.strip() for text in blocks("text")]


# Links and pictures


def test_every_picture_is_there_and_none_is_left_over():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert sorted(shown) == sorted(f"docs/tour/{path.name}" for path in (CHECKOUT / "docs/tour").iterdir())


def test_every_picture_is_light_to_load_and_1280_wide():
    from PIL import Image

    for path in (CHECKOUT / "docs/tour").iterdir():
        assert path.stat().st_size < 150_000, path.name
        with Image.open(path) as picture:
            assert picture.width == 1280, path.name


def test_every_link_leads_somewhere():
    links = re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", README)
    assert links and [link for link in links if not (CHECKOUT / link).is_file()] == []


def test_the_readme_is_read_in_one_go():
    assert README.count("\n") < 330
