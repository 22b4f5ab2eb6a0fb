"""Our figures against printed ones; sources stand in reference.py."""

import numpy as np
import pytest

from labelling.stats import agreement, cohen, human
from labelling.stats.dawid_skene import dawid_skene
from tests.stats import reference as ref

PRINTED = 0.0006  # three digits are printed


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_of_krippendorffs_example_with_gaps(level):
    labels = ref.labels_of(ref.KRIPPENDORFF_2011_C, first=1)
    value = agreement.alpha(labels, level, [1, 2, 3, 4, 5]).value
    assert value == pytest.approx(ref.KRIPPENDORFF_2011_C_ALPHA[level], abs=PRINTED)


@pytest.mark.parametrize(
    ("table", "printed", "exactness"),
    [
        (ref.KRIPPENDORFF_1980, 0.095, PRINTED),
        (ref.KRIPPENDORFF_2004, 0.095, PRINTED),
        (ref.KRIPPENDORFF_2011_B, 0.692, PRINTED),
        (ref.ONE_DISSENT, 0.0, 1e-9),
        (ref.SWAPPED, -0.5, 1e-12),
    ],
)
def test_nominal_alpha_of_printed_tables(table, printed, exactness):
    assert agreement.alpha(ref.labels_of(table), "nominal").value == pytest.approx(printed, abs=exactness)


def test_a_single_dissent_gives_an_ordinal_alpha_of_zero_too():
    assert agreement.alpha(ref.labels_of(ref.ONE_DISSENT), "ordinal").value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "printed", "exactness"),
    [
        (ref.COHEN_1960_P45, 0.492, PRINTED),
        (ref.COHEN_1960_P37, (0.29 - 0.35) / (1 - 0.35), PRINTED),
        (ref.ARTSTEIN_POESIO_2008, 0.348, PRINTED),
        # The same raw agreement of .90 with even and with uneven classes (Feinstein and Cicchetti's paradox).
        ([[45, 5], [5, 45]], 0.8, 1e-9),
        ([[90, 5], [5, 0]], -0.05263157894736842, 1e-9),
        (ref.SAS, 0.4842, 6e-5),
    ],
)
def test_cohens_kappa_of_printed_tables(table, printed, exactness):
    assert cohen.kappa_of_table(table).value == pytest.approx(printed, abs=exactness)
    assert agreement.measure(ref.labels_of_counts(table)).cohen_kappa.value == pytest.approx(printed, abs=exactness)


def test_cohens_kappa_with_the_costs_of_1968():
    assert cohen.kappa_of_table(ref.COHEN_1960_P45, ref.COHEN_1968_COSTS).value == pytest.approx(0.348, abs=PRINTED)


def test_largest_kappa_that_the_shares_allow():
    assert cohen.largest_kappa(ref.COHEN_1960_P45) == pytest.approx(0.831, abs=PRINTED)


def test_kappas_limits_and_linear_weights_as_sas_prints_them():
    plain = cohen.kappa_of_table(ref.SAS)
    assert (plain.low, plain.high) == pytest.approx((0.2137, 0.7547), abs=6e-5)
    table = np.array([ref.SAS], dtype=float)
    assert cohen.standard_errors(table, cohen.disagreement_weights(3))[0] == pytest.approx(0.1380, abs=6e-5)
    assert cohen.kappa_of_table(ref.SAS, "linear").value == pytest.approx(0.4701, abs=6e-5)


def test_fleiss_kappa_and_raw_agreement_of_1971():
    found = agreement.measure(ref.labels_of(ref.FLEISS_1971, first=1))
    assert found.fleiss_kappa.value == pytest.approx(0.430, abs=PRINTED)
    assert found.percent.value == pytest.approx(0.5556, abs=6e-5)


def test_agreement_on_each_class_of_fleiss_1971_allowing_for_the_small_sample():
    # Fleiss prints kappa by class, from shares rounded to three digits; alpha is 1 - (1 - kappa)(n - 1) / n with n = 180 labels.
    found = agreement.measure(ref.labels_of(ref.FLEISS_1971, first=1), per_class=True).per_class
    printed = {0: 0.248, 1: 0.248, 2: 0.517, 3: 0.470, 4: 0.565}
    for code, kappa in printed.items():
        assert found[code].value == pytest.approx(1 - (1 - kappa) * 179 / 180, abs=0.004)


def test_gwets_four_raters_by_every_coefficient():
    found = agreement.measure(ref.labels_of(ref.GWET_4_RATERS, first=1))
    values = {"alpha": found.alpha.value} | {name: figure.value for name, figure in found.measures.items()}
    for name, printed in ref.GWET_4_RATERS_VALUES.items():
        assert values[name] == pytest.approx(printed, abs=6e-6), name


def test_gwets_four_raters_by_ac2_with_bipolar_weights():
    x = np.arange(5.0)
    apart = (x[:, None] - x) ** 2
    room = (x[:, None] + x - 2 * x.min()) * (2 * x.max() - x[:, None] - x)
    costs = np.where(np.eye(5) > 0, 0.0, apart / np.where(room > 0, room, 1.0))
    found = agreement.gwet_ac2(ref.labels_of(ref.GWET_4_RATERS, first=1), 1 - costs / costs.max())
    assert found.value == pytest.approx(ref.GWET_AC2_BIPOLAR, abs=6e-6)


def test_dawid_skene_on_the_anaesthetists_of_1979():
    found = dawid_skene(ref.anaesthetists(), prior="none", tolerance=1e-12, max_steps=1000)
    assert found.converged
    assert found.class_shares == pytest.approx(ref.DAWID_SKENE_1979_SHARES, abs=1e-5)
    assert found.log_likelihood == pytest.approx(ref.DAWID_SKENE_1979_LOG_LIKELIHOOD, abs=1e-5)


def test_two_accents_agree_less_with_each_other_than_with_the_popular_one():
    # "um" 70 %, "erm" 30 % (Andrew Ng, The Batch): who always says "um" seems to beat people by 12 points.
    assert human.one_against_another_and_popular([0.7, 0.3]) == pytest.approx((0.58, 0.70), abs=1e-9)
