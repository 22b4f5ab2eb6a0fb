"""A measurement as it is stored: the figures of one question at one level, what went in, and the second opinion on its alpha."""

import hashlib
import logging
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from labelling.measure.answers import Answers, levels_of
from labelling.measure.compare import OF_CLASSES, compare, text_lengths
from labelling.projects.models import Question
from labelling.stats import agreement
from labelling.stats.second_opinion import LARGEST_DIFFERENCE, check_alpha

PACKAGE = "krippendorff"
MOST_EXAMPLES = 100_000  # that the second implementation is given
MOST_CELLS = 12_000_000  # examples times squared number of answers: about 300 MiB in its hands
NOT_OF_CODES = {
    "choices": "the second implementation does not know the distance of sets",
    "text": "the second implementation does not know the distance of texts",
    "spans": "the second implementation does not know spans",
    "boxes": "the second implementation does not know boxes",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """`digest` is the SHA-256 over every counted answer that went in: (example, labeller, answer) in their order. `checked` says
    {"checked", "agrees", "theirs", "difference", "within", "package", "message"}: agrees is null where nothing was compared."""

    question: Question
    level: str
    labels_seen: int
    digest: str
    figures: dict[str, Any]
    checked: dict[str, Any]


def measure_run(answers: Answers, *, seed: int, lengths: NDArray[np.int64] | None = None) -> list[Measured]:
    """The measurements of one question, one a level that fits its kind. `lengths` are those of the texts that spans are in."""
    digest = digest_of(answers)
    kind = answers.described["kind"]
    if kind == "spans" and lengths is None:
        lengths = text_lengths(answers)
    found = []
    for level in reversed(levels_of(answers.described)):  # the default last, which makes it the newest
        here = replace(answers, level=level)
        figures = _figures(here, seed, lengths)
        checked = second_opinion(here, figures["alpha"]["value"])
        found.append(Measured(here.question, level, len(here.columns), digest, figures, checked))
    return found


def _figures(answers: Answers, seed: int, lengths: NDArray[np.int64] | None) -> dict[str, Any]:
    labels = answers.labels
    if answers.described["kind"] in OF_CLASSES:
        found = agreement.measure(labels, level=answers.level, values=answers.numbers, seed=seed)
        measures, alpha, left_out = found.measures, found.alpha, dict(found.left_out)
    else:
        compared = compare(answers.described, labels, answers.values, level=answers.level, lengths=lengths, seed=seed)
        measures, alpha, left_out = compared.measures(), compared.alpha(), {"single_label": int((labels.sizes == 1).sum())}
    return {"alpha": alpha.as_dict(), "measures": {name: figure.as_dict() for name, figure in measures.items()}, "left_out": left_out}


def digest_of(answers: Answers) -> str:
    """SHA-256 over the answers that went in: who said what about which example. Answers that nobody gave bear on nothing."""
    columns, used = answers.columns, answers.labels.used_codes
    found = hashlib.sha256(orjson.dumps([answers.described["kind"], [answers.values[code] for code in used.tolist()]]))
    for column in (columns.example, columns.labeller, np.searchsorted(used, columns.code)):
        found.update(np.ascontiguousarray(column, dtype="<i8").tobytes())
    return found.hexdigest()


def second_opinion(answers: Answers, alpha: float | None) -> dict[str, Any]:
    """What the krippendorff package says to our alpha of these answers, or why it was not asked. A difference is logged as the
    error that it is."""
    why = _why_not(answers, alpha)
    if why:
        return _checked(False, None, f"Not checked: {why}.")
    try:
        found = check_alpha(answers.labels, alpha, level=answers.level, values=answers.numbers, most_examples=MOST_EXAMPLES)
    except Exception as error:  # whatever the package does, the figure is ours to store, and its failure to tell
        log.exception("the second implementation of alpha broke off, question %s, level %s", answers.question.pk, answers.level)
        return _checked(False, None, f"Not checked: the second implementation broke off ({type(error).__name__}).")
    if not found.checked:
        return _checked(False, None, f"Not checked: {found.message[:1].lower()}{found.message[1:]}")
    if not found.agrees:
        log.error(
            "alpha differs from the second implementation, question %s, level %s: ours %r, theirs %r", answers.question.pk, answers.level, alpha, found.theirs
        )
    where = f"{PACKAGE} {version(PACKAGE)}"
    words = f"Checked: {where} comes to the same, to nine decimals."
    if not found.agrees:
        words = f"Error: {where} comes to {found.theirs!r}, which differs from {alpha!r} by {found.difference:.3g}. Do not rely on this figure, and report it to whoever runs this workbench."
    return _checked(True, found.agrees, words, found.theirs, found.difference)


def _why_not(answers: Answers, alpha: float | None) -> str:
    labels, kind = answers.labels, answers.described["kind"]
    if kind in NOT_OF_CODES:
        return NOT_OF_CODES[kind]
    if alpha is None:
        return "alpha is undefined here, so there is nothing to compare"
    if labels.n_examples > MOST_EXAMPLES:
        return f"more than {MOST_EXAMPLES:,} examples"
    if labels.n_examples * int(labels.used_codes.size) ** 2 > MOST_CELLS:
        return f"{labels.n_examples:,} examples with {labels.used_codes.size:,} different answers are more than the second implementation can hold"
    return ""


def _checked(checked: bool, agrees: bool | None, message: str, theirs: float | None = None, difference: float | None = None) -> dict[str, Any]:
    return {
        "checked": checked,
        "agrees": agrees,
        "theirs": theirs,
        "difference": difference,
        "within": LARGEST_DIFFERENCE,
        "package": f"{PACKAGE} {version(PACKAGE)}",
        "message": message,
    }
