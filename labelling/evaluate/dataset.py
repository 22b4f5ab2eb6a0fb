"""One split of a version, read back from its frozen files: what predictions are scored against."""

import csv
import json
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.files.storage import default_storage

from labelling.errors import Conflict, Invalid
from labelling.evaluate import around
from labelling.evaluate.split import Split
from labelling.kinds import KINDS, Kind
from labelling.kinds.changes import current_answer
from labelling.measure.columns import read_took_part
from labelling.projects.models import Membership, SchemaVersion
from labelling.release.fields import answer_column
from labelling.release.models import DatasetVersion, VersionFile
from labelling.release.raw_labels import NAME as LABELS

TRAIN = "train"


@dataclass(frozen=True, eq=False)
class Rows:
    """A split's rows in the order of keys: `columns[name]` is a list of plain values."""

    keys: list[str]
    columns: Mapping[str, list[Any]]


def splits_of(version: DatasetVersion) -> list[str]:
    return list(version.policy["splits"])


def read_rows(version: DatasetVersion, split: str, *, only: set[str] | None = None) -> Rows:
    """The rows of a split; of the columns named alone. Raises Invalid for a split that the version does not have."""
    if split not in splits_of(version):
        raise Invalid.field("split", f"Version {version.number} has these splits: {', '.join(splits_of(version))}.")
    found = {row.format: row for row in VersionFile.objects.filter(version=version, name__startswith=f"{split}.")}
    for form, read in (("parquet", _parquet), ("jsonl", _jsonl), ("csv", _csv)):
        if form in found:
            columns = read(found[form], None if only is None else only | {"key"}, version)
            return Rows(columns["key"], columns)
    raise Conflict(f"Version {version.number} holds no file of its split {split}.")


def answers_of(version: DatasetVersion, split: str, question: str, places: Sequence[int]) -> list[list[Any]]:
    """The right answers that the version holds for these rows of a split, each a list; the version's own first."""
    rows = read_rows(version, split, only={question, f"{question}__also_right"})
    described = next(one for one in version.manifest["schema"]["questions"] if one["key"] == question)
    kind = KINDS[described["kind"]]
    own, also = rows.columns.get(question, []), rows.columns.get(f"{question}__also_right")
    found = []
    for place in places:
        more = also[place] or [] if also else []
        answer = own[place] if own else None
        found.append([] if answer is None else [answer, *(kind.parse(described, text) for text in more)])
    return found


def _parquet(row: VersionFile, only: set[str] | None, version: DatasetVersion) -> dict[str, list[Any]]:
    with default_storage.open(row.storage_name) as file:
        parquet = pq.ParquetFile(file)
        names = [name for name in parquet.schema_arrow.names if only is None or name in only]
        table = parquet.read(columns=names)
    columns = {name: table.column(name).to_pylist() for name in names}
    for question in version.manifest["schema"]["questions"]:
        key = question["key"]
        if key in columns and answer_column(question).type == "json":
            columns[key] = [None if text is None else json.loads(text) for text in columns[key]]
    return columns


def _jsonl(row: VersionFile, only: set[str] | None, version: DatasetVersion) -> dict[str, list[Any]]:
    with default_storage.open(row.storage_name) as file:
        rows = [json.loads(line) for line in file]
    names = list(dict.fromkeys(name for found in rows for name in found if only is None or name in only))
    return {name: [found.get(name) for found in rows] for name in {*names, "key"}}


def _csv(row: VersionFile, only: set[str] | None, version: DatasetVersion) -> dict[str, list[Any]]:
    with default_storage.open(row.storage_name) as file:
        rows = list(csv.DictReader(line.decode() for line in file))
    described = {question["key"]: question for question in version.manifest["schema"]["questions"]}
    columns: dict[str, list[Any]] = {"key": [found["key"] for found in rows]}
    for name in rows[0] if rows else []:
        if only is not None and name not in only:
            continue
        cells: list[Any] = [found[name] if found[name] != "" else None for found in rows]
        if name in described:
            kind, question = KINDS[described[name]["kind"]], described[name]
            cells = [
                None if cell is None else kind.canonical(question, kind.parse(question, cell), name) for cell in cells
            ]
        elif name.endswith("__also_right"):
            cells = [json.loads(cell) if cell else [] for cell in cells]
        columns[name] = cells
    return columns


def read_split(version: DatasetVersion, split: str) -> dict[str, Split]:
    """Question key → what its predictions are scored against."""
    rows = read_rows(version, split)
    questions = version.manifest["schema"]["questions"]
    place = {key: number for number, key in enumerate(rows.keys)}
    examples = around.read_examples(version)
    behind = _labels(version, place, examples)
    slices = {name: values for name, values in rows.columns.items() if name.startswith("meta.") or name == "source"}
    slices |= {"batch": around.batches(examples, rows.keys)} | around.lengths(version, rows.columns)
    left_out = around.left_out(version, examples, behind.labelled, len(rows.keys))
    train = (
        read_rows(version, TRAIN, only={question["key"] for question in questions})
        if TRAIN in splits_of(version)
        else None
    )
    return {question["key"]: _question(question, rows, behind, slices, train, left_out.get(question["key"], {})) for question in questions}


