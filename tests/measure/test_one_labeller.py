"""A labeller's page: what stands out is said with its examples and its guidelines, and nothing else is said of anybody."""

import re

import pytest

from labelling.assign.models import Assignment
from labelling.label.models import CountedAnswer
from labelling.projects import services as projects
from tests import factories
from tests.checks import label_on, make_gold, switch_on
from tests.every_kind import DISPLAY, QUESTIONS
from tests.factories import NOW, make_examples, make_project, viewer
from tests.measure.rows import put_labels, put_truth
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
GUIDELINES = """# Moods

Say what the writer feels.

## Irony

What is **said** in irony is Mixed, not Positive, when both can be heard.

## Positive

Glad of it.
"""


def right(number):
    return "pos" if number % 2 else "neg"


def crowd(count=120, *, often=3, name="reviews"):
    """Ada says Mixed on every third example where the others say Positive; the others differ now and then."""
    project = make_project(name)
    votes = {}
    for n in range(count):
        ada = "mix" if n % 2 and n % often == 0 else right(n)
        ben = "neg" if n % 20 == 1 else right(n)
        cleo = "mix" if n % 30 == 5 else right(n)
        votes[f"e{n}"] = {"ada": ada, "ben": ben, "cleo": cleo}
    put_labels(project, votes)
    return project


def get(who="ada", path="", **query):
    return factories.api("lea").get(f"/api/v1/projects/reviews/labellers/{who}/{path}", query)


