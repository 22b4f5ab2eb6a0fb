"""Predictions against references: accuracy, macro F1 and per class, mean absolute error, per slice, each with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

from labelling.stats.columns import Bools, Floats, Longs
from labelling.stats.intervals import multinomial, percentiles, wilson
from labelling.stats.results import Counts, Interval, Result, figure, undefined

NOTHING = "There is no prediction with a reference to compare it with."
BLOCK_TABLES = 1 << 22


@dataclass(frozen=True)
class ClassScore:
    """One class: how many references it has, and precision, recall and F1 with intervals."""

    code: int
    support: int
    precision: Result
    recall: Result
    f1: Result


@dataclass(frozen=True)
class ChoiceScore:
    """`missing` references had no prediction and count as wrong. `confusion` (n_codes, n_codes) has references in rows, predictions
    in columns. `baseline` is the accuracy of always answering the most frequent class, `baseline_code`."""

    accuracy: Result
    macro_f1: Result
    per_class: list[ClassScore]
    baseline: Result
    baseline_code: int | None
    confusion: Longs
    missing: int


@dataclass(frozen=True)
class RatingScore:
    """`mean_absolute_error` in the rating's units; `baseline` is that of always answering `baseline_value`, the median reference."""

    mean_absolute_error: Result
    accuracy: Result
    baseline: Result
    baseline_value: float | None
    missing: int


@dataclass(frozen=True)
class SliceScore:
    """One slice's key and its figures by name: accuracy and macro_f1 for choices, mean_absolute_error and accuracy for ratings."""

    key: object
    n_examples: int
    figures: dict[str, Result]


