"""Guidelines: reading, a new version with its reason, what changed."""

import pytest

from labelling.projects import services as projects
from labelling.projects.models import GuidelineVersion
from labelling.web.line_diff import line_diff
from tests.factories import NOW, make_project, viewer
from tests.web.people import browse, text_of

pytestmark = pytest.mark.django_db
HERE = "/projects/reviews/guidelines/"


@pytest.fixture(autouse=True)
def reviews(db):
    return make_project("reviews", guidelines="# How\n\nRead first.")


def write(text: str, reason: str) -> None:
    projects.add_guidelines(actor=viewer("lea"), slug="reviews", text=text, reason=reason, now=NOW)


def test_a_new_version_holds_from_then_on_and_the_old_one_stays_readable():
    client = browse("lea")
    answer = client.post(f"{HERE}edit/", {"text": "# How\r\n\r\nRead twice.", "reason": "Once was too quick", "base": "1"}, follow=True)
    page = text_of(answer)
    assert "Version 2 of the guidelines holds from now on." in page and "<p>Read twice.</p>" in page
    assert GuidelineVersion.objects.get(version=2).text == "# How\n\nRead twice."
    assert "<p>Read first.</p>" in text_of(client.get(f"{HERE}?version=1"))


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"text": "# New", "reason": " "}, "Say what changed and why"),
    ({"text": "# How\n\nRead first.", "reason": "none"}, "This is word for word version 1."),
    ({"text": "x" * 200_001, "reason": "long"}, "This is a text of up to 200,000 characters."),
    ({"text": "a\x00b", "reason": "null"}, "null"),
])  # fmt: skip
def test_what_cannot_be_saved_is_said_and_what_was_typed_stays(typed, sentence):
    answer = browse("lea").post(f"{HERE}edit/", typed | {"base": "1"})
    page = text_of(answer)
    assert answer.status_code == 400 and "There is a problem" in page and sentence in page
    assert typed["text"].replace("\x00", "").split()[0][:20] in page
    assert GuidelineVersion.objects.count() == 1


def test_who_started_from_an_older_version_is_told_before_theirs_covers_it():
    write("# How\n\nRead it all.", "Clearer")
    client = browse("lea")
    typed = {"text": "# How\n\nMine.", "reason": "Mine", "base": "1"}
    page = text_of(client.post(f"{HERE}edit/", typed))
    assert "Version 2 was written meanwhile." in page and "Mine." in page
    assert GuidelineVersion.objects.count() == 2
    assert client.post(f"{HERE}edit/", typed | {"base": "2"}).status_code == 302


def test_the_preview_cleans_as_the_page_does_and_stores_nothing():
    page = browse("lea").post(f"{HERE}edit/", {"text": "**b** <img src=x onerror=alert(1)>", "preview": "1", "base": "1"}).content.decode()
    assert "<strong>b</strong>" in page and "<img" not in page
    assert GuidelineVersion.objects.count() == 1


def test_what_changed_is_shown_line_by_line():
    write("# How\n\nRead twice.", "Once was too quick")
    page = text_of(browse("ada").get(f"{HERE}diff/"))
    assert "<del>Read first.</del>" in page and "<ins>Read twice.</ins>" in page and "Once was too quick" in page


@pytest.mark.parametrize(("old", "new", "lines"), [
    ("a\nb", "a\nb", []),
    ("", "a", [("added", "a")]),
    ("a", "", [("removed", "a")]),
    ("a\nb\nc", "a\nx\nc", [("same", "a"), ("removed", "b"), ("added", "x"), ("same", "c")]),
    ("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n7", [("gap", "…"), ("same", "3"), ("same", "4"), ("same", "5"), ("removed", "6"), ("added", "7")]),
    ("@@ -1 @@\nb", "@@ -1 @@\nc", [("same", "@@ -1 @@"), ("removed", "b"), ("added", "c")]),
    ("- x", "- y", [("removed", "- x"), ("added", "- y")]),
])  # fmt: skip
def test_a_line_diff_names_each_line(old, new, lines):
    assert line_diff(old, new) == lines


@pytest.mark.parametrize("query", ["?version=0", "?version=-1", "?version=x", "?version=99999999999", "diff/?from=7", "diff/?to=%00"])
def test_a_version_that_is_not_there_is_404(query):
    assert browse("ada").get(HERE + query).status_code == 404
