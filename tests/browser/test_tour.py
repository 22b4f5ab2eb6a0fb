"""The demo fills every page of the tour, and loading it again changes nothing."""

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.browser import tour
from tests.stack import Stack

CHECKOUT = Path(__file__).resolve().parent.parent.parent
COUNTS = """
from labelling.models import Case, DatasetVersion, Evaluation, Example, Label, Project, Resolution, User
print({model.__name__: model.objects.count() for model in (User, Project, Example, Label, Case, Resolution, DatasetVersion, Evaluation)})
"""


def test_the_tour_of_the_readme_can_be_taken_through_a_freshly_loaded_demo(own_stack, tmp_path: Path):
    stack: Stack = own_stack()  # with a worker, which may take the demo's jobs before the command does
    stack.manage("load_demo")
    logins = (stack.data / "demo-logins.json").read_text()
    assert [(row["username"], row["role"]) for row in json.loads(logins)] == [("lea", "owner"), ("ada", "labeller"), ("ben", "labeller")]
    assert (stack.data / "demo-logins.json").stat().st_mode & 0o077 == 0
    counts = stack.shell(COUNTS)
    assert "'Project': 2, 'Example': 1800, 'Label': 12000, " in counts
    assert "'Resolution': 200, " in counts and "'DatasetVersion': 1, 'Evaluation': 1}" in counts

    command = [sys.executable, "-m", "tests.browser.tour", "--url", stack.url, "--data", str(stack.data), "--into", str(tmp_path / "tour")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    pictures = {path.name for path in (tmp_path / "tour").iterdir()}
    assert pictures == {path.name for path in tour.PICTURES.iterdir()}
    for name in pictures:
        with Image.open(tmp_path / "tour" / name) as picture:
            assert picture.width == tour.WIDTH and picture.height >= 600, name

    counts = stack.shell(COUNTS)  # with the small projects of every kind
    stack.manage("load_demo")
    assert stack.shell(COUNTS) == counts
    assert (stack.data / "demo-logins.json").read_text() == logins
