import math

import pytest

from labelling.accounts.models import User
from labelling.intake.models import Example
from labelling.measure.models import TookPart
from tests import factories
from tests.measure.rows import put_labels, put_truth

pytestmark = pytest.mark.django_db
DOORS = ["agreement", "confusions", "human-performance", "labellers", "consensus"]
VOTES = {
    "e1": {"ada": "pos", "ben": "pos", "cleo": "pos"},
    "e2": {"ada": "pos", "ben": "neg", "cleo": "pos"},
    "e3": {"ada": "neg", "ben": "neg", "cleo": "neg"},
    "e4": {"ada": "pos", "ben": "neg"},
    "e5": {"ada": "mix"},
}


@pytest.fixture
def reviews():
    project = factories.make_project()
    put_labels(project, VOTES)
    return project


def get(door, who="lea", **query):
    return factories.api(who).get(f"/api/v1/projects/reviews/{door}/", query)


@pytest.mark.parametrize("door", DOORS)
def test_labellers_are_blind_to_every_figure_and_strangers_see_nothing(reviews, door):
    factories.make_project("other", owner="mallory", labellers=())
    assert get(door, "ada").status_code == 403
    assert get(door, "mallory").status_code == 404
    assert get(door, None).status_code == 401
    assert get(door, "lea").status_code == 200


@pytest.mark.parametrize("door", DOORS)
def test_an_empty_project_has_reasons_and_no_faults(door):
    factories.make_project()
    answer = get(door)
    assert answer.status_code == 200
    assert b"NaN" not in answer.content


def test_alpha_is_krippendorff_s(reviews):
    import krippendorff
    import numpy as np

    body = get("agreement").json()
    codes = {"pos": 0, "neg": 1, "mix": 2}
    table = np.array([[codes[given[who]] if who in given else np.nan for given in VOTES.values()] for who in ("ada", "ben", "cleo")])
    wanted = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
    assert body["alpha"]["value"] == pytest.approx(wanted, abs=1e-12)
    assert (body["question"], body["kind"], body["level"]) == ("sentiment", "choice", "nominal")
    assert body["alpha"]["n_examples"] == 4
    assert body["left_out"] == {"single_label": 1, "withdrawn": 0, "too_late": 0}
    assert {"percent", "fleiss_kappa", "gwet_ac1"} <= set(body["measures"])
    assert body["measures"]["percent"]["value"] == pytest.approx((1 + 1 / 3 + 1 + 0) / 4)


@pytest.mark.parametrize("by", ["class", "labeller", "pair", "guideline", "week", "batch", "source", "state", "meta.lab"])
def test_agreement_is_had_by_everything_the_contract_names(reviews, by):
    body = get("agreement", by=by).json()
    assert all(set(entry) >= {"key", "alpha", "n_examples"} for entry in body["by"])
    assert body["by"] or by in ("pair",)


def test_a_single_guideline_version_has_the_agreement_of_all(reviews):
    body = get("agreement", by="guideline").json()
    assert [entry["key"] for entry in body["by"]] == [1]
    assert body["by"][0]["alpha"]["value"] == pytest.approx(body["alpha"]["value"])


def test_each_labeller_is_measured_against_the_others(reviews):
    by = {entry["key"]: entry for entry in get("agreement", by="labeller").json()["by"]}
    assert set(by) == {"ada", "ben", "cleo"}
    assert by["cleo"]["percent"]["value"] == pytest.approx((1 + 0.5 + 1) / 3)


@pytest.mark.parametrize("query", [{"by": "moon"}, {"level": "ratio"}, {"rounds": "x"}, {"rounds": "0"}, {"by": "meta."}])
def test_a_figure_that_does_not_exist_is_refused_by_its_field(reviews, query):
    answer = get("agreement", **query)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == list(query)


def test_an_unknown_question_is_not_found(reviews):
    assert get("agreement", question="mood").status_code == 404


def test_one_class_only_is_undefined_with_its_reason():
    project = factories.make_project()
    put_labels(project, {"e1": {"ada": "pos", "ben": "pos"}})
    alpha = get("agreement").json()["alpha"]
    assert alpha["value"] is None
    assert "same answer" in alpha["undefined"]


