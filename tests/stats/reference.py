"""Small published tables with the values printed beside them. Sources stand at each."""

from __future__ import annotations

import numpy as np

from labelling.stats.columns import Labels

Table = list[list[int | None]]

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, example C: 4 observers, 12 units; labeller x unit.
KRIPPENDORFF_2011_C: Table = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
KRIPPENDORFF_2011_C_ALPHA = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}

# Krippendorff (1980), Content Analysis, p. 133: two observers, binary; alpha 0.095.
KRIPPENDORFF_1980: Table = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]]
# Krippendorff (2004), Content Analysis, 2nd edition, p. 224 (= 2011, example A); alpha 0.095.
KRIPPENDORFF_2004: Table = [[1, 1, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 1, 0, 0, 1, 0, 1, 0, 0]]
# Krippendorff (2011), example B (Ben and Gerry): five values, twelve units; alpha 0.692.
KRIPPENDORFF_2011_B: Table = [[0, 0, 1, 1, 3, 2, 2, 2, 4, 3, 3, 0], [1, 0, 1, 1, 1, 2, 2, 2, 4, 3, 3, 3]]

# One dissent among 21 comparable values: alpha is exactly 0 (fast-krippendorff, issue 11, confirmed by Krippendorff).
ONE_DISSENT: Table = [
    [3, 3, 3, 3, 3], [3, 3, 3, 3, 3], [3, 3, None, None, 3], [3, 3, 3, 3, 1], [3, None, 3, 3, 3],
]
# Two people who swap two answers: alpha -0.5 (fast-krippendorff, issue 27).
SWAPPED: Table = [[0, 1], [1, 0]]

# Cohen (1960), A coefficient of agreement for nominal scales, p. 45: kappa .492, largest possible .831.
COHEN_1960_P45 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# Cohen (1960), p. 37: p_o .29, p_e .35.
COHEN_1960_P37 = [[25, 12, 3], [13, 2, 15], [12, 16, 2]]
# Cohen (1968), Weighted kappa, table 1: the table of 1960 with these costs; weighted kappa .348.
COHEN_1968_COSTS = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]
# Artstein and Poesio (2008), Inter-coder agreement for computational linguistics, p. 558: kappa .348.
ARTSTEIN_POESIO_2008 = [[20, 10], [20, 50]]
# SAS PROC FREQ's example, as used in the tests of statsmodels: kappa .4842, ASE .1380, limits .2137 and .7547; linear .4701.
SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]

# Fleiss (1971), Measuring nominal scale agreement among many raters, p. 379: 30 patients, 6 psychiatrists a patient; kappa .430,
# by class .248 .248 .517 .470 .565 (depression, personality disorder, schizophrenia, neurosis, other).
FLEISS_1971: Table = [
    [4, 2, 2, 5, 2, 1, 3, 1, 1, 5, 1, 1, 2, 1, 2, 3, 1, 1, 2, 1, 5, 2, 2, 1, 1, 2, 1, 2, 1, 5],
    [4, 2, 3, 5, 2, 1, 3, 1, 1, 5, 4, 2, 2, 4, 2, 3, 1, 1, 2, 3, 5, 4, 2, 1, 4, 2, 1, 2, 3, 5],
    [4, 2, 3, 5, 2, 3, 3, 3, 4, 5, 4, 4, 2, 4, 4, 3, 1, 1, 4, 3, 5, 4, 4, 4, 4, 2, 1, 4, 3, 5],
    [4, 5, 3, 5, 4, 3, 3, 3, 4, 5, 4, 4, 3, 4, 4, 3, 4, 1, 4, 5, 5, 4, 5, 4, 4, 2, 1, 4, 3, 5],
    [4, 5, 3, 5, 4, 3, 5, 3, 4, 5, 4, 4, 3, 4, 4, 3, 5, 1, 4, 5, 5, 4, 5, 4, 4, 2, 5, 4, 3, 5],
    [4, 5, 5, 5, 4, 3, 5, 4, 4, 5, 4, 4, 3, 4, 5, 5, 5, 2, 4, 5, 5, 4, 5, 4, 5, 4, 5, 4, 3, 5],
]

# Gwet, Handbook of Inter-Rater Reliability: 4 raters, 12 units; values as printed in the documentation of irrCAC.
GWET_4_RATERS: Table = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, None],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
GWET_4_RATERS_VALUES = {
    "gwet_ac1": 0.77544, "fleiss_kappa": 0.76117, "alpha": 0.74342, "conger_kappa": 0.76282, "brennan_prediger": 0.77273,
}
GWET_AC2_BIPOLAR = 0.90037

