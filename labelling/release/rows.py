"""The rows of the splits: a second pass over the examples, batch by batch, into all files at once."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelling.measure.bulk import Reader, literal
from labelling.release.canonical import clean
from labelling.release.decide import NAMES, NONE, Decisions
from labelling.release.fields import columns_of
from labelling.release.formats import WRITERS, Writer
from labelling.release.gather import Row, read_examples
from labelling.release.plan import Plan

BATCH = 4096  # rows in the hand at once


@dataclass(frozen=True, slots=True)
class Written:
    """A file on this machine's disk, not yet in storage."""

    name: str
    format: str
    rows: int | None
    path: Path


def write_splits(plan: Plan, reader: Reader, folder: Path, sources: Mapping[int, str], tell: Callable[[int], None]) -> list[Written]:
    """One file a split and format, rows in the order of keys."""
    columns = columns_of(plan.fields, plan.questions)
    written: list[Written] = []
    writers: list[list[tuple[str, Writer]]] = []
    with ExitStack() as open_files:
        for split in plan.names:
            here: list[tuple[str, Writer]] = []
            for name in plan.policy["formats"]:
                writer = WRITERS[name](folder / f"{split}.{WRITERS[name].suffix}", columns)
                open_files.callback(writer.close)
                here.append((name, writer))
            writers.append(here)
        makers = [_Answers(decisions) for decisions in plan.decisions]
        waiting: list[list[tuple[int, Row]]] = [[] for _ in plan.names]

        def flush(split: int) -> None:
            batch = _batch(plan, makers, waiting[split], sources)
            for _, writer in writers[split]:
                writer.write(batch)
            waiting[split] = []

        states = ", ".join(literal(state) for state in plan.policy["include"]["states"])
        row = 0  # the plan has the same examples in the same order, less those that were left out
        for example in read_examples(reader, f"project_id = {literal(plan.project.pk)} AND state IN ({states})"):
            if row == len(plan) or plan.id[row] != example.id:
                continue
            split = int(plan.split[row])
            waiting[split].append((row, example))
            if len(waiting[split]) == BATCH:
                flush(split)
            row += 1
            if row % 5000 == 0:
                tell(row)
        for split in range(len(plan.names)):
            if waiting[split]:
                flush(split)
    for here in writers:
        written += [Written(writer.path.name, name, writer.rows, writer.path) for name, writer in here]
    return written


class _Answers:
    """What the columns of one question hold, by row of the plan."""

    def __init__(self, decisions: Decisions) -> None:
        self.decisions = decisions
        self.written = decisions.written()
        self.values = [clean(value) for value in decisions.values]
        in_order = sorted(range(len(self.written)), key=lambda code: self.written[code])
        rank = np.empty(len(in_order), dtype=np.int64)
        rank[in_order] = np.arange(len(in_order))
        width = max(len(in_order), 1)
        cells, counts = np.unique(decisions.row * width + rank[decisions.answers.columns.code], return_counts=True)
        self.begins: NDArray[np.intp] = np.searchsorted(cells // width, np.arange(decisions.answer.size + 1))
        self.texts = [self.written[in_order[place]] for place in (cells % width).tolist()]
        self.counts = counts.tolist()

    def columns(self, rows: list[int]) -> list[list[Any]]:
        one = self.decisions
        answers, by, sure = one.answer[rows].tolist(), one.decided_by[rows].tolist(), one.confidence[rows].tolist()
        starts, ends = self.begins[rows].tolist(), self.begins[np.asarray(rows) + 1].tolist()
        also = one.also_right
        return [
            [None if code == NONE else self.values[code] for code in answers],
            [None if value != value else value for value in sure],
            [None if place == NONE else str(NAMES[place]) for place in by],
            [dict(zip(self.texts[start:end], self.counts[start:end], strict=True)) for start, end in zip(starts, ends, strict=True)],
            [[self.written[code] for code in also[row]] if row in also else [] for row in rows],
        ]


def _batch(plan: Plan, makers: list[_Answers], waiting: list[tuple[int, Row]], sources: Mapping[int, str]) -> list[list[Any]]:
    rows = [row for row, _ in waiting]
    examples = [example for _, example in waiting]
    batch: list[list[Any]] = [[example.key for example in examples]]
    for field in plan.fields:
        values = [(example.data if field.where == "data" else example.meta).get(field.name) for example in examples]
        batch.append(values if field.column.type in ("string", "bool") else [clean(value) for value in values])
    for maker in makers:
        batch += maker.columns(rows)
    split = plan.names[int(plan.split[rows[0]])]
    batch.append([split] * len(rows))
    batch.append([sources.get(example.source) for example in examples])
    batch.append([plan.tags.get(example.id, []) for example in examples])
    return batch


__all__ = ["Written", "write_splits"]
