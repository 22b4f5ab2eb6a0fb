"""Versions settled by reliability: the same digest again, and rows that say what decided."""

import pytest

from labelling.release.rules import Method
from labelling.web.release_words import METHODS
from tests.every_kind import labelled
from tests.release.state import make_state, release, settle
from tests.release.test_release import all_rows, hashes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media_folder")]
WEIGHTED = {"consensus": {"method": "weighted", "ties": "keep"}}


@pytest.mark.both_databases
def test_the_same_state_gives_the_same_bytes_and_another_method_another_digest():
    make_state()
    settle("B", outcome="answer", value={"sentiment": "mix"})
    first, second, plain = release(WEIGHTED), release(WEIGHTED), release({"consensus": {"method": "majority", "ties": "keep"}})
    assert (first.digest, hashes(first)) == (second.digest, hashes(second))
    assert first.digest != plain.digest
    assert first.manifest["policy"]["consensus"]["method"] == "weighted"
    assert "right" in first.manifest["methods"]["weighted"]


@pytest.mark.both_databases
def test_what_people_settled_goes_first_and_equal_weights_stay_ties():
    make_state()
    settle("B", outcome="answer", value={"sentiment": "mix"})
    found = all_rows(release(WEIGHTED))
    assert (found["B"]["sentiment"], found["B"]["sentiment__decided_by"], found["B"]["sentiment__confidence"]) == ("mix", "adjudication", 1.0)
    assert found["a"]["sentiment__decided_by"] == "unanimous"
    assert 0.5 < found["a"]["sentiment__confidence"] < 1
    assert (found["z"]["sentiment"], found["z"]["sentiment__decided_by"]) == ("neg", "majority")
    by = {row["sentiment__decided_by"] for row in found.values()}
    assert by <= {"unanimous", "majority", "model", "tie", "adjudication"}
    assert all((row["sentiment"] is None) == (row["sentiment__decided_by"] == "tie") for row in found.values())


def test_questions_whose_kind_has_no_weights_are_settled_in_their_usual_way():
    labelled(4)
    weighted, usual = release(WEIGHTED), release({"consensus": {"method": "majority", "ties": "keep"}})
    one, other = all_rows(weighted), all_rows(usual)
    assert one.keys() == other.keys()
    for key, row in one.items():
        assert {name: row[name] for name in ("price", "summary", "names", "cars")} == {name: other[key][name] for name in ("price", "summary", "names", "cars")}


def test_every_method_has_its_words():
    assert set(METHODS) == set(Method)
