"""Fields and questions as pages draw them: tables and dialogues in the shapes of tests/shapes.json, which hold for the
labelling screen's scripts too; Markdown; limits in words."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from labelling.intake.models import Example
from labelling.web.drawing import drawn
from labelling.web.shapes import table_of, turns_of
from tests.factories import label_next, make_examples, make_project
from tests.web.people import browse

SHAPES = json.loads((Path(__file__).resolve().parents[1] / "shapes.json").read_text())


def written(cell: dict[str, Any]) -> str:
    return cell["text"] + ("#" if cell["number"] else "")


@pytest.mark.parametrize("case", SHAPES["tables"], ids=lambda case: json.dumps(case["given"])[:40])
def test_each_shape_of_a_table_is_read(case):
    found = table_of(case["given"])
    assert found["head"] == case["head"]
    assert [[row["name"], *map(written, row["cells"])] for row in found["rows"]] == case["rows"]


@pytest.mark.parametrize("case", SHAPES["dialogues"], ids=lambda case: json.dumps(case["given"])[:40])
def test_each_shape_of_a_dialogue_is_read(case):
    assert [[turn["who"], turn["said"]] for turn in turns_of(case["given"])] == case["turns"]


def test_what_is_neither_is_none():
    assert [given for given in SHAPES["no_tables"] if table_of(given) is not None] == []
    assert [given for given in SHAPES["no_dialogues"] if turns_of(given) is not None] == []
    assert table_of("[" * 100_000) is turns_of("[" * 100_000) is None


FIELDS = {"rows": "table", "talk": "dialogue", "notes": "markdown"}
DATA = {
    "rows": [{"a": 1, "<b>": "<script>alert(1)</script>"}],
    "talk": "Ada: <i>one</i>\nBen: two",
    "notes": "# Title\n\n*so* <script>alert(2)</script> [x](javascript:alert(3))",
}


@pytest.fixture
def shown(db):
    project = make_project("shown", display=[{"field": field, "as": way} for field, way in FIELDS.items()], now=timezone.now())
    make_examples(project, 1)
    Example.objects.filter(project=project).update(data=DATA)
    return project


def body_of(answer) -> str:
    return answer.content.decode()


def test_leads_see_tables_dialogues_and_markdown_and_never_anybodys_html(shown):
    page = body_of(browse("lea").get("/projects/shown/examples/e0/"))
    assert '<th scope="col" dir="auto">&lt;b&gt;</th>' in page and '<td dir="auto" class="num">1</td>' in page
    assert '<p class="speaker" dir="auto">Ada</p><p class="turn-text" dir="auto">&lt;i&gt;one&lt;/i&gt;</p>' in page
    assert page.count('class="other"') == 1
    assert "<h3>Title</h3>" in page and "<em>so</em>" in page
    assert "<script>alert" not in page and "javascript:" not in re.sub(r"\[x\]\(javascript:alert\(3\)\)", "", page)


@pytest.mark.parametrize("data", [{}, {"rows": "x", "talk": 3, "notes": None}, {"rows": [[]], "talk": [None], "notes": ["a"]}])
def test_what_has_another_shape_is_shown_as_text(shown, data):
    Example.objects.filter(project=shown).update(data=data)
    assert browse("lea").get("/projects/shown/examples/e0/").status_code == 200
    assert browse("ada").get("/projects/shown/label/").status_code == 200


def test_labellers_get_markdown_as_clean_html_beside_the_text(shown):
    page = body_of(browse("ada").get("/projects/shown/label/"))
    found = json.loads(page.split('<script id="label-data" type="application/json">')[1].split("</script>")[0])
    example = found["stock"]["assignments"][0]["example"]
    assert example["data"] == DATA
    assert list(example["html"]) == ["notes"]
    assert "<h3>Title</h3>" in example["html"]["notes"] and "<script" not in example["html"]["notes"] and 'href="javascript' not in example["html"]["notes"]


def test_who_is_asked_how_sure_they_are_and_who_practises(shown):
    def page(name: str) -> dict[str, Any]:
        text = body_of(browse(name).get("/projects/shown/label/"))
        data = json.loads(text.split('<script id="label-data" type="application/json">')[1].split("</script>")[0])
        assert ('id="confidence"' in text) == data["confidence"]
        return data

    assert (page("ada")["confidence"], page("ada")["practice"]) == (False, False)
    type(shown).objects.filter(pk=shown.pk).update(settings={"confidence": True, "practice": True})
    assert (page("ada")["confidence"], page("ada")["practice"]) == (True, True)
    label_next("ada", {"sentiment": "pos"}, slug="shown", confidence=0.4)
    again = page("ada")
    assert (again["practice"], again["recent"][0]["confidence"]) == (False, 0.4)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "Choose all that hold"), ({"min": 1}, "Choose at least 1"), ({"max": 2}, "Choose up to 2"), ({"min": 1, "max": 2}, "Choose 1 to 2"),
        ({"min": 2, "max": 2}, "Choose 2"), ({"max": 3}, "Choose all that hold"),
    ],
)  # fmt: skip
def test_how_many_classes_may_be_chosen_is_said_in_words(limits, words):
    question = drawn({"key": "q", "kind": "choices", "prompt": "q", "classes": [{"key": key, "name": key} for key in "abc"], **limits})
    assert question["wanted"] == words
    assert (question["none"], question["unlimited"]) == (not limits.get("min"), limits.get("max", 3) == 3)


def test_zero_is_the_key_of_none_of_them_and_of_no_class():
    classes = [{"key": key, "name": key} for key in "0123456789"]
    digits = lambda **more: [option["digit"] for option in drawn({"key": "q", "kind": "choices", "prompt": "q", "classes": classes, **more})["options"]]  # noqa: E731
    assert digits() == [*"123456789", ""]
    assert digits(min=1) == list("0123456789")


@pytest.mark.parametrize(
    ("limits", "words"),
    [({}, ""), ({"low": 0, "high": 10}, "0 to 10"), ({"low": 0}, "0 or more"), ({"high": -1.5}, "\N{MINUS SIGN}1.5 or less")],
)
def test_the_limits_of_a_number_are_said_in_words(limits, words):
    assert drawn({"key": "q", "kind": "number", "prompt": "q", **limits})["range_words"] == words
