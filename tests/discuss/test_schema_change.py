"""New versions of the questions: labels stay, what counts of them follows."""

from typing import Any

import pytest

from labelling.audit import AuditEvent
from labelling.discuss import services
from labelling.discuss.models import Resolution
from labelling.errors import Conflict
from labelling.kinds.changes import current_answer
from labelling.label.models import Answer, AnswerCode, CountedAnswer, Label
from labelling.label.selectors import drift_of
from labelling.label.services import recount
from labelling.measure.models import ResolvedAnswer
from labelling.projects.models import Project, Question, SchemaVersion
from tests.discuss.cast import LATER, case_of, example, labelled, seen
from tests.factories import SENTIMENT, STRENGTH, api, lease, submit, viewer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
POS, NEG, MIX = SENTIMENT["classes"]
URL = "/api/v1/projects/reviews/schema/"


def question(*classes: Any) -> list[dict[str, Any]]:
    return [{**SENTIMENT, "classes": list(classes)}]


MERGE = {
    "questions": question(POS, NEG),
    "changes": [{"question": "sentiment", "op": "merge", "from": ["neg", "mix"], "to": ["neg"]}],
    "reason": "Nobody can tell them apart.",
}
SPLIT = {
    "questions": question(POS, {"key": "sad"}, {"key": "angry"}, MIX),
    "changes": [{"question": "sentiment", "op": "split", "from": ["neg"], "to": ["sad", "angry"]}],
    "reason": "Two feelings.",
}
RENAME = {
    "questions": question({"key": "good", "name": "Good"}, NEG, MIX),
    "changes": [{"question": "sentiment", "op": "rename", "from": ["pos"], "to": ["good"]}],
    "reason": "Plainer.",
}
ROWS = (("pos", "pos", "neg"), ("neg", "mix", "neg"), ("pos", "pos", "pos"))


def counted() -> dict[str, list[str]]:
    """What counts for each example, in the order of the labellers."""
    codes = dict(AnswerCode.objects.values_list("code", "value"))
    found: dict[str, list[str]] = {}
    for row in CountedAnswer.objects.select_related("example").order_by("example_id", "labeller_id", "round"):
        found.setdefault(row.example.key, []).append(codes[row.code])
    return found


def history() -> list[Any]:
    return [list(model.objects.order_by("id").values()) for model in (Label, Answer)]


def everything() -> list[Any]:
    return [counted(), SchemaVersion.objects.count(), Project.objects.get().schema_version, AuditEvent.objects.exclude(verb="created token").count(),
            Question.objects.count(), AnswerCode.objects.count(), case_of("e0").score, example("e1").state]  # fmt: skip


def test_merged_classes_count_as_one_and_no_label_is_touched():
    labelled(*ROWS)
    before = history()
    answer = api("lea").post(URL, MERGE, format="json")
    assert answer.status_code == 201
    assert answer.json() == {"version": 2, "affected": {"labels": 1, "examples": 1, "to_relabel": 0, "settled": 1, "relabelled": 0}}
    assert counted() == {"e0": ["pos", "pos", "neg"], "e1": ["neg", "neg", "neg"], "e2": ["pos", "pos", "pos"]}
    assert history() == before
    assert Project.objects.get().schema_version == 2
    assert SchemaVersion.objects.get(version=2).changes == MERGE["changes"]


def test_a_case_that_the_merge_settles_is_closed_and_nobody_is_measured_against_it():
    labelled(*ROWS)
    assert example("e1").state == "in_review"
    api("lea").post(URL, MERGE, format="json")
    case, done = case_of("e1"), Resolution.objects.get()
    assert (case.state, case.resolution_id, case.score, example("e1").state) == ("resolved", done.pk, 0.0, "complete")
    assert (done.value, done.cause, done.resolved_by.username) == ({"sentiment": "neg"}, "schema", "lea")
    assert not ResolvedAnswer.objects.exists()
    assert (case_of("e0").state, example("e0").state) == ("open", "in_review")


