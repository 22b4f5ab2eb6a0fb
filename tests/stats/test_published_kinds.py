"""Figures of sets, numbers and spans against printed ones; sources stand in reference.py."""

import numpy as np
import pytest

from labelling.stats import icc
from labelling.stats.columns import Labels
from labelling.stats.label_pairs import Pairs
from labelling.stats.marks import Answers, Marks
from labelling.stats.sets import Sets, jaccard_distance, masi_distance
from labelling.stats.unitized import Unitized
from tests.stats import reference as ref


def unitized(units, length, classes, *, start=0, scale=1):
    """Two observers of one continuum."""
    values = [
        [{"start": (begin - start) * scale, "end": (begin - start + long) * scale, "class": name} for begin, long, who, name in units if who == own]
        for own in (0, 1)
    ]
    labels = Labels.of([0, 0], [0, 1], [0, 1])
    return Unitized(Marks.of(labels, Answers.of(values, classes), [length * scale]).united, Pairs.of(labels))


def test_unitized_alpha_of_krippendorff_2004():
    found = unitized(ref.KRIPPENDORFF_2004_UNITS, 300, ["c", "k"], start=150)
    assert [found.value(), found.value(0), found.value(1)] == pytest.approx([0.8591, 0.7286, 1.0], abs=5e-4)
    observed, expected = found.disagreement()
    assert observed == pytest.approx([0.0144, 0.0], abs=1e-4)
    assert expected == pytest.approx([0.0532, 0.0490], abs=1e-4)


def test_unitized_alpha_by_class_of_krippendorff_1995_in_the_limit_of_fine_units():
    rows = [part.split(",") for part in ref.KRIPPENDORFF_1995_UNITS.split()]
    found = unitized([(int(a), int(b), int(c), d) for a, b, c, d in rows], 24, list("ABCD"), scale=1000)
    for place, alpha in enumerate(ref.KRIPPENDORFF_1995_ALPHAS.values()):
        assert found.value(place) == pytest.approx(alpha, abs=0.02)
    assert found.disagreement()[0] == pytest.approx(ref.KRIPPENDORFF_1995_OBSERVED, abs=1e-5)


@pytest.mark.parametrize("name", icc.NAMES)
def test_intraclass_correlations_of_shrout_and_fleiss_with_their_limits(name):
    found = icc.of_table(ref.SHROUT_FLEISS_1979)[name]
    assert (found.value, found.low, found.high) == pytest.approx(ref.SHROUT_FLEISS_1979_ICC[name], abs=0.006)


@pytest.mark.parametrize(("one", "other", "jaccard", "masi"), ref.SET_DISTANCES)
def test_distances_of_sets_as_nltk_has_them(one, other, jaccard, masi):
    assert jaccard_distance(one, other) == pytest.approx(jaccard, abs=1e-9)
    assert masi_distance(one, other) == pytest.approx(masi, abs=1e-9)
    sets = Sets.of([sorted(one), sorted(other)], [1, 2, 3, 4])
    assert sets.jaccard(np.array([0]), np.array([1])) == pytest.approx(jaccard, abs=1e-9)
    assert sets.table("masi")[0, 1] == pytest.approx(masi, abs=1e-9)
