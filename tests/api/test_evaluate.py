"""Models and evaluations over the API, on a real released version."""

import csv
import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import tasks
from labelling.evaluate.models import Evaluation
from labelling.intake import services as intake
from labelling.label import services as label
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/projects/reviews/"


def file(name, rows):
    return SimpleUploadedFile(name, "\n".join(json.dumps(row) for row in rows).encode())


@pytest.fixture
def lea(media_folder):
    """Sixty reviews with three labels each, in two labs, released as version 1."""
    factories.make_project()
    actor = factories.viewer("lea")
    examples = [{"key": f"r{n:02d}", "text": f"review {n}", "lab": "north" if n % 2 else "south"} for n in range(60)]
    labels = [
        {"example": f"r{n:02d}", "labeller": who, "value": "neg" if n % 3 == 0 or (who == "cleo" and n % 5 == 0) else "pos"}
        for n in range(60)
        for who in ("ada", "ben", "cleo")
    ]
    intake.start_import(actor=actor, slug="reviews", file=file("reviews.jsonl", examples), now=factories.NOW)
    tasks.run_queued()
    label.start_label_import(actor=actor, slug="reviews", file=file("labels.jsonl", labels), now=factories.NOW)
    tasks.run_queued()
    client = factories.api("lea")
    policy = {"splits": {"train": 0.5, "test": 0.5}, "include": {"states": ["complete", "in_review"]}}
    assert client.post(URL + "versions/", policy).status_code == 202
    tasks.run_queued()
    return client


def keys_of(client, split="test"):
    data = client.get(f"{URL}versions/1/files/{split}.jsonl")
    return [json.loads(line) for line in b"".join(data.streaming_content if data.streaming else [data.content]).splitlines()]


def register(client, **fields):
    return client.post(URL + "models/", {"name": "letters", "version": "1", **fields})


def evaluate(client, rows, *, model, split="test", name="guess.jsonl", version=1):
    body = {"model": model, "version": version, "split": split, "predictions": file(name, rows)}
    return client.post(URL + "evaluations/", body, format="multipart")


def test_predictions_are_scored_beside_people_and_the_baseline(lea):
    model = register(lea, trained_on=1).json()["id"]
    rows = keys_of(lea)
    accepted = evaluate(lea, [{"key": row["key"], "sentiment": row["sentiment"]} for row in rows], model=model)
    assert accepted.status_code == 202
    tasks.run_queued()
    job = lea.get(accepted.json()["job"]["url"]).json()
    assert job["state"] == "done", job
    body = lea.get(f"{URL}evaluations/{job['result']['evaluation']}/").json()
    assert body["metrics"]["accuracy"]["value"] == 1.0
    assert body["digest"] == lea.get(URL + "versions/1/").json()["digest"]
    assert set(body["baselines"]) == {"most_frequent", "human"}
    assert body["baselines"]["most_frequent"]["answer"] == "pos"
    assert body["baselines"]["human"]["accuracy"]["n_labels"] == 3 * len(rows)
    assert {row["slice"] for row in body["by_slice"] if row["field"] == "meta.lab"} == {"meta.lab=north", "meta.lab=south"}
    assert {row["field"] for row in body["by_slice"]} == {"meta.lab", "length.text"}
    assert {"problems", "gates", "passed", "suspected_label_errors", "stale", "by_class"} <= set(body)
    assert body["stale"] is False
    assert [row["id"] for row in lea.get(URL + "evaluations/").json()["results"]] == [body["id"]]


@pytest.mark.parametrize(
    ("change", "words", "named"),
    [
        (lambda rows: rows[1:], "1 key is missing", "missing"),
        (lambda rows: [*rows, {"key": "ghost", "sentiment": "pos"}], "1 key is not in this split: ghost", "unknown"),
        (lambda rows: [*rows, rows[0]], "1 key is there twice", "duplicated"),
        (lambda rows: [{**rows[0], "sentiment": "maybe"}, *rows[1:]], "'maybe' is not a class", "rows"),
        (lambda rows: [{"key": row["key"], "mood": "pos"} for row in rows], "no column of a question", None),
        (lambda rows: [{"sentiment": "pos"}, *rows[1:]], "there is no key", "rows"),
    ],
)
def test_predictions_that_do_not_fit_are_refused_saying_which(lea, change, words, named):
    model = register(lea).json()["id"]
    rows = [{"key": row["key"], "sentiment": "pos"} for row in keys_of(lea)]
    answer = evaluate(lea, change(rows), model=model)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert named is None or answer.json()[named]
    assert not Evaluation.objects.exists()


