"""Which examples each saved slice holds, in bulk and the same on both databases: whole columns, no object an example.

Values of meta fields are compared as JSON values in Python, once for each distinct one; texts as Arrow columns, batch by batch, so
that no more than some thousand of them are in memory. For those that checked access.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from labelling.intake.slice_models import Slice
from labelling.intake.slices import number_of, same
from labelling.measure.bulk import Reader, literal, snapshot
from labelling.measure.columns import Categories, ExampleColumns, example_columns
from labelling.measure.compare import text_of

Mask = NDArray[np.bool_]
Condition = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class SliceMasks:
    """`ids` (n_examples,) are all examples of a project, ascending; `masks[place]` says which of them the slice at that place
    holds. Slices may overlap."""

    ids: NDArray[Any]
    slices: Sequence[Slice]
    masks: Sequence[Mask]

    def of(self, example_ids: NDArray[Any]) -> list[Mask]:
        """The masks for these examples (ids that are known, in any order)."""
        at = np.searchsorted(self.ids, example_ids)
        return [mask[at] for mask in self.masks]


def read_slices(project_id: int, slices: Sequence[Slice], *, reader: Reader | None = None) -> SliceMasks:
    """Evaluate slices over all examples of their project."""
    return evaluate(project_id, [row.conditions for row in slices], reader=reader, slices=slices)


def evaluate(
    project_id: int, definitions: Sequence[Sequence[Condition]], *, reader: Reader | None = None, slices: Sequence[Slice] = ()
) -> SliceMasks:
    """The same for conditions that belong to no stored slice yet."""
    if reader is None:
        with snapshot() as own:
            return evaluate(project_id, definitions, reader=own, slices=slices)
    every = [condition for conditions in definitions for condition in conditions]
    fields = sorted({condition["field"] for condition in every if _of_column(condition)})
    table = example_columns(project_id, fields, reader=reader)
    of_texts = _of_texts(project_id, table, [condition for condition in every if not _of_column(condition)], reader)
    masks = []
    for conditions in definitions:
        mask = np.ones(table.id.size, dtype=np.bool_)
        for condition in conditions:
            held = _holds(table.columns[condition["field"]], condition) if _of_column(condition) else of_texts[_name(condition)]
            mask &= ~held if condition.get("not") else held
        masks.append(mask)
    return SliceMasks(table.id, slices, masks)


def _of_column(condition: Condition) -> bool:
    return not condition["field"].startswith(("data.", "length."))


def _holds(column: Categories, condition: Condition) -> Mask:
    """Whether each example's value is meant; "not" is the caller's."""
    if condition.get("missing"):
        return column.code < 0
    meant = np.array([_meant(value, condition) for value in column.values] + [False], dtype=np.bool_)
    return meant[column.code]  # code -1, no value, is the last entry


def _meant(value: Any, condition: Condition) -> bool:
    if "is" in condition:
        return same(value) in {same(wanted) for wanted in condition["is"]}
    number = number_of(value)
    return number is not None and condition.get("at_least", -np.inf) <= number <= condition.get("at_most", np.inf)


def _name(condition: Condition) -> tuple[Any, ...]:
    return tuple(condition.get(part) for part in ("field", "contains", "at_least", "at_most"))


def _of_texts(project_id: int, table: ExampleColumns, conditions: Sequence[Condition], reader: Reader) -> dict[tuple[Any, ...], Mask]:
    found: dict[tuple[Any, ...], list[Mask]] = {_name(condition): [] for condition in conditions}
    by_field: dict[str, dict[tuple[Any, ...], Condition]] = {}
    for condition in conditions:
        by_field.setdefault(condition["field"].partition(".")[2], {})[_name(condition)] = condition
    for field, asked in by_field.items():
        sql = f"SELECT COALESCE({text_of(field, reader.vendor)}, '') AS words FROM labelling_example WHERE project_id = {literal(project_id)} ORDER BY id"
        for batch in reader.batches(sql):
            words = batch.column(0).cast(pa.large_string())
            for name, condition in asked.items():
                found[name].append(_of_words(words, condition))
    nothing = np.zeros(table.id.size, dtype=np.bool_)
    return {name: np.concatenate(parts) if parts else nothing for name, parts in found.items()}


def _of_words(words: pa.Array, condition: Condition) -> Mask:
    if "contains" in condition:
        found = pc.match_substring(words, condition["contains"], ignore_case=True)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
    length = pc.utf8_length(words).to_numpy(zero_copy_only=False)
    return (length >= condition.get("at_least", 0)) & (length <= condition.get("at_most", np.inf))
