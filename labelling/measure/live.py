"""Counted answers that are known already: kept in memory by each process, and brought up to date by reading what changed.

`known(question)` gives the answers to a question as one moment of the database has them, always the newest. The first time they
are read in bulk; from then on a statement reads the rows that came, changed or went since (`live_rows`), and they are merged into
the sorted columns. So a figure costs what its own arithmetic costs, and nothing that is shown is ever stale: there is no time
for which something is kept, only a question to the database whether it still holds.

Exact because nothing gets past the database itself: new rows are found by their ids (SQLite) or their transaction (PostgreSQL),
changed and removed ones by the trace that triggers leave in the same transaction, and the rounds of examples by their number and
sum, which only rise. Traces are pruned after a day; what was not looked at for an hour is read anew, so none can be missed.

Inside an open transaction, and of a database in memory, nothing is kept: what is seen there is not what others see.
"""

import itertools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from labelling.measure.bulk import seen_by_all, snapshot
from labelling.measure.counted import Columns, Rounds, code_values, in_rounds, newest_rounds, read_rows
from labelling.measure.live_merge import Keys, merge
from labelling.measure.live_rows import Mark, database_key, read_changes, read_mark, read_rounds

FORGOTTEN_AFTER = 3600.0  # seconds; the traces of changes are kept for much longer
MOST_TRIES = 5
MOST_KEPT = 4000
VALUE_BYTES = 150  # an answer as a Python object, roughly
ROW_BYTES = 12  # of a label in compact numbers, as figures take it

NOBODY = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

Found = TypeVar("Found")

_versions = itertools.count(1)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The counted answers to a question at one moment. Shared by threads: nothing in it is ever changed.

    `columns` are those of all rounds, `current` those of each example's newest round; `values[code]` is an answer. `version` is
    another one whenever anything differs that figures are computed from. `days` says in which version a day's answers changed last,
    where it was after `since`; `standing`, in which version what stands after resolutions did.
    """

    columns: Columns
    current: Columns
    values: list[Any]
    version: int
    since: int
    standing: int
    days: Mapping[int, int]
    keys: Keys
    mark: Mark
    whole: bool  # all codes up to the last have a value
    sent_back: tuple[NDArray[np.int64], NDArray[np.int64]] = NOBODY  # ids of examples past their first round, and their round
    _remembered: dict[Hashable, Any] = field(default_factory=dict)
    _lasting: dict[Hashable, tuple[int, Any]] = field(default_factory=dict)

    def rows(self, rounds: Rounds) -> Columns:
        """The columns of some rounds, as `read_counted` gives them."""
        if rounds == "current":
            return self.current
        return self.columns if rounds == "all" else in_rounds(self.columns, rounds)

    def remember(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, computed once for this version of the answers. `key` names everything else that it depends on."""
        try:
            return self._remembered[key]
        except KeyError:
            found = self._remembered[key] = compute()
            return found

    def changed(self, days: Iterable[int]) -> int:
        """The version in which an answer of one of these days changed last."""
        return max((self.days.get(day, self.since) for day in days), default=self.since)

    def lasting(self, key: Hashable, since: int, compute: Callable[[], Found]) -> Found:
        """What `compute` gives, kept from version to version: computed anew if what it depends on has changed `since` then."""
        version, found = self._lasting.get(key, (0, None))
        if since <= version <= self.version:
            return found
        found = compute()
        if len(self._lasting) >= MOST_KEPT:
            self._lasting.clear()
        self._lasting[key] = (self.version, found)
        return found

    @property
    def nbytes(self) -> int:
        """Memory that it takes, roughly: the columns, and what figures make of the current ones."""
        columns = self.columns.nbytes + (0 if self.current is self.columns else self.current.nbytes)
        return columns + self.keys.values.nbytes + ROW_BYTES * len(self.current) + VALUE_BYTES * len(self.values)


class _Entry:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: Known | None = None
        self.seen_at = 0.0
        self.nbytes = 0


