"""labels.parquet: every label behind a version, as it was given: revisions, withdrawn and late ones, all rounds.

People leave the house as pseudonyms ("labeller-0007"), which are stable within the project. Comments and times stay here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from labelling.kinds import KINDS
from labelling.measure.bulk import Reader, literal
from labelling.measure.columns import code_values
from labelling.projects.selectors import question_rows
from labelling.release.formats.parquet_rows import ROW_GROUP, open_parquet
from labelling.release.plan import Plan
from labelling.release.rows import Written

NAME = "labels.parquet"
SCHEMA = pa.schema(
    [
        ("example", pa.string()),
        ("labeller", pa.string()),
        ("question", pa.string()),  # null: a label without an answer, like "unintelligible"
        ("answer", pa.string()),  # as it stands in a CSV cell
        ("tags", pa.list_(pa.string())),
        ("seconds", pa.float64()),
        ("confidence", pa.float64()),
        ("schema_version", pa.int32()),
        ("guideline_version", pa.int32()),
        ("round", pa.int32()),
        ("revision", pa.int32()),
        ("counted", pa.bool_()),  # whether it is the one that counts
        ("withdrawn", pa.bool_()),
        ("late", pa.bool_()),
        ("imported", pa.bool_()),  # false: made here
        ("model_assisted", pa.bool_()),
    ]
)


def pseudonym(number: int) -> str:
    return f"labeller-{number:04d}"


@dataclass
class Behind:
    """What stands behind a version, gathered while its labels are written."""

    rows: int = 0
    labels: int = 0  # newest, that count
    by_labeller: dict[str, int] = field(default_factory=dict)
    guidelines: set[int] = field(default_factory=set)
    schemas: set[int] = field(default_factory=set)
    last: int = 0  # the id of the label whose row came last


def write_labels(plan: Plan, reader: Reader, folder: Path, tell: Callable[[int], None]) -> tuple[Written, Behind]:
    """The file, and what was seen on the way. Batch by batch: memory does not grow with the labels."""
    path, behind = folder / NAME, Behind()
    answers = _AnswerTexts(plan)
    included = np.sort(plan.id)
    file = open_parquet(path, SCHEMA)
    waiting: list[pa.Table] = []
    rows = 0
    for batch in reader.batches(_sql(plan, reader.vendor, list(answers.keys))):
        if included.size and batch.num_rows:
            table = _table(batch, included, answers, behind)
            waiting.append(table)
            rows += table.num_rows
        while rows >= ROW_GROUP:
            whole = pa.concat_tables(waiting)
            file.write_table(whole.slice(0, ROW_GROUP).combine_chunks(), row_group_size=ROW_GROUP)
            waiting, rows = [whole.slice(ROW_GROUP)], whole.num_rows - ROW_GROUP
        tell(behind.rows)
    if rows:
        file.write_table(pa.concat_tables(waiting).combine_chunks(), row_group_size=ROW_GROUP)
    file.close()
    return Written(NAME, "parquet", behind.rows, path), behind


def _sql(plan: Plan, vendor: str, question_ids: list[int]) -> str:
    postgres = vendor == "postgresql"
    text, number = ("::text", "::int") if postgres else ("", "")
    order = 'e.key COLLATE "C"' if postgres else "e.key"
    # On SQLite the order of joins is fixed, so that rows come along the index of keys and little is sorted.
    cross = "JOIN" if postgres else "CROSS JOIN"
    place = " ".join(f"WHEN {literal(id_)} THEN {number_}" for number_, id_ in enumerate(question_ids))
    states = ", ".join(literal(state) for state in plan.policy["include"]["states"])
    counted = f"(s.label_id = l.id AND s.counted AND l.round = e.round){number}"
    return (
        f"SELECT l.id AS label, e.id AS example, e.key AS key, m.number AS labeller, COALESCE(a.question_id, 0) AS question, "
        f"COALESCE(a.code, 0) AS code, l.tags{text} AS tags, COALESCE(l.seconds, -1.0) AS seconds, "
        f"COALESCE(l.confidence, -1.0) AS confidence, l.schema_version, l.guideline_version, l.round, l.revision, "
        f"{counted} AS counted, l.withdrawn{number} AS withdrawn, l.late{number} AS late, l.imported{number} AS imported, "
        f"l.suggestion_shown{number} AS model_assisted "
        f"FROM labelling_example e {cross} labelling_label l ON l.example_id = e.id "
        f"{cross} labelling_assignment s ON s.id = l.assignment_id AND s.repeat = 0 "
        f"{cross} labelling_membership m ON m.project_id = e.project_id AND m.user_id = l.labeller_id "
        f"LEFT JOIN labelling_answer a ON a.label_id = l.id "
        f"WHERE e.project_id = {literal(plan.project.pk)} AND e.state IN ({states}) "
        f"ORDER BY {order}, l.round, m.number, l.revision, CASE a.question_id {place or 'WHEN 0 THEN 0'} ELSE -1 END, a.question_id"
    )


class _AnswerTexts:
    """Codes to cells of all questions, as one table that Arrow takes from."""

    def __init__(self, plan: Plan) -> None:
        rows = question_rows(plan.project)
        described = {question["key"]: question for question in plan.questions}
        self.keys: dict[int, str] = {}  # question id → key, in the schema's order; retired ones last
        for key in [*described, *sorted(set(rows) - set(described))]:
            self.keys[rows[key].pk] = key
        texts: list[str | None] = [None]
        self.begins: dict[int, int] = {0: 0}
        for id_, key in self.keys.items():
            kind, question = KINDS[rows[key].kind], described.get(key, {})
            self.begins[id_] = len(texts)
            texts += [None if value is None else _write(kind, question, value) for value in code_values(id_)]
        self.texts = pa.array(texts, type=pa.string())
        self.questions = pa.array([None, *self.keys.values()], type=pa.string())
        self.places = {id_: place for place, id_ in enumerate([0, *self.keys])}


def _write(kind: Any, question: Mapping[str, Any], value: Any) -> str:
    return kind.write(question, value) if question else orjson.dumps(value).decode()


def _table(batch: pa.RecordBatch, included: Any, answers: _AnswerTexts, behind: Behind) -> pa.Table:
    def ints(name: str) -> Any:
        return batch.column(name).to_numpy(zero_copy_only=False).astype(np.int64)

    example = ints("example")
    place = np.minimum(np.searchsorted(included, example), included.size - 1)
    rows = np.flatnonzero(included[place] == example)
    found = {name: ints(name)[rows] for name in ("labeller", "question", "code", "schema_version", "guideline_version", "round", "revision")}
    flags = {name: ints(name)[rows].astype(bool) for name in ("counted", "withdrawn", "late", "imported", "model_assisted")}
    begins = np.array([answers.begins[id_] for id_ in found["question"].tolist()], dtype=np.int64)
    places = np.array([answers.places[id_] for id_ in found["question"].tolist()], dtype=np.int64)
    numbers, who = np.unique(found["labeller"], return_inverse=True)
    names = pa.array([pseudonym(number) for number in numbers.tolist()], type=pa.string())
    behind.rows += rows.size
    # A label of several questions has a row each: the first row stands for the label.
    label = ints("label")[rows]
    first = np.diff(label, prepend=behind.last) != 0
    behind.last = int(label[-1]) if label.size else behind.last
    for number, count in zip(*(part.tolist() for part in np.unique(found["labeller"][first & flags["counted"]], return_counts=True)), strict=True):
        behind.by_labeller[pseudonym(number)] = behind.by_labeller.get(pseudonym(number), 0) + count
        behind.labels += count
    behind.guidelines.update(np.unique(found["guideline_version"]).tolist())
    behind.schemas.update(np.unique(found["schema_version"]).tolist())
    texts = batch.column("tags").take(pa.array(rows)).to_pylist()
    known = {text: sorted(orjson.loads(text)) for text in set(texts)}
    return pa.Table.from_arrays(
        [
            batch.column("key").take(pa.array(rows)).cast(pa.string()),
            names.take(pa.array(who)) if numbers.size else pa.array([], type=pa.string()),
            answers.questions.take(pa.array(places)),
            answers.texts.take(pa.array(np.where(found["question"] == 0, 0, begins + found["code"]))),
            pa.array([known[text] for text in texts], type=pa.list_(pa.string())),
            _positive(batch, "seconds", rows),
            _positive(batch, "confidence", rows),
            *(pa.array(found[name].astype(np.int32)) for name in ("schema_version", "guideline_version", "round", "revision")),
            *(pa.array(flags[name]) for name in ("counted", "withdrawn", "late", "imported", "model_assisted")),
        ],
        schema=SCHEMA,
    )


def _positive(batch: pa.RecordBatch, name: str, rows: Any) -> pa.Array:
    """-1 stands for nothing."""
    numbers = batch.column(name).to_numpy(zero_copy_only=False).astype(np.float64)[rows]
    return pa.array(numbers, mask=numbers < 0)
