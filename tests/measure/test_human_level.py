"""Human level: both references side by side and never mixed, the estimate by the model, who is never counted."""

import pytest

from labelling.discuss import services as discuss
from labelling.measure import estimates
from tests import factories
from tests.discuss.cast import case_of, seen
from tests.factories import NOW, viewer
from tests.measure.rows import put_labels, put_truth
from tests.web.people import browse, text_of

pytestmark = pytest.mark.django_db


def get(**query):
    return factories.api("lea").get("/api/v1/projects/reviews/human-performance/", query)


def body(**query):
    answer = get(**query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def crowd(count=40):
    """Ada and Cleo are right, Ben is not on every fourth example."""
    project = factories.make_project()
    put_labels(project, {f"e{n}": {"ada": said(n), "ben": "mix" if n % 4 == 0 else said(n), "cleo": said(n)} for n in range(count)})
    return project


def said(number):
    return "pos" if number % 2 else "neg"


def test_a_lead_who_labelled_and_settled_an_example_is_not_scored_on_it():
    factories.make_examples(factories.make_project(labellers=("ada", "ben")), 2)
    for name, answers in {"ada": ("pos", "neg"), "ben": ("pos", "neg"), "lea": ("neg", "neg")}.items():
        for answer in answers:
            factories.label_next(name, answer)
    discuss.resolve(
        actor=viewer("lea"), case_id=case_of("e0").pk, outcome="answer", value={"sentiment": "neg"}, cause="slip", seen=seen("e0"), now=NOW
    )  # fmt: skip
    found = body(by="labeller")
    assert (found["against_resolved"]["value"], found["against_resolved"]["n_labels"]) == (0.0, 2)
    lea = next(row for row in found["by"] if row["key"] == "lea")
    assert lea["against_resolved"]["value"] is None
    assert (lea["leave_one_out"]["value"], lea["leave_one_out"]["n_labels"]) == (0.5, 2)


def test_each_class_has_a_figure_against_both_references_and_the_chosen_one_is_told():
    project = crowd()
    put_truth(project, {f"e{n}": "pos" for n in range(8)})
    rows = {row["key"]: row for row in body(by="class", reference="resolved")["by"]}
    assert rows["pos"]["figure"] == rows["pos"]["against_resolved"]
    assert rows["pos"]["against_resolved"]["n_examples"] == 8
    assert rows["pos"]["leave_one_out"]["n_examples"] == 20
    assert rows["neg"]["against_resolved"]["value"] is None and rows["neg"]["leave_one_out"]["value"] is not None
    alone = body(by="class", reference="leave_one_out")
    assert alone["reference"] == "leave_one_out"
    assert {row["key"]: row["leave_one_out"] for row in alone["by"]}["pos"] == rows["pos"]["leave_one_out"]


def test_on_the_same_examples_both_references_rest_on_the_same_labels():
    project = crowd()
    put_truth(project, {f"e{n}": "pos" for n in range(8)})
    found = body(examples="same", by="labeller")
    assert found["against_resolved"]["n_labels"] == found["leave_one_out"]["n_labels"] == 24
    assert found["leave_one_out"]["value"] == pytest.approx((4 * 3 + 2 * 3 + 2 * 2 - 2) / 24, abs=0.1)
    for row in found["by"]:
        assert row["against_resolved"]["n_labels"] == row["leave_one_out"]["n_labels"] == 8


@pytest.mark.parametrize("wrong", [{"reference": "both"}, {"examples": "none"}])
def test_another_reference_is_refused_in_words(wrong):
    factories.make_project()
    answer = get(**wrong)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(wrong)


def test_the_model_of_labellers_estimates_only_where_three_people_labelled_enough():
    project = factories.make_project()
    put_labels(project, {f"e{n}": {"ada": said(n), "ben": said(n)} for n in range(40)})
    assert "labels of 3 people each, and there are 0" in body()["dawid_skene"]["undefined"]
    assert "dawid_skene" not in {one["code"] for one in body()["cautions"]}


def test_the_model_s_estimate_says_how_it_was_made():
    crowd()
    found = body()["dawid_skene"]
    assert found["value"] == pytest.approx((1 + 0.75 + 1) / 3, abs=0.05)
    assert found["low"] <= found["value"] <= found["high"]
    assert "err independently" in found["method"]
    assert "dawid_skene" in {one["code"] for one in body()["cautions"]}


def test_the_model_is_fitted_anew_only_when_a_label_changed(monkeypatch):
    project = crowd()
    body()
    monkeypatch.setattr(estimates, "dawid_skene", lambda labels: pytest.fail("fitted again"))
    body()
    monkeypatch.undo()
    put_labels(project, {"more": {"ada": "pos", "ben": "pos", "cleo": "mix"}})
    assert body()["dawid_skene"]["n_examples"] == 41


def test_the_page_says_the_range_of_the_error_in_words_and_lets_choose_the_reference():
    project = crowd()
    put_truth(project, {f"e{n}": said(n) for n in range(12)})
    page = text_of(browse("lea").get("/projects/reviews/measure/human/?reference=resolved&examples=same"))
    assert "between " in page and "the error against these people's labels" in page
    assert "Those that have both" in page and "Against the others" in page
    assert "examples=same" in page and "reference=leave_one_out" in page
    assert browse("lea").get("/projects/reviews/measure/human/?reference=moon").status_code == 400
