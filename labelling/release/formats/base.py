"""What a format must be able to do. Formats are pure: columns of plain values in, a file out."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from labelling.release.fields import Column

Batch = list[list[Any]]  # one list a column, all of one length


class Writer(ABC):
    """Writes one file. The bytes hang on columns and rows alone, not on how the rows are cut into batches."""

    suffix: ClassVar[str]

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        self.path, self.columns, self.rows = path, list(columns), 0

    def write(self, batch: Batch) -> None:
        if batch[0]:
            self.rows += len(batch[0])
            self._write(batch)

    @abstractmethod
    def _write(self, batch: Batch) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @staticmethod
    @abstractmethod
    def read(file: BinaryIO, names: Sequence[str], columns: Sequence[Column]) -> Iterator[Batch]:
        """The values of some columns, batch by batch, as they went in. `columns` are all of the file's."""
