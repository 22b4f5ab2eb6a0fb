"""The house's own rules, checked by tools instead of by memory."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

CHECKOUT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
LONGEST = 500
WRITERS = {
    "labelling/audit.py": "writes the events beside each change",
    "labelling/intake/states.py": "moves an example and its project's counts together, for the services of all stages",
    "labelling/accounts/selectors.py": "notes when a token was last used while looking it up",
}
ALWAYS_WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "save", "abulk_create", "acreate"}
QUERYSET_PARTS = {"objects", "filter", "exclude", "all", "select_for_update"}
RAW_WRITE = re.compile(r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+[\w{\"]+\S*\s+SET|DELETE\s+FROM|COPY\s+\S+.*FROM)\b", re.I | re.S)
INLINE = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I),
    "an inline style sheet": re.compile(r"<style\b", re.I),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "an address of another host": re.compile(r"\b(src|srcset|action)\s*=\s*[\"'](https?:)?//", re.I),
}


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((CHECKOUT / folder).rglob("*.py")) if "migrations" not in path.parts]


def test_imports_run_one_way():
    run(str(BIN / "lint-imports"), "--no-cache")


def test_ruff_finds_nothing():
    run(str(BIN / "ruff"), "check", "--no-cache", ".")


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_file_is_longer_than_500_lines():
    files = python_files("labelling", "workbench", "tests") + sorted((CHECKOUT / "static").rglob("*.js"))
    too_long = {str(path.relative_to(CHECKOUT)): lines for path in files if (lines := path.read_bytes().count(b"\n")) > LONGEST}
    assert too_long == {}


def test_only_services_write():
    wrong = []
    for path in python_files("labelling"):
        if may_write(path):
            continue
        tree = ast.parse(path.read_text())
        wrong += [f"{path.relative_to(CHECKOUT)}:{line} {what}" for line, what in writes(tree)]
    assert wrong == [], "Writes belong in a services.py:\n" + "\n".join(wrong)


def may_write(path: Path) -> bool:
    return path.name == "services.py" or "services" in path.parts or path.relative_to(CHECKOUT).as_posix() in WRITERS


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Calls that write through the ORM, and SQL texts that write."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW_WRITE.match(node.value):
            yield node.lineno, node.value.strip().splitlines()[0]
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, chain = node.func.attr, set(attributes(node.func.value))
        of_super = isinstance(node.func.value, ast.Call) and getattr(node.func.value.func, "id", "") == "super"
        on_queryset = bool(chain & QUERYSET_PARTS)
        if of_super:
            continue
        if name in ALWAYS_WRITES and not (name == "save" and node.args):  # storage.save(name, file), image.save(file)
            yield node.lineno, f".{name}()"
        elif name in {"update", "create", "delete"} and on_queryset:
            yield node.lineno, f".{name}()"
        elif name == "delete" and not node.args and not node.keywords:
            yield node.lineno, ".delete()"


def attributes(node: ast.AST) -> Iterator[str]:
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        else:
            node = node.func


@pytest.mark.parametrize("code", [
    "Label.objects.create(value=1)", "label.save()", "Label.objects.filter(id=1).update(value=2)", "label.delete()",
    "Label.objects.bulk_create(rows)", "cursor.execute('DELETE FROM labelling_label')",
])  # fmt: skip
def test_the_check_on_writes_sees(code):
    assert list(writes(ast.parse(code)))


@pytest.mark.parametrize("code", [
    "hashes.update(b'x')", "found.update(a=1)", "storage.save('name', file)", "super().save()", "storage.delete('name')",
    "cursor.execute('SELECT 1')",
])  # fmt: skip
def test_the_check_on_writes_leaves_alone(code):
    assert not list(writes(ast.parse(code)))


def test_templates_hold_no_inline_script_or_style():
    wrong = []
    for path in sorted((CHECKOUT / "labelling").rglob("*.html")):
        text = path.read_text()
        for what, pattern in INLINE.items():
            wrong += [
                f"{path.relative_to(CHECKOUT)}:{text.count(chr(10), 0, match.start()) + 1} {what}"
                for match in pattern.finditer(text)
            ]
    assert wrong == []


def test_locks_name_no_host():
    for path in [*(CHECKOUT / "locks").glob("*.txt"), CHECKOUT / "package-lock.json"]:
        text = path.read_text()
        assert '"resolved"' not in text
        assert not re.search(r"--(extra-)?index-url|--find-links|git\+|@ (https?|file):", text), path


def test_both_locks_agree():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==\S+", (CHECKOUT / "locks" / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")
