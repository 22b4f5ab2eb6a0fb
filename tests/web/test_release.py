"""The pages of releasing: a recipe with its result beside it, versions, who took them."""

import pytest

from labelling.access import Role
from labelling.jobs.models import Job
from labelling.projects import services as projects
from labelling.release import services
from labelling.release.models import DatasetVersion, Recall
from labelling.tasks import run_queued
from tests.factories import NOW, make_project, viewer
from tests.release.state import make_state, release, settle
from tests.web.people import browse, counted, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
URL = "/projects/reviews/release/"
TYPED = {
    "states": ["complete", "in_review", "resolved"], "exclude_tags": ["unintelligible"], "method": "majority", "ties": "leave_out",
    "min_labels": "1", "min_confidence": "0", "train": "80", "validation": "10", "test": "10", "stratify": "on", "group_by": "",
    "keep_splits_of": "", "seed": "7", "formats": ["parquet", "csv"], "note": "For the first model", "growth_reason": "",
}  # fmt: skip


def test_an_empty_list_says_what_a_version_is_and_offers_to_build_one():
    make_project()
    shown = text_of(browse("lea").get(URL))

    assert "No version yet" in shown
    assert "Build version 1" in shown


def test_the_recipe_becomes_the_policy_and_the_version_is_made_by_a_job():
    make_state()
    answer = browse("lea").post(f"{URL}new/", TYPED)
    assert (answer.status_code, answer["Location"]) == (302, URL)
    policy = Job.objects.get().arguments["policy"]

    assert policy["splits"] == {"train": 0.8, "validation": 0.1, "test": 0.1}
    assert (policy["seed"], policy["formats"], policy["note"], policy["stratify"]) == (7, ["parquet", "csv"], "For the first model", True)
    assert policy["include"]["states"] == ["complete", "in_review", "resolved"]
    run_queued()
    assert "For the first model" in text_of(browse("lea").get(URL))


def test_what_comes_out_stands_beside_the_recipe_with_the_button_that_says_what_happens():
    make_state()
    shown = text_of(browse("lea").post(f"{URL}new/preview/", TYPED))

    assert '<span class="count">10</span> examples' in shown
    assert "3 examples are left out" in shown
    assert "Release version 1" in shown
    assert "cannot be changed afterwards" in shown
    assert Job.objects.count() == 0


def test_what_stands_in_the_way_comes_with_a_link_and_without_the_button():
    make_state()
    shown = text_of(browse("lea").post(f"{URL}new/preview/", {**TYPED, "ties": "refuse"}))

    assert "3 examples are tied" in shown
    assert 'href="/projects/reviews/discuss/"' in shown
    assert "Release version 1</button>" not in shown


def test_a_recipe_that_cannot_be_comes_back_with_what_was_typed_and_its_field_marked():
    make_state()
    answer = browse("lea").post(f"{URL}new/", {**TYPED, "train": "80", "test": "20", "seed": "lucky"})
    shown = text_of(answer)

    assert answer.status_code == 400
    assert "They must add up to 1" in shown
    assert 'value="lucky"' in shown
    assert Job.objects.count() == 0
    assert "They must add up to 1" in text_of(browse("lea").post(f"{URL}new/preview/", {**TYPED, "test": "20"}))


def test_a_version_shows_its_digest_first_then_what_it_is_made_of():
    make_state()
    release({"note": "first <b>clean</b> set"})
    settle("z", outcome="answer", value={"sentiment": "mix"})
    second = release()
    shown = text_of(browse("lea").get(f"{URL}2/"))

    assert second.digest in shown
    assert "pandas.read_parquet(url" in shown
    assert "Settled in a discussion" in shown
    assert "See each change since version 1" in shown
    assert "/api/v1/projects/reviews/versions/2/files/train.parquet" in shown
    assert "first &lt;b&gt;clean&lt;/b&gt; set" in text_of(browse("lea").get(f"{URL}1/"))
    changes = text_of(browse("lea").get(f"{URL}2/changes/"))
    assert "answered otherwise" in changes
    assert "Nothing changed" in text_of(browse("lea").get(f"{URL}1/changes/"))


def test_the_next_recipe_offers_to_keep_the_splits_of_the_newest_version():
    make_state()
    release({"splits": {"train": 0.5, "held_out": 0.5}})
    shown = text_of(browse("lea").get(f"{URL}new/"))

    assert '<option value="1" selected>version 1</option>' in shown
    assert 'name="held_out" value="50"' in shown


def test_a_recall_needs_a_reason_and_then_stands_on_every_page_of_the_version():
    make_state()
    release()
    lea = browse("lea")
    refused = lea.post(f"{URL}1/recall/", {"reason": " "})
    assert refused.status_code == 400
    assert Recall.objects.count() == 0

    assert lea.post(f"{URL}1/recall/", {"reason": "Wrong licence"}).status_code == 302
    assert "Wrong licence" in text_of(lea.get(URL))
    shown = text_of(lea.get(f"{URL}1/"))
    assert "Recalled" in shown
    assert "Recall version 1</button>" not in shown
    assert lea.post(f"{URL}1/recall/", {"reason": "Again"}).status_code == 409


def test_labellers_and_strangers_find_no_versions():
    make_state()
    release()
    make_project("elsewhere", owner="mallory", labellers=())
    for path in ("", "new/", "1/", "1/changes/"):
        assert (path, browse("ada").get(URL + path).status_code, browse("mallory").get(URL + path).status_code) == (path, 403, 404)
    for path in ("new/", "new/preview/", "1/recall/"):
        assert (path, browse("ada").post(URL + path, TYPED).status_code, browse("mallory").post(URL + path, TYPED).status_code) == (path, 403, 404)
    assert DatasetVersion.objects.count() == 1
    assert Recall.objects.count() == 0


@pytest.mark.parametrize(("path", "most"), [("", 12), ("new/", 16), ("1/", 20), ("1/changes/", 12)])
def test_a_page_asks_the_database_little_and_nothing_while_it_is_rendered(path, most):
    make_state()
    for _ in range(3):
        release()
    lea = browse("lea")
    lea.get(URL)
    with counted() as cost:
        assert lea.get(URL + path).status_code == 200

    assert cost.render == 0, cost.sql
    assert cost.view <= most


def test_a_job_that_is_done_says_which_version_it_made():
    make_state()
    version = release()
    shown = text_of(browse("lea").get(f"/jobs/{version.job_id}/"))

    assert "Version 1 is released." in shown
    assert f'href="{URL}1/"' in shown


def test_whoever_downloaded_a_version_reads_that_it_was_recalled_and_nobody_else_does():
    make_state()
    version = release()
    projects.add_member(actor=viewer("lea"), slug="reviews", username="ben", role=Role.LEAD, now=NOW)
    services.record_pull(actor=viewer("ben"), version=version, file_name="train.csv", status=200, now=NOW)
    services.recall_version(actor=viewer("lea"), slug="reviews", number=1, reason="Wrong licence", now=NOW)

    assert "You downloaded" in text_of(browse("ben").get(URL))
    assert "You downloaded" not in text_of(browse("lea").get(URL))
