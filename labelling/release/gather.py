"""What could go into a version: the examples that the policy lets in before anybody looks at their labels.

One pass over the examples in the order of their keys keeps a few numbers an example, not the examples themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from labelling.measure.bulk import Reader, literal
from labelling.projects.models import Project
from labelling.release.canonical import clean, dumps
from labelling.release.rules import LeftOut
from labelling.release.splits import NOWHERE, order_of
from labelling.stats.likeness import same_text

EXACT = 2**53  # whole numbers up to here are also exact as floating-point ones


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """One entry an example, in the order of keys (by code point)."""

    id: NDArray[np.int64]
    source: NDArray[np.int64]  # ids, 0 for none
    batch: NDArray[np.int64]
    shape: NDArray[np.int32]  # place in `shapes`: which fields it has, of which types
    unit: NDArray[np.int32]  # what must stay together
    order: NDArray[np.int64]  # of its unit, in the seeded order
    kept: NDArray[np.int16]  # its split in the version whose splits are kept
    likeness: NDArray[np.int64]  # equal for examples that read the same
    shapes: list[tuple[tuple[str, str, str], ...]]  # (data or meta, field, type letter)
    tags: dict[int, list[str]]  # example id → tags on its counted labels
    left_out: Counter[str]

    def keep(self, mask: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
        names = ("id", "source", "batch", "shape", "unit", "order", "kept", "likeness")
        return {name: getattr(self, name)[mask] for name in names}


def read_candidates(
    reader: Reader, project: Project, policy: Mapping[str, Any], kept: Mapping[str, int], tell: Callable[[int], None]
) -> Candidates:
    """`kept`: key → split of the version whose splits are kept."""
    include, excluded = policy["include"], set(policy["exclude_tags"])
    tags = read_tags(reader, project)
    left_out: Counter[str] = Counter()
    in_states = ", ".join(literal(state) for state in include["states"])
    where = f"project_id = {literal(project.pk)}"
    counted = reader.table(f"SELECT count(*) AS n FROM labelling_example WHERE {where} AND state NOT IN ({in_states})")
    left_out[LeftOut.STATE] = int(counted.column("n")[0].as_py())
    sources = _sources(reader, project, include["sources"])
    keeper = _Keeper(policy, [part["field"] for part in project.display], kept, sources)
    done = 0
    for row in read_examples(reader, f"{where} AND state IN ({in_states})"):
        done += 1
        if done % 5000 == 0:
            tell(done)
        if include["sources"] is not None and row.source not in sources:
            left_out[LeftOut.SOURCE] += 1
        elif include["meta"] and not _has_meta(row.meta, include["meta"]):
            left_out[LeftOut.META] += 1
        elif excluded and not excluded.isdisjoint(tags.get(row.id, ())):
            left_out[LeftOut.EXCLUDED_TAG] += 1
        else:
            keeper.take(row)
    return keeper.candidates(tags, left_out)


@dataclass(slots=True, eq=False)
class Row:
    """An example as it is read for a version; data and meta parsed."""

    id: int
    key: str
    source: int
    batch: int
    data: dict[str, Any]
    meta: dict[str, Any]


def read_examples(reader: Reader, where: str) -> Iterator[Row]:
    """Examples in the order of their keys by code point, whatever the database's collation."""
    postgres = reader.vendor == "postgresql"
    json, order = ("::text", 'key COLLATE "C"') if postgres else ("", "key")
    sql = (
        f"SELECT id, key, COALESCE(source_id, 0) AS source, COALESCE(batch_id, 0) AS batch, data{json} AS data_, "
        f"meta{json} AS meta_ FROM labelling_example WHERE {where} ORDER BY {order}"
    )
    for batch in reader.batches(sql):
        columns = [batch.column(number).to_pylist() for number in range(6)]
        for id_, key, source, batch_id, data, meta in zip(*columns, strict=True):
            yield Row(id_, key, source, batch_id, orjson.loads(data), orjson.loads(meta))


def read_tags(reader: Reader, project: Project) -> dict[int, list[str]]:
    """Example id → sorted tags on the labels that count now."""
    text = "l.tags::text" if reader.vendor == "postgresql" else "l.tags"
    yes = "a.counted" if reader.vendor == "postgresql" else "a.counted = 1"
    found = reader.table(
        f"SELECT a.example_id AS example, {text} AS tags FROM labelling_assignment a "
        "JOIN labelling_example e ON e.id = a.example_id AND e.round = a.round "
        f"JOIN labelling_label l ON l.id = a.label_id WHERE a.project_id = {literal(project.pk)} AND {yes} AND {text} <> '[]'"
    )
    tags: dict[int, set[str]] = {}
    for example, text in zip(found.column("example").to_pylist(), found.column("tags").to_pylist(), strict=True):
        tags.setdefault(example, set()).update(orjson.loads(text))
    return {example: sorted(names) for example, names in tags.items()}


