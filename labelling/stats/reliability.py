"""Votes that weigh as much as their givers have been right on other examples.

A labeller's reliability for one example is (k + right) / (2k + compared), counted on all other examples (Toloka's "dynamic
overlap" shrinks in this way): the label that is weighed never speaks for itself. A label weighs log(s (c - 1) / (1 - s)) with c
possible answers, the best weights there are for independent labellers (Nitzan and Paroush 1982); nobody is taken to be worse than a
hair above chance, so that where nothing is known of anybody heads are counted. The confidence is the probability of the answer
in that model (naive Bayes), every answer being as likely beforehand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from labelling.stats.columns import Floats, Labels
from labelling.stats.consensus import MAJORITY, MODEL, NO_ANSWER, TIE, UNANIMOUS, Consensus
from labelling.stats.overlap import SMOOTHING, skills_of

NEARLY = 1e-9  # weights nearer to each other than this are equal
HAIR = 0.01  # above chance: what the least reliable label weighs by
PLACES = 12  # decimals of a sum: in which order it was added up makes no difference
METHOD = "weighted majority, labels weighed by how often their labellers are right on other examples"


def right_elsewhere(labels: Labels, credit: ArrayLike, compared: ArrayLike, smoothing: float = SMOOTHING) -> Floats:
    """Per label (n_labels,) the reliability of its labeller on all other examples. `credit` (n_labels,) from 0 to 1 says how
    right each label is, `compared` (n_labels,) which labels had something to be compared with."""
    counts = np.asarray(compared, dtype=np.float64)
    right = np.asarray(credit, dtype=np.float64) * counts
    if right.shape != (labels.n_labels,) or counts.shape != right.shape:
        raise ValueError("There is one credit a label.")
    own_right, own = right, counts
    if bool(labels.repeated.any()):
        _, place = np.unique(labels.example.astype(np.int64) * max(labels.n_labellers, 1) + labels.labeller, return_inverse=True)
        own_right = np.asarray(np.bincount(place, weights=right)[place], dtype=np.float64)
        own = np.asarray(np.bincount(place, weights=counts)[place], dtype=np.float64)
    n = labels.n_labellers
    all_right = np.bincount(labels.labeller, weights=right, minlength=n)[labels.labeller]
    total = np.bincount(labels.labeller, weights=counts, minlength=n)[labels.labeller]
    return skills_of(np.round(all_right - own_right, PLACES), np.round(total - own, PLACES), smoothing)


def weighted_votes(labels: Labels, reliability: ArrayLike, options: int) -> Consensus:
    """The answer with the most weight behind it. `reliability` (n_labels,) is that of each label's giver, `options` how many
    answers are possible.

    `decided_by` says "majority" where most labels gave the answer too, and "model" where the weights decided: they outvoted the
    majority or told answers with equally many labels apart. Equal weights are a tie.
    """
    skill = np.asarray(reliability, dtype=np.float64)
    if skill.shape != (labels.n_labels,) or (skill.size and not bool(np.all((skill > 0) & (skill < 1)))):
        raise ValueError("Reliabilities lie between 0 and 1, one a label.")
    n = labels.n_examples
    if not labels.n_labels:
        return Consensus(labels, np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int8), labels.sizes, METHOD)
    options = max(2, options)
    skill = np.maximum(skill, 1.0 / options + HAIR)
    gain = np.log(skill * (options - 1) / (1.0 - skill))
    keys, place = np.unique(labels.example.astype(np.int64) * labels.n_codes + labels.code, return_inverse=True)
    row, code = keys // labels.n_codes, keys % labels.n_codes
    weight = np.round(np.bincount(place, weights=gain), PLACES)
    votes = np.bincount(place)
    begins = np.searchsorted(row, np.arange(n))
    kinds = np.diff(np.append(begins, keys.size))
    top = np.maximum.reduceat(weight, begins)
    best = weight >= top[row] - NEARLY
    winners = np.add.reduceat(best.astype(np.int64), begins)
    # Answers that nobody gave have a weight of nothing.
    rest = np.add.reduceat(np.exp(weight - top[row]), begins) + np.maximum(options - kinds, 0) * np.exp(-top)
    answer = np.full(n, NO_ANSWER, dtype=np.int32)
    single = best & (winners == 1)[row]
    answer[row[single]] = code[single]
    most = np.maximum.reduceat(votes, begins)
    leads = np.add.reduceat((votes == most[row]).astype(np.int64), begins) == 1
    popular = np.zeros(n, dtype=np.bool_)
    popular[row[single]] = (votes == most[row])[single]
    decided = np.where(popular & leads, MAJORITY, MODEL)
    decided = np.where(winners > 1, TIE, np.where(kinds == 1, UNANIMOUS, decided)).astype(np.int8)
    return Consensus(labels, answer, 1.0 / rest, decided, labels.sizes, METHOD)
