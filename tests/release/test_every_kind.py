"""Versions and evaluations of a project that asks a question of every kind."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from labelling.discuss.models import Case
from labelling.evaluate import services as evaluate
from labelling.evaluate.models import Evaluation
from labelling.kinds import KINDS
from labelling.label.models import AnswerCode
from labelling.release.contents import read_columns
from labelling.release.diff import diff_versions
from labelling.release.models import DatasetVersion, VersionFile
from labelling.release.verify import verify_version
from labelling.tasks import run_queued
from tests.every_kind import GOOD, NEAR, OTHER, QUESTIONS, every_kind, labelled
from tests.factories import NOW, api, lease, submit, viewer
from tests.release.state import release, settle
from tests.web.people import browse

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("media_folder")]
BY_KEY = {question["key"]: question | KINDS[question["kind"]].check_question(question, "q") for question in QUESTIONS}
ALL_TRAIN = {"splits": {"train": 1.0}, "stratify": False}
# What three labels (good, good, near) come to: the set and the class as two said, the middle number, the text and the spans of two,
# and the mean of three boxes, which nobody drew.
CAME_TO = GOOD | {"cars": [{"x": 10.33, "y": 20.25, "w": 30, "h": 15, "class": "car"}]}


def content(version: DatasetVersion, name: str) -> bytes:
    with default_storage.open(VersionFile.objects.get(version=version, name=name).storage_name) as file:
        return file.read()


def test_every_kind_is_settled_by_its_own_consensus_and_made_up_answers_have_no_code():
    labelled()
    version = release(ALL_TRAIN)
    rows = {row["key"]: row for row in map(json.loads, content(version, "train.jsonl").splitlines())}
    assert {key: rows["e0"][key] for key in CAME_TO} == CAME_TO
    assert {key: rows["e1"][key] for key in OTHER} == OTHER
    assert {rows["e0"][f"{key}__decided_by"] for key in ("price", "cars", "names")} == {"majority"}
    assert rows["e0"]["mood__decided_by"] == rows["e1"]["cars__decided_by"] == "unanimous"
    assert rows["e0"]["price__votes"] == {"12.5": 2, "14.5": 1}
    assert rows["e0"]["topics__votes"] == {"art|food": 3} and rows["e1"]["topics__votes"] == {"[]": 3}
    assert sum(rows["e0"]["cars__votes"].values()) == 3
    assert not AnswerCode.objects.filter(value=CAME_TO["cars"]).exists()
    assert version.manifest["counts"]["by_class"]["topics"] == {"art": 2, "food": 2, "money": 0, "war": 0, "[]": 1}
    assert version.manifest["counts"]["by_class"]["names"] == {"PER": 2, "LOC": 0, "[]": 1}
    assert "summary" not in version.manifest["counts"]["by_class"] and "price" not in version.manifest["counts"]["by_class"]
    assert set(version.manifest["agreement"]) == set(version.manifest["human_performance"]) == set(BY_KEY)
    # Two of three labels of e0 are half right against the others: 1 + 1 + 0.5 + ... over nine labels.
    assert version.manifest["human_performance"]["mood"]["value"] == 1.0
    assert 0.8 < version.manifest["human_performance"]["names"]["value"] < 1.0


def test_the_three_formats_hold_the_same_answers():
    labelled()
    versions = [release(ALL_TRAIN | {"formats": [form]}) for form in ("parquet", "jsonl", "csv")]
    names = ["key", *BY_KEY, *(f"{key}__votes" for key in BY_KEY), *(f"{key}__also_right" for key in BY_KEY)]
    read = [[column for batch in read_columns(version, split="train", names=names) for column in batch] for version in versions]
    assert read[0] == read[1] == read[2]
    assert read[0][1:8] == [[CAME_TO[key], OTHER[key], GOOD[key]] for key in BY_KEY]
    for version in versions[1:]:
        found = diff_versions(versions[0], version)
        assert (found.added, found.removed, found.relabelled, found.changes) == (0, 0, 0, [])
    assert not [check for check in verify_version(versions[0]) if check.problem]


def test_cells_of_a_csv_file_read_back_as_an_import_wants_them():
    labelled()
    version = release(ALL_TRAIN | {"formats": ["csv"]})
    row = next(csv.DictReader(io.StringIO(content(version, "train.csv").decode())))
    assert (row["topics"], row["price"], row["summary"]) == ("art|food", "12.5", "Émile und Ada")
    for key, question in BY_KEY.items():
        kind = KINDS[question["kind"]]
        assert kind.canonical(question, kind.parse(question, row[key]), key) == CAME_TO[key]


def test_labels_of_every_kind_stand_behind_a_version_as_they_were_given():
    labelled()
    table = pq.read_table(io.BytesIO(content(release(ALL_TRAIN), "labels.parquet")))
    found = {(row["example"], row["labeller"], row["question"]): row["answer"] for row in table.to_pylist()}
    assert len(found) == 3 * 3 * len(BY_KEY)
    who = max(name for _, name, _ in found)
    given = {key: KINDS[question["kind"]].parse(question, found["e0", who, key]) for key, question in BY_KEY.items()}
    assert {key: KINDS[BY_KEY[key]["kind"]].canonical(BY_KEY[key], answer, key) for key, answer in given.items()} == NEAR


def test_several_right_answers_stand_beside_each_other():
    labelled()
    settle("e0", outcome="several_answers", values=[NEAR, GOOD])
    version = release(ALL_TRAIN)
    row = json.loads(content(version, "train.jsonl").splitlines()[0])
    assert row["cars"] == GOOD["cars"] and row["cars__decided_by"] == "adjudication"
    question = BY_KEY["cars"]
    assert [KINDS["boxes"].parse(question, cell) for cell in row["cars__also_right"]] == [NEAR["cars"]]


def test_a_tie_of_any_kind_is_left_out():
    every_kind(1, labels_per_example=2)
    for name, value in (("ada", GOOD), ("ben", OTHER)):
        [one] = lease(name)
        submit(name, one.id, value)
    assert Case.objects.get().reasons == ["disagreement"]
    version = release(ALL_TRAIN | {"consensus": {"ties": "keep", "min_labels": 2, "method": "majority"}})
    row = json.loads(content(version, "train.jsonl").splitlines()[0])
    assert {key: row[key] for key in BY_KEY} == dict.fromkeys(BY_KEY) | {"price": 16.25}  # the middle of two numbers is one


def predictions_csv(rows: dict[str, dict]) -> ContentFile:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["key", *BY_KEY])
    writer.writeheader()
    for key, value in rows.items():
        writer.writerow({"key": key} | {name: KINDS[BY_KEY[name]["kind"]].write(BY_KEY[name], answer) for name, answer in value.items()})
    return ContentFile(out.getvalue().encode(), name="predictions.csv")


def evaluated(version: DatasetVersion, file: ContentFile, name: str) -> dict:
    model = evaluate.register_model(actor=viewer("lea"), slug="reviews", fields={"name": name, "version": "1"}, now=NOW)
    evaluate.start_evaluation(actor=viewer("lea"), slug="reviews", model=model.pk, version=version.number, split="train", file=file, now=NOW)
    run_queued()
    return Evaluation.objects.get(model=model).results["questions"]


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_predictions_of_every_kind_are_scored_beside_people(form):
    labelled(4)
    version = release(ALL_TRAIN | {"formats": [form]})
    right = evaluated(version, predictions_csv({"e0": CAME_TO, "e1": OTHER, "e2": GOOD, "e3": GOOD}), "oracle")
    for key, found in right.items():
        main = {"topics": "jaccard", "price": "score", "summary": "likeness", "names": "likeness", "cars": "likeness"}.get(key, "accuracy")
        assert found["metrics"]["accuracy"]["value"] == found["metrics"][main]["value"] == 1.0, key
    assert right["price"]["metrics"]["mean_absolute_error"]["value"] == right["summary"]["metrics"]["word_error_rate"]["value"] == 0.0
    assert right["names"]["metrics"]["f1"]["value"] == right["cars"]["metrics"]["f1"]["value"] == right["topics"]["metrics"]["f1_macro"]["value"] == 1.0
    lines = [{"key": f"e{number}"} | OTHER for number in range(3)] + [{"key": "e3"} | GOOD | {"topics": None}]
    wrong = evaluated(version, ContentFile("\n".join(map(json.dumps, lines)).encode(), name="p.jsonl"), "contrary")
    assert wrong["topics"]["metrics"]["jaccard"]["value"] == 0.25 and wrong["topics"]["missing"] == 1
    assert wrong["names"]["metrics"]["f1"]["value"] == pytest.approx(2 * 2 / (2 + 6))
    assert wrong["cars"]["by_class"][0]["key"] == "car" and wrong["cars"]["by_class"][0]["recall"]["value"] == pytest.approx(1 / 3)
    human = wrong["names"]["baselines"]["human"]
    assert human["score"]["value"] > human["model_on_the_same_references"]["value"] and human["gap"]["value"] < 0
    assert wrong["price"]["baselines"]["most_frequent"]["answer"] == 12.5


def test_a_recipe_may_name_another_method_and_other_kinds_take_their_usual_one():
    every_kind(1, labels_per_example=2)
    for name, value in (("ada", GOOD), ("ben", OTHER)):
        [one] = lease(name)
        submit(name, one.id, value)
    half = release(ALL_TRAIN | {"consensus": {"ties": "keep", "method": "half"}})
    row = json.loads(content(half, "train.jsonl").splitlines()[0])
    assert row["names"] == GOOD["names"] and row["cars"] == [*GOOD["cars"], *OTHER["cars"]]
    assert (row["mood"], row["price"]) == (None, 16.25)
    mean = release(ALL_TRAIN | {"consensus": {"ties": "keep", "method": "mean"}})
    row = json.loads(content(mean, "train.jsonl").splitlines()[0])
    assert (row["cars"], row["price"]) == (None, 16.25)


def test_pages_of_evaluations_have_figures_of_every_kind():
    labelled(4)
    version = release(ALL_TRAIN)
    evaluated(version, predictions_csv({"e0": CAME_TO, "e1": OTHER, "e2": GOOD, "e3": NEAR}), "near")
    address = f"/projects/reviews/evaluate/{Evaluation.objects.get().pk}/"
    words = {
        "mood": "Macro F1", "topics": "Classes in common", "stars": "Mean absolute error", "price": "Nearness", "summary": "Word error rate",
        "names": "Likeness", "cars": "Always",
    }  # fmt: skip
    for key, sentence in words.items():
        page = browse("lea").get(f"{address}?question={key}")
        assert page.status_code == 200 and sentence in page.content.decode(), key
    assert browse("lea").get("/projects/reviews/evaluate/").status_code == 200
    assert browse("lea").get(f"/projects/reviews/release/{version.number}/").status_code == 200
    found = api("lea").get("/api/v1/projects/reviews/evaluations/").json()["results"]
    assert found[0]["human"]["value"] == 1.0
