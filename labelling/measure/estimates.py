"""Dawid and Skene's model of one question's labels, fitted once for as long as the labels stay what they are."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any

import numpy as np

from labelling.measure.answers import Answers
from labelling.measure.compare import OF_CLASSES
from labelling.stats.columns import Labels
from labelling.stats.dawid_skene import dawid_skene
from labelling.stats.results import Counts, Figure, Result, Undefined, figure
from labelling.stats.shares import over_labellers

KEPT = 8  # fitted models that are kept: the fit costs seconds where reading what it is made from costs milliseconds
ENOUGH_EXAMPLES = 30  # with labels of three people or more
ENOUGH_PEOPLE = 3
NO_CLASSES = Undefined("The model of labellers is one of classes; answers of this kind are no classes.")
NO_MODEL = Undefined("The model of labellers needs examples that several people labelled.")
_fitted: "OrderedDict[bytes, Fitted | Undefined]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, eq=False)
class Fitted:
    """`reliability` (n_labellers,) is the estimated share of right answers, `loads` the labels of each, in the order of `labellers`."""

    labellers: list[Any]
    reliability: np.ndarray[Any, np.dtype[np.float64]]
    loads: np.ndarray[Any, np.dtype[np.int64]]
    human_accuracy: float
    converged: bool
    method: str


def fitted(labels: Labels) -> Fitted | Undefined:
    """The model of these labels. It is kept under a digest of them, so that a label that came since is never overlooked."""
    digest = blake2b(digest_size=16)
    for part in (labels.example, labels.labeller, labels.code, labels.labeller_ids):
        digest.update(np.ascontiguousarray(part))
    digest.update(str((labels.n_codes, labels.n_labels)).encode())
    name = digest.digest()
    with _lock:
        if name in _fitted:
            _fitted.move_to_end(name)
            return _fitted[name]
    found = _fit(labels)
    with _lock:
        _fitted[name] = found
        while len(_fitted) > KEPT:
            _fitted.popitem(last=False)
    return found


def _fit(labels: Labels) -> Fitted | Undefined:
    if labels.n_labellers < 2 or not labels.n_labels or int(labels.sizes.max()) < 2:
        return NO_MODEL
    model = dawid_skene(labels)
    if isinstance(model, Undefined):
        return model
    loads = np.bincount(labels.labeller, minlength=labels.n_labellers)
    return Fitted(labels.labeller_ids.tolist(), model.reliability, loads, model.human_accuracy, model.converged, model.consensus.method)


def human_accuracy(answers: Answers) -> Result:
    """The estimated share of right answers of one person, or why there is no estimate that could be trusted."""
    if answers.described["kind"] not in OF_CLASSES:
        return NO_CLASSES
    labels = answers.labels
    counts = Counts(labels.n_examples, labels.n_labels, labels.n_labellers)
    many = int((labels.sizes >= ENOUGH_PEOPLE).sum()) if labels.n_labels else 0
    if labels.n_labellers < ENOUGH_PEOPLE or many < ENOUGH_EXAMPLES:
        why = f"It takes {ENOUGH_EXAMPLES} examples with labels of {ENOUGH_PEOPLE} people each, and there are {many:,}: of two labels that differ nobody can tell which is right."
        return Undefined(why, *(counts.n_examples, counts.n_labels, counts.n_labellers))
    model = fitted(labels)
    if isinstance(model, Undefined):
        return model
    if not model.converged:
        return Undefined("The model has not settled on an estimate for these labels.", *(counts.n_examples, counts.n_labels, counts.n_labellers))
    method = f"Estimated share of right answers of one person, from the labels alone ({model.method}): it supposes that people err independently of each other"
    right = model.reliability * model.loads
    named = {"labellers": over_labellers(right, model.loads.astype(np.float64), model.human_accuracy, 0.95)}
    return figure(model.human_accuracy, named, f"{method}; for the interval the model is not fitted anew", counts, 0.95)


def reliability(answers: Answers) -> dict[Any, Figure]:
    """User id → the estimated share of right answers of that person; empty where there is no model."""
    model = fitted(answers.labels) if answers.described["kind"] in OF_CLASSES else NO_CLASSES
    if isinstance(model, Undefined):
        return {}
    method = f"Estimated share of right answers ({model.method}); no interval: the model gives none."
    people = len(model.labellers)
    return {
        who: Figure(share, None, None, n_examples=count, n_labels=count, n_labellers=people, method=method)
        for who, share, count in zip(model.labellers, model.reliability.tolist(), model.loads.tolist(), strict=True)
    }
