"""The list, the form of a new project, the first page, the settings."""

import pytest

from labelling.access import Role
from labelling.projects import selectors
from labelling.projects import services as projects
from labelling.projects.models import Project
from tests.factories import NOW, make_project, make_user, viewer
from tests.web.people import browse, counted, text_of

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Film reviews",
    "slug": "",
    "description": "",
    "labels_per_example": "3",
    "order": "sequence",
    "guidelines": "# How\r\nRead first.",
    "display-0-field": "text",
    "display-0-as": "text",
    "questions-1000-prompt": "What does the writer feel?",
    "questions-1000-key": "",
    "questions-1000-kind": "choice",
    "questions-1000-required": "on",
    "questions-1000-classes-1002-name": "Positive",
    "questions-1000-classes-1002-definition": "Glad of it.",
    "questions-1000-classes-1001-name": "Not sure",
    "questions-1004-prompt": "How strongly?",
    "questions-1004-key": "strength",
    "questions-1004-kind": "rating",
    "questions-1004-low": "-2",
    "questions-1004-high": "2",
    "questions-1004-names": "-2 = very bad\r\n2: very good",
    "tags-0-name": "Sarcasm",
}


def test_a_newcomer_reads_why_the_list_is_empty_and_what_fills_it():
    page = text_of(browse("ada").get("/"))
    assert "You belong to no project yet" in page
    assert "your user name, <strong>ada</strong>, to its members" in page


def test_the_list_shows_own_projects_with_progress_and_role():
    make_project("reviews")
    make_project("elsewhere", owner="mallory", labellers=(), name="Secret")
    page = text_of(browse("ada").get("/"))
    assert 'href="/projects/reviews/">Film reviews</a>' in page
    assert "nothing imported yet" in page and "Labeller" in page
    assert "Secret" not in page


def test_the_list_costs_the_same_for_any_number_of_projects():
    costs = []
    client = browse("lea")
    for count in range(1, 4):
        make_project(f"reviews-{count}", labellers=())
        with counted() as cost:
            client.get("/")
        costs.append((cost.view, cost.render))
    assert costs == [(4, 0)] * 3  # session, user, projects with counts, memberships


