"""The form of a new project asks questions of every kind, shows every display and hangs questions on earlier ones."""

import re
from typing import Any

import pytest

from labelling.projects.models import Project
from labelling.projects.rules import DISPLAYS
from labelling.projects.selectors import questions_of
from labelling.web.projects import SHOWN_AS
from tests.web.people import browse, text_of

pytestmark = pytest.mark.django_db
BASE = {
    "name": "Everything", "labels_per_example": "2", "order": "sequence",
    "display-0-field": "text", "display-0-as": "text", "display-1-field": "photo", "display-1-as": "image",
    "questions-0-prompt": "Which mood?", "questions-0-kind": "choice", "questions-0-required": "on",
    "questions-0-classes-0-name": "Not good", "questions-0-classes-1-name": "Good",
}  # fmt: skip
# What is typed for the second question, and what it becomes.
KINDS: list[tuple[dict[str, str], dict[str, Any]]] = [
    (
        {"kind": "choices", "classes-0-name": "A", "classes-1-name": "B", "classes-2-name": "C", "min": "1", "max": "2"},
        {"kind": "choices", "min": 1, "max": 2},
    ),
    ({"kind": "rating", "low": "1", "high": "5", "step": ""}, {"kind": "rating", "low": 1, "high": 5, "step": 1}),
    ({"kind": "number", "low": "0", "high": "2,5", "unit": "kg"}, {"kind": "number", "low": 0, "high": 2.5, "unit": "kg"}),
    ({"kind": "number", "low": "", "high": "", "unit": ""}, {"kind": "number"}),
    ({"kind": "text", "max_length": "80", "of": "photo"}, {"kind": "text", "max_length": 80, "of": "photo"}),
    ({"kind": "text", "max_length": "", "of": ""}, {"kind": "text"}),
    ({"kind": "spans", "classes-0-name": "Person", "of": "text", "overlap": "on"}, {"kind": "spans", "of": "text", "overlap": True}),
    ({"kind": "spans", "classes-0-name": "Person", "of": "text"}, {"kind": "spans", "of": "text", "overlap": False}),
    ({"kind": "boxes", "classes-0-name": "Car", "of": "photo"}, {"kind": "boxes", "of": "photo"}),
]


def second(**typed: str) -> dict[str, str]:
    return BASE | {"questions-1-prompt": "And then?", "questions-1-key": "then"} | {f"questions-1-{name}": value for name, value in typed.items()}


@pytest.mark.parametrize(("typed", "becomes"), KINDS, ids=lambda part: part.get("kind"))
def test_a_question_of_any_kind_becomes_what_was_typed_and_nothing_of_other_kinds(typed, becomes):
    # What other kinds have stands in the page too, hidden, and is sent along.
    hidden = {"names": "1 = bad", "unit": "m", "max_length": "9", "low": "3", "min": "1"}
    own = {name: value for name, value in hidden.items() if name not in typed and name not in {"number": {"unit", "low"}}.get(typed["kind"], {name})}
    assert browse("lea").post("/new-project/", second(**own, **typed)).status_code == 302
    asked = questions_of(Project.objects.get())[1]
    assert {name: value for name, value in asked.items() if name not in ("key", "prompt", "required", "classes")} == becomes


def test_every_display_can_be_chosen():
    assert list(SHOWN_AS) == list(DISPLAYS)
    page = text_of(browse("lea").get("/new-project/"))
    assert all(f'<option value="{name}"' in page for name in DISPLAYS)
    typed = BASE | {f"display-{place}-{end}": value for place, name in enumerate(DISPLAYS) for end, value in (("field", name), ("as", name))}
    assert browse("lea").post("/new-project/", typed).status_code == 302
    assert [part["as"] for part in Project.objects.get().display] == list(DISPLAYS)


def test_a_question_hangs_on_the_words_of_an_earlier_one():
    typed = second(kind="text", **{"show_if-question": "Which mood?", "show_if-is-3": "Not good"})
    assert browse("lea").post("/new-project/", typed).status_code == 302
    assert questions_of(Project.objects.get())[1]["show_if"] == {"question": "which_mood", "is": ["not_good"]}


def test_a_question_hangs_on_steps_of_a_scale():
    typed = BASE | {"questions-0-kind": "rating", "questions-0-low": "-1", "questions-0-high": "1"}
    typed |= {"questions-1-prompt": "Why?", "questions-1-kind": "text", "questions-1-show_if-question": "Which mood?"}
    typed |= {"questions-1-show_if-is-0": "-1", "questions-1-show_if-is-1": "0"}
    assert browse("lea").post("/new-project/", typed).status_code == 302
    assert questions_of(Project.objects.get())[1]["show_if"] == {"question": "which_mood", "is": [-1, 0]}


WRONG = [
    ({"kind": "choices", "classes-0-name": "A", "classes-1-name": "B", "min": "3"}, "questions-1-min", "from 0 to 2, the number of classes"),
    ({"kind": "choices", "classes-0-name": "A", "classes-1-name": "B", "min": "2", "max": "1"}, "questions-1-max", "not below min"),
    ({"kind": "number", "low": "much"}, "questions-1-low", "low is a number"),
    ({"kind": "number", "low": "3", "high": "2"}, "questions-1-high", "above the lowest"),
    ({"kind": "text", "max_length": "0"}, "questions-1-max_length", "whole number from 1"),
    ({"kind": "spans", "classes-0-name": "A", "of": ""}, "questions-1-of", "Say which field the spans are in"),
    ({"kind": "spans", "classes-0-name": "A", "of": "photo"}, "questions-1-of", "shown as text"),
    ({"kind": "boxes", "classes-0-name": "A", "of": "nowhere"}, "questions-1-of", "is not shown"),
    ({"kind": "spans", "of": "text"}, "questions-1-classes", "at least one class"),
    ({"kind": "text", "show_if-question": "Which mood?"}, "questions-1-show_if-is", "Name at least one answer"),
    ({"kind": "text", "show_if-question": "And then?", "show_if-is-0": "Good"}, "questions-1-show_if-question", "comes before this one"),
]


@pytest.mark.parametrize(("typed", "anchor", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_own_input_and_what_was_typed_stays(typed, anchor, sentence):
    response = browse("lea").post("/new-project/", second(**typed))
    page = text_of(response)
    assert response.status_code == 400 and not Project.objects.exists()
    assert re.search(rf'<a href="#{anchor}">[^<]*{sentence}', page), re.findall(r'<a href="#q[^<]*', page)
    assert f'id="{anchor}"' in page
    for name, value in typed.items():
        assert not value or f'value="{value}"' in page or f"selected>{value}" in page, name