def test_the_order_of_classes_is_the_questions_and_not_the_arrivals(reviews):
    assert [row["key"] for row in get("agreement").json()["classes"]] == ["pos", "neg", "mix"]


def test_confusions_come_worst_first_with_what_merging_would_do(reviews):
    rows = get("confusions").json()
    assert [(row["a"], row["b"], row["count"]) for row in rows] == [("pos", "neg", 3)]
    assert rows[0]["share"] == 1.0
    assert {"alpha_if_merged", "alpha_now", "hlp_if_merged", "hlp_now"} <= set(rows[0])


def test_human_level_stands_beside_the_popular_answer_and_the_ceiling(reviews):
    body = get("human-performance", by="labeller").json()
    assert body["reference"] == "leave_one_out"
    assert body["popular_answer"]["value"] >= body["leave_one_out"]["value"]
    assert body["ceiling"]["value"] == pytest.approx(math.sqrt(7 / 12))
    assert {caution["code"] for caution in body["cautions"]} >= {"popular_answer", "model_against_majority"}
    assert "value" in body["against_resolved"] and body["against_resolved"]["value"] is None


def test_whoever_helped_to_settle_an_example_is_not_scored_on_it(reviews):
    put_truth(reviews, {"e1": "pos", "e2": "neg"})
    assert get("human-performance").json()["against_resolved"]["value"] == pytest.approx(4 / 6)
    TookPart.objects.create(example=Example.objects.get(key="e2"), user=User.objects.get(username="ben"))
    body = get("human-performance").json()["against_resolved"]
    assert (body["value"], body["n_labels"]) == (pytest.approx(3 / 5), 5)


def test_truth_changes_no_agreement(reviews):
    before = get("agreement").json()["alpha"]
    put_truth(reviews, {"e1": "neg", "e2": "neg"})
    assert get("agreement").json()["alpha"] == before


def test_consensus_names_its_ties_and_what_people_settled(reviews):
    put_truth(reviews, {"e1": "neg"})
    rows = {row["example"]: row for row in get("consensus").json()["results"]}
    assert (rows["e1"]["answer"], rows["e1"]["decided_by"], rows["e1"]["confidence"]) == ("neg", "adjudication", 1.0)
    assert (rows["e2"]["answer"], rows["e2"]["decided_by"]) == ("pos", "majority")
    assert (rows["e3"]["answer"], rows["e3"]["decided_by"]) == ("neg", "unanimous")
    assert (rows["e4"]["answer"], rows["e4"]["decided_by"]) == (None, "tie")
    assert rows["e2"]["votes"] == {"pos": 2, "neg": 1}
    assert get("consensus", method="dawid_skene").status_code == 200
    assert get("consensus", method="coin").status_code == 400


def test_consensus_is_paged(reviews):
    first = get("consensus", page_size=2).json()
    assert [row["example"] for row in first["results"]] == ["e1", "e2"]
    second = factories.api("lea").get(first["next"]).json()
    assert [row["example"] for row in second["results"]] == ["e3", "e4"]


def test_each_labeller_has_their_figures(reviews):
    rows = {row["username"]: row for row in get("labellers").json()["results"]}
    assert set(rows) == {"ada", "ben", "cleo"}
    assert rows["ada"]["agreement"]["n_examples"] == 4
    assert rows["ada"]["gold_accuracy"]["value"] is None
    put_truth(reviews, {"e2": "neg"}, gold=True)
    rows = {row["username"]: row for row in get("labellers").json()["results"]}
    assert (rows["ben"]["gold_accuracy"]["value"], rows["ada"]["gold_accuracy"]["value"]) == (1.0, 0.0)


def test_a_scale_below_zero_has_no_ratio_level():
    factories.make_project(questions=[{**factories.STRENGTH, "low": -2, "high": 2}])
    assert get("agreement", level="ratio").status_code == 400
    assert get("agreement", level="interval").status_code == 200
