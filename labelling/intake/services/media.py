"""Pictures and sounds: sniffed, bounded, and stored once under the hash of their content."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from labelling.intake.formats.base import BadRow
from labelling.intake.mapping import Refused, words_for
from labelling.intake.models import Media
from labelling.intake.rules import media_path
from labelling.intake.services.uploads import store_once
from labelling.intake.sniff import Found, NotMedia, sniff

NAME = re.compile(r"([0-9a-f]{64})\.([a-z0-9]{1,8})")
DATA_URI = re.compile(r"data:[\w.+-]*/?[\w.+-]*(?:;[\w=.+-]+)*;base64,", re.I)


class MediaTaker:
    """Takes in the media of one import. Content goes to storage at once (a file that no row speaks of does no harm);
    the rows wait until `flush`, which belongs into the transaction that writes the examples."""

    def __init__(self, *, project_id: int, dry_run: bool = False) -> None:
        self.project_id, self.dry_run = project_id, dry_run
        self.waiting: dict[str, tuple[Found, int]] = {}

    def take(self, column: str, kind: str, value: Any) -> str:
        """The stored name, "<sha256>.<suffix>", of what a cell holds: a file of an archive, bytes (Parquet), a data: URI,
        or the name of something stored before. Raises Refused."""
        name = str(getattr(value, "name", "")) or f"The column {column}"
        if hasattr(value, "read"):
            content = value.read()
            if isinstance(content, BadRow):
                raise Refused(content.message, content.column)
        elif isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):  # how Parquet data sets hold pictures
            content = value["bytes"]
        elif isinstance(value, bytes):
            content = value
        elif isinstance(value, str) and (uri := DATA_URI.match(value)):
            try:
                content = base64.b64decode(value[uri.end() :], validate=True)
            except (binascii.Error, ValueError):
                raise Refused(f"The column {column} holds a data: address that is not base64.", column) from None
        elif isinstance(value, str):
            return self._stored_before(column, kind, value)
        else:
            raise Refused(f"The column {column} holds {words_for(value)}; a picture or sound is wanted.", column)
        try:
            found = sniff(content, kind)
        except NotMedia as wrong:
            raise Refused(f"{name:.200} {wrong.args[0]}.", column) from None
        return self._keep(content, found)

    def _keep(self, content: bytes, found: Found) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.dry_run and sha256 not in self.waiting:
            store_once(media_path(self.project_id, sha256, found.suffix), BytesIO(content), len(content))
            self.waiting[sha256] = (found, len(content))
        return f"{sha256}.{found.suffix}"

    def _stored_before(self, column: str, kind: str, value: str) -> str:
        known = NAME.fullmatch(value)
        if known and known[1] in self.waiting:
            return value
        stored = Media.objects.filter(project_id=self.project_id, sha256=known[1]).first() if known else None
        if stored is None or stored.suffix != known[2] or not stored.content_type.startswith(kind):  # type: ignore[index]
            raise Refused(
                f"The column {column} holds no {'picture' if kind == 'image' else 'sound'}. Pack the files into a ZIP with a "
                "metadata.csv, or write the name of one that was imported before, or a data: address.",
                column,
            )
        return value

    def flush(self, *, now: datetime) -> None:
        """Write the rows of what was taken since the last time."""
        Media.objects.bulk_create(
            [
                Media(
                    project_id=self.project_id, sha256=sha256, suffix=found.suffix, content_type=found.content_type,
                    bytes=size, width=found.width, height=found.height, created_at=now,
                )
                for sha256, (found, size) in self.waiting.items()
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        self.waiting.clear()