def test_files_that_hold_no_predictions_are_refused(lea):
    model = register(lea).json()["id"]
    for content in (b"", b"\x00\xff\xfe", b"{", b"PK\x03\x04"):
        body = {"model": model, "version": 1, "split": "test", "predictions": io.BytesIO(content)}
        answer = lea.post(URL + "evaluations/", body, format="multipart")
        assert answer.status_code in (400, 422), content
        assert answer.json()["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"model": 999}, "model"), ({"model": "x"}, "model"), ({"version": 9}, "version"), ({"split": "moon"}, "split"), ({"version": ""}, "version")],
)
def test_what_does_not_exist_is_refused_by_its_field(lea, change, field):
    known = {"model": register(lea).json()["id"], "version": 1, "split": "test"}
    answer = lea.post(URL + "evaluations/", {**known, **change, "predictions": file("a.jsonl", [{"key": "r00"}])}, format="multipart")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_csv_and_parquet_predictions_say_the_same(lea):
    import pyarrow as pa
    import pyarrow.parquet as pq

    model = register(lea).json()["id"]
    rows = keys_of(lea)
    table = {"key": [row["key"] for row in rows], "sentiment": ["pos"] * len(rows)}
    out = io.BytesIO()
    pq.write_table(pa.table(table), out)
    text = "key,sentiment\n" + "\n".join(f"{key},pos" for key in table["key"])
    for content, name in ((out.getvalue(), "a.parquet"), (text.encode(), "a.csv")):
        body = {"model": model, "version": 1, "split": "test", "predictions": SimpleUploadedFile(name, content)}
        assert lea.post(URL + "evaluations/", body, format="multipart").status_code == 202
    tasks.run_queued()
    one, other = Evaluation.objects.order_by("id")
    assert one.results == other.results
    assert one.predictions_sha256 == other.predictions_sha256


def test_a_model_is_registered_once(lea):
    assert register(lea).status_code == 201
    assert register(lea).status_code == 409
    assert register(lea, version="2", trained_on=7).status_code == 400
    assert register(lea, version="").status_code == 400
    assert [row["version"] for row in lea.get(URL + "models/").json()["results"]] == ["1"]


def test_doors_open_for_those_they_should(lea):
    factories.make_project("other", owner="mallory", labellers=())
    for who, wanted in (("ada", 403), ("mallory", 404), (None, 401)):
        client = factories.api(who)
        assert register(client).status_code == wanted
        assert [client.get(URL + door).status_code for door in ("models/", "evaluations/", "evaluations/1/")] == [wanted] * 3
    reader = factories.api("lea", scopes=["read"])
    assert reader.get(URL + "evaluations/").status_code == 200
    assert register(reader).status_code == 403
    assert register(factories.api("lea", scopes=["evaluate"])).status_code == 201


def test_an_evaluation_is_stale_once_a_newer_version_is_out(lea):
    model = register(lea).json()["id"]
    evaluate(lea, [{"key": row["key"], "sentiment": "pos"} for row in keys_of(lea)], model=model)
    tasks.run_queued()
    lea.post(URL + "versions/", {"note": "again"})
    tasks.run_queued()
    assert lea.get(f"{URL}evaluations/{Evaluation.objects.get().pk}/").json()["stale"] is True


def evaluated(client, change=lambda row: row["sentiment"], **more):
    """The id of an evaluation of what `change` makes of the test split's own answers."""
    model = register(client, **more).json()["id"]
    evaluate(client, [{"key": row["key"], "sentiment": change(row)} for row in keys_of(client)], model=model)
    tasks.run_queued()
    return Evaluation.objects.order_by("-id").first().pk


def test_model_and_people_stand_on_identical_references(lea):
    number = evaluated(lea)
    body = lea.get(f"{URL}evaluations/{number}/humans/").json()
    assert (body["question"], body["kind"], body["reference"], body["stale"]) == ("sentiment", "choice", "leave_one_out", False)
    found = body["references"]["leave_one_out"]
    for about in ("each_label", "each_person"):
        one = found[about]
        assert {figure["n_labels"] for figure in one.values()} == {90}
        assert one["model_minus_person"]["value"] == pytest.approx(one["model"]["value"] - one["person"]["value"])
        assert one["model_minus_popular"]["value"] == pytest.approx(one["model"]["value"] - one["popular_answer"]["value"])
    assert body["references"]["resolved"]["each_label"]["person"]["undefined"]
    assert {row["labeller"] for row in found["people"]} == {"labeller-0002", "labeller-0003", "labeller-0004"}
    assert {row["name"] for row in found["people"]} == {"ada", "ben", "cleo"}
    assert found["best_person"]["name"] in ("ada", "ben")  # Cleo is the one who differs
    gaps = [row["gap"]["value"] for row in body["by_class"]]
    assert all(row["share"] > 0 for row in body["by_class"]) and sum(row["share"] for row in body["by_class"]) == pytest.approx(1)
    assert gaps and body["by_slice"]


