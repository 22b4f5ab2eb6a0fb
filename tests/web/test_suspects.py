"""The pages of suspected errors, audits and near-duplicates: what they say, what they send, what they cost."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from labelling import flow, tasks
from labelling.discuss.models import Case
from labelling.intake import services as intake
from labelling.jobs.models import Job
from labelling.measure import services as measure
from labelling.measure.suspect_models import AuditedAnswer, LabelAudit
from tests.factories import NOW, STRENGTH, make_examples, make_project, viewer
from tests.intake.files import zip_of
from tests.measure.test_near_duplicates import copies, import_rows
from tests.measure.test_suspects import WHO, evaluate, import_labels
from tests.web.people import browse, counted, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
URL = "/projects/reviews/measure/suspects/"
ALIKE = "/projects/reviews/measure/near-duplicates/"
N = 40


def slips(n: int, who: str) -> str:
    truth = "neg" if n % 2 else "pos"
    return {"pos": "neg", "neg": "pos"}[truth] if who == "eve" and n % 10 == 0 else truth


@pytest.fixture
def project(db):
    made = make_project(labellers=WHO, labels_per_example=5)
    make_examples(made, N)
    import_labels(made, [(f"e{n}", who, slips(n, who)) for n in range(N) for who in WHO])
    return made


def look():
    flow.start_suspects(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()


def test_before_anybody_looked_the_page_says_so_and_offers_to(project):
    page = text_of(browse("lea").get(URL))
    assert "Nobody has looked yet." in page
    assert "people alone, without a model" in page
    assert "evaluate one" in page


def test_looking_starts_a_job_that_the_page_shows_until_it_is_done(project):
    lea = browse("lea")
    answer = lea.post(URL + "start/", {"question": "sentiment", "against": "people"})
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}?question=sentiment")
    page = text_of(lea.get(URL))
    assert "No worker is running" in page
    tasks.run_queued()
    page = text_of(lea.get(URL, {"of": "label"}))
    assert "with people alone." in page
    assert "Single labels (4)" in page
    assert "by eve" in page
    assert "4 × Positive, 1 × Negative" in page
    job = Job.objects.get(kind="suspects")
    assert "40 examples are looked at: 0 answers that stand and 4 single labels are suspected." in text_of(lea.get(f"/jobs/{job.pk}/"))


def test_the_ticked_and_the_worst_are_sent(project):
    look()
    lea = browse("lea")
    form = {"question": "sentiment", "of": "label", "run": ""}
    page = lea.post(URL + "send/", {**form, "example": ["e0"], "ticked": "1", "worst": "20"}, follow=True)
    assert "In the queue now: 1 that had a case." in text_of(page)
    page = lea.post(URL + "send/", {**form, "worst": "20"}, follow=True)
    assert "In the queue now: 3 that had a case." in text_of(page)
    assert "Nothing was sent" in text_of(lea.post(URL + "send/", {**form, "ticked": "1"}, follow=True))
    assert "nothing left to send" in text_of(lea.post(URL + "send/", {**form, "worst": "2"}, follow=True))
    refused = lea.post(URL + "send/", {**form, "worst": "many"})
    assert (refused.status_code, "worst is a whole number" in text_of(refused)) == (400, True)
    assert sum("suspected_error" in case.reasons for case in Case.objects.all()) == 4
    assert "Single labels" in text_of(refused)  # still on the same list


def test_evaluations_are_offered_and_named(project):
    from tests.factories import api

    evaluation = evaluate(api("lea"), [{"key": f"e{n}", "sentiment": "neg" if n % 2 else "pos"} for n in range(N)])
    lea = browse("lea")
    assert "letters 1, on version 1, test" in text_of(lea.get(URL))
    lea.post(URL + "start/", {"question": "sentiment", "against": str(evaluation.pk)})
    tasks.run_queued()
    page = text_of(lea.get(URL))
    assert "<bdi>letters 1</bdi></a> on version 1, test: a model&#x27;s predictions." in page
    assert "Northcutt" in page
    assert "stale" not in page
    import_labels(project, [("e1", "fay", "pos")])
    assert "Look again before you judge by it." in text_of(lea.get(URL))


def test_a_question_without_classes_says_that_nothing_can_be_suspected(db):
    make_project(questions=[{"key": "size", "kind": "number", "prompt": "How large?"}, STRENGTH])
    lea = browse("lea")
    assert "Answers to this question are no classes" in text_of(lea.get(URL))
    assert "Nobody has looked yet" in text_of(lea.get(URL, {"question": "strength"}))
    refused = lea.post(URL + "start/", {"question": "size", "against": "people"})
    assert refused.status_code == 400
    assert not Job.objects.filter(kind="suspects").exists()


@pytest.mark.parametrize("query", [{"of": "moon"}, {"run": "x"}, {"question": "moon"}, {"run": "99"}])
def test_what_is_not_there_is_refused_and_never_a_fault(project, query):
    look()
    assert browse("lea").get(URL, query).status_code in (400, 404)


def test_the_page_costs_the_same_for_one_row_and_for_many(project):
    look()
    lea = browse("lea")
    with counted() as few:
        lea.get(URL, {"of": "answer"})
    with counted() as many:
        lea.get(URL, {"of": "label"})
    assert (few.render, many.render) == (0, 0)
    assert many.view <= few.view + 6  # rows bring their values, votes and cases, in one query each
    assert many.view <= 40, many.sql


# Audits ---------------------------------------------------------------------------------------------------------------------


def test_a_sample_is_drawn_and_checked_blind(project):
    look()
    lea = browse("lea")
    answer = lea.post(URL + "audits/draw/", {"question": "sentiment", "examples": "12"})
    audit = LabelAudit.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{URL}audits/{audit.pk}/")
    page = text_of(lea.get(f"{URL}audits/{audit.pk}/"))
    assert "0 of 12 checked" in page
    assert page.count("Is this right?") == 12
    assert "Too few to judge" in page
    seen = re.sub(r'action="[^"]*"', "", page.split("<article")[1].split("</article>")[0])
    for word in ("suspect", "consensus", "eve", "×"):  # neither votes nor the part that it was drawn from
        assert word not in seen, word


def test_verdicts_come_by_form_and_by_script_and_the_wrong_ones_lead_to_their_case(project):
    lea = browse("lea")
    lea.post(URL + "audits/draw/", {"question": "sentiment", "examples": "11"})
    url = f"{URL}audits/{LabelAudit.objects.get().pk}/"
    answer = lea.post(url + "verdict/", {"place": "1", "verdict": "wrong"})
    assert (answer.status_code, answer["Location"]) == (302, url)
    answer = lea.post(url + "verdict/", {"place": "2", "verdict": "right"}, headers={"Accept": "application/json"})
    assert answer.json() == {"place": 2, "verdict": "right"}
    answer = lea.post(url + "verdict/", {"place": "2", "verdict": ""}, headers={"Accept": "application/json"})
    assert answer.json() == {"place": 2, "verdict": None}
    refused = lea.post(url + "verdict/", {"place": "2", "verdict": "perhaps"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    for place in range(2, 12):
        lea.post(url + "verdict/", {"place": str(place), "verdict": "right"})
    page = text_of(lea.get(url))
    assert "All of the sample is checked" in page
    assert "Found wrong" in page
    assert "9 %" in page.replace("\xa0", " ")
    key = AuditedAnswer.objects.get(verdict="wrong").example.key
    answer = lea.post("/projects/reviews/discuss/report/", {"example": key, "note": "Found wrong in audit 1."})
    assert answer.status_code == 302
    assert "reported" in Case.objects.get(example__key=key).reasons
    assert "11 of 11 checked" in text_of(lea.get(URL))


@pytest.mark.parametrize("typed", ["", "0", "x", "100000"])
def test_a_number_that_makes_no_sense_is_refused_beside_its_field(project, typed):
    refused = browse("lea").post(URL + "audits/draw/", {"question": "sentiment", "examples": typed})
    assert refused.status_code == 400
    assert 'href="#id_drawn"' in text_of(refused)
    assert not LabelAudit.objects.exists()


def test_labellers_reach_neither_page(project):
    look()
    lea, ada = browse("lea"), browse("ada")
    lea.post(URL + "audits/draw/", {"question": "sentiment", "examples": "3"})
    for path in (URL, f"{URL}audits/{LabelAudit.objects.get().pk}/", ALIKE):
        assert ada.get(path).status_code == 403
    assert "measure/suspects" not in text_of(ada.get("/projects/reviews/"))


# Near-duplicates ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def doubled(db):
    project = make_project()
    rows = [{"key": f"{side}{n}", "text": f"Number {n} says {'nothing much at all' if n % 2 else 'a great deal of things'}{'!' if side == 'b' else ''}"} for n in range(12) for side in "ab"]
    import_rows(rows)
    import_labels(project, [(row["key"], who, "neg" if row["key"] in ("b0", "b1", "b2") else "pos") for row in rows for who in ("ada", "ben")])
    return project


def test_the_page_says_that_nobody_looked_and_starts_the_job(doubled):
    lea = browse("lea")
    assert "Nobody has looked yet." in text_of(lea.get(ALIKE))
    answer = lea.post(ALIKE + "start/", {"question": "sentiment", "exact": "true"})
    assert answer["Location"] == f"{ALIKE}?question=sentiment&exact=true"
    assert "No worker is running" in text_of(lea.get(ALIKE))
    tasks.run_queued()
    page = text_of(lea.get(ALIKE, {"exact": "true"}))
    assert "12 groups of exact copies" in page
    assert "75 %" in page.replace("\xa0", " ")  # nine of twelve pairs agree
    assert "3 groups are labelled differently, the worst first" in page
    assert page.count('<ol class="alike-groups">') == 1
    assert "all alike" in page


def test_a_group_is_sent_to_the_queue_from_the_page(doubled):
    measure.start_near_duplicates(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    lea = browse("lea")
    group = lea.get(ALIKE, {"exact": "true"}).context["groups"][0]
    page = lea.post(ALIKE + "send/", {"group": group["group"], "run": "", "question": "sentiment", "exact": "true", "page": "1"}, follow=True)
    assert "In the queue now: 2 new cases." in text_of(page)
    assert Case.objects.count() == 2
    assert "case" in text_of(page)


def test_groups_all_alike_and_no_groups_are_told_apart(db):
    project = make_project()
    import_rows([{"key": "a", "text": "One and the same"}, {"key": "b", "text": "one and the same"}, {"key": "c", "text": "Something else"}])
    measure.start_near_duplicates(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    lea = browse("lea")
    assert "No two examples of a group have an answer yet." in text_of(lea.get(ALIKE, {"exact": "true"}))
    assert "There are no near-duplicates among the examples." in text_of(lea.get(ALIKE))
    import_labels(project, [(key, "ada", "pos") for key in ("a", "b")])
    assert "The one group with two answers or more is labelled alike." in text_of(lea.get(ALIKE, {"exact": "true"}))


def test_pictures_stand_side_by_side(db):
    project = make_project(display=[{"field": "image", "as": "image"}])
    files = {f"{name}.{'webp' if name == 'webp' else 'png' if name in ('png', 'small') else 'jpeg'}": content for name, content in copies(1).items() if name in ("png", "jpeg", "small")}
    intake.start_import(actor=viewer("lea"), slug="reviews", file=SimpleUploadedFile("p.zip", zip_of(files)), now=NOW)
    tasks.run_queued()
    keys = list(project.examples.order_by("id").values_list("key", flat=True))
    import_labels(project, [(key, who, "pos" if n else "neg") for n, key in enumerate(keys) for who in ("ada", "ben")])
    measure.start_near_duplicates(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    page = text_of(browse("lea").get(ALIKE))
    assert page.count("data-picture") == 3
    assert "too few to judge (3 examples)" in page


def test_near_duplicates_cost_the_same_for_one_group_and_for_many(doubled):
    lea = browse("lea")
    measure.start_near_duplicates(actor=viewer("lea"), slug="reviews", now=NOW)
    tasks.run_queued()
    with counted() as cost:
        lea.get(ALIKE, {"exact": "true"})
    assert (cost.render, cost.view <= 40) == (0, True), cost.sql
    import_labels(doubled, [(f"b{n}", who, "neg") for n in range(3, 12) for who in ("cleo", "dan", "eve")])
    lea.get(ALIKE, {"exact": "true"})
    with counted() as more:
        lea.get(ALIKE, {"exact": "true"})
    assert more.view <= cost.view + 2, more.sql
