"""What changes under an open page: questions, leases, examples that others took. No answer is dropped for it."""

import json
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.labelling import (
    CLASSES,
    PLAIN,
    SENTIMENT,
    answers,
    example,
    labels,
    logged_in,
    make_projects,
    press,
    start,
    wait_for_labels,
)


@pytest.fixture(scope="module")
def place(live_stack):
    return make_projects(live_stack, {
        "changes-renamed": PLAIN, "changes-retired": PLAIN, "changes-leases": {**PLAIN, "labels_per_example": 1},
    })  # fmt: skip


@pytest.fixture
def ada(place, new_page):
    return new_page(storage_state=logged_in(new_page))


def change_schema(stack, slug, classes, changes):
    body = {"questions": [{**SENTIMENT, "classes": classes}], "changes": changes, "reason": "After a discussion"}
    request = urllib.request.Request(
        f"{stack.url}/api/v1/projects/{slug}/schema/", data=json.dumps(body).encode(), method="POST",
        headers={"Authorization": f"Bearer {stack.token('lab-lea')}", "Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def test_an_answer_to_a_class_that_was_renamed_meanwhile_counts_as_the_new_one(ada, place):
    start(ada, "changes-renamed")
    new = [{**CLASSES[0], "key": "glad", "name": "Glad"}, *CLASSES[1:]]
    change_schema(place, "changes-renamed", new, [{"question": "sentiment", "op": "rename", "from": ["pos"], "to": ["glad"]}])
    press(ada, "1", "Enter")
    [stored] = wait_for_labels(ada, "changes-renamed", 1)
    assert (stored["value"], stored["schema_version"], stored["counted"]) == ({"sentiment": "pos"}, 1, True)  # as it was given
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    counted = place.shell("from labelling.label.models import CountedAnswer as C, AnswerCode as A; "
        "row = C.objects.get(example__project__slug='changes-renamed'); print(A.objects.get(question=row.question, code=row.code).value)")
    assert counted.strip() == "glad"


def test_an_answer_that_fits_no_more_is_parked_shown_and_mended_with_the_new_questions(ada, place):
    start(ada, "changes-retired")
    press(ada, "1", "Enter")
    wait_for_labels(ada, "changes-retired", 1)
    change_schema(place, "changes-retired", CLASSES[1:], [{"question": "sentiment", "op": "retire", "from": ["pos"], "to": []}])
    press(ada, "1", "Enter")
    needs = ada.locator("#needs")
    expect(needs).to_contain_text("The server did not take the label of e1: The questions changed while you were labelling")
    expect(needs).to_contain_text("It is kept on this computer; open it to mend it.")
    assert len(labels(ada, "changes-retired")) == 1
    ada.reload()
    ada.locator("body[data-ready]").wait_for(state="attached")
    needs.get_by_role("button", name="Open it").click()
    assert example(ada) == "Text 1"
    expect(ada.get_by_role("radio", name="Positive")).to_have_count(0)  # the new questions are asked
    press(ada, "1", "Enter")
    assert answers(wait_for_labels(ada, "changes-retired", 2)) == {"e0": "pos", "e1": "neg"}
    expect(needs).to_be_hidden()
    expect(ada.locator("#state")).to_have_text("✓ Saved")


def test_a_label_whose_lease_ran_out_and_was_overtaken_is_kept_and_said_so_without_blame(ada, place):
    start(ada, "changes-leases")
    place.shell("""
from datetime import timedelta
from django.utils import timezone
from labelling.assign.services import expire_leases
from tests.factories import label_next
later = timezone.now() + timedelta(hours=2)
expire_leases(now=later)
for _ in range(40):
    label_next("lab-ben", {"sentiment": "mix"}, slug="changes-leases", now=later)
""")
    press(ada, "2", "Enter")
    [stored] = wait_for_labels(ada, "changes-leases", 1)
    assert (stored["example"], stored["value"], stored["counted"]) == ("e0", {"sentiment": "neg"}, False)
    expect(ada.locator("#state")).to_have_text("✓ Saved")
    press(ada, "h")
    expect(ada.get_by_role("dialog")).to_contain_text("Saved. It does not count: others had answered already.")
