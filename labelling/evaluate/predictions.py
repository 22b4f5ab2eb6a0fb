"""Predictions in a file: read, checked against the split's keys and the schema, and said exactly what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labelling.errors import Invalid, WrongContent
from labelling.evaluate.rules import CONFIDENCE, PROBABILITIES
from labelling.intake.formats import BadRow, guess_format, open_rows
from labelling.kinds import KINDS

NAMED = 10  # keys or rows named in a message
FORMATS = ("csv", "jsonl", "json", "parquet")


@dataclass
class Predictions:
    """One entry a key of the split, in its order. `answers[question][i]` is canonical or None."""

    answers: dict[str, list[Any]]
    extras: dict[str, list[Any]] = field(default_factory=dict)  # probabilities and confidences, as they came


def read_predictions(
    file: Any, *, name: str, keys: Sequence[str], questions: Sequence[Mapping[str, Any]]
) -> Predictions:
    """Read a JSONL, CSV or Parquet file with `key` and a column a question. Raises WrongContent saying which keys are missing,
    unknown or there twice, and which rows hold what is no answer."""
    form = guess_format(file, name)
    if form not in FORMATS:
        raise WrongContent(
            "Predictions come as JSONL, CSV or Parquet: key, and a column for each question.",
            fields={"predictions": ["Send a JSONL, CSV or Parquet file."]},
        )
    rows = open_rows(file, form)
    place = {key: number for number, key in enumerate(keys)}
    asked = {question["key"]: question for question in questions}
    found = Predictions({key: [None] * len(keys) for key in asked})
    seen: set[str] = set()
    problems = _Problems()
    there: set[str] = set()
    for number, row in rows:
        if isinstance(row, BadRow):
            problems.row(number, row.message)
            continue
        key = row.get("key")
        key = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
        if not isinstance(key, str) or not key:
            problems.row(number, "there is no key")
        elif key not in place:
            problems.unknown.append(key)
        elif key in seen:
            problems.twice.append(key)
        else:
            seen.add(key)
            there |= asked.keys() & row.keys()
            _take(row, place[key], number, form, asked, found, problems)
    problems.missing = [key for key in keys if key not in seen]
    problems.check()
    if not there:
        raise WrongContent(
            f"The file has no column of a question. The questions: {', '.join(asked)}.",
            fields={"predictions": ["No question's column is there."]},
        )
    found.answers = {key: answers for key, answers in found.answers.items() if key in there}
    return found


def _take(
    row: Mapping[str, Any],
    at: int,
    number: int,
    form: str,
    asked: Mapping[str, Any],
    found: Predictions,
    problems: "_Problems",
) -> None:
    for key, question in asked.items():
        answer = row.get(key)
        if answer is None or answer == "":
            continue
        kind = KINDS[question["kind"]]
        try:
            answer = kind.parse(question, answer) if form == "csv" else answer
            found.answers[key][at] = kind.canonical(question, answer, key)
        except Invalid as error:
            problems.row(number, f"{key}: {next(iter(error.fields.values()))[0] if error.fields else error.message}")
        for suffix in (PROBABILITIES, CONFIDENCE):
            extra = row.get(key + suffix)
            if extra is not None and extra != "":
                found.extras.setdefault(key + suffix, [None] * len(found.answers[key]))[at] = extra


@dataclass
class _Problems:
    rows: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    n_rows: int = 0

    def row(self, number: int, message: str) -> None:
        self.n_rows += 1
        if len(self.rows) < 100:
            self.rows.append((number, message))

    def check(self) -> None:
        sentences = []
        for words, keys in (
            ("missing", self.missing),
            ("not in this split", self.unknown),
            ("there twice", self.twice),
        ):
            if keys:
                sentences.append(f"{len(keys):,} key{'s are' if len(keys) > 1 else ' is'} {words}: {_some(keys)}")
        if self.rows:
            number, message = self.rows[0]
            sentences.append(
                f"row {number}: {message}" + (f" ({self.n_rows:,} rows are wrong)" if self.n_rows > 1 else "")
            )
        if sentences:
            text = ". ".join(sentence[0].upper() + sentence[1:].rstrip(".") for sentence in sentences)
            raise WrongContent(
                f"{text}. Nothing was scored: send one row for each key of the split.",
                fields={"predictions": sentences},
                missing=self.missing[:100],
                unknown=self.unknown[:100],
                duplicated=self.twice[:100],
                rows=[{"row": number, "message": message} for number, message in self.rows],
            )


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - NAMED:,} more" if len(keys) > NAMED else ""
    return ", ".join(key[:60] for key in keys[:NAMED]) + more
