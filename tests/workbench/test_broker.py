"""The embedded broker: a message is there whole or not at all."""

import threading
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

import workbench.broker  # noqa: F401

MESSAGES = 300


@pytest.fixture
def connect(tmp_path: Path):
    folder = str(tmp_path)
    made = []

    def open_one():
        options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
        made.append(Connection("whole-files://localhost//", transport_options=options))
        return made[-1].default_channel

    yield open_one
    for connection in made:
        connection.release()


def test_a_reader_never_sees_half_a_message_while_it_is_written(connect, monkeypatch):
    reader, writer, written = connect(), connect(), Path.write_text
    seen = []

    def slowly(path: Path, text: str) -> int:
        written(path, text[: len(text) // 2])
        with pytest.raises(Empty):  # half of it is on the disk
            reader._get("celery")
        seen.append(path)
        return written(path, text)

    monkeypatch.setattr(Path, "write_text", slowly)
    writer._put("celery", {"job": 7})
    assert seen
    assert reader._get("celery") == {"job": 7}


def test_every_message_arrives_once_while_many_write_and_read_at_once(connect):
    channels = [connect() for _ in range(4)]
    found: list[int] = []
    done = threading.Event()

    def write(channel, part):
        for number in range(part, MESSAGES, 2):
            channel._put("celery", {"number": number, "padding": "x" * 20_000})

    def read(channel):
        while True:
            last_look = done.is_set()
            try:
                found.append(channel._get("celery")["number"])
            except Empty:
                if last_look:
                    return

    writers = [threading.Thread(target=write, args=(channels[part], part)) for part in range(2)]
    readers = [threading.Thread(target=read, args=(channel,)) for channel in channels[2:]]
    for thread in [*writers, *readers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert sorted(found) == list(range(MESSAGES))


def test_a_table_that_several_make_at_once_is_whole(connect):
    channels = [connect() for _ in range(4)]
    failed: list[Exception] = []

    def bind(channel, number):
        try:
            for turn in range(20):
                channel._queue_bind("celery", "celery", "", f"queue-{number}-{turn}")
                channel.get_table("celery")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=bind, args=(channel, number)) for number, channel in enumerate(channels)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(channels[0].get_table("celery")) == 80