# Dawid and Skene (1979), table 1: 45 patients, 5 anaesthetists, the first of them three times (first three columns). Published
# class shares .40 .42 .11 .07; at full precision .399555 .421983 .111795 .066667 with a log-likelihood of -192.890881.
DAWID_SKENE_1979 = (
    "1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2232223 4444444 2223343 1111111 2223212 1121111 "
    "1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 1222222 1111111 1111111 2232222 1111111 1111111 1121121 "
    "1111111 3333233 1111111 2222222 2223232 3344343 1222232 2233233 3333432 1111111 1111111 1122111 2232222 1121111 2222222"
)
DAWID_SKENE_1979_SHARES = [0.399555, 0.421983, 0.111795, 0.066667]
DAWID_SKENE_1979_LOG_LIKELIHOOD = -192.890881


def labels_of(table: Table, first: int = 0) -> Labels:
    """Labeller x example, None for no label; the smallest answer is `first` and becomes code 0."""
    rows = [(e, who, code - first) for who, row in enumerate(table) for e, code in enumerate(row) if code is not None]
    example, labeller, code = np.array(rows, dtype=np.int64).T
    return Labels.of(example, labeller, code)


def labels_of_counts(table: list[list[int]]) -> Labels:
    """Two labellers from their table of joint answers."""
    pairs = [(a, b) for a, row in enumerate(table) for b, n in enumerate(row) for _ in range(n)]
    example = np.repeat(np.arange(len(pairs)), 2)
    return Labels.of(example, np.tile([0, 1], len(pairs)), np.array(pairs).ravel(), len(table))


def anaesthetists() -> Labels:
    """The first one's three labels count as three labels of one labeller."""
    patients = DAWID_SKENE_1979.split()
    people = [0, 0, 0, 1, 2, 3, 4]
    rows = [(e, who, int(code) - 1) for e, answers in enumerate(patients) for who, code in zip(people, answers, strict=True)]
    example, labeller, code = np.array(rows).T
    return Labels.of(example, labeller, code, 4)

# Krippendorff (2004), Content Analysis, p. 254 (also the test Krippendorff2004Test of DKPro's unitizing agreement): continuum from 150,
# length 300; units (start, length, observer, class). Alpha .8591 in all, .7286 and 1 by class; D_o .0144 and 0, D_e .0532 and .0490.
KRIPPENDORFF_2004_UNITS = [
    (225, 70, 0, "c"), (370, 30, 0, "c"), (220, 80, 1, "c"), (355, 20, 1, "c"), (400, 20, 1, "c"),
    (180, 60, 0, "k"), (300, 50, 0, "k"), (180, 60, 1, "k"), (300, 50, 1, "k"),
]  # fmt: skip
# Krippendorff (1995), On the reliability of unitizing continuous data, p. 57, as the unit of length goes to 0 (DKPro's test of that
# name): continuum of 24; alpha by class A .553, B -.926, C .679, D .066.
KRIPPENDORFF_1995_UNITS = (
    "2,8,0,A 14,6,0,A 4,4,1,A 15,2,1,A 0,18,0,B 0,2,1,B 2,1,1,B 3,1,1,B 4,1,1,B 5,1,1,B 6,3,1,B 9,1,1,B 2,6,0,C 10,2,0,C 14,4,0,C 20,2,0,C "
    "0,2,1,C 4,4,1,C 10,4,1,C 16,2,1,C 20,2,1,C 0,2,0,D 2,8,0,D 10,4,0,D 14,6,0,D 20,4,0,D 0,4,1,D 4,4,1,D 8,7,1,D 15,2,1,D 17,7,1,D"
)
KRIPPENDORFF_1995_ALPHAS = {"A": 0.553, "B": -0.926, "C": 0.679, "D": 0.066}
KRIPPENDORFF_1995_OBSERVED = [0.03125, 2.26736, 0.02777, 0.38715]  # D_o of A, B, C, D; printed to five digits, the third cut off

# Shrout and Fleiss (1979), Intraclass correlations, table 2: six targets, four judges; values as printed, limits as computed by pingouin.
SHROUT_FLEISS_1979 = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
SHROUT_FLEISS_1979_ICC = {
    "icc_1_1": (0.17, -0.13, 0.72), "icc_2_1": (0.29, 0.02, 0.76), "icc_3_1": (0.71, 0.34, 0.95),
    "icc_1_k": (0.44, -0.88, 0.91), "icc_2_k": (0.62, 0.07, 0.93), "icc_3_k": (0.91, 0.68, 0.99),
}  # fmt: skip

# nltk.metrics.distance: (one set, another, Jaccard's distance, the MASI distance of Passonneau 2006).
SET_DISTANCES = [({1, 2}, {1, 2, 3, 4}, 0.5, 0.666666666667), ({1, 2}, {2, 3}, 0.666666666667, 0.888888888889)]
