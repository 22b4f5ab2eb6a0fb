"""Scripts whose rules need no browser: node's own test runner on tests/js/."""

import subprocess
from pathlib import Path

from workbench.bootstrap import node

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_scripts_rules_hold():
    files = sorted((CHECKOUT / "tests/js").glob("*.test.js"))
    wanted = sum(file.read_text().count("\ntest(") for file in files)
    done = subprocess.run(
        [node(), "--test", "--test-reporter=tap", *files], cwd=CHECKOUT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"# pass {wanted}\n" in done.stdout
