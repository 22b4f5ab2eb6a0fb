"""Answers as small integers: equal answers to a question share a code.

A process remembers codes and schemas once they are committed; both are append-only, so what is remembered stays true.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from labelling.kinds import KINDS
from labelling.projects.models import Question, SchemaVersion
from labelling.sql import as_json, locked, marks, rows, run

MOST_REMEMBERED = 200_000  # answers in all, not a question: free text has no end
LONGEST_REMEMBERED = 200  # characters: what is longer is hardly said twice
CHUNK = 5_000
LARGEST_STATEMENT = 8_000_000  # characters of answers


@dataclass(frozen=True, slots=True)
class Schema:
    """The questions of one schema version, in order, and the ids of their rows."""

    version: int
    questions: Sequence[Mapping[str, Any]]
    ids: Mapping[str, int]

    def answers(self, value: Mapping[str, Any] | None) -> list[tuple[int, str, Any]]:
        """(question id, canonical text, answer) of a canonical value."""
        return [
            (self.ids[key], KINDS[question["kind"]].text(value[key]), value[key])
            for question in self.questions
            if value is not None and (key := question["key"]) in value
        ]


# Ids are never used twice, but a test's database is emptied and filled again: the project's birth tells them apart.
_schemas: dict[tuple[int, datetime, int], Schema] = {}
_codes: dict[tuple[int, datetime, str], int] = {}


def schema_of(*, project_id: int, born: datetime, version: int) -> Schema | None:
    """A schema version of a project; None when there is none of this number."""
    key = (project_id, born, version)
    known = _schemas.get(key)
    if known is None:
        row = SchemaVersion.objects.filter(project_id=project_id, version=version).first()
        if row is None:
            return None
        ids = dict(Question.objects.filter(project_id=project_id).values_list("key", "id"))
        known = Schema(version, row.questions, {question["key"]: ids[question["key"]] for question in row.questions})
        transaction.on_commit(lambda: _schemas.__setitem__(key, known))
    return known


def codes_of(*, born: datetime, answers: Iterable[tuple[int, str, Any]]) -> dict[tuple[int, str], int]:
    """{(question id, canonical text): code} of these answers, in the caller's transaction; new answers get new codes."""
    wanted = {(question, text): answer for question, text, answer in answers}
    found = {pair: code for pair in wanted if (code := _codes.get((pair[0], born, pair[1]))) is not None}
    new: dict[int, dict[str, Any]] = {}
    for (question, text), answer in wanted.items():
        if (question, text) not in found:
            new.setdefault(question, {})[text] = answer
    learned: dict[tuple[int, str], int] = {}
    for question, texts in sorted(new.items()):  # in one order, because a new code locks its question
        learned |= {(question, text): code for text, code in _look_up(question, texts).items()}
    if learned:
        transaction.on_commit(lambda: _remember(born, learned))
    return found | learned


def _remember(born: datetime, learned: Mapping[tuple[int, str], int]) -> None:
    if len(_codes) + len(learned) > MOST_REMEMBERED:
        _codes.clear()
    short = {pair: code for pair, code in learned.items() if len(pair[1]) <= LONGEST_REMEMBERED}
    _codes.update({(question, born, text): code for (question, text), code in short.items()})


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _look_up(question: int, texts: Mapping[str, Any]) -> dict[str, int]:
    digests = {digest_of(text): text for text in texts}
    found = _known(question, digests)
    if len(found) == len(texts):
        return found
    # Whoever holds the question's row gives out its next codes; another may have done so for the same answer just now.
    [(next_code,)] = rows("SELECT next_code FROM labelling_question WHERE id = %s" + locked(), [question])
    found = _known(question, digests)
    new = [text for text in texts if text not in found]
    for part in _parts(new):
        values: list[Any] = []
        for text in part:
            found[text] = next_code
            values += [question, next_code, as_json(texts[text]), digest_of(text)]
            next_code += 1
        run(
            "INSERT INTO labelling_answercode (question_id, code, value, digest) VALUES "
            + ", ".join(["(%s, %s, %s, %s)"] * (len(values) // 4)),
            values,
        )
    run("UPDATE labelling_question SET next_code = %s WHERE id = %s", [next_code, question])
    return found


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts for one statement each: not too many, and of long ones only a few."""
    part: list[str] = []
    size = 0
    for text in texts:
        if part and (len(part) >= CHUNK or size + len(text) > LARGEST_STATEMENT):
            yield part
            part, size = [], 0
        part.append(text)
        size += len(text)
    if part:
        yield part


def _known(question: int, digests: Mapping[str, str]) -> dict[str, int]:
    wanted, found = list(digests), {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found |= {
            digests[digest]: code
            for digest, code in rows(
                f"SELECT digest, code FROM labelling_answercode WHERE question_id = %s AND digest IN {marks(part)}",
                [question, *part],
            )
        }
    return found
