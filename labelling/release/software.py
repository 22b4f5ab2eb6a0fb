"""Which software made a version."""

import os
import re
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent


@cache
def software() -> dict[str, str | None]:
    """Name, version and commit; the commit is null where nobody knows it (a packed copy)."""
    found = re.search(r'^version = "([^"]+)"', (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return {"name": "workbench", "version": found[1] if found else "unknown", "commit": os.environ.get("WORKBENCH_COMMIT") or _commit()}


def _commit() -> str | None:
    """The commit that is checked out, read without git."""
    git = CHECKOUT / ".git"
    try:
        if git.is_file():
            git = CHECKOUT / git.read_text().removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref:"):
            return head
        name = head.removeprefix("ref:").strip()
        common = git / (git / "commondir").read_text().strip() if (git / "commondir").exists() else git
        if (common / name).exists():
            return (common / name).read_text().strip()
        packed = (common / "packed-refs").read_text()
        return next((line.split()[0] for line in packed.splitlines() if line.endswith(" " + name)), None)
    except OSError:
        return None
