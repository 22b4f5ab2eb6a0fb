"""Files as they came in: kept under the hash of their content, for the job that reads them and for later proof."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from labelling.errors import Invalid, NotFound, TooLarge, WrongContent


@dataclass(frozen=True, slots=True)
class Upload:
    """A kept file. `name` opens it again with open_upload(); `lines` is the number of line ends in it."""

    name: str
    file_name: str
    sha256: str
    bytes: int
    lines: int


def max_upload_bytes() -> int:
    return getattr(settings, "WORKBENCH_UPLOAD_BYTES", 2 * 2**30)


def check_upload(file: Any, field: str = "file") -> BinaryIO:
    """The uploaded file as a plain one, at its start. Raises Invalid when there is none, TooLarge, and WrongContent for 0 bytes."""
    if file is None or not hasattr(file, "chunks"):
        raise Invalid.field(field, "Attach a file.")
    if file.size > max_upload_bytes():
        raise TooLarge(f"The file has {file.size:,} bytes; at most {max_upload_bytes():,} are taken. Split it.")
    if not file.size:
        raise WrongContent("The file is empty (0 bytes). Export it again.", fields={field: ["The file is empty."]})
    plain = getattr(file, "file", file)
    plain.seek(0)
    return plain


def keep_upload(*, project_id: int, file: Any) -> Upload:
    """Stream an uploaded file into storage, named by its SHA-256. The same file again is stored once."""
    digest, size, lines = hashlib.sha256(), 0, 0
    file.seek(0)
    for piece in file.chunks(2**20):
        digest.update(piece)
        size += len(piece)
        lines += piece.count(b"\n")
    sha256 = digest.hexdigest()
    name = f"uploads/{project_id}/{sha256}"
    file.seek(0)
    store_once(name, file, size)
    return Upload(name, clean_file_name(file.name), sha256, size, lines)


def store_once(name: str, file: Any, size: int) -> None:
    """Put a file where its content's hash says. One that is there whole is left; half of one, from a process that was
    killed, is replaced."""
    if default_storage.exists(name):
        if default_storage.size(name) == size:
            return
        default_storage.delete(name)
    saved = default_storage.save(name, file if isinstance(file, File) else File(file))
    if saved != name:  # another process stored the same content in the meantime
        default_storage.delete(saved)


@contextmanager
def open_upload(name: str) -> Iterator[BinaryIO]:
    """A kept file, open for reading and seeking."""
    try:
        kept = default_storage.open(name, "rb")
    except FileNotFoundError:
        raise NotFound("The uploaded file is no longer in storage. Upload it again.") from None
    with kept:
        yield getattr(kept, "file", kept)


def clean_file_name(name: Any) -> str:
    """The last part of a file's name, without what no database stores."""
    last = re.split(r"[/\\]", str(name or ""))[-1]
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "", last)[:255] or "file"
