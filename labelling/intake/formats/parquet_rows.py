"""Parquet, batch by batch."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from labelling.errors import WrongContent
from labelling.intake.formats.base import BadRow, Limits, Row, Rows, check_columns

BATCH = 1000
BROKEN = (pa.ArrowException, OSError, ValueError, OverflowError, NotImplementedError, MemoryError)


def read(file: BinaryIO, limits: Limits) -> Rows:
    try:
        parquet = pq.ParquetFile(file, buffer_size=2**20, pre_buffer=False)
        columns = list(parquet.schema_arrow.names)
        total = parquet.metadata.num_rows
    except BROKEN as error:
        raise WrongContent(f"The file cannot be read as Parquet: {str(error).splitlines()[0]:.200}.") from None
    check_columns(columns, limits)
    if not total:
        raise WrongContent("The file holds no rows.")
    return Rows(_rows(parquet), columns, sure=True, total=total)


def _rows(parquet: pq.ParquetFile) -> Iterator[Row]:
    number = 0
    try:
        for batch in parquet.iter_batches(batch_size=BATCH, use_threads=False):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except BROKEN as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield number + 1, BadRow(f"The file breaks off here: {words:.200}. Nothing after it was read.", last=True)