def test_a_renamed_class_keeps_its_labels():
    labelled(*ROWS)
    answer = api("lea").post(URL, RENAME, format="json").json()
    assert answer["affected"] == {"labels": 5, "examples": 2, "to_relabel": 0, "settled": 0, "relabelled": 0}
    assert counted()["e0"] == ["good", "good", "neg"]
    vote = api("lea").get(f"/api/v1/cases/{case_of('e0').pk}/").json()["votes"][0]
    assert (vote["value"], vote["counts_as"], vote["schema_version"]) == ({"sentiment": "pos"}, {"sentiment": "good"}, 1)


def test_labels_of_a_class_that_is_split_count_no_longer():
    labelled(*ROWS)
    answer = api("lea").post(URL, SPLIT, format="json").json()
    assert answer["affected"] == {"labels": 3, "examples": 2, "to_relabel": 2, "settled": 0, "relabelled": 0}
    assert counted() == {"e0": ["pos", "pos"], "e1": ["mix"], "e2": ["pos", "pos", "pos"]}
    assert [example(key).round for key in ("e0", "e1", "e2")] == [1, 1, 1]


def test_examples_are_labelled_again_if_asked_for():
    labelled(*ROWS)
    answer = api("lea").post(URL, SPLIT | {"relabel": True}, format="json").json()
    assert answer["affected"]["relabelled"] == 2
    assert [(example(key).round, example(key).state) for key in ("e0", "e1", "e2")] == [(2, "open"), (2, "open"), (1, "complete")]
    assert len(lease("ada", count=5)) == 2


def test_a_preview_says_what_would_be_and_changes_nothing():
    labelled(*ROWS)
    before = everything()
    answer = api("lea").post(URL + "?preview=true", MERGE, format="json")
    assert answer.status_code == 200
    assert answer.json()["affected"] == {"labels": 1, "examples": 1, "to_relabel": 0}
    change = answer.json()["agreement"]["sentiment"]
    now = api("lea").get("/api/v1/projects/reviews/agreement/").json()["alpha"]
    assert change["before"]["value"] == pytest.approx(now["value"])
    assert change["after"]["value"] > change["before"]["value"]
    assert everything() == before
    api("lea").post(URL, MERGE, format="json")
    after = api("lea").get("/api/v1/projects/reviews/agreement/").json()["alpha"]
    assert change["after"]["value"] == pytest.approx(after["value"])


def test_settled_answers_follow_a_rename_and_are_judged_anew_after_a_split():
    labelled(*ROWS)
    lea = viewer("lea")
    several = [{"sentiment": "pos"}, {"sentiment": "mix"}]
    services.resolve(actor=lea, case_id=case_of("e0").pk, outcome="several_answers", values=several, cause="slip", seen=seen("e0"), now=LATER)
    services.resolve(actor=lea, case_id=case_of("e1").pk, outcome="answer", value={"sentiment": "neg"}, cause="slip", seen=seen("e1"), now=LATER)
    codes = dict(AnswerCode.objects.values_list("code", "value"))
    api("lea").post(URL, RENAME, format="json")
    codes |= dict(AnswerCode.objects.values_list("code", "value"))
    assert {codes[row.code] for row in ResolvedAnswer.objects.filter(example__key="e0")} == {"good", "mix"}
    split = SPLIT | {"questions": question({"key": "good"}, {"key": "sad"}, {"key": "angry"}, MIX)}
    assert api("lea").post(URL, split, format="json").json()["affected"]["to_relabel"] == 2
    assert not ResolvedAnswer.objects.filter(example__key="e1").exists()
    assert (case_of("e1").state, case_of("e1").resolution_id, example("e1").state) == ("open", None, "in_review")
    merge = {"questions": question({"key": "good"}, {"key": "sad"}, {"key": "angry"}),
             "changes": [{"question": "sentiment", "op": "merge", "from": ["good", "mix"], "to": ["good"]}]}  # fmt: skip
    api("lea").post(URL, merge, format="json")
    codes |= dict(AnswerCode.objects.values_list("code", "value"))
    assert [codes[row.code] for row in ResolvedAnswer.objects.filter(example__key="e0")] == ["good"]


