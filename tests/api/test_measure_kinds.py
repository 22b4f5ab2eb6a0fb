"""Every figure of every question kind over the API: defined or with its reason, by everything that the contract names."""

import math

import pytest

from tests import factories
from tests.every_kind import GOOD, QUESTIONS, every_kind, labelled
from tests.measure.rows import put_labels, put_truth_of

pytestmark = pytest.mark.django_db
KEYS = [question["key"] for question in QUESTIONS]
KIND = {question["key"]: question["kind"] for question in QUESTIONS}
PARTED = ["topics", "price", "summary", "names", "cars"]
LEVELS = {"topics": "set", "price": "interval", "summary": "text", "names": "spans", "cars": "boxes"}
MEASURES = {
    "topics": {"alpha_masi", "alpha_exact", "percent", "set_similarity"},
    "price": {"percent", "icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"},
    "summary": {"word_similarity", "alpha_exact", "percent"},
    "names": {"character_alpha", "span_f1_exact", "span_f1_overlap"},
    "cars": {"box_f1", "box_f1_class", "iou", "class_agreement"},
}
GROUPINGS = ["class", "labeller", "pair", "guideline", "week", "batch", "source", "state", "meta.lab"]


@pytest.fixture
def measured():
    labelled(12)


def get(door, **query):
    answer = factories.api("lea").get(f"/api/v1/projects/reviews/{door}/", query)
    assert answer.status_code == 200, answer.content
    assert b"NaN" not in answer.content and b"Infinity" not in answer.content
    return answer.json()


def is_figure(figure):
    return figure["value"] is not None and math.isfinite(figure["value"]) or bool(figure["undefined"])


@pytest.mark.both_databases
@pytest.mark.parametrize("key", PARTED)
def test_each_kind_is_measured_at_its_own_level_with_its_own_figures(measured, key):
    body = get("agreement", question=key)
    assert (body["kind"], body["level"]) == (KIND[key], LEVELS[key])
    assert set(body["measures"]) == MEASURES[key]
    assert all(is_figure(figure) and figure.get("method", True) for figure in [body["alpha"], *body["measures"].values()])
    assert 0 < body["alpha"]["value"] <= 1
    assert body["alpha"]["n_examples"] == 12 and body["alpha"]["n_labellers"] == 3


@pytest.mark.parametrize("key", PARTED)
@pytest.mark.parametrize("by", GROUPINGS)
def test_each_kinds_agreement_is_had_by_everything(measured, key, by):
    body = get("agreement", question=key, by=by)
    assert all(is_figure(entry["alpha"]) and "n_examples" in entry for entry in body["by"])
    assert bool(body["by"]) == (by != "class" or key not in ("price", "summary"))


def test_pairs_of_labellers_have_the_likeness_of_their_answers(measured):
    pairs = {entry["key"]: entry for entry in get("agreement", question="names", by="pair")["by"]}
    assert set(pairs) == {"ada,ben", "ada,cleo", "ben,cleo"}
    assert pairs["ada,ben"]["alpha"]["value"] == 1.0
    # Cleo has one of two spans once, and in ten examples both agree on two: 2 * 21 matches of 22 + 21 spans.
    assert pairs["ada,cleo"]["span_f1_exact"]["value"] == pytest.approx(42 / 43)


def test_an_example_where_nobody_marks_anything_is_agreement_and_no_fault(measured):
    figures = get("agreement", question="cars")["measures"]
    assert figures["box_f1"]["value"] == 1.0
    assert figures["iou"]["value"] < 1.0
    assert figures["class_agreement"]["value"] == 1.0


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_project_has_reasons_for_each_kind(key):

    every_kind()
    for door in ("agreement", "human-performance"):
        for by in ("class", "labeller"):
            get(door, question=key, by=by)
    assert get("agreement", question=key)["alpha"]["undefined"]
    assert get("confusions", question=key) == []
    assert get("labellers", question=key)["results"] == []
    assert get("consensus", question=key)["results"] == []


@pytest.mark.parametrize("key", PARTED)
def test_one_person_is_scored_by_the_kinds_own_score(measured, key):
    body = get("human-performance", question=key, by="labeller")
    assert body["reference"] == "leave_one_out"
    by = {entry["key"]: entry["figure"]["value"] for entry in body["by"]}
    assert 0 < body["leave_one_out"]["value"] <= 1
    assert by["ada"] >= by["cleo"]
    assert body["popular_answer"]["value"] >= body["leave_one_out"]["value"] - 1e-9
    assert 0 < body["ceiling"]["value"] <= 1
    assert body["irreducible_error"]["low"] <= body["irreducible_error"]["high"]
    assert body["against_resolved"]["value"] is None


def test_by_class_one_person_is_scored_where_the_reference_holds_the_class(measured):
    entries = {entry["key"]: entry["figure"] for entry in get("human-performance", question="names", by="class")["by"]}
    assert list(entries) == ["PER"]
    assert entries["PER"]["value"] == pytest.approx((32 + 3 / 8 + 0 * 2) / 33, abs=0.05)


@pytest.mark.parametrize(
    ("key", "name", "person"),
    [
        # Ada and Ben are right; Cleo has one of three words wrong, once.
        ("summary", "word_error_rate", (1 / 3) / 3),
        # Of two spans Cleo has one: 2 * (2 + 2 + 1) / (2 + 2 + 1 + 3 * 2).
        ("names", "span_f1_exact", 10 / 11),
        ("cars", "box_f1", 1.0),
    ],
)
def test_against_settled_answers_stand_the_measures_of_the_trade(measured, key, name, person):
    put_truth_of("reviews", key, {"e0": GOOD[key]})
    found = get("human-performance", question=key)["measures"][name]
    assert found["person"]["value"] == pytest.approx(person)
    assert is_figure(found["popular_answer"])


