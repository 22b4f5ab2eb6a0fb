"""`python3 manage.py test [pytest arguments]`: all tests on SQLite, then those that races and dialects matter to on PostgreSQL.

Standard library only. The second run takes the tests marked `postgres` (only there) and `both_databases` (there too).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbench.console import say

CHECKOUT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5
WORKERS = 2


def main(arguments: list[str]) -> int:
    named = [part for part in arguments if not part.startswith("-") and Path(part.split("::")[0]).exists()]
    # A few named files finish before a second process has started.
    spread = [] if named or {"-n", "--pdb"} & set(arguments) else ["-n", str(WORKERS), "--dist", "loadgroup"]
    start = time.monotonic()
    codes: dict[str, int] = {}
    counts: dict[str, dict[str, int]] = {}
    for database, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL")):
        if any(part.startswith("--database") for part in arguments) and f"--database={database}" not in arguments:
            continue
        say(f"\nTests on {name}")
        with tempfile.TemporaryDirectory(prefix="workbench-summary-") as folder:
            summary = Path(folder) / "counts.json"
            own = [part for part in arguments if not part.startswith("--database")]
            command = [sys.executable, "-m", "pytest", f"--database={database}", *spread, *own]
            environment = os.environ | {"WORKBENCH_TEST_COUNTS": str(summary)}
            codes[name] = subprocess.call(command, cwd=CHECKOUT, env=environment)
            counts[name] = json.loads(summary.read_text()) if summary.exists() else {}
    seconds = time.monotonic() - start
    told = ", ".join(
        f"{name}: " + (", ".join(f"{number} {word}" for word, number in counts[name].items() if number) or "none")
        for name in codes
    )
    wrong = [code for code in codes.values() if code not in {0, NOTHING_COLLECTED}]
    if not wrong and all(code == NOTHING_COLLECTED for code in codes.values()):
        wrong = [NOTHING_COLLECTED]
    say(f"\n{'Not all tests passed' if wrong else 'All tests passed'}. {told}. {seconds:.0f} s.")
    return wrong[0] if wrong else 0
