"""The pages of figures over time, dated notes and saved slices: who may, what they say, what they cost, and that all can be undone."""

import re

import pytest

from labelling.intake.slice_models import Slice
from labelling.measure.note_models import Note
from labelling.templatetags import workbench
from labelling.web import trend_words
from tests import factories
from tests.measure.over_time import MONDAY, new_guidelines, put_rows, relabelled
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
TRENDS, SLICES = "/projects/reviews/measure/trends/", "/projects/reviews/measure/slices/"
CONDITION = {"name": "North", "field1": "meta.lab", "how1": "is", "value1": "north"}


@pytest.fixture
def lea():
    relabelled(30)
    return browse("lea")


def words(answer):
    """The page's text without its tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text_of(answer)))


def test_an_empty_project_says_what_brings_a_line():
    factories.make_project()
    page = words(browse("lea").get(TRENDS))
    assert "No labels yet" in page and "Nothing yet. New versions of the guidelines" in page
    assert "There is one version of the guidelines so far" in page
    assert not re.search(r"\b(NaN|None)\b", page)


def test_the_finding_is_said_before_the_chart_and_in_its_title(lea):
    answer = lea.get(TRENDS)
    page = words(answer)
    found = answer.context_data["found"]
    first, last = found["periods"][0]["alpha"]["value"], found["periods"][-1]["alpha"]["value"]
    assert f"Alpha was {last:.2f}" in page and f"and {first:.2f}".replace("-", "−") in page and "9 March 2026" in page
    assert "Only labels of one week and one round are compared with each other" in page
    assert "On the 30 examples labelled under both, alpha rose from" in page
    assert "The same 3 labellers labelled under both." in page
    assert '"name": "v2", "kind": "guideline"' in text_of(answer)


@pytest.mark.parametrize("value", [0.524, -0.126, -0.001, 0.0, 1.0, 0.995])
def test_sentences_write_figures_as_pages_do(value):
    figure = {"low": value - 0.1, "high": value + 0.1}
    assert trend_words.decimals(value) == workbench.decimals(value)
    assert trend_words.interval(figure) == workbench.interval(figure)
    assert (trend_words.MIN_EXAMPLES, trend_words.MIN_LABELLERS) == (workbench.MIN_EXAMPLES, workbench.MIN_LABELLERS)


def test_days_stand_by_themselves(lea):
    page = words(lea.get(f"{TRENDS}?per=day"))
    assert "Agreement by day" in page and "on 10 March 2026" in page
    assert lea.get(f"{TRENDS}?per=year").status_code == 400


def test_a_change_that_may_be_none_is_called_not_settled():
    project = factories.make_project()
    factories.make_examples(project, 12)
    rows = [(f"e{n}", name, "pos" if (n + place * (n % 4 == 0)) % 2 else "neg") for n in range(12) for place, name in enumerate(("ada", "ben"))]
    put_rows(project, rows)
    put_rows(project, rows, round=2, guideline=new_guidelines(project), day=MONDAY + 7)
    page = words(browse("lea").get(TRENDS))
    assert "alpha stayed at" in page and "whether it changed at all is not settled" in page


def test_too_few_examples_in_common_say_so_without_a_digit_and_what_to_do():
    project = relabelled(30)
    put_rows(project, [("e0", "ada", "pos"), ("e0", "ben", "neg")], round=3, guideline=new_guidelines(project, weeks=2))
    page = browse("lea").get(TRENDS)
    text = words(page)
    assert "Too few to judge: 1 example has labels of two people under version 2 and again under version 3; it takes 10." in text
    assert "label again" in text
    assert "Enough in common have versions 1 and 2 (30 examples)" in text
    assert f"{TRENDS}" not in text and "?question=sentiment&amp;from=1&amp;to=2#effect" in text_of(page)
    assert "On the 30 examples" in words(browse("lea").get(f"{TRENDS}?from=1&to=2"))
    assert browse("lea").get(f"{TRENDS}?from=2&to=1").status_code == 400


def test_the_guidelines_lead_to_what_their_change_did(lea):
    page = text_of(lea.get("/projects/reviews/guidelines/"))
    assert f'href="{TRENDS}?from=1&amp;to=2#effect"' in page
    assert TRENDS not in text_of(browse("ada").get("/projects/reviews/guidelines/"))


@pytest.mark.parametrize("page", [TRENDS, f"{TRENDS}?per=day", SLICES, "/projects/reviews/measure/?by=slice", "/projects/reviews/measure/?by=round"])
def test_no_query_runs_while_a_page_is_drawn(lea, page):
    lea.post(TRENDS, {"date": "2026-03-04", "text": "Ben joined"})
    lea.post(SLICES, CONDITION)
    with counted() as cost:
        assert lea.get(page).status_code == 200
    assert cost.render == 0, cost.sql
    assert cost.view <= 40


def test_many_slices_cost_no_more_queries_than_one(lea):
    costs = []
    for number in range(6):
        lea.post(SLICES, {**CONDITION, "name": f"Slice {number}"})
        with counted() as cost:
            lea.get("/projects/reviews/measure/?by=slice")
        costs.append(cost.view)
    assert max(costs) == min(costs)


def test_a_note_is_put_down_changed_removed_and_put_back(lea):
    assert lea.post(f"{TRENDS}?per=day", {"date": "2026-03-04", "text": "Ben <b>joined</b>"})["Location"] == f"{TRENDS}?per=day#marks"
    note = Note.objects.get()
    page = text_of(lea.get(TRENDS))
    assert "Ben &lt;b&gt;joined&lt;/b&gt;" in page and "<b>joined" not in page
    assert '"at": "2026-03-04", "name": "note 1", "kind": "note"' in page
    assert lea.post(f"{TRENDS}notes/{note.pk}/", {"date": "2026-03-05", "text": "Ben came"}).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.day.isoformat(), note.changed_by.username) == ("Ben came", "2026-03-05", "lea")
    lea.post(f"{TRENDS}notes/{note.pk}/remove/")
    offered = text_of(lea.get(TRENDS))
    assert "The note of 5 March 2026 was removed." in offered and "Ben came" not in offered
    lea.post(f"{TRENDS}notes/{note.pk}/restore/")
    assert "Ben came" in text_of(lea.get(TRENDS))


def test_a_note_without_words_keeps_what_was_typed_and_says_what_is_missing(lea):
    answer = lea.post(TRENDS, {"date": "2026-03-04", "text": " "})
    page = text_of(answer)
    assert answer.status_code == 400 and "There is a problem" in page and 'value="2026-03-04"' in page
    assert "<title>Error:" in page
    assert not Note.objects.exists()


def test_a_slice_is_counted_first_saved_renamed_removed_and_put_back(lea):
    assert "15 examples for which lab is north." in words(lea.post(SLICES, {**CONDITION, "preview": "1"}))
    assert not Slice.objects.exists()
    lea.post(SLICES, {**CONDITION, "field2": "length.text", "how2": "at_least", "value2": "7"})
    row = Slice.objects.get()
    assert row.conditions == [{"field": "meta.lab", "is": ["north"]}, {"field": "length.text", "at_least": 7}]
    page = words(lea.get(SLICES))
    assert "lab is north, and length of text is at least 7 characters" in page and "North" in page
    lea.post(f"{SLICES}{row.pk}/", {"name": "The north"})
    assert "The north" in words(lea.get(SLICES))
    lea.post(f"{SLICES}{row.pk}/remove/")
    assert "The north is no longer a slice. Its examples stay as they are." in words(lea.get(SLICES))
    assert "No saved slices yet" in words(lea.get("/projects/reviews/measure/?by=slice"))
    lea.post(f"{SLICES}{row.pk}/restore/")
    assert "The north" in words(lea.get("/projects/reviews/measure/?by=slice"))


@pytest.mark.parametrize(
    ("typed", "conditions"),
    [
        ({"how1": "is_not", "value1": "north | 3"}, [{"field": "meta.lab", "is": ["north", "3", 3], "not": True}]),
        ({"how1": "at_most", "value1": "2.50"}, [{"field": "meta.lab", "at_most": 2.5}]),
        ({"how1": "missing_not", "value1": ""}, [{"field": "meta.lab", "missing": True, "not": True}]),
        ({"field1": "data.text", "how1": "contains_not", "value1": "text 1"}, [{"field": "data.text", "contains": "text 1", "not": True}]),
    ],
)
def test_what_is_typed_becomes_conditions(lea, typed, conditions):
    assert lea.post(SLICES, {**CONDITION, **typed}).status_code == 302
    assert Slice.objects.get().conditions == conditions


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"value1": ""}, "value1"), ({"how1": "at_least", "value1": "many"}, "value1"), ({"how1": "contains", "value1": "a"}, "value1"), ({"name": ""}, "name"),
     ({"field1": ""}, "field1"), ({"field1": "", "field3": "length.text", "how3": "is", "value3": "3"}, "value3")],
)  # fmt: skip
def test_a_refusal_stands_at_the_row_that_it_is_about(lea, typed, field):
    answer = lea.post(SLICES, {**CONDITION, **typed})
    assert answer.status_code == 400
    assert f'href="#id_{field}"' in text_of(answer)
    assert not Slice.objects.exists()


def test_pairs_say_the_least_overlap_and_how_many_were_left_out():
    project = factories.make_project()
    factories.make_examples(project, 12)
    put_rows(project, [(f"e{n}", name, "pos" if n % 2 else "neg") for n in range(12) for name in ("ada", "ben")])
    put_rows(project, [(f"e{n}", "cleo", "pos") for n in range(4)])
    page = words(browse("lea").get("/projects/reviews/measure/?by=pair"))
    assert "Pairs are shown from 10 examples in common on" in page
    assert "2 pairs have fewer and were left out." in page
