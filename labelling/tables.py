"""What recurs in tables: rows that are never changed, and the fields that say who and when."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.sql.compiler import SQLCompiler


class AppendOnlyError(TypeError):
    """Code tried to change or remove a row of an append-only table; a correction is a new row."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses what would rewrite history. Triggers in the database refuse it as well (migration 0002)."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are append-only: add a new row instead")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{self.model.__name__} rows are append-only: they are never removed")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise AppendOnlyError(f"{self.model.__name__} rows are append-only: add a new row instead")


class AppendOnly(models.Model):
    """A row that is written once."""

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are append-only: add a new row instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(f"{type(self).__name__} rows are append-only: they are never removed")


class WritingTransaction(models.Func):
    """The number of the transaction that writes a row, as the column's default in the database. PostgreSQL alone needs it:
    there transactions become visible in another order than that of the ids they drew. SQLite has one writer at a time."""

    template = "pg_current_xact_id()::text::bigint"
    allowed_default = True
    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> tuple[str, list[Any]]:
        return "0", []
