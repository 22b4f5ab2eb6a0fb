"""How rows become files, and files rows again. A format is one module and one line here."""

from labelling.release.formats.base import Batch, Writer
from labelling.release.formats.csv_rows import CsvWriter
from labelling.release.formats.jsonl_rows import JsonlWriter
from labelling.release.formats.parquet_rows import ParquetWriter

WRITERS: dict[str, type[Writer]] = {"parquet": ParquetWriter, "jsonl": JsonlWriter, "csv": CsvWriter}
CONTENT_TYPES = {
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonl",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
}

__all__ = ["CONTENT_TYPES", "WRITERS", "Batch", "Writer"]
