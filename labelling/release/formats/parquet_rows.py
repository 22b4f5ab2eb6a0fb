"""Parquet: typed columns, row groups of one fixed size, nothing in the file that says when or where it was written."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labelling.release.fields import Column, Type
from labelling.release.formats.base import Batch, Writer

ROW_GROUP = 16_384
TYPES: dict[Type, pa.DataType] = {
    "string": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "float": pa.float64(),
    "strings": pa.list_(pa.string()),
    "json": pa.string(),  # the JSON text
    "counts": pa.map_(pa.string(), pa.int32()),
}
# Everything that has a default is named, so that another version's defaults change no bytes.
SETTINGS: dict[str, Any] = {
    "version": "2.6", "compression": "zstd", "compression_level": 3, "use_dictionary": True, "write_statistics": True,
    "data_page_version": "1.0", "use_compliant_nested_type": True, "write_page_index": False, "write_page_checksum": True,
    "store_schema": True, "data_page_size": 1 << 20, "dictionary_pagesize_limit": 1 << 20, "write_batch_size": 1024,
}  # fmt: skip


class ParquetWriter(Writer):
    suffix = "parquet"

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        super().__init__(path, columns)
        self.schema = pa.schema([(column.name, TYPES[column.type]) for column in columns])
        self.file = open_parquet(path, self.schema)
        self.waiting: list[pa.Table] = []
        self.waiting_rows = 0

    def _write(self, batch: Batch) -> None:
        arrays = [_array(column, values) for column, values in zip(self.columns, batch, strict=True)]
        self.waiting.append(pa.Table.from_arrays(arrays, schema=self.schema))
        self.waiting_rows += len(batch[0])
        while self.waiting_rows >= ROW_GROUP:
            self._group(ROW_GROUP)

    def _group(self, rows: int) -> None:
        table = pa.concat_tables(self.waiting)
        self.file.write_table(table.slice(0, rows).combine_chunks(), row_group_size=ROW_GROUP)
        self.waiting, self.waiting_rows = [table.slice(rows)], table.num_rows - rows

    def close(self) -> None:
        if self.waiting_rows:
            self._group(self.waiting_rows)
        self.file.close()

    @staticmethod
    def read(file: BinaryIO, names: Sequence[str], columns: Sequence[Column]) -> Iterator[Batch]:
        types = {column.name: column.type for column in columns}
        for batch in pq.ParquetFile(file).iter_batches(batch_size=ROW_GROUP, columns=list(names)):
            yield [_values(types[name], batch.column(name).to_pylist()) for name in names]


def open_parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, **SETTINGS)


def _array(column: Column, values: list[Any]) -> pa.Array:
    if column.type == "json":
        values = [None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode() for value in values]
    elif column.type == "counts":
        values = [None if value is None else list(value.items()) for value in values]
    elif column.type == "float":
        values = [None if value is None else float(value) for value in values]
    return pa.array(values, type=TYPES[column.type])


def _values(kind: Type, values: list[Any]) -> list[Any]:
    if kind == "json":
        return [None if value is None else orjson.loads(value) for value in values]
    if kind == "counts":
        return [None if value is None else dict(value) for value in values]
    return values