def body(*args, **query):
    answer = get(*args, **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_stands_out_is_said_with_counts_beside_the_others():
    crowd()
    found = body()
    assert [one["code"] for one in found["says"]] == ["habit"]
    habit = found["confusions"][0]
    assert (habit["said"], habit["wanted"], habit["stands_out"]) == ("mix", "pos", True)
    assert (habit["count"], habit["out_of"]) == (18, 50)
    assert habit["others"]["value"] < habit["corrected"][0] < habit["figure"]["low"] < habit["figure"]["value"]
    assert habit["others"]["value"] < habit["shrunk"] < habit["figure"]["value"]
    assert found["says"][0]["message"] == "ada says Mixed where the others say Positive more often than others do (18 of 50; others 6 %)."
    assert "Mixed" in found["ask"] and "Positive" in found["ask"]


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_nobody_else_is_blamed(who):
    crowd()
    found = body(who)
    assert found["says"] == [] and found["ask"] == ""
    assert found["confusions"] and not any(one["stands_out"] for one in found["confusions"])


def test_the_guidelines_that_name_both_classes_come_first_and_later_versions_are_told():
    crowd()
    projects.add_guidelines(actor=viewer("lea"), slug="reviews", text=GUIDELINES, reason="Irony", now=NOW)
    found = body()
    [heading, both] = found["confusions"][0]["guidelines"]
    assert (heading["heading"], heading["excerpt"]) == ("Positive", "Glad of it.")
    assert (both["heading"], both["excerpt"]) == ("Irony", "What is said in irony is Mixed, not Positive, when both can be heard.")
    assert "“Positive” of the guidelines" in found["ask"]
    assert (found["guidelines"]["newest"], found["guidelines"]["labels_before"]) == (2, 120)
    assert [one["reason"] for one in found["guidelines"]["later"]] == ["Irony"]


def test_the_examples_behind_it_are_listed_with_what_the_others_said():
    project = crowd()
    put_truth(project, {"e3": "pos"})
    rows = body("ada", "examples/", said="mix", wanted="pos")["results"]
    assert len(rows) == 18
    last = rows[-1]
    assert (last["example"], last["answer"], last["others"], last["resolved"], last["case"]) == ("e3", "Mixed", ["Positive", "Positive"], ["Positive"], None)
    assert body("ben", "examples/")["results"][0]["answer"] == "Negative"
    assert get("ada", "examples/", said="moon").status_code == 404
    assert [row["example"] for row in body("ada", "examples/", said="mix", wanted="pos", reference="resolved")["results"]] == ["e3"]


def test_beside_resolved_answers_a_label_of_who_settled_them_is_not_counted():
    project = crowd()
    put_truth(project, {f"e{n}": right(n) for n in range(60)})
    found = body(reference="resolved")
    assert found["reference"] == "resolved"
    assert found["confusions"][0]["out_of"] == 30
    assert "where the resolved answers are Positive" in found["confusions"][0]["message"]


@pytest.mark.parametrize("path", ["", "examples/"])
def test_labellers_do_not_see_it_not_even_their_own_and_strangers_see_nothing(path):
    crowd(6)
    make_project("other", owner="mallory", labellers=())
    for who, status in {"ada": 403, "mallory": 404, None: 401, "lea": 200}.items():
        assert factories.api(who).get(f"/api/v1/projects/reviews/labellers/ada/{path}").status_code == status
    for who, status in {"ada": 403, "mallory": 404, None: 302, "lea": 200}.items():
        assert browse(who).get(f"/projects/reviews/measure/labellers/ada/{path}").status_code == status
    assert get("mallory", path).status_code == 404


@pytest.mark.parametrize(("wrong", "status"), [({"reference": "both"}, 400), ({"question": "none"}, 404)])
@pytest.mark.parametrize("path", ["", "examples/"])
def test_what_does_not_exist_is_refused_in_words(wrong, status, path):
    crowd(6)
    assert get("ada", path, **wrong).status_code == status


def test_drift_is_said_only_when_it_is_there():
    project = crowd(90, often=1000)
    rows = list(CountedAnswer.objects.filter(question__project=project).order_by("example_id"))
    for place, row in enumerate(rows):
        row.day = 20_514 + place // 9
    CountedAnswer.objects.bulk_update(rows, ["day"])
    assert "No change beyond chance" in body()["drift"]["message"]
    codes = {row["example"]: row for row in body("ada", "examples/")["results"]}
    assert "e89" not in codes
    late = CountedAnswer.objects.filter(question__project=project, labeller__username="ada", day__gte=20_534).order_by("pk")
    for row in late:
        row.code = 2
        row.save()
    found = body()
    assert found["drift"]["stands_out"] and found["drift"]["change"]["high"] < 0
    assert "drift" in {one["code"] for one in found["says"]}
    assert len(found["trend"]) >= 3
    ben = body("ben")
    assert not ben["drift"]["stands_out"]


@pytest.mark.both_databases
def test_pace_tags_and_comments_come_from_the_labels_themselves():
    project = make_project()
    make_examples(project, 12)
    for name, factor in {"ada": 3, "ben": 1, "cleo": 1}.items():
        for n in range(12):
            factories.label_next(name, "mix" if name == "ada" else "pos", seconds=factor * (5 + n), tags=["borderline"] if name == "ada" else [], comment="ironic" if name == "ada" else "")
    found = body()
    assert found["pace"]["ratio"]["value"] == pytest.approx(3.0)
    assert (found["median_seconds"], found["pace"]["shares"][-1]) == (31.5, 1.0)
    [tag] = [one for one in found["tags"] if one["key"] == "borderline"]
    assert (tag["figure"]["value"], tag["others"], tag["stands_out"]) == (1.0, 0.0, True)
    row = body("ada", "examples/", said="mix", wanted="pos")["results"][0]
    assert (row["tags"], row["comment"], row["case"] is not None) == (["Borderline"], "ironic", True)
    page = text_of(browse("lea").get("/projects/reviews/measure/labellers/ada/examples/?said=mix&wanted=pos"))
    assert "ironic" in page and "its case" in page and "ada said Mixed, the others Positive" in page


@pytest.mark.both_databases
def test_gold_that_was_missed_is_listed_with_what_is_right():
    project = make_project(seed=5)
    make_examples(project, 20)
    make_gold(project, 12)
    switch_on(project, gold={"share": 0.5})
    label_on("ada", 20, "pos")
    found = body()
    assert found["gold_missed"]["total"] == found["gold_accuracy"]["n_examples"] > 0
    assert found["gold_missed"]["rows"][0]["answer"] == "Positive" and found["gold_missed"]["rows"][0]["right"]
    assert Assignment.objects.filter(labeller__username="ada").exists()


def test_the_page_shows_it_in_words_and_costs_no_query_while_it_is_drawn():
    crowd()
    projects.add_guidelines(actor=viewer("lea"), slug="reviews", text=GUIDELINES, reason="Irony", now=NOW)
    lea = browse("lea")
    for url in ("ada/", "ada/examples/?said=mix&wanted=pos", ""):
        with counted() as cost:
            answer = lea.get(f"/projects/reviews/measure/labellers/{url}")
        assert answer.status_code == 200
        assert cost.render == 0, cost.sql
        assert cost.view <= 45, cost.view
    page = text_of(lea.get("/projects/reviews/measure/labellers/ada/"))
    assert "says Mixed where the others say Positive more often than others do" in page
    assert "Irony" in page and "pair=pos%2Cmix&amp;labeller=ada" in page
    assert "something stands out" in text_of(lea.get("/projects/reviews/measure/labellers/"))


def test_whoever_has_no_label_has_an_empty_page_that_says_what_fills_it():
    make_project()
    page = text_of(browse("lea").get("/projects/reviews/measure/labellers/ada/"))
    assert "No labels yet" in page and not re.search(r"\b(NaN|None)\b", page)
    assert body()["confusions"] == []


@pytest.mark.both_databases
def test_the_queue_can_be_narrowed_to_cases_that_a_person_labelled():
    make_examples(make_project(), 2)
    for name, answer in {"ada": "pos", "ben": "neg", "cleo": "pos"}.items():
        factories.label_next(name, answer)
    lea = factories.api("lea")
    assert len(lea.get("/api/v1/projects/reviews/cases/?labeller=ada").json()["results"]) == 1
    assert lea.get("/api/v1/projects/reviews/cases/?labeller=mallory").json()["results"] == []


KINDS = {
    "topics": (["art"], ["art", "food"], "gives food where the others do not"),
    "stars": (5, 3, "says 5 where the others say 3"),
    "names": ([], [{"start": 0, "end": 3, "class": "PER"}], "leaves out PER where the others have it"),
    "cars": ([], [{"x": 1, "y": 1, "w": 9, "h": 9, "class": "car"}], "leaves out car where the others have it"),
}


@pytest.mark.parametrize("key", KINDS)
def test_habits_are_told_of_every_kind_that_has_classes(key):
    first, second, words = KINDS[key]
    mine, theirs = (second, first) if key == "topics" else (first, second)
    question = next(one for one in QUESTIONS if one["key"] == key)
    project = make_project(questions=[question], display=DISPLAY)
    put_labels(project, {f"e{n}": {"ada": mine if n % 2 else theirs, "ben": theirs, "cleo": theirs} for n in range(50)})
    found = body()
    assert words in found["says"][0]["message"], found["says"]
    habit = found["confusions"][0]
    rows = body("ada", "examples/", said=habit["said"], wanted=habit["wanted"])["results"]
    assert len(rows) == 25
    assert body("ben")["says"] == []


@pytest.mark.parametrize("key", ["stars", "price"])
def test_whoever_gives_higher_numbers_than_the_others_is_told_so(key):
    question = next(one for one in QUESTIONS if one["key"] == key)
    project = make_project(questions=[question])
    put_labels(project, {f"e{n}": {"ada": 4, "ben": 2 + n % 2, "cleo": 3 - n % 2} for n in range(40)})
    assert not body("ben")["direction"]["stands_out"]
    found = body()
    assert found["direction"]["stands_out"] and found["direction"]["difference"]["value"] == pytest.approx(1.5)
    assert "ada gives higher numbers than the others of the same examples (beyond them in 40 of 40 labels; by 1.50 on average)" in {one["message"].rstrip(".") for one in found["says"]}


def test_texts_have_figures_and_no_habits():
    question = next(one for one in QUESTIONS if one["key"] == "summary")
    put_labels(make_project(questions=[question]), {f"e{n}": {"ada": f"a {n}", "ben": f"a {n}", "cleo": f"b {n}"} for n in range(12)})
    found = body()
    assert (found["confusions"], found["direction"], found["says"]) == ([], None, [])
    assert found["score"]["value"] is not None and found["percent"]["value"] is not None
    assert body("ada", "examples/")["results"] == []