def score_choice(
    predicted: ArrayLike,
    reference: ArrayLike,
    n_codes: int,
    *,
    allowed: Sequence[Sequence[int]] | None = None,
    baseline_code: int | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> ChoiceScore:
    """Score one predicted code an example, -1 where the model gave none, against one reference code each.

    `allowed` has all right codes of each example where there may be several: a prediction among them counts as that class's own.
    `baseline_code` is the most frequent class of the training split; without it that of the references. Classes without any
    reference stay out of macro F1.
    """
    guess, truth, missing = _choice_arrays(predicted, reference, n_codes, allowed)
    confusion = _confusion(guess, truth, n_codes)
    right = int(np.trace(confusion[:, :n_codes]))
    n = truth.size
    counts = Counts(n, n, 0)
    if not n:
        none = undefined(NOTHING, counts)
        return ChoiceScore(none, none, [], none, None, np.zeros((n_codes, n_codes), dtype=np.int64), 0)
    support = confusion.sum(1)
    draws = _f1_draws(confusion, resamples, seed)
    if baseline_code is None:
        baseline_code = int(support.argmax())
    base_right = int(_right_answers(np.full(n, baseline_code), truth, allowed).sum())
    macro = _macro(confusion, support)
    drawn_macro = np.nanmean(np.where(support > 0, draws, np.nan)[:, support > 0], axis=1) if resamples else np.zeros(0)
    method = f"Mean F1 of the {int((support > 0).sum())} classes that the references hold"
    interval = percentiles(drawn_macro, confidence, f"{resamples:,} resamples of the examples") if resamples and n > 1 else _none()
    return ChoiceScore(
        accuracy=_share(right, n, "Share of right predictions; without a prediction counts as wrong", counts, confidence),
        macro_f1=figure(macro, {"examples": interval}, method, counts, confidence),
        per_class=[_class_score(confusion, code, draws, confidence, resamples) for code in range(n_codes) if support[code] or confusion[:, code].sum()],
        baseline=_share(base_right, n, "Share of right answers when always the most frequent class is given", counts, confidence),
        baseline_code=baseline_code,
        confusion=confusion[:, :n_codes],
        missing=missing,
    )


def score_choice_slices(
    predicted: ArrayLike,
    reference: ArrayLike,
    n_codes: int,
    slices: ArrayLike,
    *,
    allowed: Sequence[Sequence[int]] | None = None,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> list[SliceScore]:
    """Accuracy and macro F1 within each slice; `slices` (n,) has one key an example. Slices come in ascending order of key."""
    guess, truth, _ = _choice_arrays(predicted, reference, n_codes, allowed)
    keys, place = _slices(slices, truth.size)
    found: list[SliceScore] = []
    for rows, key in zip(place, keys, strict=True):
        confusion = _confusion(guess[rows], truth[rows], n_codes)
        n = int(rows.size)
        counts, support = Counts(n, n, 0), confusion.sum(1)
        accuracy = _share(int(np.trace(confusion[:, :n_codes])), n, "Share of right predictions in this slice", counts, confidence)
        interval = _none()
        if resamples and n > 1:
            drawn = _f1_draws(confusion, resamples, seed)[:, support > 0].mean(1)
            interval = percentiles(drawn, confidence, f"{resamples:,} resamples of the examples")
        macro = figure(_macro(confusion, support), {"examples": interval}, "Mean F1 of the classes in this slice", counts, confidence)
        found.append(SliceScore(key, n, {"accuracy": accuracy, "macro_f1": macro}))
    return found


def score_rating(
    predicted: ArrayLike,
    reference: ArrayLike,
    *,
    baseline_value: float | None = None,
    confidence: float = 0.95,
) -> RatingScore:
    """Score predicted numbers, NaN where the model gave none, against reference numbers. Missing ones are left out of the mean
    error (there is no number to take) and counted in `missing`; they count as wrong in the accuracy."""
    guess, truth = _numbers(predicted, reference)
    given = np.isfinite(guess)
    n = int(truth.size)
    counts = Counts(n, n, 0)
    if not n:
        none = undefined(NOTHING, counts)
        return RatingScore(none, none, none, None, 0)
    base = float(np.median(truth)) if baseline_value is None else baseline_value
    return RatingScore(
        mean_absolute_error=_mean_error(np.abs(guess - truth)[given], "Mean distance of prediction and reference", confidence),
        accuracy=_share(int((guess == truth).sum()), n, "Share of predictions that hit the reference exactly", counts, confidence),
        baseline=_mean_error(np.abs(base - truth), f"Mean distance of the references from {base:g}, always the same answer", confidence),
        baseline_value=base,
        missing=int((~given).sum()),
    )


def score_rating_slices(
    predicted: ArrayLike, reference: ArrayLike, slices: ArrayLike, *, confidence: float = 0.95
) -> list[SliceScore]:
    """Mean absolute error and accuracy within each slice; `slices` (n,) has one key an example."""
    guess, truth = _numbers(predicted, reference)
    keys, place = _slices(slices, truth.size)
    found: list[SliceScore] = []
    for rows, key in zip(place, keys, strict=True):
        score = score_rating(guess[rows], truth[rows], confidence=confidence)
        found.append(SliceScore(key, int(rows.size), {"mean_absolute_error": score.mean_absolute_error, "accuracy": score.accuracy}))
    return found


def _choice_arrays(
    predicted: ArrayLike, reference: ArrayLike, n_codes: int, allowed: Sequence[Sequence[int]] | None
) -> tuple[Longs, Longs, int]:
    guess, truth = np.asarray(predicted).astype(np.int64), np.asarray(reference).astype(np.int64)
    if guess.shape != truth.shape or truth.ndim != 1:
        raise ValueError("Predictions and references are two flat arrays of one length.")
    if truth.size and (int(truth.min()) < 0 or int(truth.max()) >= n_codes):
        raise ValueError(f"Reference codes lie between 0 and {n_codes - 1}.")
    if guess.size and (int(guess.min()) < -1 or int(guess.max()) >= n_codes):
        raise ValueError(f"Predicted codes lie between 0 and {n_codes - 1}, or are -1 for none.")
    if allowed is not None:
        if len(allowed) != truth.size:
            raise ValueError(f"'allowed' needs the right codes of each example ({truth.size}), but has {len(allowed)} entries.")
        truth = np.where(_right_answers(guess, truth, allowed), np.maximum(guess, 0), truth)
    return guess, truth, int((guess < 0).sum())


def _right_answers(guess: Longs, truth: Longs, allowed: Sequence[Sequence[int]] | None) -> Bools:
    right: Bools = guess == truth
    if allowed is None or not len(allowed):
        return right
    row = np.repeat(np.arange(guess.size), [len(codes) for codes in allowed])
    flat = np.fromiter((code for codes in allowed for code in codes), dtype=np.int64, count=row.size)
    hit = np.zeros(guess.size, dtype=np.bool_)
    hit[row[flat == guess[row]]] = True
    return right | hit


def _confusion(guess: Longs, truth: Longs, n_codes: int) -> Longs:
    """(n_codes, n_codes + 1): references in rows, predictions in columns, the last column for none."""
    column = np.where(guess < 0, n_codes, guess)
    return np.bincount(truth * (n_codes + 1) + column, minlength=n_codes * (n_codes + 1)).reshape(n_codes, n_codes + 1)


def _f1(tables: Floats) -> Floats:
    """F1 per class of many tables (n, n_codes, n_codes + 1): 2 right / (references + predictions), 0 where there are neither."""
    k = tables.shape[1]
    right = np.einsum("ncc->nc", tables[:, :, :k])
    both = tables.sum(2) + tables[:, :, :k].sum(1)
    return np.where(both > 0, 2.0 * right / np.where(both > 0, both, 1.0), 0.0)


def _macro(confusion: Longs, support: Longs) -> float:
    return float(_f1(confusion[None].astype(np.float64))[0][support > 0].mean())


def _f1_draws(confusion: Longs, resamples: int, seed: int) -> Floats:
    """F1 per class in each resample of the examples, shape (resamples, n_codes): a multinomial over the table's cells."""
    k = confusion.shape[0]
    cells = np.flatnonzero(confusion)
    counts = confusion.ravel()[cells]
    random = np.random.default_rng(seed)
    found = np.empty((resamples, k))
    step = max(1, BLOCK_TABLES // confusion.size)
    for first in range(0, resamples, step):
        size = min(step, resamples - first)
        tables = np.zeros((size, confusion.size))
        tables[:, cells] = multinomial(random, counts, size)
        found[first : first + size] = _f1(tables.reshape(size, k, k + 1))
    return found


def _class_score(confusion: Longs, code: int, draws: Floats, confidence: float, resamples: int) -> ClassScore:
    support, claimed, right = int(confusion[code].sum()), int(confusion[:, code].sum()), int(confusion[code, code])
    counts = Counts(support, support, 0)
    precision: Result = undefined("The model never gave this class.", counts)
    if claimed:
        precision = _share(right, claimed, "Right among the predictions of this class", Counts(claimed, claimed, 0), confidence)
    recall: Result = undefined("No reference has this class.", counts)
    f1: Result = recall
    if support:
        recall = _share(right, support, "Found among the references of this class", counts, confidence)
        interval = percentiles(draws[:, code], confidence, f"{resamples:,} resamples of the examples") if resamples else _none()
        f1 = figure(2.0 * right / (support + claimed), {"examples": interval}, "Harmonic mean of precision and recall", counts, confidence)
    return ClassScore(code, support, precision, recall, f1)


def _share(right: int, n: int, method: str, counts: Counts, confidence: float) -> Result:
    low, high = wilson(right, n, confidence)
    return figure(right / n, {"examples": Interval(low, high, "Wilson's score interval")}, method, counts, confidence)


def _mean_error(errors: Floats, method: str, confidence: float) -> Result:
    n = int(errors.size)
    counts = Counts(n, n, 0)
    if not n:
        return undefined(NOTHING, counts)
    value = float(errors.mean())
    if n < 2:
        return figure(value, {"examples": _none()}, method, counts, confidence)
    reach = float(t.ppf((1 + confidence) / 2, n - 1)) * float(errors.std(ddof=1)) / float(np.sqrt(n))
    interval = Interval(max(0.0, value - reach), value + reach, "Student's t interval of a mean")
    return figure(value, {"examples": interval}, method, counts, confidence)


def _numbers(predicted: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    guess, truth = np.asarray(predicted, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if guess.shape != truth.shape or truth.ndim != 1:
        raise ValueError("Predictions and references are two flat arrays of one length.")
    if not bool(np.isfinite(truth).all()):
        raise ValueError("References must be finite numbers.")
    return guess, truth


def _slices(slices: ArrayLike, n: int) -> tuple[list[object], list[Longs]]:
    keys = np.asarray(slices)
    if keys.shape != (n,):
        raise ValueError(f"'slices' needs one key an example ({n}), but has shape {keys.shape}.")
    names, place = np.unique(keys, return_inverse=True)
    order = np.argsort(place, kind="stable")
    return names.tolist(), np.split(order, np.cumsum(np.bincount(place, minlength=names.size))[:-1]) if names.size else []


def _none() -> Interval:
    return Interval(None, None, "it takes at least 2 examples")