def _question(question: Any, rows: Rows, behind: "Behind", slices: Any, train: Rows | None, left_out: Mapping[int, float]) -> Split:
    key = question["key"]
    kind = KINDS[question["kind"]]
    answers = rows.columns.get(key) or [None] * len(rows.keys)
    also = rows.columns.get(f"{key}__also_right") or [None] * len(rows.keys)
    decided = rows.columns.get(f"{key}__decided_by") or [None] * len(rows.keys)

    def read(text: Any) -> Any:
        return kind.canonical(question, kind.parse(question, text), key)

    reference = [
        [] if answer is None else [kind.canonical(question, answer, key), *(read(text) for text in more or [])]
        for answer, more in zip(answers, also, strict=True)
    ]
    own = behind.votes.get(key, ([], [], []))
    given = [kind.canonical(question, answer, key) for answer in own[2]]
    common = None
    if train is not None:
        there = [kind.canonical(question, answer, key) for answer in train.columns.get(key, []) if answer is not None]
        common = _most_frequent(kind, question, there)
    return Split(
        described=question,
        reference=reference,
        settled=np.array([name == "adjudication" for name in decided], dtype=np.bool_),
        labels=(np.array(own[0], dtype=np.int64), np.array(own[1], dtype=np.int64), given),
        helped=np.array([pair in behind.helped for pair in zip(own[0], own[1], strict=True)], dtype=np.bool_),
        slices=slices,
        most_frequent=common,
        left_out=left_out,
        assisted=behind.assisted.get(key, 0),
    )


def _most_frequent(kind: Kind, question: Any, answers: list[Any]) -> Any:
    """What somebody who does not look would always answer: of numbers the median, which comes nearest to all."""
    if not answers:
        return None
    if kind.name == "number":
        return kind.canonical(question, statistics.median(answers), question["key"])
    counts = Counter(kind.text(answer) for answer in answers)
    return json.loads(min(counts, key=lambda text: (-counts[text], text)))


@dataclass(frozen=True, eq=False)
class Behind:
    """The labels behind a split: question → (example place, labeller number, answer) of each that counts, who helped to settle what,
    how many were made with a suggestion in view; and the keys of all labelled examples of the version."""

    votes: dict[str, tuple[list[int], list[int], list[Any]]]
    helped: set[tuple[int, int]]
    assisted: Counter[str]
    labelled: pa.Array


def _labels(version: DatasetVersion, place: Mapping[str, int], examples: pa.Table) -> Behind:
    row = VersionFile.objects.get(version=version, name=LABELS)
    names = ["example", "labeller", "question", "answer", "schema_version", "round", "model_assisted", "counted"]
    votes: dict[str, tuple[list[int], list[int], list[Any]]] = {}
    newest: dict[int, int] = {}
    assisted: Counter[str] = Counter()
    with default_storage.open(row.storage_name) as file:
        table = pq.ParquetFile(file).read(columns=names)
    labelled = pc.unique(table.column("example")).cast(pa.string())
    table = table.filter(pc.and_(table.column("counted"), pc.is_valid(table.column("answer"))))
    table = table.filter(pc.is_in(table.column("example"), pa.array(list(place), type=pa.string())))
    columns = [table.column(name).to_pylist() for name in names[:7]]
    now = _Answers(version)
    for example, *_, round_, _ in zip(*columns, strict=True):
        newest[place[example]] = max(newest.get(place[example], 0), round_)
    for example, labeller, question, text, schema, round_, shown in zip(*columns, strict=True):
        answer = now.of(question, text, schema)
        if round_ == newest[place[example]] and answer is not None:  # earlier rounds were given up
            own = votes.setdefault(question, ([], [], []))
            own[0].append(place[example])
            own[1].append(int(labeller.rpartition("-")[2]))
            own[2].append(answer)
            assisted[question] += shown
    return Behind(votes, _helped(version, place, examples), assisted, labelled)


class _Answers:
    """Cells of labels.parquet as they count under the version's schema: labels keep the answer that they were given with."""

    def __init__(self, version: DatasetVersion) -> None:
        newest = version.manifest["schema_version"]
        rows = SchemaVersion.objects.filter(project_id=version.project_id, version__lte=newest).order_by("version")
        self.changes = dict(rows.values_list("version", "changes"))
        self.described = {question["key"]: question for question in version.manifest["schema"]["questions"]}
        self.known: dict[tuple[str, str, int], Any] = {}

    def of(self, question: str, text: str, schema: int) -> Any:
        """None for an answer that counts no longer, and for a question that the version no longer asks."""
        if question not in self.described:
            return None
        if (question, text, schema) not in self.known:
            kind, later = KINDS[self.described[question]["kind"]], [made for number, made in self.changes.items() if number > schema]
            self.known[question, text, schema] = current_answer(question, kind.parse(self.described[question], text), later)
        return self.known[question, text, schema]


def _helped(version: DatasetVersion, place: Mapping[str, int], examples: pa.Table) -> set[tuple[int, int]]:
    """(example place, labeller number) of those who took part in settling the example: known here, not in the files."""
    part = read_took_part(version.project_id)
    if not part.example.size:
        return set()
    numbers = dict(Membership.objects.filter(project_id=version.project_id).values_list("user_id", "number"))
    some = examples.filter(pc.is_in(examples.column("id"), pa.array(np.unique(part.example), type=examples.schema.field("id").type)))
    keys = dict(zip(some.column("id").to_pylist(), some.column("key").to_pylist(), strict=True))
    pairs = zip(part.example.tolist(), part.user.tolist(), strict=True)
    return {(place[keys[example]], numbers[user]) for example, user in pairs if keys.get(example) in place and user in numbers}
