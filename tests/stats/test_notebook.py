"""The core as a notebook uses it: no Django, plain lists in, figures out; and what it says about itself."""

import inspect
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labelling.stats import agreement, compare_sets, compare_spans, rows
from labelling.stats.columns import Labels
from tests.stats import reference as ref

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_DJANGO = """
import importlib, pkgutil, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "rest_framework", "celery"):
            raise ImportError("not here: " + name)

sys.meta_path.insert(0, Refused())
import labelling.stats
for found in pkgutil.iter_modules(labelling.stats.__path__):
    importlib.import_module("labelling.stats." + found.name)
from labelling.stats import agreement, rows
found = rows.of_matrix([[1, 2, 3, 3, 2], [1, 2, 3, 3, 2], [None, 3, 3, 3, 2]])
print(round(agreement.alpha(found.labels, "ordinal", found.values).value, 3), agreement.measure(found.labels).fleiss_kappa.value is not None)
assert not [name for name in sys.modules if name.split(".")[0] == "django"]
"""


def test_every_module_of_the_core_works_where_there_is_no_django_and_no_settings():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_DJANGO], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["0.823", "True"]  # as the krippendorff package has it


def test_a_table_with_gaps_gives_the_printed_alpha():
    found = rows.of_matrix(ref.KRIPPENDORFF_2011_C)
    assert found.classes == [1, 2, 3, 4, 5] and found.values == [1.0, 2.0, 3.0, 4.0, 5.0]
    for level, printed in ref.KRIPPENDORFF_2011_C_ALPHA.items():
        assert agreement.alpha(found.labels, level, found.values).value == pytest.approx(printed, abs=6e-4)


def test_columns_of_names_give_what_codes_give():
    by_name = rows.of_rows(["b", "b", "a", "a", "c"], ["Ada", "Ben", "Ada", "Ben", "Ada"], ["no", "yes", "yes", "yes", float("nan")])
    assert by_name.classes == ["no", "yes"] and by_name.values is None
    assert by_name.examples == ["b", "a"] and by_name.labellers == ["Ada", "Ben"]
    assert by_name.labels.n_labels == 4
    ordered = rows.of_rows([1, 1], ["x", "y"], ["low", "high"], classes=["low", "middle", "high"])
    assert ordered.labels.code.tolist() == [0, 2] and ordered.labels.n_codes == 3


def test_answers_of_several_types_have_one_order_all_the_same():
    assert rows.of_rows([1, 2, 3], [1, 1, 1], ["b", 3, "a"]).classes == [3, "a", "b"]


@pytest.mark.parametrize(
    ("columns", "why"),
    [(([1, 2], [1], ["a", "b"]), "one entry a label, but have 2, 1, 2"), (([1], [1], ["c"], ["a", "b"]), "'c' is not among the classes")],
)
def test_columns_that_do_not_fit_are_refused(columns, why):
    with pytest.raises(ValueError, match=why):
        rows.of_rows(*columns)
    with pytest.raises(ValueError, match="one entry an example"):
        rows.of_matrix([[1, 2], [1]])


ALONE = ["percent_agreement", "fleiss_kappa", "gwet_ac1", "brennan_prediger", "conger_kappa", "cohen_kappa", "scott_pi"]


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("table", [ref.FLEISS_1971, ref.KRIPPENDORFF_2011_B, ref.GWET_4_RATERS])
def test_a_coefficient_alone_is_the_same_as_among_all(name, table):
    labels = rows.of_matrix(table).labels
    alone, among = getattr(agreement, name)(labels), agreement.measure(labels)
    among = among.percent if name == "percent_agreement" else getattr(among, name)
    assert alone.as_dict() == among.as_dict()


@pytest.mark.parametrize("name", ALONE)
def test_codes_that_nobody_used_change_no_coefficient(name):
    few = rows.of_matrix(ref.KRIPPENDORFF_2011_B).labels
    many = Labels.of(few.example, few.labeller, few.code * 300, 5000)
    assert getattr(agreement, name)(many).value == pytest.approx(getattr(agreement, name)(few).value, abs=1e-12)
    assert getattr(agreement, name)(many, confidence=0.9).confidence == 0.9


def test_per_class_alone_is_the_same_too():
    labels = rows.of_matrix(ref.FLEISS_1971).labels
    among = agreement.measure(labels, per_class=True).per_class
    assert {code: one.as_dict() for code, one in agreement.per_class(labels).items()} == {code: one.as_dict() for code, one in among.items()}


def test_weighted_kappa_of_two_labellers_as_sas_prints_it():
    labels = ref.labels_of_counts(ref.SAS)
    assert agreement.cohen_kappa(labels, "linear").value == pytest.approx(0.4701, abs=6e-5)
    costs = ref.labels_of_counts(ref.COHEN_1960_P45)
    assert agreement.cohen_kappa(costs, ref.COHEN_1968_COSTS).value == pytest.approx(0.348, abs=6e-4)
    squares = np.subtract.outer(np.arange(3), np.arange(3)) ** 2
    assert agreement.cohen_kappa(labels, "quadratic").value == pytest.approx(agreement.cohen_kappa(labels, squares).value)


def test_sets_and_spans_are_compared_from_plain_lists_too():
    texts, people = ["a", "a", "b", "b", "c", "c"], ["Ada", "Ben"] * 3
    chosen = [frozenset(answer) for answer in ({"art"}, {"art"}, {"art", "sport"}, {"sport"}, set(), set())]
    given = rows.of_rows(texts, people, chosen)
    sets = compare_sets.SetComparison.of(given.labels, given.classes, ["sport", "art"])
    assert 0 < sets.alpha().value < 1 and sets.measures()["percent"].value == pytest.approx(2 / 3)
    spans = [[{"start": 0, "end": 4, "class": "PER"}], [{"start": 0, "end": 4, "class": "PER"}], [], [{"start": 2, "end": 5, "class": "LOC"}]]
    labels = Labels.of([0, 0, 1, 1], [0, 1, 0, 1], range(len(spans)))
    assert 0 < compare_spans.SpanComparison.of(labels, spans, ["PER", "LOC"], [20, 20]).alpha().value < 1


@pytest.mark.parametrize("name", [*ALONE, "alpha", "per_class", "gwet_ac2"])
def test_every_coefficient_says_its_formula_and_its_source(name):
    words = inspect.getdoc(getattr(agreement, name))
    assert "Source" in words or "Sources" in words
    assert "=" in words or "p_o" in words or "sum_" in words
