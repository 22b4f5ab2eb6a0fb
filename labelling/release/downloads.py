"""One download of one file: which part of it, under which headers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labelling.release.files import open_stored, stream
from labelling.release.formats import CONTENT_TYPES
from labelling.release.models import DatasetVersion, VersionFile
from labelling.release.ranges import Part, asked_part
from labelling.release.selectors import get_file, recall_of


@dataclass(frozen=True, slots=True)
class Download:
    """A file, the part of it that was asked for, and whether its version was recalled."""

    file: VersionFile
    part: Part
    warning: str

    @property
    def size(self) -> int:
        return self.file.bytes

    def pieces(self) -> Iterator[bytes]:
        return stream(self.file.storage_name, self.part.start, self.part.length)

    def headers(self) -> dict[str, str]:
        """Of the answer. Data files are attachments whatever they hold, so that no browser acts on them."""
        found = {
            "ETag": f'"{self.file.sha256}"',
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",  # kept, but asked for again, so that a recall is heard of
            "X-Content-Type-Options": "nosniff",
        }
        if self.warning:
            found["Warning"] = self.warning
        if self.part.status in (200, 206):
            found["Content-Type"] = CONTENT_TYPES.get(self.file.format, "application/octet-stream")
            found["Content-Disposition"] = f'attachment; filename="{self.file.name}"'
            found["Content-Length"] = str(self.part.length)
        if self.part.status == 206:
            found["Content-Range"] = f"bytes {self.part.start}-{self.part.start + self.part.length - 1}/{self.size}"
        elif self.part.status == 416:
            found["Content-Range"] = f"bytes */{self.size}"
        return found


def open_download(version: DatasetVersion, name: str, *, headers: Mapping[str, str]) -> Download:
    """What answers a request for a file with these headers. Raises NotFound, and Conflict when storage has lost the file."""
    file = get_file(version, name)
    part = asked_part(
        size=file.bytes, etag=f'"{file.sha256}"', if_none_match=headers.get("If-None-Match", ""),
        range_=headers.get("Range", ""), if_range=headers.get("If-Range", ""),
    )  # fmt: skip
    if part.status in (200, 206):
        with open_stored(file.storage_name):
            pass  # a file that is gone is said now; once the answer has begun it could only break off
    return Download(file, part, _warning(version))


def _warning(version: DatasetVersion) -> str:
    """The Warning header of a recalled version: ASCII alone, on one line."""
    recall = recall_of(version)
    if recall is None:
        return ""
    reason = " ".join(recall["reason"].split()).encode("ascii", "replace").decode().replace("\\", "/").replace('"', "'")
    return f'299 - "Version {version.number} was recalled on {recall["recalled_at"]:%Y-%m-%d}: {reason[:500]}"'
