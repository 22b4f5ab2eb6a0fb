"""The settings page's part about labelling, and what the page Assign says of checks."""

import pytest

from labelling.intake.models import Example
from labelling.projects.models import Membership, Project
from tests.checks import label_on, make_gold, switch_on
from tests.factories import make_examples, make_project, viewer
from tests.web.people import browse

pytestmark = pytest.mark.django_db
SETTINGS, ASSIGN = "/projects/reviews/settings/", "/projects/reviews/assign/"
USUAL = {"name": "Film reviews", "description": "", "labels_per_example": "3", "order": "sequence", "lease_minutes": "30", "target_alpha": ""}


def stored() -> dict:
    return Project.objects.get().settings


def test_every_setting_of_labelling_is_set_on_the_page_in_percentages_and_yes_or_no():
    make_project()
    typed = USUAL | {
        "confidence": "on", "practice": "on", "suggestions_show": "on", "suggestions_blind_share": "25", "qualification_examples": "10",
        "qualification_required": "90 %", "gold_share": "2.5", "gold_feedback": "on", "second_round_share": "5", "second_round_after_days": "14",
        "overlap_adaptive": "on", "overlap_most": "6", "overlap_confidence": "95 %", "overlap_budget": "1200",
    }  # fmt: skip
    assert browse("lea").post(SETTINGS, typed).status_code == 302
    assert stored() == {
        "confidence": True, "practice": True, "suggestions": {"show": True, "blind_share": 0.25}, "qualification": {"examples": 10, "required": 0.9},
        "gold": {"share": 0.025, "feedback": True}, "second_round": {"share": 0.05, "after_days": 14},
        "overlap": {"adaptive": True, "most": 6, "confidence": 0.95, "budget": 1200},
    }  # fmt: skip
    page = browse("lea").get(SETTINGS).content.decode()
    for value in ('value="25"', 'value="90"', 'value="2.5"', 'value="14"', 'value="6"', 'value="95"', 'value="1200"'):
        assert value in page, value
    assert browse("lea").post(SETTINGS, typed | {"gold_share": "0", "second_round_share": "0", "qualification_examples": "0"}).status_code == 302
    assert stored()["gold"]["share"] == 0
    assert "second_round" not in stored() or stored()["second_round"]["share"] == 0


def test_an_empty_field_keeps_what_is_set():
    project = make_project()
    switch_on(project, gold={"share": 0.1})
    assert browse("lea").post(SETTINGS, USUAL | {"gold_share": ""}).status_code == 302
    assert stored()["gold"]["share"] == 0.1


def test_a_budget_is_a_number_or_none_and_the_page_says_which_questions_decide():
    project = make_project()
    switch_on(project, overlap={"adaptive": True, "budget": 7})
    assert 'value="7"' in browse("lea").get(SETTINGS).content.decode()
    assert browse("lea").post(SETTINGS, USUAL | {"overlap_adaptive": "on", "overlap_budget": " None "}).status_code == 302
    assert stored()["overlap"]["budget"] is None
    page = browse("lea").get(SETTINGS).content.decode()
    assert 'value="none"' in page
    assert "“What does the writer feel?” decides." in page
    make_project("prices", questions=[{"key": "cost", "kind": "number", "prompt": "How much?"}])
    assert "nothing more is ever asked for" in browse("lea").get("/projects/prices/settings/").content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("gold_share", "80", "from 0 to 50"), ("gold_share", "many", "from 0 to 50"), ("qualification_examples", "1.5", "whole number from 0 to 200"),
        ("qualification_required", "120", "from 0 to 100"), ("second_round_after_days", "-1", "from 0 to 365"), ("second_round_share", "inf", "from 0 to 50"),
        ("overlap_most", "1", "from 2 to 100"), ("overlap_confidence", "100", "from 50 to 99.9"), ("overlap_confidence", "nan", "from 50 to 99.9"),
        ("overlap_budget", "-1", "or none"), ("overlap_budget", "lots", "or none"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_changed(field, typed, words):
    make_project()
    answer = browse("lea").post(SETTINGS, USUAL | {"name": "Other", field: typed})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert words in page.split(f'id="id_{field}-error"')[1][:200]
    assert f'value="{typed}"' in page
    assert (Project.objects.get().name, stored()) == ("Film reviews", {})


def test_the_page_says_how_much_gold_there_is_and_when_it_is_too_little():
    project = make_project()
    make_gold(project, 2)
    make_gold(project, 1, prefix="o", settled=False)
    page = browse("lea").get(SETTINGS).content.decode()
    assert "3 gold examples" in page
    assert "once a check is switched on" in page
    browse("lea").post(SETTINGS, USUAL | {"qualification_examples": "5"})
    page = browse("lea").get(SETTINGS).content.decode()
    assert "5 gold examples are asked for, and there are 3" in page
    assert not Example.objects.filter(state="open").exists()


def test_assign_says_what_is_checked_and_lets_a_lead_allow_another_try():
    project = make_project()
    make_examples(project, 5)
    make_gold(project, 4)
    switch_on(project, qualification={"examples": 2, "required": 1}, gold={"share": 0.05}, second_round={"share": 0.1})
    label_on("ada", 2, "pos")
    page = browse("lea").get(ASSIGN).content.decode().replace("\xa0", " ").replace("\u202f", " ")
    for words in ("2 gold examples, 100 % must be right", "5 % of the examples handed out", "10 %, after 7 days", "waits for another try", "not qualified yet"):
        assert words in page, words
    assert browse("ada").post(f"{ASSIGN}ada/allow/").status_code == 403
    assert Membership.objects.get(user=viewer("ada").user_id).tries_allowed == 1
    page = browse("lea").post(f"{ASSIGN}ada/allow/", follow=True).content.decode()
    assert "ada may try again" in page
    assert Membership.objects.get(user=viewer("ada").user_id).tries_allowed == 2
    assert "does not wait for another try" in browse("lea").post(f"{ASSIGN}ada/allow/", follow=True).content.decode()
    assert label_on("ada", 2, "neg")
    assert Membership.objects.get(user=viewer("ada").user_id).qualified_at is not None
