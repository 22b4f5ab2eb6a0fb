"""A model's suggestion on the labelling screen: marked and never chosen, taken over by one key, and nowhere on the others."""

import json
import os

import pytest
from playwright.sync_api import expect

from tests.browser.axe import problems_of
from tests.browser.labelling import (
    PLAIN,
    SENTIMENT,
    STRENGTH,
    answers,
    example,
    logged_in,
    make_projects,
    press,
    shifted,
    start,
    wait_for_labels,
    watch_shifts,
)
from tests.browser.people import log_in, make_people

TOPICS = {"key": "topics", "kind": "choices", "prompt": "What is it about?", "required": False, "classes": ["story", "acting", "music"]}
WORDS = {"key": "words", "kind": "text", "prompt": "What does it say?", "required": False}
NAMES = {"key": "names", "kind": "spans", "prompt": "Which names are there?", "of": "text", "classes": ["PER", "LOC"], "required": False}
SHOW = {"show": True, "blind_share": 0.0}
SUGGESTED = {
    "sug-one": {"sentiment": "neg"},
    "sug-move": {"sentiment": "mix"},
    "sug-all": {"sentiment": "neg", "strength": 1, "topics": ["acting", "music"], "words": "as said", "names": [{"start": 0, "end": 4, "class": "PER"}]},
    "sug-look": {"sentiment": "neg", "strength": 1, "topics": ["acting", "music"]},
}
PROJECTS = {
    "sug-one": PLAIN, "sug-move": {**PLAIN, "examples": 12}, "sug-off": PLAIN, "sug-lead": PLAIN, "sug-effect": PLAIN,
    "sug-all": {"questions": [SENTIMENT, STRENGTH, TOPICS, WORDS, NAMES]}, "sug-look": {"questions": [SENTIMENT, STRENGTH, TOPICS]},
}  # fmt: skip


@pytest.fixture(scope="module")
def place(live_stack):
    """Each even example has a suggestion, and is in nobody's control arm."""
    make_projects(live_stack, PROJECTS)
    live_stack.shell(f"""
import json
from django.utils import timezone
from labelling.assign.suggestion_models import Suggestion
from labelling.intake.models import Example
from labelling.projects.models import Project
for slug, value in json.loads({json.dumps(json.dumps(SUGGESTED))}).items():
    project = Project.objects.get(slug=slug)
    if not project.suggestions.exists():
        project.settings = {{"suggestions": {json.dumps(SHOW).replace("true", "True")}}}
        project.save()
        for example in Example.objects.filter(project=project, position__in=range(0, 40, 2)):
            Suggestion.objects.create(project=project, example=example, model="nightly-3", value=value, confidence=0.82, schema_version=1, created_at=timezone.now())
project = Project.objects.get(slug="sug-effect")
if not project.suggestions.exists():
    from tests.factories import lease, submit
    project.settings = {{"suggestions": {{"show": True, "blind_share": 0.5}}}}
    project.save()
    for example in Example.objects.filter(project=project):
        Suggestion.objects.create(project=project, example=example, model="nightly-3", value={{"sentiment": "neg"}}, schema_version=1, created_at=timezone.now())
    for who in ("lab-ada", "lab-ben"):
        for number, one in enumerate(lease(who, "sug-effect", count=40, now=timezone.now())):
            submit(who, one.id, "neg" if number % (4 if one.suggestion else 2) else "pos", now=timezone.now())
""")
    return live_stack


@pytest.fixture
def ada(place, new_page):
    cookies = logged_in(new_page) if not hasattr(place, "cookies_of_ada") else place.cookies_of_ada
    place.cookies_of_ada = cookies
    return new_page(storage_state=cookies, bypass_csp=True)


def test_a_suggestion_is_marked_and_chosen_by_nobody(ada):
    start(ada, "sug-one")
    assert example(ada) == "Text 0"
    expect(ada.locator("#suggestion")).to_contain_text("Suggested Negative nightly-3, 82 % sure")
    marked = ada.get_by_role("radio", name="Negative")
    expect(marked).not_to_be_checked()
    expect(marked).to_have_accessible_description("suggested")
    expect(ada.locator(".suggested")).to_have_count(1)
    press(ada, "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer")
    press(ada, "y")
    expect(marked).to_be_checked()
    press(ada, "y")  # and back
    expect(marked).not_to_be_checked()
    press(ada, "1", "Enter")
    assert example(ada) == "Text 1"
    expect(ada.locator("#suggestion")).to_be_hidden()
    expect(ada.locator(".suggested")).to_have_count(0)
    press(ada, "y", "Enter")
    expect(ada.locator("#refusal")).to_contain_text("Choose an answer")
    press(ada, "3", "Enter")
    assert example(ada) == "Text 2"
    ada.get_by_role("button", name="Take over").click()
    press(ada, "Enter")
    found = wait_for_labels(ada, "sug-one", 3)
    assert answers(found) == {"e0": "pos", "e1": "neu", "e2": "neg"}
    assert [label["suggestion_shown"] for label in found] == [True, False, True]
    press(ada, "u")  # a label taken back is looked at without it
    expect(ada.locator("#suggestion")).to_be_hidden()