def test_the_alternative_annotator_test_is_there_for_each_epsilon(lea):
    number = evaluated(lea)
    found = {epsilon: lea.get(f"{URL}evaluations/{number}/humans/?epsilon={epsilon}").json()["alternative"] for epsilon in ("", "0.1", "0.2", "0")}
    assert found[""] == found["0.1"]
    assert (found["0.1"]["epsilon"], found["0.1"]["passed"], found["0.1"]["winning_rate"]) == (0.1, True, 1.0)
    assert all(condition["met"] for condition in found["0.1"]["conditions"])
    for row in found["0.2"]["people"]:
        assert (row["n_examples"], row["won"]) == (30, True)
        assert row["p_value"] <= row["p_adjusted"] <= 1


def test_the_alternative_annotator_test_says_which_condition_is_not_met(lea, media_folder):
    factories.make_project("few", owner="lea", labellers=())
    actor = factories.viewer("lea")
    intake.start_import(actor=actor, slug="few", file=file("few.jsonl", [{"key": f"r{n}", "text": f"review {n}"} for n in range(10)]), now=factories.NOW)
    tasks.run_queued()
    rows = [{"example": f"r{n}", "labeller": who, "value": "pos"} for n in range(10) for who in ("ada", "ben")]
    label.start_label_import(actor=actor, slug="few", file=file("labels.jsonl", rows), now=factories.NOW)
    tasks.run_queued()
    url = "/api/v1/projects/few/"
    lea.post(url + "versions/", {"splits": {"test": 1}, "include": {"states": ["open", "complete"]}})
    tasks.run_queued()
    model = lea.post(url + "models/", {"name": "letters", "version": "1"}).json()["id"]
    body = {"model": model, "version": 1, "split": "test", "predictions": file("a.jsonl", [{"key": f"r{n}", "sentiment": "pos"} for n in range(10)])}
    assert lea.post(url + "evaluations/", body, format="multipart").status_code == 202
    tasks.run_queued()
    found = lea.get(f"{url}evaluations/{Evaluation.objects.get().pk}/humans/").json()
    test = found["alternative"]
    assert (test["passed"], test["winning_rate"]) == (None, None)
    assert test["undefined"].startswith("The test needs at least 3 labellers with 30 examples each")
    assert [condition["code"] for condition in test["conditions"] if not condition["met"]] == ["people", "everybody"]
    assert "few_people" in {caution["code"] for caution in found["cautions"]}


@pytest.mark.parametrize(("query", "field"), [("epsilon=x", "epsilon"), ("epsilon=0.6", "epsilon"), ("epsilon=-1", "epsilon"), ("epsilon=nan", "epsilon"), ("question=ghost", "question")])
def test_what_humans_cannot_answer_is_refused_by_its_field(lea, query, field):
    number = evaluated(lea)
    answer = lea.get(f"{URL}evaluations/{number}/humans/?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_who_may_not_see_labels_gets_pseudonyms_alone(lea):
    number = evaluated(lea)
    body = factories.api("lea", scopes=["evaluate"]).get(f"{URL}evaluations/{number}/humans/").json()
    assert {row["name"] for row in body["alternative"]["people"]} == {None}
    assert "ada" not in json.dumps(body)
    assert "ada" not in json.dumps(lea.get(f"{URL}evaluations/{number}/").json()["baselines"])


def test_a_model_on_the_split_that_it_may_have_learnt_says_so(lea):
    model = register(lea, trained_on=1).json()["id"]
    evaluate(lea, [{"key": row["key"], "sentiment": row["sentiment"]} for row in keys_of(lea, "train")], model=model, split="train")
    tasks.run_queued()
    body = lea.get(f"{URL}evaluations/{Evaluation.objects.get().pk}/humans/").json()
    assert "trained_on" in {caution["code"] for caution in body["cautions"]}


def test_the_figures_of_model_and_people_can_be_had_as_a_file(lea):
    door = f"{URL}evaluations/{evaluated(lea)}/humans/"
    whole = lea.get(door)
    assert lea.get(door + "?format=json").content == whole.content
    file = lea.get(door + "?format=csv")
    assert file["Content-Type"].startswith("text/csv") and "people" in file["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(file.content.decode())))
    [gap] = [line for line in lines if line["figure"] == "references.leave_one_out.each_label.model_minus_person"]
    assert float(gap["value"]) == whole.json()["references"]["leave_one_out"]["each_label"]["model_minus_person"]["value"]
    assert {line["by"] for line in lines} >= {"slice", "class"}
    assert lea.get(door + "?format=xml").status_code == 400
