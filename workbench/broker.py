"""The embedded broker: messages as files of the data folder, each one there whole or not at all.

Kombu's transport of files makes a message's file before it writes into it. A worker that looks in between reads nothing,
and ends on it. Here a file gets the name that workers look for when it is complete, and the tables of exchanges are read
and written by one process at a time.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"  # as kombu names them: the oldest first
        folder = Path(self.data_folder_out)
        unfinished = folder / f".{name}.new"
        try:
            unfinished.write_text(dumps(payload))
            os.replace(unfinished, folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add the file {name!r} to the broker's folder") from error

    def get_table(self, exchange: str) -> Any:
        with self._alone():
            return super().get_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        with self._alone():
            super()._queue_bind(exchange, routing_key, pattern, queue)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        folder = Path(self.control_folder)
        folder.mkdir(exist_ok=True)
        with (folder / ".tables.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


TRANSPORT_ALIASES["whole-files"] = "workbench.broker:Transport"
