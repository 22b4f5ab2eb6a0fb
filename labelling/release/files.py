"""The files of versions in storage: under the hash of their content, so that the same file is stored once."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.storage import default_storage

from labelling.errors import Conflict
from labelling.intake.services.uploads import store_once

CHUNK = 1 << 18


def hash_file(file: BinaryIO) -> tuple[str, int]:
    """(SHA-256, bytes) of what is in an open file."""
    digest, size = hashlib.sha256(), 0
    while piece := file.read(1 << 20):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def store_file(project_id: int, path: Path) -> dict[str, Any]:
    """Put a file of this machine into storage; its sha256, bytes and storage_name."""
    with path.open("rb") as file:
        sha256, size = hash_file(file)
        file.seek(0)
        return _store(project_id, sha256, size, file)


def store_bytes(project_id: int, content: bytes) -> dict[str, Any]:
    return _store(project_id, hashlib.sha256(content).hexdigest(), len(content), BytesIO(content))


def _store(project_id: int, sha256: str, size: int, file: BinaryIO) -> dict[str, Any]:
    name = f"versions/{project_id}/{sha256[:2]}/{sha256}"
    store_once(name, file, size)
    return {"sha256": sha256, "bytes": size, "storage_name": name}


@contextmanager
def open_stored(storage_name: str) -> Iterator[BinaryIO]:
    """A stored file, open for reading and seeking. Raises Conflict when it is gone from storage."""
    try:
        file = default_storage.open(storage_name, "rb")
    except FileNotFoundError:
        raise Conflict("This file is gone from storage. Restore it from a backup; nothing else can bring it back.") from None
    with file:
        yield getattr(file, "file", file)


def stream(storage_name: str, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes of a stored file from `start`, in pieces. The first piece is read when the first is asked for."""
    with open_stored(storage_name) as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
