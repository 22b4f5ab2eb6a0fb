"""`?format=csv` and `?format=json`: all of what a door shows, as a file."""

import csv
import io
import json
from typing import Any

import pytest

from labelling.api.flat import HEAD
from tests.api.contract import check_error
from tests.factories import api, label_next, make_examples, make_project

pytestmark = pytest.mark.django_db
HERE = "/api/v1/projects/reviews/"


@pytest.fixture
def reviews():
    """Twelve examples that Ada, Ben and Cleo labelled, not always alike; two classes have names that a spreadsheet would run."""
    questions = [{"key": "sentiment", "kind": "choice", "prompt": "What is felt?", "classes": [{"key": "pos", "name": "=1+1"}, {"key": "neg", "name": "-Negative"}]}]
    project = make_project(labels_per_example=3, questions=questions)
    make_examples(project, 12)
    for number in range(12):
        for person, answer in (("ada", "pos"), ("ben", "neg" if number % 3 == 0 else "pos"), ("cleo", "pos" if number % 2 else "neg")):
            label_next(person, answer)
    return project


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def table(path: str) -> list[dict[str, str]]:
    answer = api("lea").get(f"{HERE}{path}")
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(whole(answer).decode())))


def test_agreement_has_a_line_for_each_figure_with_all_that_it_rests_on(reviews):
    rows = table("agreement/?by=labeller&format=csv")
    assert tuple(rows[0]) == HEAD
    body = api("lea").get(f"{HERE}agreement/?by=labeller").json()
    [alpha] = [row for row in rows if (row["by"], row["figure"]) == ("", "alpha")]
    for name in ("value", "low", "high", "confidence"):
        assert float(alpha[name]) == body["alpha"][name], name
    assert (alpha["question"], alpha["n_examples"], alpha["n_labels"], alpha["n_labellers"]) == ("sentiment", "12", "36", "3")
    assert alpha["method"] == body["alpha"]["method"]
    people = {row["key"]: float(row["value"]) for row in rows if (row["by"], row["figure"]) == ("labeller", "alpha")}
    assert people == {entry["key"]: entry["alpha"]["value"] for entry in body["by"]}
    [scott] = [row for row in rows if row["figure"] == "measures.scott_pi"]
    assert (scott["value"], scott["undefined"]) == ("", body["measures"]["scott_pi"]["undefined"])


def test_no_figure_of_the_json_is_missing_in_the_table(reviews):
    def count(node: Any) -> int:
        if isinstance(node, dict):
            return ("value" in node and ("method" in node or "undefined" in node)) + sum(count(part) for part in node.values())
        return sum(count(part) for part in node) if isinstance(node, list) else 0

    for path in ("agreement/?by=class", "agreement/?by=pair", "human-performance/?by=class", "labellers/?"):
        found = api("lea").get(f"{HERE}{path}").json()
        rows = table(f"{path}&format=csv")
        figures = [row for row in rows if (row["value"] and row["method"]) or row["undefined"]]
        assert len(figures) == count(found), path


def test_names_are_no_formulas_and_numbers_below_zero_stay_numbers(reviews):
    rows = table("agreement/?by=class&format=csv")
    assert {row["name"] for row in rows if row["by"] == "class"} == {"'=1+1", "'-Negative"}
    below = [row["value"] for row in rows if row["value"].startswith("-")]
    assert below and all(float(value) < 0 for value in below)
    lists = table("consensus/?format=csv")
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in lists for cell in row.values())


def test_lists_come_whole_and_not_page_by_page(reviews, monkeypatch):
    monkeypatch.setattr("labelling.api.files.CHUNK", 5)
    pages = api("lea").get(f"{HERE}consensus/?page_size=100").json()["results"]
    rows = table("consensus/?format=csv&page_size=2")
    assert [row["example"] for row in rows] == [row["example"] for row in pages]
    assert [json.loads(row["votes"]) for row in rows] == [row["votes"] for row in pages]
    file = api("lea").get(f"{HERE}consensus/?format=json&page_size=2")
    assert json.loads(whole(file)) == pages
    people = table("labellers/?format=csv")
    assert {row["key"] for row in people} == {"ada", "ben", "cleo"}
    assert {row["by"] for row in people} == {"labeller"}
    assert {row["question"] for row in people} == {"sentiment"}


def test_an_empty_list_is_an_empty_file(db):
    make_project()
    assert json.loads(whole(api("lea").get(f"{HERE}consensus/?format=json"))) == []
    assert whole(api("lea").get(f"{HERE}consensus/?format=csv")) == b""
    assert table("labellers/?format=csv") == []


def test_files_say_the_project_the_question_what_and_the_day(reviews):
    answer = api("lea").get(f"{HERE}agreement/?by=week&format=csv")
    name = answer["Content-Disposition"]
    assert name.startswith('attachment; filename="reviews-sentiment-agreement-by-week-20') and name.endswith('.csv"')
    json_file = api("lea").get(f"{HERE}confusions/?format=json")
    assert json_file["Content-Disposition"].endswith('.json"')
    assert json_file.json() == api("lea").get(f"{HERE}confusions/").json()


def test_confusions_name_both_classes(reviews):
    rows = table("confusions/?format=csv")
    assert {(row["by"], row["key"]) for row in rows} == {("classes", "pos,neg")}
    assert {row["figure"] for row in rows} >= {"count", "share", "alpha_now", "alpha_if_merged"}


def test_another_format_is_refused_in_words(reviews):
    for path in ("agreement/", "confusions/", "human-performance/", "labellers/", "consensus/"):
        body = check_error(api("lea").get(f"{HERE}{path}?format=xlsx"), 400, field="format")
        assert body["fields"]["format"] == ["The format is csv or json."]


def test_whoever_may_not_see_the_figures_gets_no_file(reviews):
    assert api("ada").get(f"{HERE}agreement/?format=csv").status_code == 403
    assert api("ada").get(f"{HERE}labellers/?format=csv").status_code == 403
