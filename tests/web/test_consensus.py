"""The page Consensus: how examples were decided, which methods meet what people settled, what a setting would have cost."""

import pytest

from labelling.intake.models import Example
from labelling.label.models import CountedAnswer
from labelling.measure.decided import decided, rows_of
from labelling.measure.models import TookPart
from labelling.projects.models import Project
from tests import factories
from tests.every_kind import QUESTIONS
from tests.every_kind import labelled as of_every_kind
from tests.measure.rows import put_labels, put_truth
from tests.measure.test_overlap import ANSWERS, labelled
from tests.web.people import browse, counted

pytestmark = pytest.mark.django_db
URL = "/projects/reviews/measure/overlap/"
VOTES = {
    "all": {"ada": "pos", "ben": "pos", "cleo": "pos"},
    "vote": {"ada": "pos", "ben": "neg", "cleo": "pos"},
    "tied": {"ada": "pos", "ben": "neg"},
    "single": {"ada": "mix"},
    "settled": {"ada": "pos", "ben": "neg", "cleo": "mix"},
}


def page(query: str = "", who: str = "lea") -> str:
    return browse(who).get(URL + query).content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def test_it_says_how_examples_were_decided_and_keeps_single_labels_apart():
    project = factories.make_project()
    put_labels(project, VOTES)
    put_truth(project, {"settled": "neg"})
    found = decided(factories.viewer("lea"), "reviews")
    assert found.counts == {"unanimous": 1, "single": 1, "majority": 1, "model": 0, "adjudication": 1, "tie": 1}
    assert [row["example"].key for row in rows_of(found, found.order)] == ["tied", "vote", "all"]
    shown = page()
    assert "20 % unanimous, 20 % with one label, 20 % by a vote, 20 % settled by people, 20 % tied" in shown
    assert "Ties are never broken by chance" in shown
    assert shown.index(">tied<") < shown.index(">vote<") < shown.index(">all<")


def test_the_method_is_chosen_in_the_address_and_one_that_does_not_fit_is_refused():
    project = factories.make_project()
    put_labels(project, VOTES)
    assert "a label weighs as much as its labeller has been right on other examples" in page("?method=weighted")
    assert browse("lea").get(f"{URL}?method=coin").status_code == 400
    assert browse("lea").get(f"{URL}?question=none").status_code == 404


def test_methods_are_held_against_resolved_answers_without_labels_of_those_who_settled_them():
    project, labels, truth = labelled(count=60, each=3, accuracy=0.7)
    put_truth(project, {f"e{number}": ANSWERS[truth[number]] for number in range(40)})
    before = {one.method: one for one in decided(factories.viewer("lea"), "reviews").compared}
    assert set(before) == {"majority", "weighted", "dawid_skene"}
    assert {one.figure["n_examples"] for one in before.values()} == {40}
    right = 0
    for number in range(40):
        own = labels.code[labels.offsets[number] : labels.offsets[number + 1]].tolist()
        best = max(set(own), key=own.count)
        right += own.count(best) > 1 and best == truth[number]
    assert before["majority"].figure["value"] == pytest.approx(right / 40)
    for example in Example.objects.filter(key__in=[f"e{number}" for number in range(10)]):
        for who in example_people(example)[:2]:
            TookPart.objects.create(example=example, user_id=who)
    put_truth(project, {"e50": "pos"})
    after = {one.method: one for one in decided(factories.viewer("lea"), "reviews").compared}
    assert {one.figure["n_examples"] for one in after.values()} == {31}  # one label left of ten of them
    shown = page()
    assert "Weighted by reliability" in shown
    assert "where examples were settled because people disagreed on them" in shown


def example_people(example: Example) -> list[int]:
    return list(CountedAnswer.objects.filter(example=example).values_list("labeller_id", flat=True))