_entries: OrderedDict[Hashable, _Entry] = OrderedDict()
_guard = threading.Lock()
_apart = threading.local()


def known(question_id: int) -> Known | None:
    """The newest counted answers to a question; None where nothing may be kept, so that the caller reads for himself."""
    most = settings.WORKBENCH_FIGURES_MB * 2**20
    if most <= 0 or getattr(_apart, "knows_nothing", False) or not seen_by_all():
        return None
    key = (*database_key(), question_id)
    with _guard:
        entry = _entries.setdefault(key, _Entry())
        _entries.move_to_end(key)
    with entry.lock:
        now = time.time()  # runs on while the machine sleeps
        old = entry.known if 0 <= now - entry.seen_at < FORGOTTEN_AFTER else None
        entry.known = found = _bring_up_to_date(question_id, old)
        entry.seen_at, entry.nbytes = now, found.nbytes if found else 0
    with _guard:
        while sum(one.nbytes for one in _entries.values()) > most and _entries:
            _entries.popitem(last=False)
    return found


@contextmanager
def from_scratch() -> Iterator[None]:
    """Within it this thread knows nothing: all is read and computed anew."""
    before, _apart.knows_nothing = getattr(_apart, "knows_nothing", False), True
    try:
        yield
    finally:
        _apart.knows_nothing = before


def forget() -> None:
    """Drop all that is kept: for tests, whose databases begin anew, and for a process that was forked."""
    global _guard
    _guard = threading.Lock()
    _entries.clear()


os.register_at_fork(after_in_child=forget)


def _bring_up_to_date(question_id: int, old: Known | None) -> Known | None:
    for _ in range(MOST_TRIES):
        if old is not None:
            found = _changed(question_id, old)
            if found is not None:
                return found
        old = _read(question_id)
        if old is None:  # numbers too large to be packed
            return None
        found = _of_newest_rounds(question_id, old, moved=True)
        if found is not None:
            return found
    return None  # examples are sent back all the time just now; the caller reads in one transaction


def _read(question_id: int) -> Known | None:
    """Everything, in bulk; of the rounds that count, nothing yet."""
    with snapshot() as reader:
        mark = read_mark(question_id, reader)
        columns = read_rows(question_id, "all", reader)
    keys = Keys.of(columns)
    if keys is None:
        return None
    version, values = next(_versions), code_values(question_id)
    return Known(columns, columns, values, version, version, version, {}, keys, mark, None not in values)


def _changed(question_id: int, old: Known) -> Known | None:
    """The same with what changed since; None where all has to be read."""
    changes = read_changes(question_id, old.mark)
    if changes is None:
        return None
    merged = merge(old.columns, old.keys, changes.came, changes.went)
    if merged is None:
        return None
    mark, (columns, keys, touched) = changes.mark, merged
    values = old.values
    if mark.codes > len(values) or not old.whole:
        prefix = values if old.whole else values[: values.index(None)]
        values = code_values(question_id, prefix)
    moved = (mark.relabelled, mark.rounds) != (old.mark.relabelled, old.mark.rounds)
    if columns is old.columns and not moved and not changes.standing and values == old.values:
        return replace(old, mark=mark)
    version = next(_versions)
    days = {} if moved else {**old.days, **dict.fromkeys(touched, version)}
    now = replace(
        old, columns=columns, values=values, version=version, since=version if moved else old.since,
        standing=version if changes.standing else old.standing, days=days, keys=keys, mark=mark, whole=None not in values, _remembered={},
    )  # fmt: skip
    if columns is old.columns and not moved:
        return now
    return _of_newest_rounds(question_id, now, moved)


def _of_newest_rounds(question_id: int, now: Known, moved: bool) -> Known | None:
    """With what counts in the examples' newest rounds; None where examples were sent back meanwhile."""
    sent_back = read_rounds(question_id, now.mark) if moved else now.sent_back
    if sent_back is None:
        return None
    return replace(now, current=newest_rounds(now.columns, *sent_back), sent_back=sent_back)
