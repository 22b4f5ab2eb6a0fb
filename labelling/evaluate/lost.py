"""Example by example, what people and the model scored by the same references: kept with an evaluation as columns, read a page at a
time to see where the model is wrong and people are right."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from labelling.errors import Invalid
from labelling.evaluate.split import Split

SIDES = ("lost", "won")  # people nearer to the references than the model, and the other way round
NUMBERS = ("person", "model", "popular")


@dataclass(frozen=True, slots=True)
class Row:
    """One example: its place in the split, what the parties scored there, the classes of its references."""

    place: int
    person: float
    model: float
    popular: float
    n_labels: int
    classes: list[str]


def store(project_id: int, split: Split, found: Mapping[str, list[Any]]) -> str:
    """Keep the columns of places.per_example with the slices of each example; the name of the file, which its content gives."""
    columns: dict[str, pa.Array] = {
        "place": pa.array(found["place"], type=pa.int32()),
        "n_labels": pa.array(found["n_labels"], type=pa.int32()),
        "classes": pa.array(found["classes"], type=pa.list_(pa.string())),
    }
    columns |= {name: pa.array(found[name], type=pa.float64()) for name in NUMBERS}
    for field, values in split.slices.items():
        texts = [None if values[at] is None else str(values[at]) for at in found["place"]]
        columns[f"slice.{field}"] = pa.array(texts, type=pa.string()).dictionary_encode()
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    content = out.getvalue()
    name = f"beside/{project_id}/{hashlib.sha256(content).hexdigest()}.parquet"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(content))


def read(name: str, *, side: str = "lost", slice_: str = "", class_: str = "", first: int = 0, count: int = 50) -> tuple[list[Row], int]:
    """(one page of the examples on that side, widest apart first, how many there are). `slice_` is "field=value" as in by_slice, `class_` a
    class's key. Raises Invalid."""
    if side not in SIDES:
        raise Invalid.field("side", f"side is one of: {', '.join(SIDES)}.")
    field, _, value = slice_.partition("=")
    with default_storage.open(name) as file:
        parquet = pq.ParquetFile(file)
        there = set(parquet.schema_arrow.names)
        if slice_ and f"slice.{field}" not in there:
            raise Invalid.field("slice", "slice is a field and one of its values, like meta.lab=north.")
        table = parquet.read(columns=["place", "n_labels", "classes", *NUMBERS, *([f"slice.{field}"] if slice_ else [])])
    apart = table.column("person").to_numpy() - table.column("model").to_numpy()
    wanted = (apart if side == "lost" else -apart) > 1e-9
    if slice_:
        wanted &= pc.fill_null(pc.equal(table.column(f"slice.{field}").cast(pa.string()), value), False).to_numpy(zero_copy_only=False)
    if class_:
        lists = table.column("classes").combine_chunks()
        of = pc.list_parent_indices(lists).to_numpy()[pc.equal(pc.list_flatten(lists), class_).to_numpy(zero_copy_only=False)]
        wanted &= np.isin(np.arange(len(table)), of)
    rows = np.flatnonzero(wanted)
    rows = rows[np.argsort(-np.abs(apart[rows]), kind="stable")]
    page = table.take(pa.array(rows[first : first + count], type=pa.int64()))
    columns = [page.column(column).to_pylist() for column in ("place", *NUMBERS, "n_labels", "classes")]
    return [Row(*values) for values in zip(*columns, strict=True)], int(rows.size)