def test_with_few_resolved_examples_there_is_no_digit():
    project = factories.make_project()
    put_labels(project, VOTES)
    assert "No resolved example has two labels or more" in page()
    put_truth(project, {"settled": "neg"})
    assert "Too few to judge (1 resolved example with two labels or more" in page()


def test_the_list_is_paged_and_leads_to_the_case_where_there_is_one():
    project = factories.make_project(labels_per_example=2)
    factories.make_examples(project, 30)
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for held in factories.lease(name, count=30):
            factories.submit(name, held.id, answer if held.key != "e7" else "pos")
    first, second = page(), page("?page=2")
    assert first.count("its case") == 20
    assert "/projects/reviews/examples/e7/" in second
    assert "/projects/reviews/examples/e7/" not in first
    assert "The list ends before this page" in page("?page=9")


@pytest.mark.parametrize("key", [question["key"] for question in QUESTIONS])
def test_every_kind_has_its_page(key):
    of_every_kind(4)
    answer = browse("lea").get(f"{URL}?question={key}")
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Ties, and then the least certain" in shown
    if key not in ("mood", "stars"):
        assert "answers that are classes" in shown


def test_an_empty_project_says_what_fills_the_page():
    factories.make_project()
    assert "Nothing to decide yet" in page()


def test_the_simulation_stands_on_the_page_with_its_sentence_first_and_marks_what_is_in_use():
    labelled()
    shown = page()
    assert "Asking for up to 5 until .9 would have cost" in shown
    assert "Not in use: every example gets 2 labels" in shown
    assert "until 90 % sure (this setting)" in shown
    tried = page("?start=1&most=4&confidence=80&budget=none")
    assert "Asking for up to 4 until .8 would have cost" in tried
    assert 'value="80"' in tried
    Project.objects.update(settings={"overlap": {"adaptive": True, "confidence": 0.8, "most": 4, "budget": 500}})
    used = page()
    assert "In use: every example gets 2 labels, and up to 4 until its answer is 80 % sure. 0 labels of 500 were asked for" in used
    assert "80\\u00a0%, in use" in used


@pytest.mark.parametrize(("field", "typed"), [("start", "9"), ("most", "x"), ("confidence", "12"), ("confidence", "nan"), ("budget", "-3")])
def test_a_setting_that_makes_no_sense_is_refused_beside_its_field_and_the_rest_of_the_page_stands(field, typed):
    project = factories.make_project()
    put_labels(project, VOTES)
    answer = browse("lea").get(URL, {field: typed})
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert f'id="id_{field}-error"' in shown
    assert f'value="{typed}"' in shown
    assert "Ties, and then the least certain" in shown


def test_labellers_and_strangers_do_not_see_it():
    factories.make_project()
    factories.make_project("other", owner="mallory", labellers=())
    assert [browse(who).get(URL).status_code for who in ("ada", "mallory")] == [403, 404]


def test_its_queries_do_not_grow_with_the_project_and_none_is_made_while_rendering():
    labelled(count=40)
    client = browse("lea")
    client.get(URL)
    with counted() as few:
        client.get(URL)
    labelled(count=80, slug="other")
    with counted() as many:
        client.get("/projects/other/measure/overlap/")
    with counted() as again:
        client.get("/projects/other/measure/overlap/")
    assert few.render == many.render == 0
    assert few.view == again.view <= 30


def test_the_page_assign_says_what_was_asked_for():
    project = factories.make_project(labels_per_example=2)
    factories.make_examples(project, 2)
    assert "More where the answer is not sure" not in browse("lea").get("/projects/reviews/assign/").content.decode()
    Project.objects.update(settings={"overlap": {"adaptive": True, "budget": 40}})
    for name, answer in (("ada", "pos"), ("ben", "neg")):
        for held in factories.lease(name, count=2):
            factories.submit(name, held.id, answer)
    shown = browse("lea").get("/projects/reviews/assign/").content.decode().replace("\xa0", " ")
    assert "up to 5 labels, until 90 % sure; 2 of 40 asked for so far, 2 examples wait for one" in shown