def test_a_new_question_needs_no_words_and_a_question_that_goes_does():
    labelled(*ROWS)
    lea = api("lea")
    assert lea.post(URL, {"questions": [*question(POS, NEG, MIX), {**STRENGTH, "required": False}]}, format="json").status_code == 201
    assert set(Question.objects.values_list("key", flat=True)) == {"sentiment", "strength"}
    gone = lea.post(URL, {"questions": [STRENGTH]}, format="json")
    assert (gone.status_code, list(gone.json()["fields"])) == (400, ["changes"])
    retired = lea.post(URL, {"questions": [STRENGTH], "changes": [{"question": "sentiment", "op": "retire"}]}, format="json").json()
    assert retired["affected"]["to_relabel"] == 3
    assert counted() == {}


def test_what_counts_can_be_worked_out_again_from_labels_and_changes():
    labelled(*ROWS)
    for body in (RENAME, SPLIT | {"questions": question({"key": "good"}, {"key": "sad"}, {"key": "angry"}, MIX)}):
        assert api("lea").post(URL, body, format="json").status_code == 201
    later = list(SchemaVersion.objects.filter(version__gt=1).order_by("version").values_list("changes", flat=True))
    worked_out: dict[str, list[str]] = {}
    for label in Label.objects.select_related("example").order_by("example_id", "labeller_id"):
        becomes = current_answer("sentiment", label.value["sentiment"], later)
        if becomes is not None:
            worked_out.setdefault(label.example.key, []).append(becomes)
    assert worked_out == counted() == {"e0": ["good", "good"], "e1": ["mix"], "e2": ["good", "good", "good"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"questions": question(POS, NEG)}, "changes"),
        ({"questions": []}, "questions"),
        ({}, "questions"),
        ({"questions": question(POS, NEG, MIX)}, "questions"),
        (MERGE | {"reason": 5}, "reason"),
        (MERGE | {"relabel": "yes"}, "relabel"),
        (MERGE | {"changes": {"a": 1}}, "changes"),
        ({"questions": [{**STRENGTH, "key": "sentiment"}]}, "questions"),
    ],
)
def test_a_version_that_cannot_be_is_refused_and_nothing_changes(body, field):
    labelled(*ROWS)
    before = everything()
    answer = api("lea").post(URL, body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert everything() == before


@pytest.mark.parametrize(("name", "status"), [("ada", 403), ("mallory", 404), (None, 401)])
def test_only_leads_change_the_questions(name, status):
    labelled(*ROWS)
    before = everything()
    for query in ("", "?preview=true"):
        assert api(name).post(URL + query, MERGE, format="json").status_code == status
    assert everything() == before


def test_members_read_the_versions_of_the_questions():
    labelled(*ROWS)
    api("lea").post(URL, MERGE, format="json")
    found = api("ada").get(URL).json()["results"]
    assert [(row["version"], row["reason"]) for row in found] == [(2, "Nobody can tell them apart."), (1, "")]


def test_recounting_follows_the_changes():
    labelled(*ROWS)
    for body in (RENAME, SPLIT | {"questions": question({"key": "good"}, {"key": "sad"}, {"key": "angry"}, MIX)}):
        api("lea").post(URL, body, format="json")
    assert drift_of("reviews").answers == 0
    before = counted()
    CountedAnswer.objects.all().delete()
    recount(actor=None, slug="reviews", now=LATER)
    assert counted() == before


def test_a_label_that_was_made_before_a_rename_counts_under_the_new_name():
    labelled(("pos", "neg"))
    [held] = lease("cleo")
    api("lea").post(URL, RENAME, format="json")
    assert submit("cleo", held.id, "pos", schema_version=1).counted
    assert counted() == {"e0": ["good", "neg", "good"]}
    label = Label.objects.get(labeller__username="cleo")
    assert (label.value, label.schema_version) == ({"sentiment": "pos"}, 1)
    assert drift_of("reviews").answers == 0


def test_a_label_that_was_made_before_its_class_was_split_is_asked_for_again():
    labelled(("pos", "pos"))
    [held] = lease("cleo")
    api("lea").post(URL, SPLIT, format="json")
    with pytest.raises(Conflict, match="The questions changed while you were labelling"):
        submit("cleo", held.id, "neg", schema_version=1)
    assert Label.objects.count() == 2
    assert submit("cleo", held.id, "sad", schema_version=2).counted