def test_the_form_makes_the_project_that_the_api_would_make():
    answer = browse("lea").post("/new-project/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/projects/film-reviews/")
    project = selectors.describe(selectors.get_project(viewer("lea"), "film-reviews"))
    assert project["guidelines"] == "# How\nRead first."
    assert project["tags"][3:] == [{"key": "sarcasm", "name": "Sarcasm"}]
    assert project["questions"] == [
        {
            "key": "what_does_the_writer_feel", "kind": "choice", "prompt": "What does the writer feel?", "required": True,
            "classes": [
                {"key": "positive", "name": "Positive", "definition": "Glad of it."},
                {"key": "not_sure", "name": "Not sure", "definition": ""},
            ],
        },
        {
            "key": "strength", "kind": "rating", "prompt": "How strongly?", "required": False, "low": -2, "high": 2, "step": 1,
            "names": {"-2": "very bad", "2": "very good"},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(("changes", "anchor", "sentence"), [
    ({"name": ""}, "name", "Give it a name."),
    ({"name": "…"}, "slug", "A slug has 1 to 60 small letters, digits and hyphens, like film-reviews."),
    ({"labels_per_example": "many"}, "labels_per_example", "Ask for 1 to 100 labels per example."),
    ({"labels_per_example": "0"}, "labels_per_example", "Ask for 1 to 100 labels per example."),
    ({"display-0-field": "two words"}, "display-0-field", "A field name has letters, digits, _ . and - only."),
    ({"questions-1000-prompt": ""}, "questions-0-prompt", "Write the question that labellers read."),
    ({"questions-1000-classes-1001-name": ""}, "questions-0-classes-1-name", "Name class 2, or remove it."),
    ({"questions-1000-classes-1001-name": "positive"}, "questions-0-classes-1-name", "The class positive is there twice."),
    ({"questions-1004-high": "-3"}, "questions-1-high", "The highest rating must be above the lowest."),
    ({"questions-1004-low": ""}, "questions-1-low", "A rating needs a number as its low."),
    ({"questions-1004-names": "7 = what"}, "questions-1-names", "&#x27;7&#x27; is not a step of this scale."),
    ({"questions-1004-key": "what_does_the_writer_feel"}, "questions-1-key", "The key what_does_the_writer_feel is there twice."),
    ({"tags-1-name": "sarcasm"}, "tags-1-name", "The tag sarcasm is there already."),
    ({"questions-1000-kind": "smell"}, "questions-0-kind", "The kind of a question is one of: choice, choices, rating, number, text, spans, boxes."),
])  # fmt: skip
def test_what_is_wrong_stands_on_top_and_beside_its_field_and_what_was_typed_stays(changes, anchor, sentence):
    answer = browse("lea").post("/new-project/", FORM | changes)
    page = text_of(answer)
    assert answer.status_code == 400
    assert "<title>Error: New project</title>" in page
    assert f'<li><a href="#{anchor}">{sentence}</a></li>' in page
    assert page.count(sentence) >= (1 if anchor == "questions-0-kind" else 2)
    assert f'id="{anchor}"' in page
    assert 'value="Glad of it."' in page
    assert Project.objects.count() == 0


def test_a_question_with_one_class_is_refused_at_its_classes():
    typed = {name: value for name, value in FORM.items() if "-1001-" not in name}
    page = text_of(browse("lea").post("/new-project/", typed))
    assert '<a href="#questions-0-classes">Give at least two classes to choose from.</a>' in page
    assert Project.objects.count() == 0


def test_a_taken_address_is_said_at_the_address():
    make_project("film-reviews")
    page = text_of(browse("lea").post("/new-project/", FORM))
    assert '<a href="#slug">This slug is taken. Choose another.</a>' in page


@pytest.mark.parametrize("typed", [
    {"questions-99999999999999999999-classes-x-name": "a"}, {"display": "x", "display-0": "y"}, {"name": "\x00"},
    {"questions-0-kind": "choice", "questions-0-classes-0-name": "\x00"}, {"tags-0-name": "<script>alert(1)</script>"}, {"-": "-"},
])  # fmt: skip
def test_nonsense_in_the_form_is_an_answer_and_never_a_fault(typed):
    answer = browse("lea").post("/new-project/", typed)
    assert answer.status_code == 400
    assert b"<script>alert" not in answer.content


def test_what_people_write_is_shown_as_text():
    make_project("reviews", name="<b>bold</b>", guidelines="<script>alert(1)</script> **strong** [x](javascript:alert(1))")
    page = browse("ada").get("/projects/reviews/").content.decode()
    assert "<b>bold</b>" not in page and "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert "<strong>strong</strong>" in page


def test_headings_of_guidelines_stand_below_the_headings_of_the_page():
    make_project("reviews", guidelines="# One\n## Two")
    client = browse("ada")
    assert "<h3>One</h3>\n<h4>Two</h4>" in client.get("/projects/reviews/").content.decode()
    assert "<h2>One</h2>\n<h3>Two</h3>" in client.get("/projects/reviews/guidelines/").content.decode()


def test_the_first_page_tells_a_lead_the_first_steps_and_a_labeller_to_wait():
    make_project("reviews")
    lead, labeller = (text_of(browse(name).get("/projects/reviews/")) for name in ("lea", "ada"))
    assert "Three steps to the first figures" in lead
    assert "Nothing to label yet" in labeller and "Three steps" not in labeller


@pytest.mark.parametrize(("path", "queries"), [("", 11), ("settings/", 6), ("settings/members/", 6), ("guidelines/", 6), ("guidelines/edit/", 5), ("guidelines/diff/", 6), ("settings/schema/", 6)])
def test_pages_ask_the_database_in_the_view_and_never_while_they_are_rendered(path, queries):
    make_project("reviews", guidelines="# How")
    projects.add_guidelines(actor=viewer("lea"), slug="reviews", text="# How now", reason="Clearer", now=NOW)
    client = browse("lea")
    with counted() as cost:
        answer = client.get(f"/projects/reviews/{path}")
    assert answer.status_code == 200
    assert (cost.render, cost.sql) == (0, ())
    assert cost.view == queries


def test_settings_are_saved_and_said():
    make_project("reviews")
    client = browse("lea")
    typed = {"name": "Reviews", "description": "x", "labels_per_example": "5", "order": "shuffled", "lease_minutes": "1.5", "target_alpha": "0.67"}
    answer = client.post("/projects/reviews/settings/", typed, follow=True)
    assert "The settings are saved." in text_of(answer)
    project = Project.objects.get(slug="reviews")
    assert (project.name, project.labels_per_example, project.order, project.lease_seconds, project.target_alpha) == ("Reviews", 5, "shuffled", 90, 0.67)


@pytest.mark.parametrize(("typed", "anchor"), [
    ({"labels_per_example": "x"}, "id_labels_per_example"), ({"lease_minutes": "soon"}, "id_lease_minutes"),
    ({"lease_minutes": "0"}, "id_lease_minutes"), ({"target_alpha": "1.2"}, "id_target_alpha"), ({"name": " "}, "id_name"),
    ({"lease_minutes": "inf"}, "id_lease_minutes"), ({"lease_minutes": "nan"}, "id_lease_minutes"), ({"target_alpha": "nan"}, "id_target_alpha"),
])  # fmt: skip
def test_a_wrong_setting_is_said_at_its_field_and_nothing_changes(typed, anchor):
    make_project("reviews")
    before = Project.objects.values().get(slug="reviews")
    good = {"name": "Other", "labels_per_example": "4", "order": "sequence", "lease_minutes": "30", "target_alpha": ""}
    answer = browse("lea").post("/projects/reviews/settings/", good | typed)
    assert answer.status_code == 400
    assert f'<a href="#{anchor}">' in text_of(answer)
    assert Project.objects.values().get(slug="reviews") == before


def test_a_site_admin_sees_projects_they_are_no_member_of():
    make_project("reviews")
    make_user("root", is_staff=True)
    page = text_of(browse("root").get("/"))
    assert "Film reviews" in page and "Site admin" in page


def test_the_navigation_shows_only_what_the_role_may_enter():
    make_project("reviews")
    projects.add_member(actor=viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=NOW)
    pages = {name: text_of(browse(name).get("/projects/reviews/")) for name in ("ben", "ada")}
    assert 'href="/projects/reviews/settings/">Settings</a>' in pages["ben"]
    assert "settings/" not in pages["ada"]