def type_letter(value: Any) -> str:
    """What a field holds: n(othing), s(tring), b(oolean), i(nteger), I (one too long for a float), f(loat), j(son)."""
    kind = type(value)
    if kind is str:
        return "s"
    if value is None:
        return "n"
    if kind is bool:
        return "b"
    if kind is int or kind is float:
        value = clean(value)
        if type(value) is float:
            return "f"
        return "i" if -EXACT <= value <= EXACT else "I"
    return "j"


class _Keeper:
    """Takes rows in and keeps their numbers."""

    def __init__(
        self, policy: Mapping[str, Any], shown: list[str], kept: Mapping[str, int], sources: Mapping[int, str]
    ) -> None:
        self.seed, self.group_by, self.shown, self.kept, self.sources = policy["seed"], policy["group_by"], shown, kept, sources
        self.units: dict[str, tuple[int, int]] = {}
        self.shapes: dict[tuple[tuple[str, str, str], ...], int] = {}
        self.rows: list[tuple[int, ...]] = []
        self.chunks: list[NDArray[np.int64]] = []

    def take(self, row: Row) -> None:
        group = self._group(row)
        if group is None:
            unit, order = -1, order_of(self.seed, row.key)
        elif group in self.units:
            unit, order = self.units[group]
        else:
            unit, order = self.units[group] = len(self.units), order_of(self.seed, group)
        fields = [("data", name, type_letter(value)) for name, value in row.data.items()]
        fields += [("meta", name, type_letter(value)) for name, value in row.meta.items()]
        shape = self.shapes.setdefault(tuple(sorted(fields)), len(self.shapes))
        kept = self.kept.get(row.key, NOWHERE)
        self.rows.append((row.id, row.source, row.batch, shape, unit, order, kept, self._likeness(row)))
        if len(self.rows) == 10_000:
            self._pack()

    def _pack(self) -> None:
        self.chunks.append(np.array(self.rows, dtype=np.int64).reshape(-1, 8))
        self.rows = []

    def _group(self, row: Row) -> str | None:
        """What the example must stay together with; None where it has no such field."""
        if self.group_by is None:
            return None
        if self.group_by == "source":
            return self.sources.get(row.source)
        if self.group_by == "batch":
            return str(row.batch) if row.batch else None
        value = row.meta.get(self.group_by.removeprefix("meta."))
        return None if value is None or value == "" else dumps(clean(value)).decode()

    def _likeness(self, row: Row) -> int:
        """Equal for examples that show the same words, whatever their case and punctuation, or the same picture."""
        values = (row.data.get(name) for name in self.shown)
        return same_text(value if type(value) is str else dumps(clean(value)) for value in values)

    def candidates(self, tags: dict[int, list[str]], left_out: Counter[str]) -> Candidates:
        self._pack()
        table = np.concatenate(self.chunks)
        unit = table[:, 4].copy()
        alone = unit < 0
        unit[alone] = len(self.units) + np.arange(int(alone.sum()))
        return Candidates(
            id=table[:, 0], source=table[:, 1], batch=table[:, 2], shape=table[:, 3].astype(np.int32),
            unit=unit.astype(np.int32), order=table[:, 5], kept=table[:, 6].astype(np.int16), likeness=table[:, 7],
            shapes=list(self.shapes), tags=tags, left_out=left_out,
        )  # fmt: skip


def _has_meta(meta: Mapping[str, Any], wanted: Mapping[str, list[Any]]) -> bool:
    return all(any(_same(meta.get(name), value) for value in values) for name, values in wanted.items())


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON values: 1 and 1.0 are, 1 and true are not."""
    return type(one) is type(other) and one == other or (
        isinstance(one, int | float) and isinstance(other, int | float) and bool not in (type(one), type(other)) and one == other
    )


def _sources(reader: Reader, project: Project, wanted: list[str] | None) -> dict[int, str]:
    """Source id → key; of the wanted ones alone where some are named."""
    found = reader.table(f"SELECT id, key FROM labelling_source WHERE project_id = {literal(project.pk)}")
    rows = zip(found.column("id").to_pylist(), found.column("key").to_pylist(), strict=True)
    return {id_: key for id_, key in rows if wanted is None or key in wanted}
