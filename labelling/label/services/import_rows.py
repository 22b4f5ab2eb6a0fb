"""Rows of a file of labels: from cells to a checked label, without the database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from labelling.accounts.rules import USERNAME
from labelling.errors import Invalid, WrongContent
from labelling.intake.formats import BadRow, Rows
from labelling.kinds import KINDS
from labelling.label import rules
from labelling.label.services.interning import Schema

OWN_COLUMNS = ("example", "labeller", "value", "labelled_at", "seconds", "tags", "comment", "round")
NEEDED = ("example", "labeller")
MAX_ROUND = 1000
MOST_REMEMBERED = 100_000
LONG_CELL = 200  # characters


class Refused(Exception):
    """One row is wrong; args[0] is a BadRow."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(BadRow(message, column=column))


@dataclass(frozen=True, slots=True)
class Answered:
    """A checked value: its JSON text and its answers as (question id, canonical text, answer)."""

    value: dict[str, Any] | None
    answers: tuple[tuple[int, str, Any], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A label of the file. `round` None: the round that its example is in."""

    number: int
    example: str
    labeller: str
    answered: Answered
    tags: tuple[str, ...]
    comment: str
    seconds: float | None
    labelled_at: datetime | None
    round: int | None


def check_columns(found: Rows, questions: Sequence[Mapping[str, Any]]) -> None:
    """Raises WrongContent when the file lacks a column that each label needs, or speaks of several questions in one."""
    columns = {name.strip() for name in found.columns}
    missing = [name for name in NEEDED if name not in columns]
    keys = [question["key"] for question in questions]
    if missing:
        raise WrongContent(
            f"The file has no column {missing[0]}. It needs example (the key), labeller (a user name) and value, or one column a question."
        )
    if "value" not in columns and not columns.intersection(keys):
        raise WrongContent(f"The file has no answers: name a column value, or one a question ({', '.join(keys)}).")
    if "value" in columns and columns.intersection(keys) - {"value"}:
        raise WrongContent("The file has both a column value and columns of questions. Leave one of them out.")


class Reader:
    """Makes rows into labels. Cells that say the same are checked once."""

    def __init__(self, *, schema: Schema, known_tags: Sequence[str]) -> None:
        self.schema, self.known_tags = schema, known_tags
        self.keys = [question["key"] for question in schema.questions]
        self._answered: dict[Any, Answered | Refused] = {}
        self._tags: dict[str, tuple[str, ...]] = {"": ()}
        self._names: set[str] = set()

    def read(self, number: int, row: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> Row:
        """Raises Refused, naming the column. `about`: what is known of the example's fields, for spans and boxes."""
        tags = self._read_tags(row.get("tags"))
        return Row(
            number=number,
            example=self._text(row.get("example"), "example", 200),
            labeller=self._read_labeller(row.get("labeller")),
            answered=self._read_value(row, tags, about),
            tags=tags,
            comment=self._checked("comment", rules.check_comment, row.get("comment")),
            seconds=self._read_seconds(row.get("seconds")),
            labelled_at=self._read_time(row.get("labelled_at")),
            round=self._read_round(row.get("round")),
        )

    def _text(self, cell: Any, column: str, longest: int) -> str:
        text = str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
        if not isinstance(text, str) or not text.strip():
            raise Refused(f"The column {column} is empty.", column)
        text = text.strip()
        if len(text) > longest:
            raise Refused(f"This is longer than {longest} characters.", column)
        if not text.isascii() or "\x00" in text:
            self._checked(column, lambda value: rules.clean_text(value, column), text)
        return text

    def _read_labeller(self, cell: Any) -> str:
        if isinstance(cell, str) and cell in self._names:
            return cell
        name = self._text(cell, "labeller", 150)
        if not USERNAME.fullmatch(name):
            raise Refused("A user name has 1 to 150 letters, digits and @ . + - _ only.", "labeller")
        self._names.add(name)
        return name

    def _checked(self, column: str, check: Callable[[Any], Any], value: Any) -> Any:
        if value in ("", None):
            value = None
        try:
            return check(value)
        except Invalid as error:
            raise Refused(error.message, column) from None

    def _read_tags(self, cell: Any) -> tuple[str, ...]:
        if cell is None:
            return ()
        if isinstance(cell, str):
            known = self._tags.get(cell)
            if known is None:
                named = [tag.strip() for tag in cell.split("|") if tag.strip()]
                known = tuple(self._checked("tags", lambda value: rules.check_tags(value, self.known_tags), named))
                if len(self._tags) < MOST_REMEMBERED:
                    self._tags[cell] = known
            return known
        return tuple(self._checked("tags", lambda value: rules.check_tags(value, self.known_tags), cell))

    def _read_seconds(self, cell: Any) -> float | None:
        if isinstance(cell, str):
            cell = cell.strip()
            try:
                cell = float(cell) if cell else None
            except ValueError:
                raise Refused("seconds is the time spent, a number from 0 up.", "seconds") from None
        return None if cell is None else self._checked("seconds", rules.check_seconds, cell)

    def _read_time(self, cell: Any) -> datetime | None:
        if cell in (None, ""):
            return None
        wrong = Refused("A time reads like 2026-03-02T09:00:00Z.", "labelled_at")
        try:
            moment = cell if isinstance(cell, datetime) else datetime.fromisoformat(cell.strip())
        except (ValueError, AttributeError):
            raise wrong from None
        if not 1970 <= moment.year <= 9000:
            raise wrong
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def _read_round(self, cell: Any) -> int | None:
        if cell in (None, ""):
            return None
        text = str(cell).strip()
        if isinstance(cell, bool) or not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MAX_ROUND:
            raise Refused(f"A round is a whole number from 1 to {MAX_ROUND:,}.", "round")
        return int(text[:6])

    def _read_value(self, row: Mapping[str, Any], tags: tuple[str, ...], about: Mapping[str, Any] | None = None) -> Answered:
        cells = {key: row[key] for key in ("value",) if key in row} or {key: row[key] for key in self.keys if key in row}
        memo: Any = (tuple(cells.items()), tags)
        if about is not None or any(isinstance(cell, str) and len(cell) > LONG_CELL for cell in cells.values()):
            memo = None  # right for this example alone, or too long to be said twice
        try:
            found = self._answered.get(memo)
        except TypeError:  # a list or an object, from JSON
            found, memo = None, None
        if found is None:
            try:
                found = self._answer(cells, tags, about)
            except Refused as refused:
                found = refused
            if memo is not None and len(self._answered) < MOST_REMEMBERED:
                self._answered[memo] = found
        if isinstance(found, Refused):
            raise found
        return found

    def _answer(self, cells: Mapping[str, Any], tags: tuple[str, ...], about: Mapping[str, Any] | None) -> Answered:
        value = self._whole(cells)
        try:
            checked = rules.check_value(self.schema.questions, value or None, tags, about)
        except Invalid as error:
            name = next(iter(error.fields), "value")
            column = name.removeprefix("value.") if "value" not in cells else "value"
            raise Refused(error.message, column) from None
        return Answered(checked, tuple(self.schema.answers(checked)))

    def _whole(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        """The cells as one value, question key → answer."""
        if "value" in cells and "value" not in self.keys:
            cell = cells["value"]
            if isinstance(cell, Mapping):
                return dict(cell)
            if len(self.keys) > 1 and cell not in (None, ""):
                raise Refused(
                    f"The project asks {len(self.keys)} questions, so one value does not say which is answered. Use one column a question.",
                    "value",
                )
            cells = {self.keys[0]: cell}
        whole = {}
        for question in self.schema.questions:
            cell = cells.get(question["key"])
            if isinstance(cell, str):
                cell = KINDS[question["kind"]].parse(question, cell.strip()) if cell.strip() else None
            if cell is not None:
                whole[question["key"]] = cell
        return whole
