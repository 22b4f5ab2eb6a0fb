"""From labels, discussion and a released version to a model beside people: what the frozen files and the project's labels say together."""

import pytest

from labelling.discuss import services as discuss
from labelling.discuss.models import Case
from labelling.evaluate.dataset import read_split
from labelling.evaluate.models import Evaluation
from labelling.intake import services as intake
from labelling.label import services as label
from labelling.tasks import run_queued
from tests import factories
from tests.evaluate.evaluated import as_file, evaluate_on, make_labelled, release_all
from tests.release.state import settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
N = 80


def disputed(at: int) -> bool:
    return at % 2 == 0


def made() -> None:
    """Eighty reviews, three labels each; on every second one Cleo differs from Ada and Ben."""
    examples = [{"key": f"r{at:02d}", "text": f"review {at}", "lab": "north" if at < 40 else "south"} for at in range(N)]
    labels = [
        {"example": f"r{at:02d}", "labeller": who, "value": "neg" if who == "cleo" and disputed(at) else "pos"} for at in range(N) for who in ("ada", "ben", "cleo")
    ]
    make_labelled(examples, labels)


def human(evaluation: Evaluation) -> dict:
    return evaluation.results["questions"]["sentiment"]["baselines"]["human"]


@pytest.mark.both_databases
def test_disagreements_that_stay_under_review_are_reckoned_with():
    made()
    assert Case.objects.count() == N // 2
    version = release_all(include={"states": ["complete", "resolved"]})
    assert version.manifest["counts"]["examples"] == N // 2
    split = read_split(version, "test")["sentiment"]
    [(way, n)] = split.left_out.items()
    assert n == N // 2 and way in range(2**40)
    found = human(evaluate_on(version, lambda key: {"sentiment": "pos"}))
    assert found["gap"]["undefined"]  # where all agree each label is why its example is here
    assert found["references"]["leave_one_out"]["left_out"]["hinges"] == 3 * (N // 2)


def test_who_took_part_in_settling_an_example_is_never_scored_by_its_answer():
    made()
    lea, ada = factories.viewer("lea"), factories.viewer("ada")
    for case in Case.objects.order_by("pk"):
        discuss.invite(actor=lea, case_id=case.pk, username="ada", now=factories.NOW)
        discuss.add_remark(actor=ada, case_id=case.pk, text="It is glad.", now=factories.NOW)
        settle(case.example.key, outcome="answer", value={"sentiment": "pos"})
    found = human(evaluate_on(release_all(), lambda key: {"sentiment": "pos" if int(key[1:]) % 4 else "neg"}))
    assert (found["chosen"], found["references"]["resolved"]["n_examples"]) == ("resolved", N // 2)
    one = found["references"]["resolved"]
    assert one["left_out"]["took_part"] == N // 2  # Ada's
    assert one["left_out"]["hinges"] == N // 2  # Cleo's: without them nobody would have settled anything
    person, model = one["each_label"]["person"], one["each_label"]["model"]
    assert (person["n_labels"], person["n_labellers"], person["value"], model["value"]) == (N // 2, 1, 1.0, 0.5)
    assert "disputed" in {caution["code"] for caution in found["cautions"]}
    assert found["references"]["leave_one_out"]["each_label"]["person"]["n_labels"] == 3 * N  # there nothing is as they settled it


def test_batches_and_lengths_are_slices_beside_meta_fields():
    made()
    lea = factories.viewer("lea")
    more = [{"key": f"s{at}", "text": "long " * (at + 4), "lab": "east"} for at in range(20)]
    intake.start_import(actor=lea, slug="reviews", file=as_file(more), now=factories.NOW)
    run_queued()
    rows = [{"example": row["key"], "labeller": who, "value": "pos"} for row in more for who in ("ada", "ben")]
    label.start_label_import(actor=lea, slug="reviews", file=as_file(rows), now=factories.NOW)
    run_queued()
    found = evaluate_on(release_all(), lambda key: {"sentiment": "pos"}).results["questions"]["sentiment"]["by_slice"]
    assert {row["field"] for row in found} == {"meta.lab", "length.text", "batch"}
    assert sorted(row["metric"]["n_examples"] for row in found if row["field"] == "batch") == [20, 80]
    assert sum(row["share"] for row in found if row["field"] == "length.text") == pytest.approx(1)
    assert all(row["value"].endswith("characters") for row in found if row["field"] == "length.text")