def test_nothing_moves_between_examples_with_and_without_a_suggestion(ada):
    start(ada, "sug-move")
    watch_shifts(ada)
    press(ada, *["1", "Enter"] * 6)
    assert example(ada) == "Text 6"
    assert sum(shift["value"] for shift in shifted(ada)) < 0.001  # the digits of the progress; a line that comes and goes is 0.05


def test_every_kind_takes_its_suggestion_over_and_a_draft_keeps_it(ada):
    start(ada, "sug-all")
    press(ada, "5")  # already answered by hand in part
    press(ada, "y")
    expect(ada.locator("#suggestion [data-take]")).to_have_attribute("aria-pressed", "true")
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    assert example(ada) == "Text 0"
    press(ada, "Escape", "Enter")
    [label] = wait_for_labels(ada, "sug-all", 1)
    assert label["value"] == SUGGESTED["sug-all"] and label["suggestion_shown"]


def test_where_no_suggestions_are_shown_there_is_no_place_for_them(ada):
    start(ada, "sug-off")
    assert ada.locator("#suggestion").count() == 0
    press(ada, "y", "1", "Enter")
    assert example(ada) == "Text 1"


def test_axe_finds_nothing_on_the_screen_with_a_suggestion(ada):
    start(ada, "sug-look")
    look(ada, "suggestion")
    assert problems_of(ada) == []


def test_a_lead_brings_suggestions_in_and_takes_them_away(place, new_page, tmp_path):
    make_people(place, "lab-lea")
    lea = log_in(new_page(bypass_csp=True), "lab-lea")
    lea.goto("/projects/sug-lead/assign/")
    lea.get_by_role("link", name="Suggestions").click()
    expect(lea.get_by_role("heading", name="Suggestions", level=1)).to_be_visible()
    lea.get_by_role("button", name="Bring suggestions in").click()
    expect(lea.get_by_role("alert").or_(lea.locator(".error-summary")).first).to_contain_text("Say which model suggests this")
    file = tmp_path / "s.csv"
    file.write_text("example,value,confidence\ne0,pos,0.9\ne1,maybe,\n")
    lea.get_by_label("Model").fill("nightly-3")
    lea.locator("input[type=file]").set_input_files(file)
    lea.get_by_role("button", name="Bring suggestions in").click()
    expect(lea.get_by_text("Of 2 rows: 1 new")).to_be_visible(timeout=60_000)
    lea.get_by_role("link", name="Suggestions").click()
    expect(lea.get_by_role("row", name="nightly-3 1")).to_be_visible()
    expect(lea.get_by_text("is not a class of this question")).to_be_visible()
    look(lea, "leads-suggestions")
    assert problems_of(lea) == []
    lea.set_viewport_size({"width": 1280, "height": 800})
    lea.get_by_role("button", name="Remove all suggestions").click()
    lea.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(lea.get_by_role("row", name="nightly-3 1")).to_be_visible()
    lea.get_by_role("button", name="Remove all suggestions").click()
    lea.get_by_role("dialog").get_by_role("button", name="Remove all suggestions").click()
    expect(lea.get_by_text("All suggestions are gone.")).to_be_visible()


def test_a_lead_reads_what_showing_does_to_people(place, new_page):
    make_people(place, "lab-lea")
    lea = log_in(new_page(bypass_csp=True), "lab-lea")
    lea.goto("/projects/sug-effect/assign/suggestions/")
    lea.get_by_role("link", name="what it does").click()
    effect = lea.get_by_role("region", name="Agreement with the model")
    expect(effect.get_by_text("It says nothing of how good the model is")).to_be_visible()
    expect(effect.locator(".figure .value")).to_have_count(3)
    look(lea, "effect")
    assert problems_of(lea) == []


def look(page, name: str) -> None:
    """Pictures for whoever wants to look, where WORKBENCH_PICTURES names a folder."""
    folder = os.environ.get("WORKBENCH_PICTURES")
    for width, height in ((1280, 800), (390, 844)) if folder else ():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png", full_page=True)
