"""What stands around a version's examples: their batches, how long their texts are, and the labels of examples that it left out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from labelling.measure.bulk import literal, snapshot
from labelling.measure.columns import read_counted
from labelling.projects.selectors import question_rows
from labelling.release.models import DatasetVersion
from labelling.release.rules import LeftOut
from labelling.stats import selection
from labelling.stats.columns import Labels

BY_LABELS = (LeftOut.STATE, LeftOut.TIE, LeftOut.LOW_CONFIDENCE)  # reasons that hang on how an example's labels agree
TEXTS = ("text", "markdown")
PARTS = 4  # of the lengths of texts


def read_examples(version: DatasetVersion) -> pa.Table:
    """id, key and batch (0 for none) of every example of the version's project."""
    sql = f"SELECT id, key, COALESCE(batch_id, 0) AS batch FROM labelling_example WHERE project_id = {literal(version.project_id)}"
    with snapshot() as reader:
        return reader.table(sql)


def batches(examples: pa.Table, keys: Sequence[str]) -> list[Any]:
    """The batch of each of these examples, None for those without."""
    known = dict(zip(examples.column("key").to_pylist(), examples.column("batch").to_pylist(), strict=True))
    return [known.get(key) or None for key in keys]


def lengths(version: DatasetVersion, columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """Slices of about equal size by the length of each shown text: "length.FIELD" → words such as "41 to 90 characters"."""
    found = {}
    for part in version.project.display:
        field = part["field"]
        if part["as"] not in TEXTS or field not in columns:
            continue
        sizes = np.array([len(text) if isinstance(text, str) else -1 for text in columns[field]], dtype=np.int64)
        there = sizes[sizes >= 0]
        if there.size < 2 * PARTS:
            continue
        edges = np.unique(np.quantile(there, np.arange(1, PARTS) / PARTS, method="lower"))
        edges = edges[edges < there.max()]
        begins = [int(there.min()), *(int(edge) + 1 for edge in edges)]
        ends = [*(int(edge) for edge in edges), int(there.max())]
        names = [f"{one:,} characters" if one == other else f"{one:,} to {other:,} characters" for one, other in zip(begins, ends, strict=True)]
        place = np.searchsorted(edges, sizes)
        found[f"length.{field}"] = [None if size < 0 else names[at] for size, at in zip(sizes.tolist(), place.tolist(), strict=True)]
    return found


def left_out(version: DatasetVersion, examples: pa.Table, in_version: pa.Array, n_split: int) -> dict[str, dict[int, float]]:
    """Question → way in which labels agree → how many examples of the project that show it the version left out, in proportion to a split
    of `n_split` examples. Empty where nothing was left out for what its labels say."""
    counts = version.manifest["counts"]
    if not any(counts["left_out"].get(reason) for reason in BY_LABELS) or not counts["examples"]:
        return {}
    outside = pc.invert(pc.is_in(examples.column("key").cast(pa.string()), in_version))
    ids = np.sort(examples.column("id").filter(outside).to_numpy())
    part = n_split / counts["examples"]
    found = {}
    rows = question_rows(version.project)
    for question in version.manifest["schema"]["questions"]:
        columns = read_counted(rows[question["key"]].pk)
        columns = columns.keep(np.isin(columns.example, ids))
        if len(columns):
            labels = Labels.of(columns.example, columns.labeller, columns.code)
            found[question["key"]] = {way: n * part for way, n in selection.count_ways(labels).items()}
    return found