@pytest.mark.parametrize("key", PARTED)
def test_labellers_have_figures_of_each_kind(measured, key):
    rows = {row["username"]: row for row in get("labellers", question=key)["results"]}
    assert set(rows) == {"ada", "ben", "cleo"}
    assert rows["ada"]["agreement"]["value"] >= rows["cleo"]["agreement"]["value"]
    assert rows["ada"]["reliability"]["undefined"]


def test_classes_of_parts_that_meet_are_confusions(measured):

    every_kind(1, slug="others")
    box = GOOD["cars"][0]
    for name, kind in (("ada", "car"), ("ben", "van"), ("cleo", "car")):
        value = GOOD | {"cars": [box | {"class": kind}], "topics": ["art", "food"] if kind == "car" else ["art", "war"]}
        value["names"] = [{"start": 0, "end": 3, "class": "PER" if kind == "car" else "LOC"}]
        factories.submit(name, factories.lease(name, "others", count=1)[0].id, value)
    client = factories.api("lea")
    rows = {key: client.get("/api/v1/projects/others/confusions/", {"question": key}).json() for key in ("cars", "names", "topics")}
    assert [(row["a"], row["b"], row["count"], row["share"]) for row in rows["cars"]] == [("car", "van", 2, 1.0)]
    assert [(row["a"], row["b"], row["count"]) for row in rows["names"]] == [("PER", "LOC", 6)]
    assert [(row["a"], row["b"], row["count"]) for row in rows["topics"]] == [("food", "war", 2)]
    assert client.get("/api/v1/projects/others/confusions/", {"question": "summary"}).json() == []


@pytest.mark.parametrize(
    ("key", "method", "answer"),
    [
        ("topics", "majority", GOOD["topics"]),
        ("topics", "medoid", GOOD["topics"]),
        ("price", "median", 12.5),
        ("price", "mean", 13.1666667),
        ("summary", "medoid", GOOD["summary"]),
        ("names", "majority", GOOD["names"]),
        ("names", "half", GOOD["names"]),
        # Two drew one box and the third another one near it: the mean of their corners is an answer that nobody gave.
        ("cars", "majority", [{"x": 10.33, "y": 20.25, "w": 30, "h": 15, "class": "car"}]),
        ("cars", "half", [{"x": 10.33, "y": 20.25, "w": 30, "h": 15, "class": "car"}]),
    ],
)
def test_each_method_of_consensus_settles_its_kind(measured, key, method, answer):
    rows = {row["example"]: row for row in get("consensus", question=key, method=method)["results"]}
    assert rows["e0"]["answer"] == answer
    assert sum(rows["e0"]["votes"].values()) == 3
    assert rows["e2"]["decided_by"] == "unanimous" or method == "mean"


@pytest.mark.parametrize("key", PARTED)
def test_a_method_of_another_kind_is_refused(measured, key):
    answer = factories.api("lea").get("/api/v1/projects/reviews/consensus/", {"question": key, "method": "dawid_skene"})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["method"]


def test_numbers_may_be_read_as_ratios_and_other_kinds_have_one_level(measured):
    assert get("agreement", question="price", level="ratio")["level"] == "ratio"
    answer = factories.api("lea").get("/api/v1/projects/reviews/agreement/", {"question": "names", "level": "nominal"})
    assert answer.status_code == 400


@pytest.mark.both_databases
@pytest.mark.parametrize("field", ["text", "a.b-c_1"])
def test_texts_are_as_long_as_their_code_points_whatever_the_fields_name(field):
    """How long a text is bears on what chance gives: a longer one makes the same spans a rarer meeting."""
    from labelling.intake.models import Example
    from labelling.measure.answers import read_answers
    from labelling.measure.compare import text_lengths

    spans = {"key": "names", "kind": "spans", "classes": ["PER"], "of": field}
    project = factories.make_project(questions=[spans], display=[{"field": field, "as": "text"}])
    put_labels(project, {"e1": {"ada": [{"start": 0, "end": 1, "class": "PER"}], "ben": []}, "e2": {"ada": [], "ben": []}})
    Example.objects.filter(key="e1").update(data={field: "👩‍🚀 ü 東"})
    Example.objects.filter(key="e2").update(data={"other": "..."})
    lengths = text_lengths(read_answers(project)).tolist()
    assert lengths == [7, 0]


def test_a_sample_of_resolved_examples_is_no_sign_that_few_are_resolved(measured, monkeypatch):
    from labelling.measure import person

    put_truth_of("reviews", "price", {f"e{number}": GOOD["price"] for number in range(12)})
    monkeypatch.setattr("labelling.measure.human.ENOUGH_RESOLVED", 12)
    monkeypatch.setattr(person, "some_examples", lambda labels, most, seed, work=None: labels.example < 3 if labels.n_examples > 3 else None)
    body = get("human-performance", question="price")
    assert body["against_resolved"]["n_examples"] == 3
    assert body["reference"] == "resolved"
    assert not {"few_resolved", "resolved_are_disputed"} & {caution["code"] for caution in body["cautions"]}
