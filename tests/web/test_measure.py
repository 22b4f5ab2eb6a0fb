"""Figures on pages: for leads only, explained where there are none, and no query while a page is drawn."""

import re

import pytest

from tests import factories
from tests.measure.rows import put_labels
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
PAGES = ["measure/", "measure/?by=class", "measure/?by=pair", "measure/?by=labeller", "measure/confusions/", "measure/human/",
         "measure/human/?by=labeller", "measure/labellers/"]  # fmt: skip


@pytest.fixture
def reviews():
    project = factories.make_project(target_alpha=0.67)
    votes = {f"e{number}": {"ada": "pos", "ben": "neg" if number % 3 else "pos", "cleo": "pos" if number % 2 else "neg"} for number in range(24)}
    put_labels(project, votes)
    type(project).objects.update()
    from labelling.intake.states import count_examples

    count_examples(project_id=project.pk, open=24)
    return project


@pytest.mark.parametrize("page", PAGES)
def test_leads_see_figures_labellers_stay_blind_and_strangers_see_nothing(reviews, page):
    factories.make_project("other", owner="mallory", labellers=())
    url = f"/projects/reviews/{page}"
    assert browse("lea").get(url).status_code == 200
    assert browse("ada").get(url).status_code == 403
    assert browse("mallory").get(url).status_code == 404
    assert browse(None).get(url).status_code == 302


@pytest.mark.parametrize("page", [*PAGES, ""])
def test_no_query_runs_while_a_page_is_drawn(reviews, page):
    with counted() as cost:
        browse("lea").get(f"/projects/reviews/{page}")
    assert cost.render == 0, cost.sql
    assert cost.view <= 40


@pytest.mark.parametrize("page", [*PAGES, ""])
def test_an_empty_project_says_what_fills_the_page(page):
    factories.make_project()
    answer = browse("lea").get(f"/projects/reviews/{page}")
    assert answer.status_code == 200
    assert not re.search(r"\b(NaN|None)\b", text_of(answer))


def test_the_first_page_shows_agreement_with_its_interval_beside_the_target(reviews):
    text = text_of(browse("lea").get("/projects/reviews/"))
    assert "Agreement, by question" in text
    assert "Human level and the two guards" in text
    assert '"target": 0.67' in text


def test_a_labeller_s_first_page_holds_no_figure(reviews):
    text = text_of(browse("ada").get("/projects/reviews/"))
    assert "alpha" not in text.lower() and "Human level" not in text


def test_a_cell_of_the_heat_map_opens_the_examples_behind_it(reviews):
    lea = browse("lea")
    text = text_of(lea.get("/projects/reviews/measure/confusions/"))
    assert "/projects/reviews/measure/confusions/examples/?question=sentiment&amp;a=pos&amp;b=neg" in text
    behind = text_of(lea.get("/projects/reviews/measure/confusions/examples/?question=sentiment&a=pos&b=neg"))
    assert "One said Positive, another Negative" in behind
    assert "20 examples" in behind
    assert lea.get("/projects/reviews/measure/confusions/examples/?question=sentiment&a=pos&b=moon").status_code == 404


def test_what_does_not_exist_is_refused_in_words(reviews):
    assert browse("lea").get("/projects/reviews/measure/?by=moon").status_code == 400
    assert browse("lea").get("/projects/reviews/measure/?question=moon").status_code == 404


def test_figures_can_be_split_by_the_project_s_own_meta_fields(reviews):
    from labelling.intake.models import Example

    Example.objects.filter(key__in=[f"e{number}" for number in range(12)]).update(meta={"the lab": "north"})
    lea = browse("lea")
    assert "by=meta.the%20lab#by" in text_of(lea.get("/projects/reviews/measure/"))
    page = text_of(lea.get("/projects/reviews/measure/?by=meta.the lab"))
    assert "By the lab" in page and "north" in page
