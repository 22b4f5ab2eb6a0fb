"""What set-up says when the machine lacks something."""

import ast
import sys
from pathlib import Path

import pytest

from workbench import bootstrap, console

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def test_an_old_python_can_read_manage_py_and_is_told_its_age(monkeypatch, capsys):
    source = (CHECKOUT / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 4))
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    monkeypatch.setattr(sys, "argv", ["manage.py", "up"])
    names: dict[str, object] = {"__name__": "manage"}
    exec(compile(source, "manage.py", "exec"), names)
    assert names["main"]() == 1
    assert capsys.readouterr().err.startswith("The workbench needs Python 3.11 or newer; this is 3.8 (")


def test_set_up_needs_the_standard_library_alone():
    allowed = set(sys.stdlib_module_names) | {"workbench", "django"}
    for name in ("bootstrap", "console", "up", "children", "testing"):
        tree = ast.parse((CHECKOUT / "workbench" / f"{name}.py").read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {module.split(".")[0] for module in imported} <= allowed, name


@pytest.mark.parametrize("missing", ["ensurepip", "venv"])
def test_a_python_that_cannot_make_environments_is_said_with_the_package_to_install(monkeypatch, tmp_path, missing):
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "bin" / "python")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(console.Trouble, match=rf"lacks the module {missing}.*apt install python3\.\d+-venv"):
        bootstrap.make_environment()


@pytest.mark.parametrize(("said", "cure"), [
    ("Temporary failure in name resolution", "could not be reached. The first set-up needs the network"),
    ("npm error code ENOTFOUND", "could not be reached"),
    ("SSLError(SSLCertVerificationError: certificate verify failed", "set SSL_CERT_FILE and NODE_EXTRA_CA_CERTS"),
    ("No space left on device", "ended with code 3:\nNo space left on device"),
])  # fmt: skip
def test_a_program_that_fails_is_said_with_its_cure(said, cure):
    with pytest.raises(console.Trouble) as trouble:
        console.run([sys.executable, "-c", f"print({said!r}); raise SystemExit(3)"], network="Python's package index")
    assert cure in str(trouble.value)


def test_a_changed_lock_is_noticed_and_an_unchanged_one_is_not(tmp_path):
    lock = tmp_path / "locks" / "a.txt"
    lock.parent.mkdir()
    lock.write_text("one==1")
    before = console.tree_hash(lock.parent)
    assert console.tree_hash(lock.parent) == before
    lock.write_text("one==2")
    assert console.tree_hash(lock.parent) != before
